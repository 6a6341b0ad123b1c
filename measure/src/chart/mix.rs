//! What answers were made of over time, as shares of all that ended: by status, and by how many rows MySQL returned.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::grouped::{Keep, grouped, middle};
use super::over_time::{Timeline, time_axis, timed};
use super::plot::{Line, marks};
use super::{Chart, Style, Token, Unit};
use crate::tick::share;
use crate::{RowMix, StatusMix, Tick};

/// More layers of errors than this are hard to tell apart; further ones are drawn as one.
const ERROR_LAYERS: usize = 4;
/// The colours of errors, the most frequent first; of those drawn as one last.
const ERROR_TOKENS: [Token; ERROR_LAYERS + 1] =
    [Token::P99, Token::P95, Token::Ink, Token::Dim, Token::Faint];
/// A layered picture need not be finer: a layer's outline goes there and back.
const MOST_POINTS: u32 = 240;

/// What kind of answer a layer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answered {
    /// The first digit of an HTTP status.
    Http(usize),
    MysqlOk,
    /// A MySQL error number.
    Mysql(u16),
    Not,
}

/// Shares of HTTP classes, MySQL successes and errors, and of what got no answer.
pub fn statuses(timeline: &Timeline<'_>, style: Style) -> Chart {
    let style = style.with_points(MOST_POINTS);
    let ticks = grouped(timeline, style, Keep::Counts);
    let mut totals = BTreeMap::<Answered, u64>::new();
    for (answered, count) in ticks.iter().flat_map(|tick| Answered::all(&tick.statuses)) {
        *totals.entry(answered).or_default() += count;
    }
    let layer = |name: String, token, holds: &dyn Fn(Answered) -> bool| {
        layer(name, token, &ticks, |tick| {
            let counted = Answered::all(&tick.statuses).filter(|(answered, _)| holds(*answered));
            (counted.map(|(_, count)| count).sum(), tick.statuses.total())
        })
    };
    let good = totals
        .keys()
        .filter_map(|answered| Some((*answered, answered.good()?)));
    let mut layers: Vec<Line> = good
        .map(|(answered, token)| layer(answered.to_string(), token, &|other| other == answered))
        .collect();
    let mut bad: Vec<(Answered, u64)> = totals.iter().map(|(a, count)| (*a, *count)).collect();
    bad.retain(|(answered, _)| answered.good().is_none());
    bad.sort_by_key(|(answered, count)| (std::cmp::Reverse(*count), *answered));
    let named: Vec<Answered> = bad
        .iter()
        .take(ERROR_LAYERS)
        .map(|(kind, _)| *kind)
        .collect();
    for (kind, token) in named.iter().zip(ERROR_TOKENS) {
        layers.push(layer(kind.to_string(), token, &|other| other == *kind));
    }
    if bad.len() > named.len() {
        let rest = |other: Answered| other.good().is_none() && !named.contains(&other);
        layers.push(layer("other".to_owned(), ERROR_TOKENS[ERROR_LAYERS], &rest));
    }
    stacked("Answers by status", timeline, style, layers)
}

/// Shares of result sets by how many rows they had.
pub fn rows(timeline: &Timeline<'_>, style: Style) -> Chart {
    const TOKENS: [Token; RowMix::BINS.len()] = [
        Token::Faint,
        Token::P50,
        Token::Teal,
        Token::Violet,
        Token::P95,
        Token::P99,
    ];
    let style = style.with_points(MOST_POINTS);
    let ticks = grouped(timeline, style, Keep::Counts);
    let layers = RowMix::BINS.iter().zip(TOKENS).enumerate();
    let layers = layers.map(|(bin, (name, token))| {
        layer((*name).to_owned(), token, &ticks, |tick| {
            (tick.rows.counts()[bin], tick.rows.total())
        })
    });
    let seen = |layer: &Line| layer.points.iter().any(|(_, y)| y.is_some_and(|y| y > 0.0));
    stacked(
        "Answers by rows",
        timeline,
        style,
        layers.filter(seen).collect(),
    )
}

/// A layer's share in each tick; none where nothing ended. `counts`: of the layer, and of all.
fn layer(
    name: String,
    token: Token,
    ticks: &[impl AsRef<Tick>],
    counts: impl Fn(&Tick) -> (u64, u64),
) -> Line {
    let points = ticks.iter().map(|tick| {
        let (part, whole) = counts(tick.as_ref());
        (
            middle(tick.as_ref()),
            (whole > 0).then(|| share(part, whole)),
        )
    });
    Line::new(name, token, points.collect())
}

fn stacked(title: &str, timeline: &Timeline<'_>, style: Style, layers: Vec<Line>) -> Chart {
    let shown = layers
        .iter()
        .filter(|layer| !timeline.hidden.contains(&layer.name));
    let mut sums = BTreeMap::<u64, f64>::new();
    for (x, y) in shown.flat_map(|layer| &layer.points) {
        *sums.entry(*x as u64).or_default() += y.unwrap_or(0.0);
    }
    // without the layers that were hidden, those that are left have all the room
    let highest = sums.values().copied().fold(0.0, f64::max).max(0.01);
    let y = match timeline.hidden {
        [] => Axis::from_zero(0.95, Unit::Share, marks(style).1.min(4)),
        _ => Axis::from_zero(highest.min(0.95), Unit::Share, marks(style).1.min(4)),
    };
    let mut plot = timed(title, timeline, time_axis(timeline, style), y);
    plot.stacked = true;
    plot.lines = layers;
    plot.hide(timeline.hidden);
    plot.draw(style)
}

impl Answered {
    fn all(mix: &StatusMix) -> impl Iterator<Item = (Self, u64)> {
        let http = (1..).map(Self::Http).zip(mix.http);
        let errors = mix.mysql_errors.iter();
        let errors = errors.map(|(number, count)| (Self::Mysql(*number), *count));
        http.chain([(Self::MysqlOk, mix.mysql_ok), (Self::Not, mix.unanswered)])
            .chain(errors)
            .filter(|(_, count)| *count > 0)
    }

    /// The colour of one that is no error.
    const fn good(self) -> Option<Token> {
        match self {
            Self::Http(1) => Some(Token::Ok),
            Self::Http(2) => Some(Token::P50),
            Self::Http(3) => Some(Token::Violet),
            Self::MysqlOk => Some(Token::Teal),
            Self::Http(_) | Self::Mysql(_) | Self::Not => None,
        }
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http(class) => write!(f, "HTTP {class}xx"),
            Self::MysqlOk => f.write_str("MySQL ok"),
            Self::Mysql(0) => f.write_str("MySQL, other errors"),
            Self::Mysql(number) => write!(f, "MySQL {number}"),
            Self::Not => f.write_str("no answer"),
        }
    }
}
