//! Simulated servers, each with another reason why neighbouring answers resemble each other.

use super::traffic::Chance;

/// What an answer takes in the middle, in microseconds.
const TYPICAL_US: f64 = 4_000.0;
/// The spread of its logarithm.
const SPREAD: f64 = 0.5;

/// What one takes on average, over all operations.
const MEAN_US: f64 = 6_800.0;
/// The share of the time that the workers of a queueing server are busy.
const BUSY: f64 = 0.75;

/// What kind of server answers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Server {
    /// Every answer for itself.
    Steady,
    /// Its speed drifts by 5 %, keeping two thirds of it from one second to the next.
    Drifting,
    /// Four workers, three quarters busy: answers wait for each other.
    Queueing,
    /// It stands still for 50 to 250 ms every 5 s or so.
    Stalling,
    /// A tenth of the answers have a tail of the power 1.5.
    LongTailed,
    /// For 1 to 4 s every 12 s or so, something else takes a quarter of the machine.
    Neighbour,
    /// 1 % of the answers are errors, all of them in bursts of about a second.
    Failing,
    /// Like one that queues, but who would have to wait for 30 ms is turned away.
    Shedding,
    /// One answer in ten is an error.
    Broken,
}

impl Server {
    pub(super) const ALL: [Self; 7] = [
        Self::Steady,
        Self::Drifting,
        Self::Queueing,
        Self::Stalling,
        Self::LongTailed,
        Self::Neighbour,
        Self::Failing,
    ];

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Steady => "A/A, steady server, 1 min of 500/s, 20 operations",
            Self::Drifting => "A/A, speed drifts by 5 % over seconds",
            Self::Queueing => "A/A, queueing, 75 % busy",
            Self::Stalling => "A/A, stalls of 50 to 250 ms",
            Self::LongTailed => "A/A, long tail (power 1.5)",
            Self::Neighbour => "A/A, noisy neighbour: a third slower for seconds at a time",
            Self::Failing => "A/A, 1 % errors in bursts of a second",
            Self::Shedding => "A/A, turns away who would have to wait for 30 ms",
            Self::Broken => "A/A, 10 % errors",
        }
    }
}

/// A server at work.
pub(super) struct State {
    server: Server,
    second: u64,
    drift: f64,
    /// When the next episode (a stall, a neighbour, a burst) begins and ends.
    episode: (f64, f64),
    /// Makes four workers as busy as they should be, whatever the rate.
    pace: f64,
    /// When each worker is free.
    workers: [f64; 4],
}

impl State {
    pub(super) fn new(server: Server, per_second: u64) -> Self {
        Self {
            server,
            pace: BUSY * 4.0 * 1e6 / (per_second as f64 * MEAN_US),
            second: 0,
            drift: 0.0,
            episode: (0.0, 0.0),
            workers: [0.0; 4],
        }
    }

    /// How long an answer asked for at `at_us` takes, and whether it is an error.
    pub(super) fn answer(&mut self, at_us: f64, factor: f64, chance: &mut Chance) -> (f64, bool) {
        let service = TYPICAL_US * factor * (SPREAD * chance.normal()).exp();
        match self.server {
            Server::Steady => (service, false),
            Server::Drifting => (service * self.drifted(at_us, chance).exp(), false),
            Server::Queueing => (self.queued(at_us, service), false),
            Server::Shedding if self.free_us() - at_us > 3e4 => (1_000.0, true),
            Server::Shedding => (self.queued(at_us, service), false),
            Server::Broken => (service, chance.unit() < 0.1),
            Server::Stalling => {
                let stalled = self.in_episode(at_us, 5e6, (5e4, 2.5e5), chance);
                (service + stalled.unwrap_or(0.0), false)
            }
            Server::LongTailed if chance.unit() < 0.1 => {
                (service * chance.unit().powf(-1.0 / 1.5).min(1_000.0), false)
            }
            Server::LongTailed => (service, false),
            Server::Neighbour => {
                let slowed = self.in_episode(at_us, 1.2e7, (1e6, 4e6), chance).is_some();
                (if slowed { service * 1.33 } else { service }, false)
            }
            Server::Failing => {
                let broken = self.in_episode(at_us, 2e7, (2e5, 1.8e6), chance).is_some();
                (service, broken && chance.unit() < 0.2)
            }
        }
    }

    fn drifted(&mut self, at_us: f64, chance: &mut Chance) -> f64 {
        const KEPT: f64 = 0.67;
        let second = (at_us / 1e6) as u64 + 1;
        while self.second < second {
            let fresh = 0.05 * (1.0 - KEPT * KEPT).sqrt() * chance.normal();
            self.drift = if self.second == 0 {
                0.05 * chance.normal()
            } else {
                KEPT * self.drift + fresh
            };
            self.second += 1;
        }
        self.drift
    }

    /// When the first worker is free.
    fn free_us(&self) -> f64 {
        self.workers.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Served by whichever worker is free first.
    fn queued(&mut self, at_us: f64, service: f64) -> f64 {
        let busy = service * self.pace;
        let free = self.free_us();
        let begun = free.max(at_us);
        if let Some(worker) = self.workers.iter_mut().find(|worker| **worker == free) {
            *worker = begun + busy;
        }
        begun - at_us + busy
    }

    /// What is left of the episode that covers this moment, if one does.
    fn in_episode(
        &mut self,
        at_us: f64,
        every_us: f64,
        lasts_us: (f64, f64),
        chance: &mut Chance,
    ) -> Option<f64> {
        while at_us >= self.episode.1 {
            let begins = self.episode.1 + chance.exponential(every_us);
            let lasts = lasts_us.0 + chance.unit() * (lasts_us.1 - lasts_us.0);
            self.episode = (begins, begins + lasts);
        }
        (at_us >= self.episode.0).then_some(self.episode.1 - at_us)
    }
}
