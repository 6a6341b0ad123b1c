//! Lengths of time on the command line: `90s`, `10m`, `1h`, `250ms`.

use std::time::Duration;

use reprise_app::length;

/// Reads a length of time: `90s`, `1h30m`; a number alone is seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    length::parse(text)
        .map(Duration::from_micros)
        .ok_or_else(|| format!("'{text}' is not a time; write 250ms, 90s, 10m or 1h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_unit() {
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(parse_duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(parse_duration("1h"), Ok(Duration::from_secs(3_600)));
    }

    #[test]
    fn refuses_what_is_not_a_time_and_says_how_to_write_one() {
        for text in ["", "x", "-5s", "infs", "5 parsecs"] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains(text) || error.contains("unit"), "{error}");
        }
    }
}
