//! A limit a run must hold, as a person writes it: `p99<250ms`, `error_rate<1%`,
//! `p95(GET /cart/{id})<100ms over 10s`. What was not measured was not held, unless it says `if any`.

mod during;
mod evaluate;
mod parse;
mod watching;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::probe::PROBE;

pub use during::{During, Stretch};
pub use parse::CheckError;
pub use watching::Watching;

/// One limit. Serialised as the text it was written as.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Check {
    measure: Measure,
    operation: Option<String>,
    relation: Relation,
    /// Microseconds, a share, or exchanges per second, as the measure says.
    limit: f64,
    window_us: Option<u64>,
    during: Option<During>,
    /// Whether it holds where there was nothing to measure.
    if_any: bool,
    text: String,
}

/// What is compared with the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    Time(Time, Statistic),
    ErrorRate,
    ErrorRateTotal,
    MismatchRate,
    SentPerSecond,
    /// From the end of a disturbance until all is as before.
    Recovery,
}

/// Which of a sample's durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Response,
    Service,
    FirstByte,
    Waiting,
    Lateness,
}

/// Which point of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistic {
    P50,
    P90,
    P95,
    P99,
    P999,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckResult {
    /// The check as it was written.
    pub check: String,
    /// The measured value: microseconds for times and the longest recovery, a share (0.0 to 1.0) for rates, exchanges per
    /// second for `sent_per_s`; with a window, the worst one. `None` when there was nothing to measure.
    pub value: Option<f64>,
    /// Whether the limit held. Without a value only if the check says `if any`.
    pub held: bool,
    /// The value for people: `412 ms`, `3.71 %`, `n/a`.
    pub readable: String,
}

impl Check {
    /// Reads `MEASURE[(OPERATION)] < LIMIT [over WINDOW] [@PART] [if any]`.
    ///
    /// Measures: `p50 p90 p95 p99 p999 max` of the response time, the same after `service_`,
    /// `first_byte_`, `waiting_` or `lateness_`; `lateness` (its p99); `error_rate`,
    /// `error_rate_total`, `mismatch_rate`; `sent_per_s`. Relations: `< <= > >=`. Limits:
    /// `250ms`, `1.5s`, `800us`, `1%`, `4900`. `over 10s` takes the worst stretch of that length;
    /// `@30s..60s`, `@stage2`, `@fault:delay` or `@fault2` only that part of the run.
    ///
    /// And `recovers[(OPERATION)] within 10s [if any]`: after each fault or command. `if any` holds where there was
    /// nothing to measure.
    pub fn parse(text: &str) -> Result<Self, CheckError> {
        parse::check(text)
    }

    /// The operation it is about, if not the whole run. With [`Self::needs_ticks`], the engine
    /// must keep it apart in its ticks ([`crate::Accumulator::new`]).
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The probe it is about, by its name.
    pub fn probe(&self) -> Option<&str> {
        self.operation.as_deref()?.strip_prefix(PROBE)
    }

    /// The part of the run it is about, if not all of it.
    pub const fn during(&self) -> Option<&During> {
        self.during.as_ref()
    }

    /// Whether it is about a window or part of the run, so that ticks are needed to evaluate it.
    pub const fn needs_ticks(&self) -> bool {
        self.window_us.is_some() || self.during.is_some()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Check {
    type Error = CheckError;

    fn try_from(text: String) -> Result<Self, CheckError> {
        Self::parse(&text)
    }
}

impl From<Check> for String {
    fn from(check: Check) -> Self {
        check.text
    }
}

impl Relation {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
        }
    }

    /// The value further from holding.
    const fn worse(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Below | Self::AtMost => a.max(b),
            Self::Above | Self::AtLeast => a.min(b),
        }
    }
}

impl Statistic {
    const fn quantile(self) -> f64 {
        match self {
            Self::P50 => 0.5,
            Self::P90 => 0.9,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
            Self::P999 => 0.999,
            Self::Max => 1.0,
        }
    }
}

#[cfg(test)]
mod tests;
