//! Which names recordings, plans and runs may have: anything readable that a command line can carry.

use crate::Error;

/// Longest name, in bytes.
const LONGEST: usize = 200;

/// Refuses a name that could not be typed, listed or told apart from an option.
pub(crate) fn check(name: &str) -> Result<(), Error> {
    let bad = name.is_empty()
        || name.len() > LONGEST
        || name.starts_with(['-', ' '])
        || name.ends_with(' ')
        || name.chars().any(char::is_control);
    if bad {
        return Err(Error::BadName(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_reads_as_an_option_or_as_nothing_is_refused() {
        for name in ["", "-x", " x", "x ", "a\nb", &"n".repeat(201)] {
            assert!(check(name).is_err(), "{name:?}");
        }
        for name in ["monday", "black friday 2026", "élan", "a/b"] {
            assert!(check(name).is_ok(), "{name:?}");
        }
    }
}
