//! Points in time as formats write them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reprise_wire::Timestamp;

/// An ISO 8601 date and time; one without a zone is taken as UTC.
pub(crate) fn iso(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    Some(Timestamp::from_nanos(
        i64::try_from(moment.as_nanosecond()).ok()?,
    ))
}

/// The ISO 8601 text of a point in time, in UTC, as short as it can be.
pub(crate) fn to_iso(at: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(at.nanos()))
        .map_or_else(|_| "1970-01-01T00:00:00Z".to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_fractions_are_read_however_they_are_written() {
        let expected = Some(Timestamp::from_micros(1_262_304_000_250_000));
        for text in [
            "2010-01-01T00:00:00.25Z",
            "2010-01-01T00:00:00.250+00:00",
            "2010-01-01T01:00:00.250+0100",
            "2010-01-01T00:00:00.250000000",
            "2010-01-01 00:00:00.250",
        ] {
            assert_eq!(iso(text), expected, "{text}");
        }
        assert_eq!(iso("yesterday"), None);
    }

    #[test]
    fn what_is_written_is_read() {
        for nanos in [0, 1_700_000_000_123_456_789, -5_000_000] {
            let at = Timestamp::from_nanos(nanos);
            assert_eq!(iso(&to_iso(at)), Some(at));
        }
    }
}
