//! A run that is on: a thread folds what the engine tells into the window's numbers.

use std::collections::VecDeque;
use std::sync::Arc;

use reprise_app::{
    Control, Histogram, Outcomes, Quantiles, ReplayJob, ReplayNews, Tick, is_generator_late,
    is_unfaithful,
};

use crate::boundary::{RunNews, RunNumbers, RunPage, outcomes, said_here, share, whole};
use crate::error::Failure;
use crate::watched::Watched;

/// The state of a run whose engine failed; the file says `running` until it is opened again.
const FAILED: &str = "failed";

/// Rates and quantiles are those of this many ticks: five seconds.
const RECENT_TICKS: usize = 20;

/// A run that is on, or has just ended.
pub(crate) struct LiveRun {
    name: String,
    control: Control,
    pulse: Watched<Pulse>,
}

/// What is known of it.
#[derive(Default)]
struct Pulse {
    /// How long it takes, once that is known; `None` too when nothing ends it.
    total_ms: Option<u64>,
    elapsed_us: u64,
    planned: u64,
    sent: u64,
    injected: u64,
    conflicting_answers: u64,
    in_flight: u64,
    outcomes: Outcomes,
    recent: VecDeque<Tick>,
    warnings: Vec<String>,
}

impl LiveRun {
    /// Follows a job to its end in a thread of its own.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(crate) fn follow(job: ReplayJob) -> Result<Arc<Self>, Failure> {
        let live = Arc::new(Self {
            name: job.run().to_owned(),
            control: job.control(),
            pulse: Watched::new(Pulse {
                warnings: job.warnings().to_vec(),
                ..Pulse::default()
            }),
        });
        let follower = Arc::clone(&live);
        std::thread::Builder::new()
            .name("live run".to_owned())
            .spawn(move || {
                while let Some(news) = job.next_news() {
                    follower.pulse.change(|pulse| pulse.take(news));
                }
                follower
                    .pulse
                    .end(job.finish().map(drop).map_err(Failure::from));
            })
            .map_err(|error| Failure::internal(format!("cannot start a thread: {error}")))?;
        Ok(live)
    }

    /// The run's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The engine's switches.
    pub(crate) const fn control(&self) -> &Control {
        &self.control
    }

    /// Whether it has ended and is stored.
    pub(crate) fn is_over(&self) -> bool {
        self.pulse.is_over()
    }

    /// Waits until it is stored.
    ///
    /// # Errors
    /// When it could not be.
    pub(crate) fn wait_for_end(&self) -> Result<(), Failure> {
        self.pulse.wait_for_end()
    }

    /// Holds it, or lets it go on; whoever watches is told at once.
    pub(crate) fn pause(&self, paused: bool) {
        if paused {
            self.control.pause();
        } else {
            self.control.resume();
        }
        self.pulse.change(|_| ());
    }

    /// Puts what is known only here in place of what the file holds: how it is while it is on, and why it failed.
    pub(crate) fn dress(&self, page: &mut RunPage) {
        page.notes = self.pulse.look(|pulse| pulse.warnings.clone());
        if self.is_over() {
            if let Some(failure) = self.pulse.failure() {
                FAILED.clone_into(&mut page.state);
                page.alarms
                    .push(format!("the run ended: {}", failure.message()));
            }
            return;
        }
        let skipped = std::mem::take(&mut page.numbers.skipped);
        let RunNews { state, numbers } = self.pulse.look(|pulse| self.read(pulse));
        page.state = state;
        page.numbers = RunNumbers { skipped, ..numbers };
        page.rate = page.rate.map(|_| self.control.rate());
        for (fault, (_, on)) in page.faults.iter_mut().zip(self.control.faults()) {
            fault.on = on;
        }
    }

    /// Where its time axis ends; `None` when it goes on until it is stopped.
    pub(crate) fn planned_end_us(&self) -> Option<u64> {
        self.pulse
            .look(|pulse| pulse.total_ms)
            .map(|length| length * 1_000)
    }

    /// Hands each new state to `tell` until the run is over or nobody listens any more.
    ///
    /// # Errors
    /// When the run could not be stored.
    pub(crate) fn watch(&self, tell: impl Fn(RunNews) -> bool) -> Result<(), Failure> {
        self.pulse.watch(|pulse| self.read(pulse), tell)
    }

    fn read(&self, pulse: &Pulse) -> RunNews {
        let state = if self.control.is_paused() {
            "paused"
        } else {
            "running"
        };
        RunNews {
            state: state.to_owned(),
            numbers: pulse.numbers(),
        }
    }
}

impl Pulse {
    fn take(&mut self, news: ReplayNews) {
        match news {
            ReplayNews::Started { takes_ms, .. } => {
                self.total_ms = Some(takes_ms).filter(|length| *length > 0);
            }
            ReplayNews::Warning(warning) => self.warnings.push(said_here(&warning)),
            ReplayNews::Tick(tick) => {
                self.elapsed_us = tick.start_us + tick.duration_us;
                self.planned += tick.planned;
                self.sent += tick.sent;
                self.injected += tick.injected_errors;
                self.conflicting_answers += tick.conflicting_answers;
                self.in_flight = tick.in_flight;
                self.outcomes += tick.outcomes;
                self.recent.push_back(*tick);
                if self.recent.len() > RECENT_TICKS {
                    self.recent.pop_front();
                }
            }
        }
    }

    fn numbers(&self) -> RunNumbers {
        let mut response = Histogram::default();
        let mut lateness = Histogram::default();
        let (mut asked, mut sent, mut duration_us) = (0, 0, 0);
        for tick in &self.recent {
            response.merge(&tick.response);
            lateness.merge(&tick.lateness);
            asked += tick.planned;
            sent += tick.sent;
            duration_us += tick.duration_us;
        }
        let seconds = (duration_us as f64 / 1e6).max(0.001);
        let [response_us, lateness_us] = [Quantiles::of(&response), Quantiles::of(&lateness)];
        RunNumbers {
            elapsed_ms: whole(self.elapsed_us / 1_000),
            total_ms: self.total_ms.map(whole),
            asked_per_s: asked as f64 / seconds,
            sent_per_s: sent as f64 / seconds,
            error_rate: share(self.outcomes.failures(), self.outcomes.total()),
            injected_rate: share(self.injected, self.outcomes.total()),
            generator_late: is_generator_late(&lateness_us, &response_us),
            unfaithful: is_unfaithful(&self.outcomes, self.conflicting_answers),
            in_flight: whole(self.in_flight),
            planned: whole(self.planned),
            sent: whole(self.sent),
            skipped: Vec::new(),
            outcomes: outcomes(&self.outcomes),
            ..RunNumbers::times(response_us, lateness_us)
        }
    }
}
