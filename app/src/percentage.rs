//! Percent as both faces read them: `5%`.

use crate::Error;

/// `5%` as 0.05; `what` says what was given it. The sign is needed: without it, 0.05 could be meant as a share.
///
/// # Errors
/// When it is no number with the sign after it.
pub fn parse_percentage(what: &str, text: &str) -> Result<f64, Error> {
    let number = text.trim().strip_suffix('%').map(str::trim_end);
    let number = number.and_then(|number| number.parse::<f64>().ok());
    let percent = number.filter(|percent| percent.is_finite());
    percent.map(|percent| percent / 100.0).ok_or_else(|| {
        Error::Usage(format!(
            "{what} '{text}' is no share; write percent, such as 5%"
        ))
    })
}

/// The least change that counts, as [`parse_percentage`] reads it: some, and not all.
///
/// # Errors
/// When it is neither.
pub fn parse_least_effect(what: &str, text: &str) -> Result<f64, Error> {
    let share = parse_percentage(what, text)?;
    if share > 0.0 && share < 1.0 {
        return Ok(share);
    }
    Err(Error::Usage(format!(
        "{what} '{text}' is no least effect; write percent between 0% and 100%, such as 5%"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_read_with_their_sign() {
        let read = |text| parse_percentage("--within", text).ok();
        assert_eq!(read("5%"), Some(0.05));
        assert_eq!(read(" 12.5 % "), Some(0.125));
        for text in ["", "%", "5", "0.05", "near", "NaN%", "inf%"] {
            assert_eq!(read(text), None, "{text}");
        }
        let error = parse_percentage("--within", "5").unwrap_err().to_string();
        assert_eq!(error, "--within '5' is no share; write percent, such as 5%");
    }

    #[test]
    fn a_least_effect_is_some_change_and_not_all() {
        let read = |text| parse_least_effect("--min-effect", text).ok();
        assert_eq!(read("10%"), Some(0.1));
        for text in ["0%", "-5%", "100%", "200%", "5"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
