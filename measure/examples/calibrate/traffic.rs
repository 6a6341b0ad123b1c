//! Simulated runs: 20 operations arriving by chance, answered by a simulated server, perhaps changed.

use std::collections::BTreeMap;

use reprise_measure::{Outcome, RunSamples, Sample, SampleFlags, Source};

use super::server::{Server, State};

const OPERATIONS: u32 = 20;

/// What a run is made of.
#[derive(Clone)]
pub(super) struct Traffic {
    pub(super) server: Server,
    pub(super) seconds: u64,
    pub(super) per_second: u64,
    /// An operation that takes so many times as long.
    pub(super) slower: Option<(u32, f64)>,
    /// All operations take so many times as long.
    pub(super) all_slower: f64,
    /// A share of the requests that take so many times as long.
    pub(super) tail: Option<(f64, f64)>,
    /// By what share whole runs differ, one standard deviation.
    pub(super) between_runs: f64,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            server: Server::Steady,
            seconds: 60,
            per_second: 500,
            slower: None,
            all_slower: 1.0,
            tail: None,
            between_runs: 0.0,
        }
    }
}

/// What an operation is called.
pub(super) fn name(operation: u32) -> String {
    format!("GET /{operation}")
}

impl Traffic {
    /// A run: the plan's seed decides what is asked and when, the run's seed how it is answered.
    pub(super) fn run(&self, plan: u64, run: u64) -> RunSamples {
        let (mut plan, mut chance) = (Chance::new(plan), Chance::new(run));
        let names: BTreeMap<u32, String> = (0..OPERATIONS).map(|id| (id, name(id))).collect();
        let duration_us = self.seconds * 1_000_000;
        let mut samples = RunSamples::new("run", Source::Run, duration_us, names);
        let mut state = State::new(self.server, self.per_second);
        let whole = self.all_slower * (self.between_runs * chance.normal()).exp();
        let gap_us = 1e6 / self.per_second as f64;
        let mut at_us = 0.0;
        loop {
            at_us -= gap_us * plan.unit().ln();
            if at_us >= duration_us as f64 {
                return samples;
            }
            let operation = (plan.unit() * f64::from(OPERATIONS)) as u32;
            let mut factor = whole * (1.0 + f64::from(operation % 5) * 0.25);
            if let Some((_, times)) = self.slower.filter(|(slower, _)| *slower == operation) {
                factor *= times;
            }
            if let Some((_, times)) = self.tail.filter(|(share, _)| chance.unit() < *share) {
                factor *= times;
            }
            let (took_us, failed) = state.answer(at_us, factor, &mut chance);
            samples.push(&sample(at_us as u64, operation, took_us as u64, failed));
        }
    }
}

fn sample(at_us: u64, operation: u32, took_us: u64, failed: bool) -> Sample {
    Sample {
        exchange: 1,
        lane: 0,
        copy: 0,
        operation,
        intended_us: at_us,
        ready_us: at_us,
        sent_us: at_us + 10,
        first_byte_us: Some(at_us + took_us),
        done_us: at_us + took_us,
        outcome: if failed {
            Outcome::ErrorReply
        } else {
            Outcome::Ok
        },
        status: if failed { 503 } else { 200 },
        flags: SampleFlags::empty(),
        sent_bytes: 0,
        received_bytes: 0,
        faults: 0,
    }
}

/// A stream of chances (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(reprise_measure::choice::bits(seed, &[1]))
    }

    /// Above 0, below 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal value (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// An exponential value with this mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }
}
