//! What a recording carried over time, by protocol.

use reprise_measure::chart::{Chart, RecordedLine, RecordedSpan, Style, Token, recorded_rate};
use reprise_store::{ExchangeCounts, RatePoint};

use crate::{Error, Library};

/// CSS pixels of a chart's width for each stretch of time: finer ones could not be told apart.
const PIXELS: u32 = 4;

/// A line of the chart before it is drawn.
struct Kind {
    name: &'static str,
    token: Token,
    spans: Vec<RecordedSpan>,
}

impl Library {
    /// Draws the exchanges of a recording over time, a line for each protocol. One that an earlier version
    /// made of both protocols has one line for both.
    ///
    /// # Errors
    /// When there is no recording of that name, or it cannot be read.
    pub fn recording_chart(&self, name: &str, style: Style) -> Result<Chart, Error> {
        let recording = self.store.recording(name)?;
        let stretches = u64::from(style.width / PIXELS).max(1);
        let bucket_ms = recording.duration_ms.div_ceil(stretches).max(1);
        let bucket_ms = bucket_ms.div_ceil(1_000) * 1_000;
        let points = self.store.rate(recording.id, bucket_ms)?;
        let kinds = kinds(
            &points,
            recording.exchanges,
            recording.duration_ms,
            bucket_ms,
        );
        let lines: Vec<RecordedLine<'_>> = kinds
            .iter()
            .map(|kind| RecordedLine {
                name: kind.name,
                token: kind.token,
                spans: &kind.spans,
            })
            .collect();
        Ok(recorded_rate(&lines, style))
    }
}

/// The lines of a recording of this length.
fn kinds(
    points: &[RatePoint],
    exchanges: ExchangeCounts,
    duration_ms: u64,
    bucket_ms: u64,
) -> Vec<Kind> {
    let kind = |name, token, count: &dyn Fn(&RatePoint) -> u64| Kind {
        name,
        token,
        spans: spans(points, duration_ms, bucket_ms, count),
    };
    let all = |point: &RatePoint| point.exchanges;
    let mysql = |point: &RatePoint| point.mysql.unwrap_or(0);
    let http = |point: &RatePoint| point.exchanges.saturating_sub(mysql(point));
    let told_apart = points.iter().all(|point| point.mysql.is_some());
    match (exchanges.http > 0, exchanges.mysql > 0) {
        (true, true) if told_apart => vec![
            kind("HTTP", Token::P50, &http),
            kind("MySQL", Token::P95, &mysql),
        ],
        (true, false) => vec![kind("HTTP", Token::P50, &all)],
        (false, true) => vec![kind("MySQL", Token::P95, &all)],
        _ => vec![kind("HTTP and MySQL", Token::P50, &all)],
    }
}

/// Stretches of equal length from the start to the end, those without an exchange among them. What little is
/// left at the end belongs to the last: a rate of a moment would look like a peak.
fn spans(
    points: &[RatePoint],
    duration_ms: u64,
    bucket_ms: u64,
    count: impl Fn(&RatePoint) -> u64,
) -> Vec<RecordedSpan> {
    let whole = (duration_ms + bucket_ms / 2) / bucket_ms;
    let number = usize::try_from(whole).unwrap_or(usize::MAX).max(1);
    let mut spans: Vec<RecordedSpan> = (0..number as u64)
        .map(|index| RecordedSpan {
            from_us: index * bucket_ms * 1_000,
            to_us: (index + 1) * bucket_ms * 1_000,
            exchanges: 0,
            lost: false,
        })
        .collect();
    if let Some(last) = spans.last_mut() {
        last.to_us = (duration_ms * 1_000).max(last.from_us + bucket_ms * 500);
    }
    for point in points {
        let index = u64::try_from(point.start_ms).unwrap_or(0) / bucket_ms;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(span) = spans.get_mut(index.min(number - 1)) {
            span.exchanges += count(point);
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: ExchangeCounts = ExchangeCounts { http: 1, mysql: 1 };

    fn point(start_ms: i64, exchanges: u64, mysql: Option<u64>) -> RatePoint {
        RatePoint {
            start_ms,
            exchanges,
            errors: 0,
            mysql,
        }
    }

    #[test]
    fn protocols_have_lines_of_their_own_and_silence_is_drawn() {
        let points = [point(0, 5, Some(2)), point(2_000, 4, Some(4))];
        let kinds = kinds(&points, BOTH, 3_000, 1_000);
        let counted: Vec<(&str, Vec<u64>)> = kinds
            .iter()
            .map(|kind| {
                let exchanges = kind.spans.iter().map(|span| span.exchanges);
                (kind.name, exchanges.collect())
            })
            .collect();
        assert_eq!(counted, [("HTTP", vec![3, 0, 0]), ("MySQL", vec![2, 0, 4])]);
    }

    #[test]
    fn a_recording_that_does_not_tell_them_apart_has_one_line() {
        let kinds = kinds(&[point(0, 5, None)], BOTH, 1_000, 1_000);
        assert_eq!(kinds[0].name, "HTTP and MySQL");
        assert_eq!(kinds.len(), 1);
    }

    #[test]
    fn a_moment_left_at_the_end_and_one_before_the_start_are_no_peaks() {
        let points = [
            point(-1_000, 1, None),
            point(0, 10, None),
            point(1_000, 3, None),
        ];
        let spans = spans(&points, 1_100, 1_000, |point| point.exchanges);
        assert_eq!(spans.len(), 1);
        assert_eq!((spans[0].exchanges, spans[0].to_us), (14, 1_100_000));
        // one that is a third of a second long
        let short = super::spans(&points[1..2], 300, 1_000, |point| point.exchanges);
        assert_eq!((short.len(), short[0].to_us), (1, 500_000));
    }
}
