//! Simulated runs: 20 operations arriving by chance, answered by a simulated server, perhaps changed.

use std::collections::BTreeMap;

use reprise_measure::{Outcome, RunSamples, Sample, SampleFlags, Source};

use super::generator::{Asked, HeldUp, Played};
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
    /// How the generator is held up.
    pub(super) held_up: Option<HeldUp>,
    /// A fault of the plan, on in the middle third.
    pub(super) fault: Option<Fault>,
}

/// What a fault makes of the answers while it is on.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    /// The share that are errors because of it.
    pub(super) errors: f64,
    /// They come in bursts of about half a second, two thirds of a second apart.
    pub(super) in_bursts: bool,
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
            held_up: None,
            fault: None,
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
        let mut chance = Chance::new(run);
        let names: BTreeMap<u32, String> = (0..OPERATIONS).map(|id| (id, name(id))).collect();
        let duration_us = self.seconds * 1_000_000;
        let fault_us = [duration_us / 3, duration_us / 3 * 2];
        let turns_us = self.fault.map(|_| fault_us).into_iter().flatten();
        let mut samples =
            RunSamples::new("run", Source::Run, duration_us, names).turning_at(turns_us);
        let mut state = State::new(self.server, self.per_second);
        let mut bursts = Bursts::default();
        let whole = self.all_slower * (self.between_runs * chance.normal()).exp();
        let target = |at_us: f64, operation: u32, chance: &mut Chance| {
            let mut factor = whole * (1.0 + f64::from(operation % 5) * 0.25);
            if let Some((_, times)) = self.slower.filter(|(slower, _)| *slower == operation) {
                factor *= times;
            }
            if let Some((_, times)) = self.tail.filter(|(share, _)| chance.unit() < *share) {
                factor *= times;
            }
            let (took_us, failed) = state.answer(at_us, factor, chance);
            let on = (fault_us[0]..fault_us[1]).contains(&(at_us as u64));
            let fault = self.fault.filter(|_| on);
            let struck = fault.is_some_and(|fault| bursts.strike(fault, at_us, chance));
            (took_us, failed || struck)
        };
        let plan = self.plan(plan);
        let played = match self.held_up {
            Some(held_up) => held_up.play(plan, &mut chance, target),
            None => punctually(plan, &mut chance, target),
        };
        let played: Vec<Sample> = played.iter().map(sample).collect();
        played.iter().for_each(|sample| samples.push(sample));
        if samples.generator_late() {
            played.iter().for_each(|sample| samples.push_again(sample));
        }
        samples
    }

    /// What is asked and when.
    fn plan(&self, seed: u64) -> Vec<Asked> {
        let mut chance = Chance::new(seed);
        let gap_us = 1e6 / self.per_second as f64;
        let mut at_us = 0.0;
        let next = || {
            at_us -= gap_us * chance.unit().ln();
            let operation = (chance.unit() * f64::from(OPERATIONS)) as u32;
            Some(Asked { at_us, operation })
        };
        let end_us = self.seconds as f64 * 1e6;
        std::iter::from_fn(next)
            .take_while(|asked| asked.at_us < end_us)
            .collect()
    }
}

/// When a fault whose errors come in bursts strikes.
#[derive(Default)]
struct Bursts {
    from_us: f64,
    to_us: f64,
}

impl Bursts {
    const LASTS_US: f64 = 5e5;
    const APART_US: f64 = 6.67e5;

    fn strike(&mut self, fault: Fault, at_us: f64, chance: &mut Chance) -> bool {
        if !fault.in_bursts {
            return chance.unit() < fault.errors;
        }
        while at_us >= self.to_us {
            self.from_us = self.to_us.max(at_us) + chance.exponential(Self::APART_US);
            self.to_us = self.from_us + chance.exponential(Self::LASTS_US);
        }
        let in_burst = at_us >= self.from_us;
        let share = fault.errors * (Self::LASTS_US + Self::APART_US) / Self::LASTS_US;
        in_burst && chance.unit() < share
    }
}

/// By a generator that is never late, whatever is still to be answered.
fn punctually(
    plan: Vec<Asked>,
    chance: &mut Chance,
    mut target: impl FnMut(f64, u32, &mut Chance) -> (f64, bool),
) -> Vec<Played> {
    let play = |asked: Asked| {
        let (took_us, failed) = target(asked.at_us, asked.operation, chance);
        Played {
            lane: 0,
            ready_us: asked.at_us,
            sent_us: asked.at_us + 10.0,
            done_us: asked.at_us + took_us,
            failed,
            asked,
        }
    };
    plan.into_iter().map(play).collect()
}

fn sample(played: &Played) -> Sample {
    Sample {
        exchange: 1,
        lane: played.lane,
        copy: 0,
        operation: played.asked.operation,
        intended_us: played.asked.at_us as u64,
        ready_us: played.ready_us as u64,
        sent_us: played.sent_us as u64,
        first_byte_us: Some(played.done_us as u64),
        done_us: played.done_us as u64,
        outcome: if played.failed {
            Outcome::ErrorReply
        } else {
            Outcome::Ok
        },
        status: if played.failed { 503 } else { 200 },
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
