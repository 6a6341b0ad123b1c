//! When a recording goes on in a new one, as both faces read it.

use std::time::Duration;

use reprise_capture::RotateEvery;
use reprise_measure::length;

use crate::parse_size;

/// Reads a time (`10m`), or else a size (`1GB`); a bare `m` is minutes.
///
/// # Errors
/// When it is neither, with how to write one.
pub fn parse_rotation(text: &str) -> Result<RotateEvery, String> {
    let time = length::parse(text).filter(|us| *us > 0);
    let time = time.map(|us| RotateEvery::Time(Duration::from_micros(us)));
    time.map_or_else(|| parse_size(text).map(RotateEvery::Bytes), Ok)
        .map_err(|_| format!("'{text}' is neither a time nor a size; write 10m or 1GB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_is_a_time_or_a_size() {
        let minutes = RotateEvery::Time(Duration::from_secs(600));
        assert_eq!(parse_rotation("10m"), Ok(minutes));
        assert_eq!(parse_rotation("1GB"), Ok(RotateEvery::Bytes(1_000_000_000)));
        for wrong in ["", "0s", "often", "-1h"] {
            let error = parse_rotation(wrong).unwrap_err();
            assert!(error.contains("write 10m or 1GB"), "{error}");
        }
    }
}
