//! Takes the samples of a run, or of one shard of it, and keeps totals, operations and the current tick.
//! Bounded: at most [`MAX_OPERATIONS`] operations of two digits, the rest together as "other".

mod connecting;
mod operations;
mod span;

use std::collections::BTreeMap;

pub use operations::MAX_OPERATIONS;

use connecting::Connecting;
use operations::Operations;
use span::Span;

use crate::summary::{FaultCount, Rate, RunFacts, Summary};
use crate::tick::{Watched, share};
use crate::{
    Digits, Effects, ErrorKind, Histogram, Outcome, Outcomes, Quantiles, RowMix, Sample,
    SampleFlags, Tick,
};

/// How many kinds of error are kept apart; further ones count as `error reply`.
const MAX_ERROR_KINDS: usize = 64;
/// A sample has one bit for each fault that can touch it.
const FAULTS: usize = 32;

/// The totals of what one shard of a run has done so far. Shards add up with [`Self::merge`].
///
/// The engine says [`planned`](Self::planned) when an intended time passes, [`sent`](Self::sent)
/// when an exchange is sent, [`skipped`](Self::skipped) when it never will be, and
/// [`ended`](Self::ended) with the sample; so `planned = sent + skipped` when a run is over.
#[derive(Clone, Debug)]
pub struct Accumulator {
    planned: u64,
    sent: u64,
    skipped: BTreeMap<&'static str, u64>,
    outcomes: Outcomes,
    /// Those of `outcomes` that no statistic counts.
    unmeasured: Outcomes,
    /// Exchanges intended before this are not measured; microseconds.
    measures_from_us: u64,
    error_answers: u64,
    order_conflicts: u64,
    /// Those of them that are no errors.
    conflicting_answers: u64,
    injected_errors: u64,
    connecting: Connecting,
    errors: BTreeMap<ErrorKind, u64>,
    sent_bytes: u64,
    received_bytes: u64,
    response: Histogram,
    service: Histogram,
    first_byte: Histogram,
    waiting: Histogram,
    lateness: Histogram,
    intended: Option<Span>,
    departed: Option<Span>,
    operations: Operations,
    faults: [FaultCount; FAULTS],
    watched: Vec<u32>,
    in_flight: u64,
    tick: Tick,
    tick_errors: BTreeMap<ErrorKind, u64>,
}

impl Accumulator {
    /// Nothing yet. Each tick also keeps the operations in `watched` apart, for checks over a
    /// window ([`crate::Check::operation`]).
    pub fn new(watched: Vec<u32>) -> Self {
        Self {
            planned: 0,
            sent: 0,
            skipped: BTreeMap::new(),
            outcomes: Outcomes::default(),
            unmeasured: Outcomes::default(),
            measures_from_us: 0,
            error_answers: 0,
            order_conflicts: 0,
            conflicting_answers: 0,
            injected_errors: 0,
            connecting: Connecting::default(),
            errors: BTreeMap::new(),
            sent_bytes: 0,
            received_bytes: 0,
            response: Histogram::new(Digits::Three),
            service: Histogram::new(Digits::Three),
            first_byte: Histogram::new(Digits::Three),
            waiting: Histogram::new(Digits::Three),
            lateness: Histogram::new(Digits::Three),
            intended: None,
            departed: None,
            operations: Operations::default(),
            faults: [FaultCount::default(); FAULTS],
            watched,
            in_flight: 0,
            tick: Tick::default(),
            tick_errors: BTreeMap::new(),
        }
    }

    /// Leaves what is intended before `from_us` of the run out of every statistic; it is warming up. Counts
    /// and the time series have it all the same.
    #[must_use]
    pub const fn measuring_from(mut self, from_us: u64) -> Self {
        self.measures_from_us = from_us;
        self
    }

    /// The schedule wanted this many more exchanges.
    pub fn planned(&mut self, count: u64) {
        self.planned += count;
        self.tick.planned += count;
    }

