//! The runs of a plan over time: quantiles of each, and where they took a step.

use super::axis::Axis;
use super::plot::{Line, Plot, Rule, marks};
use super::{Chart, Style, Token, Unit};
use crate::trend::{Trend, TrendRun};

/// Response times of the runs in their order, the first is 1.
pub fn response_time_by_run(trend: &Trend, style: Style) -> Chart {
    let times = trend.runs.iter().flat_map(|run| [run.p50_us, run.p99_us]);
    let (least, most) = times.fold((u64::MAX, 0), |(least, most), us| {
        (least.min(us.max(1)), most.max(us))
    });
    let (least, most) = if most == 0 {
        (1_000, 1_000_000)
    } else {
        (least, most)
    };
    let x = Axis::from_zero(trend.runs.len() as f64, Unit::Count, marks(style).0);
    let y = Axis::ratios(least as f64, most as f64, Unit::Us, marks(style).1);
    let mut plot = Plot::new("Response time by run", x, y);
    let line = |name, token, value: fn(&TrendRun) -> u64| {
        let points = trend.runs.iter().enumerate();
        let points =
            points.map(|(place, run)| ((place + 1) as f64, Some(value(run).max(1) as f64)));
        Line::new(name, token, points.collect())
    };
    plot.lines = vec![
        line("p50", Token::P50, |run| run.p50_us),
        line("p95", Token::P95, |run| run.p95_us),
        line("p99", Token::P99, |run| run.p99_us),
    ];
    let mut marked = std::collections::BTreeSet::new();
    for step in &trend.steps {
        let place = trend.runs.iter().position(|run| run.run == step.run);
        if let Some(place) = place.filter(|place| marked.insert(*place)) {
            plot.rules.push(Rule {
                at: place as f64 + 0.5,
                label: step.run.clone(),
                token: if step.worse { Token::Bad } else { Token::Ok },
                at_top: true,
            });
        }
    }
    plot.draw(style)
}
