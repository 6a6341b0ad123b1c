//! Response and service time on one axis. What lies between them went by before the request was written: earlier
//! answers of its lane were outstanding, or the generator was late.

use super::grouped::{Keep, grouped, middle};
use super::over_time::{Timeline, durations, time_axis, timed};
use super::plot::{Band, Line};
use super::{Chart, Style, Token};
use crate::{Tick, TickQuantiles};

/// How strongly the region between the two is drawn.
const OPACITY: f64 = 0.16;

/// p50 and p99 of the response time (from the intended moment to the end), each over that of the service time (from the
/// first byte written to the end), dashed.
pub fn service(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Times);
    let line = |name: &str, token, value: &dyn Fn(&Tick) -> Option<u64>| {
        let points = ticks
            .iter()
            .map(|tick| (middle(tick), value(tick).map(|us| us.max(1) as f64)));
        Line::new(name, token, points.collect())
    };
    let response = |value: fn(TickQuantiles) -> u64| move |tick: &Tick| tick.response_us.map(value);
    let service = |value: fn(TickQuantiles) -> u64| move |tick: &Tick| tick.service_us.map(value);
    let lines = vec![
        line("response p50", Token::P50, &response(|q| q.p50)),
        line("service p50", Token::P50, &service(|q| q.p50)).dashed(),
        line("response p99", Token::P99, &response(|q| q.p99)),
        line("service p99", Token::P99, &service(|q| q.p99)).dashed(),
    ];
    let y = durations(&lines, style);
    let mut plot = timed(
        "Response and service time",
        timeline,
        time_axis(timeline, style),
        y,
    );
    let shown = |line: &Line| !timeline.hidden.contains(&line.name);
    for pair in lines.chunks(2) {
        if let [response, service] = pair
            && pair.iter().all(shown)
        {
            plot.bands.extend(between(response, service));
        }
    }
    plot.lines = lines;
    plot.hide(timeline.hidden);
    plot.draw(style)
}

/// The regions between two lines, one for each stretch in which both have values.
fn between<'a>(upper: &'a Line, lower: &'a Line) -> impl Iterator<Item = Band> + 'a {
    let points: Vec<Option<(f64, f64, f64)>> = upper
        .points
        .iter()
        .zip(&lower.points)
        .map(|((x, high), (_, low))| Some((*x, (*low)?, (*high)?)))
        .collect();
    let stretches: Vec<Vec<(f64, f64, f64)>> = points
        .split(Option::is_none)
        .filter(|stretch| stretch.len() > 1)
        .map(|stretch| stretch.iter().flatten().copied().collect())
        .collect();
    stretches.into_iter().map(|points| Band {
        token: upper.token,
        opacity: OPACITY,
        points,
    })
}
