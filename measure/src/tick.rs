//! The numbers of one interval of a run. Ticks of shards add up, and so do ticks in a row.
//! Unit: microseconds since the start of the run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Histogram, Outcomes, ProbeTick, RowMix, StatusMix, WatchTick};

/// One interval of a run. Exchanges are counted as sent when they are sent and by outcome when
/// they end, so `sent` and the sum of `outcomes` differ by what `in_flight` gained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    /// When it began.
    pub start_us: u64,
    /// How long it is.
    pub duration_us: u64,
    /// Exchanges whose intended time fell into it: the rate asked for.
    pub planned: u64,
    /// Exchanges sent in it.
    pub sent: u64,
    /// Exchanges sent and not yet ended when it ended.
    pub in_flight: u64,
    /// How those that ended in it ended.
    pub outcomes: Outcomes,
    /// Answers by status.
    pub statuses: StatusMix,
    /// Answers of MySQL by how many rows they had.
    pub rows: RowMix,
    /// Failures by kind: `HTTP 503`, `MySQL 1213`, `timeout`.
    pub errors: BTreeMap<String, u64>,
    /// Answers that were errors, new or recorded.
    pub error_answers: u64,
    /// Mismatches that only the order between lanes explains.
    pub conflicting_answers: u64,
    /// Failures a fault of the plan made itself; the others are the target's.
    pub injected_errors: u64,
    /// Bytes written.
    pub sent_bytes: u64,
    /// Bytes read.
    pub received_bytes: u64,
    /// Quantiles of the response time; `None` when no answer ended in it.
    pub response_us: Option<TickQuantiles>,
    /// Quantiles of the service time; `None` also in a run that did not keep it.
    pub service_us: Option<TickQuantiles>,
    /// 99 % of what was sent was at most this late, by the generator's own fault.
    pub lateness_p99_us: u64,
    /// Response times, two digits.
    pub response: Histogram,
    /// Service times, two digits.
    pub service: Histogram,
    /// Latenesses, two digits.
    pub lateness: Histogram,
    /// The operations some check watches.
    pub watched: Vec<Watched>,
    /// What each probe measured beside the load.
    pub probes: Vec<ProbeTick>,
    /// What watched servers and machines told in it.
    pub watch: Vec<WatchTick>,
}

/// Quantiles of one tick's response times, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TickQuantiles {
    /// Half took at most this long.
    pub p50: u64,
    /// 95 % took at most this long.
    pub p95: u64,
    /// 99 % took at most this long.
    pub p99: u64,
}

impl TickQuantiles {
    /// Those of some response times; `None` of none.
    pub(crate) fn of(response: &Histogram) -> Option<Self> {
        (!response.is_empty()).then(|| Self {
            p50: response.quantile(0.5),
            p95: response.quantile(0.95),
            p99: response.quantile(0.99),
        })
    }
}

/// One operation's share of a tick, kept for operations that a check over a window names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// The operation's id in the recording.
    pub operation: u32,
    /// How its exchanges ended.
    pub outcomes: Outcomes,
    /// Answers that were errors, new or not.
    pub error_answers: u64,
    /// Its response times, two digits.
    pub response: Histogram,
}

impl Tick {
    /// Adds another shard's tick of the same interval, or the tick that follows this one.
    /// `in_flight` adds up between shards; of two ticks in a row the later one's counts.
    pub fn merge(&mut self, other: &Self) {
        self.add(other);
        self.settle();
    }

    /// As [`Self::merge`], for several in a row: the quantiles are read off by [`Self::settle`] once all are added.
    pub(crate) fn add(&mut self, other: &Self) {
        let follows = other.start_us > self.start_us;
        let end = (self.start_us + self.duration_us).max(other.start_us + other.duration_us);
        self.duration_us = end - self.start_us.min(other.start_us);
        self.start_us = self.start_us.min(other.start_us);
        self.in_flight = if follows {
            other.in_flight
        } else {
            self.in_flight + other.in_flight
        };
        self.planned += other.planned;
        self.sent += other.sent;
        self.outcomes += other.outcomes;
        self.statuses.merge(&other.statuses);
        self.rows.merge(&other.rows);
        self.error_answers += other.error_answers;
        self.conflicting_answers += other.conflicting_answers;
        self.injected_errors += other.injected_errors;
        self.sent_bytes += other.sent_bytes;
        self.received_bytes += other.received_bytes;
        for (kind, count) in &other.errors {
            *self.errors.entry(kind.clone()).or_default() += count;
        }
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
        for watched in &other.watched {
            match self
                .watched
                .iter_mut()
                .find(|mine| mine.operation == watched.operation)
            {
                Some(mine) => mine.merge(watched),
                None => self.watched.push(watched.clone()),
            }
        }
        for probe in &other.probes {
            match self.probes.iter_mut().find(|mine| mine.name == probe.name) {
                Some(mine) => mine.merge(probe),
                None => self.probes.push(probe.clone()),
            }
        }
        WatchTick::merge_all(&mut self.watch, &other.watch);
    }

    /// Reads the quantiles off the histograms again.
    pub(crate) fn settle(&mut self) {
        self.response_us = TickQuantiles::of(&self.response);
        self.service_us = TickQuantiles::of(&self.service);
        self.lateness_p99_us = self.lateness.quantile(0.99);
    }

    /// When it ended, in microseconds since the start of the run.
    pub const fn end_us(&self) -> u64 {
        self.start_us + self.duration_us
    }

    /// The share (0.0 to 1.0) of the exchanges that ended in it and failed.
    pub fn error_rate(&self) -> f64 {
        share(self.outcomes.failures(), self.outcomes.total())
    }

    /// A count as a rate per second of this tick.
    pub fn per_second(&self, count: u64) -> f64 {
        if self.duration_us == 0 {
            return 0.0;
        }
        count as f64 * 1e6 / self.duration_us as f64
    }
}

/// Ticks of parts of a second, added up to whole seconds.
#[derive(Clone, Debug, Default)]
pub struct Seconds {
    open: Option<Tick>,
}

impl Seconds {
    const SECOND_US: u64 = 1_000_000;

    /// Adds a tick; the second that ends with it, if one does.
    pub fn add(&mut self, tick: &Tick) -> Option<Tick> {
        match &mut self.open {
            Some(open) => open.merge(tick),
            None => self.open = Some(tick.clone()),
        }
        let ends = tick.end_us().is_multiple_of(Self::SECOND_US);
        self.open.take_if(|_| ends)
    }

    /// The last part of a second, when a run ends within one.
    pub fn rest(&mut self) -> Option<Tick> {
        self.open.take()
    }
}

impl Watched {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.outcomes += other.outcomes;
        self.error_answers += other.error_answers;
        self.response.merge(&other.response);
    }
}

/// `part / whole`, and 0 of nothing.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
