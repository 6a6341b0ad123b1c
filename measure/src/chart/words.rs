//! A chart in a sentence, for whoever cannot see it: each line's range and its end, and what is shaded.

use super::plot::{Line, Plot};
use super::{Scale, Unit};
use crate::readable;

/// Lines and shades beyond these are counted.
const MOST: usize = 8;

/// What a plot shows: `Response time from 0:00 to 5:00. p50: 5.1 ms to 8.2 ms, 6 ms at the end; ...`.
pub(super) fn of(plot: &Plot) -> String {
    let ends = [plot.x.scale.from, plot.x.scale.to].map(|x| said(x, plot.x.scale.unit));
    let [from, to] = ends;
    let shown = match (&plot.words, plot.is_empty()) {
        (_, true) => "nothing measured yet".to_owned(),
        (Some(words), _) => words.clone(),
        (None, _) => lines(&plot.lines, plot.y.scale),
    };
    let mut text = format!("{} from {from} to {to}. {shown}", plot.title);
    let shades: Vec<&str> = plot
        .visible_shades()
        .map(|shade| shade.label.as_str())
        .filter(|label| !label.is_empty())
        .collect();
    if let Some(shaded) = listed(shades.into_iter().map(str::to_owned).collect()) {
        text.push_str(&format!(". Shaded: {shaded}"));
    }
    text
}

fn lines(lines: &[Line], y: Scale) -> String {
    let said = lines.iter().filter_map(|line| {
        let mut values = line.points.iter().filter_map(|(_, y)| *y).peekable();
        values.peek()?;
        let (low, high, last) = values.fold(
            (f64::INFINITY, f64::NEG_INFINITY, 0.0),
            |(low, high, _), value| (value.min(low), value.max(high), value),
        );
        let [low, high, last] = [low, high, last].map(|value| said(value, y.unit));
        Some(if low == high {
            format!("{}: {low}", line.name)
        } else {
            format!("{}: {low} to {high}, {last} at the end", line.name)
        })
    });
    listed(said.collect()).unwrap_or_default()
}

fn listed(all: Vec<String>) -> Option<String> {
    let more = all.len().saturating_sub(MOST);
    let mut text = all.into_iter().take(MOST).collect::<Vec<_>>().join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    (!text.is_empty()).then_some(text)
}

/// A value as it is spoken of.
fn said(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Moment => readable::moment(value.max(0.0) as u64),
        Unit::Us => readable::duration(value.max(0.0).round() as u64),
        Unit::Share => readable::percent(value),
        Unit::Change => readable::change(value),
        Unit::PerSecond => format!("{}/s", readable::rate(value)),
        Unit::Count => readable::count(value.max(0.0).round() as u64),
        Unit::Number => format!("{value:.2}"),
        Unit::Bytes => readable::bytes(value.max(0.0).round() as u64),
        Unit::Nines if value <= 0.0 => "the fastest".to_owned(),
        Unit::Nines => quantile(value),
    }
}

/// `p99.9`, of three nines.
fn quantile(nines: f64) -> String {
    let percent = 100.0 - 100.0 * 10_f64.powf(-nines);
    let decimals = (nines.ceil() as usize).saturating_sub(1);
    let text = format!("p{percent:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
