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
    let us = reprise_app::length::parse(text).unwrap_or_default();
    if us >= 1_000 {
        return Ok(us / 1_000);
    }
    Err(Failure::usage(format!(
        "'{text}' is not a duration; write 30s, 5m or 1h"
    )))
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
