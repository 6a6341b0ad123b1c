//! What the values of a watched series are, and how people read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::Unit;
use crate::readable;

/// What the values of a watched series are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchUnit {
    /// A number that says nothing of what it counts.
    #[default]
    Number,
    /// A number of things.
    Count,
    /// Events per second.
    PerSecond,
    /// A share: 1.0 is all, or one processor.
    Share,
    /// Bytes.
    Bytes,
    /// Microseconds.
    Us,
}

impl WatchUnit {
    /// The name used in files: `per_second`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Count => "count",
            Self::PerSecond => "per_second",
            Self::Share => "share",
            Self::Bytes => "bytes",
            Self::Us => "us",
        }
    }

    /// A value as people read it: `95.2 %`, `1,204/s`, `13 MB`.
    pub fn readable(self, value: f64) -> String {
        match self {
            Self::Number if value.fract() == 0.0 || value.abs() >= 100.0 => whole(value),
            Self::Number => significant(value),
            Self::Count => readable::rate(value),
            Self::PerSecond => format!("{}/s", readable::rate(value)),
            Self::Share => readable::percent(value),
            Self::Bytes => readable::bytes(value.max(0.0).round() as u64),
            Self::Us => readable::duration(value.max(0.0).round() as u64),
        }
    }

    /// How much B is more than A, as people read it: percentage points of shares, per cent of all others.
    pub fn readable_change(self, a: f64, b: f64) -> String {
        match self {
            Self::Share => format!("{} points", readable::signed((b - a) * 100.0)),
            _ if a > 0.0 => readable::change(b / a - 1.0),
            _ if a == b => readable::change(0.0),
            _ => format!("from {}", self.readable(a)),
        }
    }

    pub(crate) const fn axis(self) -> Unit {
        match self {
            Self::Number => Unit::Number,
            Self::Count => Unit::Count,
            Self::PerSecond => Unit::PerSecond,
            Self::Share => Unit::Share,
            Self::Bytes => Unit::Bytes,
            Self::Us => Unit::Us,
        }
    }
}

/// A number of which the fraction does not matter.
fn whole(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}", readable::count(value.abs().round() as u64))
}

/// Three digits of a number below a hundred.
fn significant(value: f64) -> String {
    let digits = 2 - value.abs().log10().floor().clamp(-6.0, 1.0) as i32;
    let text = format!("{:.*}", usize::try_from(digits).unwrap_or(0), value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{text}", if value < 0.0 { "−" } else { "" })
}
