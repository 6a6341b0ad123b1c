//! `--between A..B`: a part of a recording by clock times of the day it was made, or by offsets from its start.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use reprise_measure::{length, readable};
use reprise_replay::Part;
use reprise_store::Recording;

use crate::Error;

/// One end of the part.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// So many microseconds after the recording's start.
    Offset(u64),
    /// A time of day, whatever the day.
    Clock(Time),
    /// One day's time.
    Moment(DateTime),
}

/// What a recording spans; nanoseconds since the Unix epoch.
struct Span {
    from: i128,
    to: i128,
}

/// The part of `recording` that `text` names; clock times are those of `zone`.
///
/// # Errors
/// The text names no part, or one in which nothing was recorded: with the recording's own span.
pub(crate) fn part(text: &str, recording: &Recording, zone: &TimeZone) -> Result<Part, Error> {
    let from = i128::from(recording.started_at.nanos());
    let span = Span {
        from,
        to: from + i128::from(recording.duration_ms.max(1)) * 1_000_000,
    };
    let unreadable = || {
        Error::Usage(format!(
            "--between '{text}': write clock times such as 10:00..10:20, or offsets from the recording's start \
             such as 5m..15m; {}",
            span.said(zone)
        ))
    };
    let (first, last) = text.split_once("..").ok_or_else(unreadable)?;
    let first = End::parse(first, End::Offset(0)).ok_or_else(unreadable)?;
    let whole_us = u64::try_from((span.to - span.from) / 1_000).unwrap_or(0);
    let last = End::parse(last, End::Offset(whole_us)).ok_or_else(unreadable)?;
    span.part(first, last, zone).ok_or_else(|| {
        Error::Usage(format!(
            "--between '{text}': nothing was recorded then; {}",
            span.said(zone)
        ))
    })
}

impl End {
    /// Reads an end; an empty one is `missing`.
    fn parse(text: &str, missing: Self) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(missing);
        }
        if text.contains('-') {
            return text.parse().ok().map(Self::Moment);
        }
        if text.contains(':') {
            return text.parse().ok().map(Self::Clock);
        }
        length::parse(text).map(Self::Offset)
    }

    /// The instant it names, for a clock time on `day`; nanoseconds since the Unix epoch.
    fn on(self, day: Date, span: &Span, zone: &TimeZone) -> Option<i128> {
        let moment = match self {
            Self::Offset(us) => return Some(span.from + i128::from(us) * 1_000),
            Self::Clock(time) => day.to_datetime(time),
            Self::Moment(moment) => moment,
        };
        let instant = moment.to_zoned(zone.clone()).ok()?;
        Some(instant.timestamp().as_nanosecond())
    }
}

impl Span {
    /// The first part from `first` to the next `last` in which something was recorded: a recording may have
    /// begun a little after the full hour, or go past midnight.
    fn part(&self, first: End, last: End, zone: &TimeZone) -> Option<Part> {
        let started = Timestamp::from_nanosecond(self.from).ok()?;
        let started = started.to_zoned(zone.clone()).date();
        let days = (self.to - self.from) / 86_400_000_000_000 + 2;
        // the day before comes last: of it only what goes past midnight can be meant
        for ahead in (0..=i64::try_from(days).ok()?).chain([-1]) {
            let day = started.checked_add(ahead.days()).ok()?;
            let from = first.on(day, self, zone)?;
            let to = match last.on(day, self, zone)? {
                to if to <= from && matches!(last, End::Clock(_)) => {
                    last.on(day.tomorrow().ok()?, self, zone)?
                }
                to => to,
            };
            if from < to && from < self.to && to > self.from {
                return Some(Part {
                    from_us: self.offset_us(from),
                    to_us: self.offset_us(to),
                });
            }
        }
        None
    }

    /// An instant as an offset from the start, within the recording.
    fn offset_us(&self, at: i128) -> u64 {
        let within = at.clamp(self.from, self.to) - self.from;
        u64::try_from(within / 1_000).unwrap_or(u64::MAX)
    }

    /// The recording's own span in words.
    fn said(&self, zone: &TimeZone) -> String {
        let local = |at: i128, form: &str| {
            Timestamp::from_nanosecond(at)
                .map(|at| at.to_zoned(zone.clone()).strftime(form).to_string())
                .unwrap_or_default()
        };
        let length_us = u64::try_from((self.to - self.from) / 1_000).unwrap_or(0);
        format!(
            "the recording runs from {} to {} ({})",
            local(self.from, "%Y-%m-%d %H:%M:%S"),
            local(self.to, "%H:%M:%S %Z"),
            readable::moment(length_us)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of a recording that began 2026-11-20 at this time UTC and lasted so many minutes; in seconds.
    fn of(text: &str, started: &str, minutes: i64) -> Option<(u64, u64)> {
        let from: Timestamp = format!("2026-11-20T{started}Z").parse().unwrap();
        let from = from.as_nanosecond();
        let span = Span {
            from,
            to: from + i128::from(minutes) * 60_000_000_000,
        };
        let (first, last) = text.split_once("..").unwrap();
        let whole = End::Offset(minutes as u64 * 60_000_000);
        let first = End::parse(first, End::Offset(0)).unwrap();
        let last = End::parse(last, whole).unwrap();
        let part = span.part(first, last, &TimeZone::UTC)?;
        Some((part.from_us / 1_000_000, part.to_us / 1_000_000))
    }

    #[test]
    fn clock_times_and_offsets_name_the_same_part() {
        assert_eq!(of("10:10..10:20", "10:00:00", 60), Some((600, 1_200)));
        assert_eq!(of("10m..20m", "10:00:00", 60), Some((600, 1_200)));
        assert_eq!(of("10:10:30..20m", "10:00:00", 60), Some((630, 1_200)));
        assert_eq!(of("..10:20", "10:00:00", 60), Some((0, 1_200)));
        assert_eq!(of("50m..", "10:00:00", 60), Some((3_000, 3_600)));
        let dated = "2026-11-20T10:10..2026-11-20T10:20";
        assert_eq!(of(dated, "10:00:00", 60), Some((600, 1_200)));
    }

    #[test]
    fn a_part_is_cut_to_what_was_recorded() {
        assert_eq!(of("10:00..10:20", "10:00:23", 60), Some((0, 1_177)));
        assert_eq!(of("09:00..12:00", "10:00:00", 60), Some((0, 3_600)));
        assert_eq!(of("12:00..13:00", "10:00:00", 60), None);
        assert_eq!(of("2h..3h", "10:00:00", 60), None);
        assert_eq!(of("20m..10m", "10:00:00", 60), None);
    }

    #[test]
    fn a_recording_may_go_past_midnight() {
        assert_eq!(of("23:55..00:10", "23:50:00", 40), Some((300, 1_200)));
        assert_eq!(of("00:05..00:10", "23:50:00", 40), Some((900, 1_200)));
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in ["x", "25:00", "10:61", "5 parsecs", "2026-13-01T10:00"] {
            assert_eq!(End::parse(text, End::Offset(0)), None, "{text}");
        }
    }
}
