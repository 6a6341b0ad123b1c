//! One second of a run as a line of JSON, for whoever follows it from a pipe: a tick without its histograms.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::tick::TickQuantiles;
use crate::{Outcomes, Tick, WatchTick};

/// The numbers of one second. Times are microseconds since the start of the run.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
pub struct SecondLine<'a> {
    /// The run's name.
    pub run: &'a str,
    /// When it began.
    pub start_us: u64,
    /// How long it is.
    pub duration_us: u64,
    /// Exchanges whose intended time fell into it.
    pub planned: u64,
    /// Exchanges sent in it.
    pub sent: u64,
    /// The rate asked for: exchanges a second by their intended times.
    pub asked_per_s: f64,
    /// Exchanges sent a second.
    pub sent_per_s: f64,
    /// Exchanges sent and not yet ended when it ended.
    pub in_flight: u64,
    /// How those that ended in it ended.
    pub outcomes: Outcomes,
    /// The share (0.0 to 1.0) of them that failed.
    pub error_rate: f64,
    /// Failures by kind: `HTTP 503`, `MySQL 1213`, `timeout`.
    pub errors: &'a BTreeMap<String, u64>,
    /// Failures a fault of the plan made itself; the others are the target's.
    pub injected_errors: u64,
    /// Bytes written.
    pub sent_bytes: u64,
    /// Bytes read.
    pub received_bytes: u64,
    /// Quantiles of the response time; null when no answer ended in it.
    pub response_us: Option<TickQuantiles>,
    /// 99 % of what was sent was at most this late, by the generator's own fault.
    pub lateness_p99_us: u64,
    /// What each probe measured beside the load.
    pub probes: Vec<ProbeSecond<'a>>,
    /// What watched servers and machines told in it.
    pub watch: &'a [WatchTick],
}

/// What one probe measured in a second.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
pub struct ProbeSecond<'a> {
    /// What it is called.
    pub name: &'a str,
    /// How the exchanges that ended in it ended.
    pub outcomes: Outcomes,
    /// Quantiles of their response times; null when no answer ended in it.
    pub response_us: Option<TickQuantiles>,
}

impl<'a> SecondLine<'a> {
    /// A tick of the run called `run`.
    pub fn of(run: &'a str, tick: &'a Tick) -> Self {
        let probes = tick.probes.iter().map(|probe| ProbeSecond {
            name: &probe.name,
            outcomes: probe.outcomes,
            response_us: probe.response_us,
        });
        Self {
            run,
            start_us: tick.start_us,
            duration_us: tick.duration_us,
            planned: tick.planned,
            sent: tick.sent,
            asked_per_s: tick.per_second(tick.planned),
            sent_per_s: tick.per_second(tick.sent),
            in_flight: tick.in_flight,
            outcomes: tick.outcomes,
            error_rate: tick.error_rate(),
            errors: &tick.errors,
            injected_errors: tick.injected_errors,
            sent_bytes: tick.sent_bytes,
            received_bytes: tick.received_bytes,
            response_us: tick.response_us,
            lateness_p99_us: tick.lateness_p99_us,
            probes: probes.collect(),
            watch: &tick.watch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_everything_but_the_histograms() {
        let mut tick = Tick {
            start_us: 3_000_000,
            duration_us: 1_000_000,
            planned: 120,
            sent: 100,
            response_us: Some(TickQuantiles {
                p50: 900,
                p95: 4_000,
                p99: 9_000,
            }),
            ..Tick::default()
        };
        tick.outcomes.ok = 75;
        tick.outcomes.timeout = 25;
        tick.errors.insert("timeout".to_owned(), 25);
        insta::assert_json_snapshot!(SecondLine::of("five", &tick));
    }
}
