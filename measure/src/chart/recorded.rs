//! A recording over time: how many exchanges a second were decoded, with what was lost shaded.

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

/// Exchanges per second over time. `spans` follow each other.
pub fn recorded_rate(spans: &[RecordedSpan], style: Style) -> Chart {
    let points = spans
        .iter()
        .map(|span| (middle(span), Some(per_second(span))))
        .collect();
    let most = spans.iter().map(per_second).fold(0.0, f64::max);
    let end = spans.last().map_or(0, |span| span.to_us);
    let x = Axis::moments(0, end, marks(style).0);
    let y = Axis::from_zero(most, Unit::PerSecond, marks(style).1.min(4));
    let mut plot = Plot::new("Exchanges per second", x, y);
    plot.shades = lost(spans);
    plot.lines = vec![Line::new("recorded", Token::P50, points).filled()];
    plot.draw(style)
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
