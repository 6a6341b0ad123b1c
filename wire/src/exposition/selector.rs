//! Chooses series by name and labels: `http_requests_total{code="500",method!="GET"}`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{Sample, name, quoted};

/// Which series are meant. All that fit are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The name of the series.
    pub name: String,
    /// What its labels have to be.
    conditions: Vec<Condition>,
}

/// What one label has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    label: String,
    /// Whether it has to be the value, or must not be.
    is: bool,
    value: String,
}

/// A text that selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("read the series `{0}`: write NAME or NAME{{label=\"value\",other!=\"value\"}}")]
pub struct SelectorError(pub String);

impl Selector {
    /// Reads several, with commas between; `None` when one of them is not readable.
    pub fn list(text: &str) -> Option<Vec<Self>> {
        let mut selectors = Vec::new();
        let mut rest = text.trim();
        loop {
            let (selector, after) = read(rest)?;
            selectors.push(selector);
            let after = after.trim_start();
            if after.is_empty() {
                return Some(selectors);
            }
            rest = after.strip_prefix(',')?.trim_start();
        }
    }

    /// Whether a sample is one of those meant. A label that it does not have is empty, as in Prometheus.
    pub fn selects(&self, sample: &Sample<'_>) -> bool {
        self.name == sample.name
            && self.conditions.iter().all(|condition| {
                let label = sample.labels.iter();
                let mut label = label.filter(|(name, _)| *name == condition.label);
                let value = label.next().map_or("", |(_, value)| value.as_ref());
                (value == condition.value) == condition.is
            })
    }
}

fn read(text: &str) -> Option<(Selector, &str)> {
    let name = name(text);
    let mut rest = text.get(name.len()..)?;
    let mut conditions = Vec::new();
    if name.is_empty() {
        return None;
    }
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner.trim_start();
        loop {
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (condition, after) = condition(rest)?;
            conditions.push(condition);
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.starts_with('}') => after,
                None => return None,
            };
        }
    }
    let selector = Selector {
        name: name.to_owned(),
        conditions,
    };
    Some((selector, rest))
}

/// A condition, and what follows the blanks after it.
fn condition(text: &str) -> Option<(Condition, &str)> {
    let label = name(text);
    let rest = text.get(label.len()..)?.trim_start();
    let (is, rest) = match rest.strip_prefix("!=") {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix('=')?),
    };
    let (value, rest) = quoted(rest.trim_start())?;
    (!label.is_empty()).then(|| {
        let condition = Condition {
            label: label.to_owned(),
            is,
            value: value.into_owned(),
        };
        (condition, rest.trim_start())
    })
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        match read(text.trim()) {
            Some((selector, "")) => Ok(selector),
            _ => Err(SelectorError(text.to_owned())),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.conditions.is_empty() {
            return Ok(());
        }
        let conditions = self.conditions.iter().map(|condition| {
            let value = condition.value.replace('\\', "\\\\").replace('"', "\\\"");
            let value = value.replace('\n', "\\n");
            let operator = if condition.is { "=" } else { "!=" };
            format!("{}{operator}\"{value}\"", condition.label)
        });
        let conditions: Vec<String> = conditions.collect();
        write!(f, "{{{}}}", conditions.join(","))
    }
}