    /// This many planned exchanges will not be sent, and why: `downstream`, `stopped`.
    pub fn skipped(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.skipped.entry(reason).or_default() += count;
        }
    }

    /// One exchange was sent; [`Self::ended`] follows for it.
    pub const fn sent(&mut self) {
        self.sent += 1;
        self.in_flight += 1;
        self.tick.sent += 1;
    }

    /// One sent exchange has ended.
    pub fn ended(&mut self, sample: &Sample) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.outcomes[sample.outcome] += 1;
        self.tick_ended(sample);
        self.connecting.count(sample);
        self.sent_bytes += u64::from(sample.sent_bytes);
        self.received_bytes += u64::from(sample.received_bytes);
        if !sample.is_measured(self.measures_from_us) {
            self.unmeasured[sample.outcome] += 1;
            return;
        }
        self.count_failure(sample);
        Span::extend(&mut self.intended, sample.intended_us);
        Span::extend(&mut self.departed, sample.sent_us);
        self.waiting.record(sample.waiting_us());
        self.lateness.record(sample.lateness_us());
        if let Some(first_byte) = sample.first_byte_us {
            self.first_byte
                .record(first_byte.saturating_sub(sample.intended_us));
        }
        if sample.has_response_time() {
            self.response.record(sample.response_us());
            self.service.record(sample.service_us());
        }
        self.operations.record(sample);
        self.count_faults(sample);
    }

    /// Answers of MySQL had so many rows.
    pub fn returned(&mut self, rows: &RowMix) {
        self.tick.rows.merge(rows);
    }

    /// Counts a sample in the time series, which has all of them.
    fn tick_ended(&mut self, sample: &Sample) {
        let tick = &mut self.tick;
        tick.outcomes[sample.outcome] += 1;
        tick.error_answers += u64::from(is_error(sample));
        tick.conflicting_answers += u64::from(sample.is_conflicting_answer());
        tick.sent_bytes += u64::from(sample.sent_bytes);
        tick.received_bytes += u64::from(sample.received_bytes);
        tick.lateness.record(sample.lateness_us());
        if sample.has_response_time() {
            tick.response.record(sample.response_us());
            tick.service.record(sample.service_us());
        }
        tick.statuses.count(sample);
        if let Some(kind) = ErrorKind::of(sample) {
            count_kind(&mut self.tick_errors, kind, 1);
            tick.injected_errors += u64::from(sample.flags.contains(SampleFlags::FAULT_ENDED));
        }
        if self.watched.contains(&sample.operation) {
            tick.watch(sample);
        }
    }

    fn count_failure(&mut self, sample: &Sample) {
        self.error_answers += u64::from(is_error(sample));
        self.order_conflicts += u64::from(sample.flags.contains(SampleFlags::ORDER_CONFLICT));
        self.conflicting_answers += u64::from(sample.is_conflicting_answer());
        let Some(kind) = ErrorKind::of(sample) else {
            return;
        };
        count_kind(&mut self.errors, kind, 1);
        self.injected_errors += u64::from(sample.flags.contains(SampleFlags::FAULT_ENDED));
    }

    fn count_faults(&mut self, sample: &Sample) {
        if sample.faults == 0 {
            return;
        }
        for (bit, count) in self.faults.iter_mut().enumerate() {
            if sample.faults >> bit & 1 == 1 {
                count.injected += 1;
                count.observed_errors += u64::from(sample.outcome.is_failure());
            }
        }
    }

    /// Ends the current tick and begins the next.
    pub fn take_tick(&mut self, start_us: u64, duration_us: u64) -> Tick {
        let mut tick = std::mem::take(&mut self.tick);
        tick.start_us = start_us;
        tick.duration_us = duration_us;
        tick.in_flight = self.in_flight;
        for (kind, count) in std::mem::take(&mut self.tick_errors) {
            *tick.errors.entry(kind.to_string()).or_default() += count;
        }
        tick.settle();
        tick
    }

    /// Hands over the totals since the last time, for a collector to [`merge`](Self::merge); the
    /// current tick and what is in flight stay here.
    pub fn take_totals(&mut self) -> Self {
        let fresh = Self {
            in_flight: self.in_flight,
            tick: std::mem::take(&mut self.tick),
            tick_errors: std::mem::take(&mut self.tick_errors),
            measures_from_us: self.measures_from_us,
            ..Self::new(self.watched.clone())
        };
        let mut taken = std::mem::replace(self, fresh);
        taken.in_flight = 0;
        taken
    }

    /// Adds another shard's totals and its current tick.
    pub fn merge(&mut self, other: &Self) {
        self.planned += other.planned;
        self.sent += other.sent;
        for (reason, count) in &other.skipped {
            self.skipped(reason, *count);
        }
        self.outcomes += other.outcomes;
        self.unmeasured += other.unmeasured;
        self.error_answers += other.error_answers;
        self.order_conflicts += other.order_conflicts;
        self.conflicting_answers += other.conflicting_answers;
        self.injected_errors += other.injected_errors;
        self.connecting.merge(&other.connecting);
        self.sent_bytes += other.sent_bytes;
        self.received_bytes += other.received_bytes;
        self.in_flight += other.in_flight;
        for (kind, count) in &other.errors {
            count_kind(&mut self.errors, *kind, *count);
        }
        for (kind, count) in &other.tick_errors {
            count_kind(&mut self.tick_errors, *kind, *count);
        }
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.first_byte.merge(&other.first_byte);
        self.waiting.merge(&other.waiting);
        self.lateness.merge(&other.lateness);
        for (mine, theirs) in [
            (&mut self.intended, other.intended),
            (&mut self.departed, other.departed),
        ] {
            if let Some(span) = theirs {
                Span::extend(mine, span.first);
                Span::extend(mine, span.last);
            }
        }
        for (count, more) in self.faults.iter_mut().zip(&other.faults) {
            count.injected += more.injected;
            count.observed_errors += more.observed_errors;
        }
        self.operations.merge(&other.operations);
        self.tick.merge(&other.tick);
    }

    /// The run so far, in the form that is stored, printed and shown.
    pub fn summary(&self, facts: &RunFacts) -> Summary {
        let measured = self.outcomes.without(&self.unmeasured);
        let response_us = Quantiles::of(&self.response);
        let lateness_us = Quantiles::of(&self.lateness);
        let generator_late = crate::summary::is_generator_late(&lateness_us, &response_us);
        Summary {
            planned: self.planned,
            sent: self.sent,
            skipped: self
                .skipped
                .iter()
                .map(|(why, n)| ((*why).to_owned(), *n))
                .collect(),
            outcomes: self.outcomes,
            unmeasured: self.unmeasured,
            warm_up_ms: self.measures_from_us / 1_000,
            error_rate: share(measured.failures(), measured.total()),
            error_rate_total: share(self.error_answers, measured.total()),
            unfaithful: crate::summary::is_unfaithful(&measured, self.conflicting_answers),
            generator_late,
            generator_limits: facts.generator.limits(generator_late, &lateness_us),
            rate: Rate {
                asked_per_s: Span::rate(self.intended, measured.total(), facts.duration_us),
                sent_per_s: Span::rate(self.departed, measured.total(), facts.duration_us),
            },
            response_us,
            service_us: Quantiles::of(&self.service),
            first_byte_us: Quantiles::of(&self.first_byte),
            waiting_us: Quantiles::of(&self.waiting),
            lateness_us,
            errors: self
                .errors
                .iter()
                .map(|(kind, n)| (kind.to_string(), *n))
                .collect(),
            injected_errors: self.injected_errors,
            order_conflicts: self.order_conflicts,
            conflicting_answers: self.conflicting_answers,
            connections: self.connecting.opened,
            reconnects: self.connecting.reconnects,
            retries: self.connecting.retries,
            over_cap: self.connecting.over_cap,
            reanchored: facts.reanchored,
            stood_still_ms: facts.stood_still_us / 1_000,
            values_missing: facts.values_missing,
            faults: self.fault_counts(&facts.faults),
            checks: Vec::new(),
            operations: self.operations.summaries(&facts.operations),
            effects: Effects::default(),
            commands: Vec::new(),
            probes: Vec::new(),
            watch: Vec::new(),
            sent_bytes: self.sent_bytes,
            received_bytes: self.received_bytes,
            duration_ms: facts.duration_us / 1_000,
        }
    }

    fn fault_counts(&self, names: &[String]) -> BTreeMap<String, FaultCount> {
        let mut counts = BTreeMap::<String, FaultCount>::new();
        for (name, count) in names.iter().zip(&self.faults) {
            let entry = counts.entry(name.clone()).or_default();
            entry.injected += count.injected;
            entry.observed_errors += count.observed_errors;
        }
        counts
    }
}

impl Tick {
    fn watch(&mut self, sample: &Sample) {
        let at = self
            .watched
            .iter()
            .position(|row| row.operation == sample.operation);
        let at = at.unwrap_or_else(|| {
            self.watched.push(Watched {
                operation: sample.operation,
                ..Watched::default()
            });
            self.watched.len() - 1
        });
        let row = &mut self.watched[at];
        row.outcomes[sample.outcome] += 1;
        row.error_answers += u64::from(is_error(sample));
        if sample.has_response_time() {
            row.response.record(sample.response_us());
        }
    }
}

/// Whether a sample was an error at all, recorded or new.
pub(crate) const fn is_error(sample: &Sample) -> bool {
    sample.outcome.is_failure() || sample.flags.contains(SampleFlags::ERROR_ANSWER)
}

fn count_kind(errors: &mut BTreeMap<ErrorKind, u64>, kind: ErrorKind, count: u64) {
    let known = errors.len() < MAX_ERROR_KINDS || errors.contains_key(&kind);
    let kind = if known {
        kind
    } else {
        ErrorKind::Ended(Outcome::ErrorReply)
    };
    *errors.entry(kind).or_default() += count;
}

#[cfg(test)]
mod tests;
