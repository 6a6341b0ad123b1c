//! Reading what was typed into a form's fields.

use crate::error::Failure;

/// A field's text, unless nothing was typed.
pub(super) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads `500ms`, `30s`, `5m`, `1h`; a number alone is seconds.
///
/// # Errors
/// When it is something else.
pub(super) fn milliseconds(text: &str) -> Result<u64, Failure> {
    let (number, unit) = number_and_unit(text);
    let length = number
        * match unit {
            "ms" => 1.0,
            "" | "s" => 1_000.0,
            "m" | "min" => 60_000.0,
            "h" => 3_600_000.0,
            _ => f64::NAN,
        };
    if length.is_finite() && length >= 1.0 {
        return Ok(length as u64);
    }
    Err(Failure::usage(format!(
        "'{text}' is not a duration; write 30s, 5m or 1h"
    )))
}

fn number_and_unit(text: &str) -> (f64, &str) {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = text.get(digits.len()..).unwrap_or_default();
    (digits.trim().parse().unwrap_or(f64::NAN), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_unit() {
        let read = |text: &str| milliseconds(text).ok();
        assert_eq!(read("500ms"), Some(500));
        assert_eq!(read("30"), Some(30_000));
        assert_eq!(read("1.5m"), Some(90_000));
        assert_eq!(read("2h"), Some(7_200_000));
        for text in ["s", "-5s", "5 parsecs", "inf", "0"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
