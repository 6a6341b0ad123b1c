//! A run's response time over the rate it was sent at: whether the target slows down as more is asked of it.

use super::axis::Axis;
use super::grouped::visible;
use super::over_time::{Timeline, durations};
use super::plot::{Line, Plot, marks};
use super::{Chart, Style, Token, Unit};
use crate::{Histogram, Tick, minimum_count};

/// Seconds are put together by their rate, in so many steps from none to the highest.
const STEPS: usize = 24;

/// Seconds of about the same rate.
#[derive(Default)]
struct Step {
    sent: u64,
    lasted_us: u64,
    times: Histogram,
}

/// Response times by the rate that was sent, of all seconds but those that warmed up.
pub fn response_time_over_rate(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = visible(timeline);
    let measured = ticks
        .into_iter()
        .filter(|tick| tick.start_us >= timeline.warm_up_us);
    let measured: Vec<&Tick> = measured.filter(|tick| tick.sent > 0).collect();
    let rate = |tick: &Tick| tick.per_second(tick.sent);
    let most = measured.iter().map(|tick| rate(tick)).fold(0.0, f64::max);
    let mut steps: Vec<Step> = (0..STEPS).map(|_| Step::default()).collect();
    for tick in measured {
        let step = (rate(tick) / most * STEPS as f64) as usize;
        if let Some(step) = steps.get_mut(step.min(STEPS - 1)) {
            step.sent += tick.sent;
            step.lasted_us += tick.duration_us;
            step.times.merge(&tick.response);
        }
    }
    steps.retain(|step| step.lasted_us > 0);
    let line = |name: &str, token, quantile: f64| {
        let points = steps.iter().map(|step| step.point(quantile)).collect();
        Line::new(name, token, points)
    };
    let lines = vec![
        line("p50", Token::P50, 0.5),
        line("p95", Token::P95, 0.95),
        line("p99", Token::P99, 0.99),
    ];
    let x = Axis::from_zero(most, Unit::PerSecond, marks(style).0);
    let mut plot = Plot::new("Response time by rate", x, durations(&lines, style));
    plot.upright_grid = true;
    plot.lines = lines;
    plot.draw(style)
}

impl Step {
    /// Its rate, and a quantile that its answers are enough for.
    fn point(&self, quantile: f64) -> (f64, Option<f64>) {
        let rate = self.sent as f64 * 1e6 / self.lasted_us as f64;
        let enough = self.times.count() >= minimum_count(quantile);
        (
            rate,
            enough.then(|| self.times.quantile(quantile).max(1) as f64),
        )
    }
}
