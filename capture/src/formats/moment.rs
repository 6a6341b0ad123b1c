//! Points in time as formats write them.

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use reprise_wire::Timestamp;

/// An ISO 8601 date and time; one without a zone is taken as UTC.
pub(crate) fn iso(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    nanos(moment)
}

/// The time of a MySQL or MariaDB log: ISO 8601, or `231114 22:13:20` without a zone, taken as UTC.
pub(crate) fn log(text: &str) -> Option<Timestamp> {
    if text.contains('T') {
        return iso(text);
    }
    let mut words = text.split_whitespace();
    let (date, time) = (words.next()?, words.next()?);
    let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
    let mut part = || parts.next().flatten();
    let number = |range: Range<usize>| date.get(range)?.parse::<i8>().ok();
    if date.len() != 6 || words.next().is_some() {
        return None;
    }
    let (year, month, day) = (number(0..2)?, number(2..4)?, number(4..6)?);
    let (hour, minute, second) = (part()?, part()?, part()?);
    let civil = DateTime::new(2_000 + i16::from(year), month, day, hour, minute, second, 0).ok()?;
    nanos(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The time of an access log: `10/Oct/2000:13:55:36 -0700`.
pub(crate) fn common_log(text: &str) -> Option<Timestamp> {
    let parsed = strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?;
    nanos(parsed.to_timestamp().ok()?)
}

fn nanos(moment: jiff::Timestamp) -> Option<Timestamp> {
    let nanos = i64::try_from(moment.as_nanosecond()).ok()?;
    Some(Timestamp::from_nanos(nanos))
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
    fn the_times_of_logs_are_read_in_their_old_and_new_forms() {
        let expected = Some(Timestamp::from_micros(1_700_000_000_000_000));
        assert_eq!(log("231114 22:13:20"), expected);
        assert_eq!(log("2023-11-14T22:13:20.000000Z"), expected);
        assert_eq!(common_log("14/Nov/2023:23:13:20 +0100"), expected);
        let early = Timestamp::from_micros(1_699_930_802_000_000);
        assert_eq!(log("231114  3:00:02"), Some(early));
        for odd in [
            "231114",
            "231414 22:13:20",
            "x31114 22:13:20",
            "231114 22:13:99",
        ] {
            assert_eq!(log(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for nanos in [0, 1_700_000_000_123_456_789, -5_000_000] {
            let at = Timestamp::from_nanos(nanos);
            assert_eq!(iso(&to_iso(at)), Some(at));
        }
    }
}
