//! How response times are distributed: bars over an axis of equal ratios, with p50, p95 and p99.

use super::axis::Axis;
use super::plot::{Plot, Rule, marks};
use super::{Chart, Series, Style, Token, Unit};
use crate::{Histogram, readable};

/// Bars for each doubling of the duration.
const BARS_PER_DOUBLING: f64 = 6.0;

/// The distribution of a histogram; each bar is a twelfth to a sixth wider than the one before.
pub fn distribution(histogram: &Histogram, style: Style) -> Chart {
    let place = |us: u64| (us.max(1) as f64).log2() * BARS_PER_DOUBLING;
    let edge = |bar: i64| (bar as f64 / BARS_PER_DOUBLING).exp2();
    let mut counts = std::collections::BTreeMap::<i64, u64>::new();
    for (us, count) in histogram.values() {
        *counts.entry(place(us).floor() as i64).or_default() += count;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let (across, upwards) = marks(style);
    let (min, max) = match (counts.keys().next(), counts.keys().next_back()) {
        (Some(first), Some(last)) => (edge(*first), edge(last + 1)),
        _ => (1e3, 1e6),
    };
    let x = Axis::ratios(min, max, Unit::Us, across);
    let y = Axis::from_zero(most as f64, Unit::Count, upwards.min(4));
    let mut plot = Plot::new("Response times", x, y);
    plot.bars = counts
        .iter()
        .map(|(bar, count)| (edge(*bar), edge(bar + 1), *count as f64))
        .collect();
    plot.words = Some(words(histogram));
    if !histogram.is_empty() {
        plot.rules = [
            ("p50", 0.5, Token::P50),
            ("p95", 0.95, Token::P95),
            ("p99", 0.99, Token::P99),
        ]
        .into_iter()
        .map(|(name, quantile, token)| Rule {
            at: histogram.quantile(quantile) as f64,
            label: name.to_owned(),
            token,
            at_top: true,
        })
        .collect();
    }
    let points = counts
        .iter()
        .map(|(bar, count)| (edge(*bar), Some(*count as f64)))
        .collect();
    let mut chart = plot.draw(style);
    chart.frame.series = vec![Series {
        name: "exchanges".to_owned(),
        color: Token::P50.name().to_owned(),
        points,
    }];
    chart
}

fn words(histogram: &Histogram) -> String {
    let at = |quantile| readable::duration(histogram.quantile(quantile));
    format!(
        "{}: p50 {}, p95 {}, p99 {}, the slowest {}",
        readable::counted(histogram.count(), "exchange"),
        at(0.5),
        at(0.95),
        at(0.99),
        readable::duration(histogram.max())
    )
}
