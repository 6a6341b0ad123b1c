//! Lengths of time on the command line: `90s`, `10m`, `1h`, `250ms`.

use std::time::Duration;

/// Reads a length of time: a number with `ms`, `s`, `m` or `h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number
        .parse()
        .map_err(|_| format!("'{text}' is not a time; write 250ms, 90s, 10m or 1h"))?;
    let seconds = match unit {
        "ms" => number / 1_000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3_600.0,
        _ => return Err(format!("'{text}' needs a unit: ms, s, m or h")),
    };
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("'{text}' is out of range; write 250ms, 90s, 10m or 1h"))
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
        for text in ["", "10", "x", "-5s", "infs", "5 parsecs"] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains(text) || error.contains("unit"), "{error}");
        }
    }
}
