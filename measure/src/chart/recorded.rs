//! A recording over time: how many exchanges a second were decoded, by kind, with what was lost shaded.

use super::axis::Axis;
use super::plot::{Line, Plot, Shade, marks};
use super::{Chart, Style, Token, Unit};

/// A stretch of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordedSpan {
    /// Its beginning, in microseconds since the recording's.
    pub from_us: u64,
    /// Its end.
    pub to_us: u64,
    /// Exchanges decoded in it.
    pub exchanges: u64,
    /// Whether packets were dropped or bytes missed in it.
    pub lost: bool,
}

/// What was decoded of one kind.
#[derive(Clone, Copy, Debug)]
pub struct RecordedLine<'a> {
    /// What the legend calls it.
    pub name: &'a str,
    /// Its colour.
    pub token: Token,
    /// How many when; they follow each other.
    pub spans: &'a [RecordedSpan],
}

/// Exchanges per second over time, a line for each kind.
pub fn recorded_rate(lines: &[RecordedLine<'_>], style: Style) -> Chart {
    let spans = || lines.iter().flat_map(|line| line.spans);
    let most = spans().map(per_second).fold(0.0, f64::max);
    let end = spans().map(|span| span.to_us).max().unwrap_or(0);
    let x = Axis::moments(0, end, marks(style).0);
    let y = Axis::from_zero(most, Unit::PerSecond, marks(style).1.min(4));
    let mut plot = Plot::new("Exchanges per second", x, y);
    plot.shades = lines.iter().flat_map(|line| lost(line.spans)).collect();
    plot.lines = lines.iter().map(line).collect();
    plot.draw(style)
}

fn line(recorded: &RecordedLine<'_>) -> Line {
    let points = recorded
        .spans
        .iter()
        .map(|span| (middle(span), Some(per_second(span))))
        .collect();
    Line::new(recorded.name, recorded.token, points).filled()
}

/// The stretches with losses, those that touch put together.
fn lost(spans: &[RecordedSpan]) -> Vec<Shade> {
    spans
        .chunk_by(|a, b| a.lost == b.lost)
        .filter_map(|same| {
            let (first, last) = (same.first()?, same.last()?);
            first.lost.then(|| Shade {
                token: Token::Bad,
                from: first.from_us as f64,
                to: last.to_us as f64,
                label: "lost".to_owned(),
            })
        })
        .collect()
}

fn middle(span: &RecordedSpan) -> f64 {
    (span.from_us as f64 + span.to_us as f64) / 2.0
}

fn per_second(span: &RecordedSpan) -> f64 {
    let seconds = span.to_us.saturating_sub(span.from_us) as f64 / 1e6;
    if seconds > 0.0 {
        span.exchanges as f64 / seconds
    } else {
        0.0
    }
}
