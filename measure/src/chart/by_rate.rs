//! A search for the edge: response time and throughput over the rate that was asked for, the edge shaded.

use super::axis::Axis;
use super::plot::{Line, Plot, Rule, Shade, marks};
use super::{Chart, Style, Token, Unit};
use crate::knee::{KneeAnswer, KneeStep};

/// The steps of a search, the rates rising, and what its factors come to.
struct Rates<'a> {
    steps: Vec<Vec<&'a KneeStep>>,
    /// Requests a second that once the recorded rate is.
    once_per_s: f64,
}

/// Response times by the rate that was asked for.
pub fn response_time_by_rate(found: &KneeAnswer, style: Style) -> Chart {
    let rates = Rates::of(found);
    let times = rates.steps.iter().flat_map(|steps| {
        [
            middle(steps, |step| us(step.p50_us)),
            middle(steps, |step| us(step.p99_us)),
        ]
    });
    let (least, most) = times.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), us| {
        (least.min(us), most.max(us))
    });
    let (least, most) = if least.is_finite() {
        (least, most)
    } else {
        (1e3, 1e6)
    };
    let y = Axis::ratios(least, most, Unit::Us, marks(style).1);
    let mut plot = framed("Response time by rate", found, &rates, y, style);
    plot.lines = vec![
        line("p50", Token::P50, &rates, |step| us(step.p50_us)),
        line("p95", Token::P95, &rates, |step| us(step.p95_us)),
        line("p99", Token::P99, &rates, |step| us(step.p99_us)),
    ];
    plot.draw(style)
}

/// What was asked for and what was answered, by the rate that was asked for.
pub fn throughput_by_rate(found: &KneeAnswer, style: Style) -> Chart {
    let rates = Rates::of(found);
    let y = Axis::from_zero(rates.most(), Unit::PerSecond, marks(style).1);
    let mut plot = framed("Throughput by rate", found, &rates, y, style);
    plot.lines = vec![
        line("answered", Token::P50, &rates, |step| step.answered_per_s),
        line("asked", Token::Dim, &rates, |step| rates.asked(step)).dashed(),
    ];
    plot.draw(style)
}

/// The plot with its axis of rates and the edge.
fn framed(
    title: &'static str,
    found: &KneeAnswer,
    rates: &Rates<'_>,
    y: Axis,
    style: Style,
) -> Plot {
    let x = Axis::from_zero(rates.most(), Unit::PerSecond, marks(style).0);
    let mut plot = Plot::new(title, x, y);
    plot.upright_grid = true;
    if let (Some(holds), Some(fails)) = (&found.holds, &found.fails) {
        plot.shades.push(Shade {
            from: rates.asked(holds),
            to: rates.asked(fails),
            label: String::new(),
            token: Token::Bad,
        });
    }
    if let Some(holds) = &found.holds {
        plot.rules.push(Rule {
            at: rates.asked(holds),
            label: format!("holds {}x", holds.times),
            token: Token::Dim,
            at_top: false,
        });
    }
    plot
}

impl<'a> Rates<'a> {
    fn of(found: &'a KneeAnswer) -> Self {
        let mut steps: Vec<Vec<&KneeStep>> = Vec::new();
        for step in found.rising() {
            match steps.last_mut() {
                Some(same) if same[0].times.total_cmp(&step.times).is_eq() => same.push(step),
                _ => steps.push(vec![step]),
            }
        }
        // a target that no longer answers also keeps lanes from asking: one that held tells
        let told = found.holds.as_ref();
        let told = told.or_else(|| steps.first().and_then(|same| same.first().copied()));
        let once_per_s = told.map_or(0.0, |step| step.asked_per_s / step.times);
        Self { steps, once_per_s }
    }

    /// The rate that a step's factor stands for, whatever of it came to be asked.
    fn asked(&self, step: &KneeStep) -> f64 {
        step.times * self.once_per_s
    }

    fn most(&self) -> f64 {
        let asked = self.steps.iter().flatten().map(|step| self.asked(step));
        asked.fold(0.0, f64::max)
    }
}

fn line(
    name: &str,
    token: Token,
    rates: &Rates<'_>,
    value: impl Fn(&KneeStep) -> f64 + Copy,
) -> Line {
    let points = rates.steps.iter().map(|steps| {
        let at = middle(steps, |step| rates.asked(step));
        (at, Some(middle(steps, value)))
    });
    Line::new(name, token, points.collect())
}

/// The middle of what the tries of one rate say.
fn middle(steps: &[&KneeStep], value: impl Fn(&KneeStep) -> f64) -> f64 {
    let mut values: Vec<f64> = steps.iter().map(|step| value(step)).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn us(value: u64) -> f64 {
    value.max(1) as f64
}
