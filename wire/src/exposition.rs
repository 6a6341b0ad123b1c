//! Metrics as servers expose them: Prometheus's text format, version 0.0.4, and what of OpenMetrics 1.0 is written
//! alike. Line by line, without keeping anything; a line that is not readable is passed over.

mod selector;

use std::borrow::Cow;

pub use selector::{Selector, SelectorError};

/// One readable line.
#[derive(Clone, Debug, PartialEq)]
pub enum Line<'a> {
    /// `# TYPE NAME KIND`: what the series of that name are.
    Type(&'a str, MetricKind),
    /// A value of a series.
    Sample(Sample<'a>),
}

/// A label's name and value.
pub type Label<'a> = (&'a str, Cow<'a, str>);

/// What the values of a series are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, until its server begins anew: its rate says something.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Buckets, a sum and a count, each of which only grows.
    Histogram,
    /// Quantiles as gauges, a sum and a count that only grow.
    Summary,
    /// Nobody says.
    #[default]
    Unknown,
}

/// A value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// `http_requests_total`.
    pub name: &'a str,
    /// Its labels, in order.
    pub labels: Vec<Label<'a>>,
    /// May be no number at all, or infinite.
    pub value: f64,
}

/// The readable lines of an exposition.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(|line| read(line.trim()))
}

fn read(line: &str) -> Option<Line<'_>> {
    match line.strip_prefix('#') {
        Some(comment) => {
            let mut words = comment.split_whitespace();
            let (keyword, name, kind) = (words.next()?, words.next()?, words.next()?);
            (keyword == "TYPE").then(|| Line::Type(name, MetricKind::of(kind)))
        }
        None => sample(line).map(Line::Sample),
    }
}

impl MetricKind {
    fn of(word: &str) -> Self {
        match word {
            "counter" => Self::Counter,
            "gauge" => Self::Gauge,
            "histogram" => Self::Histogram,
            "summary" => Self::Summary,
            _ => Self::Unknown,
        }
    }

    /// Whether a series only grows whose metric is of this kind; one of a histogram or summary by its ending.
    /// Where nobody says, the ending `_total` does.
    pub fn only_grows(self, name: &str) -> bool {
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match self {
            Self::Counter => true,
            Self::Gauge => false,
            Self::Histogram => ends(&["_bucket", "_sum", "_count"]),
            Self::Summary => ends(&["_sum", "_count"]),
            Self::Unknown => ends(&["_total"]),
        }
    }
}

/// The metric whose type a series has: `a` of `a_bucket`, `a_sum`, `a_count`, and of OpenMetrics' `a_total`.
pub fn metric_of(series: &str) -> &str {
    let endings = ["_bucket", "_sum", "_count", "_total"];
    let base = endings
        .iter()
        .find_map(|ending| series.strip_suffix(ending));
    base.unwrap_or(series)
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let name = name(line);
    let rest = line.get(name.len()..)?.trim_start();
    if name.is_empty() {
        return None;
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inner) => labels(inner)?,
        None => (Vec::new(), rest),
    };
    let value = rest.split_whitespace().next()?;
    Some(Sample {
        name,
        labels,
        value: number(value)?,
    })
}

/// The name that a text begins with: letters, digits, `_` and `:`.
fn name(text: &str) -> &str {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    match name.chars().next() {
        Some(first) if !first.is_ascii_digit() => name,
        _ => "",
    }
}

/// Labels up to the closing brace, and what follows it.
fn labels(text: &str) -> Option<(Vec<Label<'_>>, &str)> {
    let mut labels = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let key = name(rest);
        let after = rest.get(key.len()..)?.trim_start().strip_prefix('=')?;
        let (value, after) = quoted(after.trim_start())?;
        if key.is_empty() {
            return None;
        }
        labels.push((key, value));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if after.starts_with('}') => after,
            None => return None,
        };
    }
}

/// A text in quotation marks, with `\\`, `\"` and `\n` in it, and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let mut has_escapes = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => (escaped, has_escapes) = (true, true),
            '"' => {
                let (value, rest) = (inner.get(..at)?, inner.get(at + 1..)?);
                let value = match has_escapes {
                    true => Cow::Owned(unescaped(value)),
                    false => Cow::Borrowed(value),
                };
                return Some((value, rest));
            }
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            c => plain.push(c),
        }
    }
    plain
}

/// A number as Go writes it; `+Inf`, `-Inf` and `NaN` too.
fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        text => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
