//! Whole numbers on the command line.

use std::str::FromStr;

/// Reads a whole number that is not negative.
pub(crate) fn parse_whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no whole number from 0 on; write one such as 100"))
}

/// How many a listing shows: 0 stands for all.
pub(crate) const fn at_most(limit: usize) -> usize {
    match limit {
        0 => usize::MAX,
        limit => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_negative_broken_or_no_number() {
        assert_eq!(parse_whole::<u64>("0"), Ok(0));
        for text in ["-1", "1.5", "many", "", "99999999999999999999"] {
            let error = parse_whole::<u64>(text).unwrap_err();
            assert!(error.contains(&format!("'{text}'")), "{error}");
        }
    }
}
