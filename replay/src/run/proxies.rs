//! Faults in standing proxies, under the run's control: put there before it begins, switched with its clock,
//! counted while it is on, removed when it ends. What dies without a word loses its lease on them, and the proxies
//! remove them by themselves. Units: microseconds of the run.

mod placed;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use reprise_fault::{RemoteProxies, RemoteProxy};
use reprise_measure::Disturbance;

use super::control::{Control, Ending};
use super::origin::Origin;
use crate::{Plan, ReplayError};
use placed::Placed;

/// How often faults are counted and their leases renewed.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// How soon a switch that somebody moved is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The faults of a plan in standing proxies, all of them off. Removed when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct PlacedFaults {
    faults: Vec<Placed>,
    /// What to know before the run begins.
    warnings: Vec<String>,
}

impl PlacedFaults {
    /// Puts the plan's faults into the proxies they name; `controls` are where those are controlled.
    ///
    /// # Errors
    /// A proxy is not there, or two have its name, or a fault could never strike there.
    pub(crate) fn place(plan: &Plan, controls: &[RemoteProxies]) -> Result<Self, ReplayError> {
        let mut known: Vec<(&RemoteProxies, RemoteProxy)> = Vec::new();
        for control in controls {
            known.extend(control.list()?.into_iter().map(|proxy| (control, proxy)));
        }
        let mut placed = Self {
            warnings: known
                .iter()
                .filter_map(|(_, proxy)| others(proxy))
                .collect(),
            ..Self::default()
        };
        for (index, fault) in plan.faults.iter().enumerate() {
            let Some(via) = &fault.via else { continue };
            let named: Vec<_> = known
                .iter()
                .filter(|(_, proxy)| proxy.name == *via)
                .collect();
            let [(control, _)] = named[..] else {
                return Err(ReplayError::WhichProxy {
                    fault: fault.to_string(),
                    why: which(via, named.len(), &known),
                });
            };
            placed
                .faults
                .push(Placed::new((*control).clone(), via, index, fault)?);
        }
        Ok(placed)
    }

    /// Follows the run's clock and switches from now on.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(self, origin: Origin, control: Control) -> std::io::Result<Conducted> {
        let (over, is_over) = bounded::<()>(0);
        let (warn, warnings) = unbounded();
        for warning in &self.warnings {
            // the receiver is right here
            let _ = warn.send(warning.clone());
        }
        let shared = Arc::new(Mutex::new(self.disturbances()));
        let thread = (!self.faults.is_empty()).then(|| {
            let conductor = Conductor {
                placed: self,
                origin,
                control,
                is_over,
                warn,
                shared: Arc::clone(&shared),
            };
            std::thread::Builder::new()
                .name("replay-proxies".to_owned())
                .spawn(move || conductor.run())
        });
        Ok(Conducted {
            over: Some(over),
            warnings,
            shared,
            thread: thread.transpose()?,
        })
    }

    fn disturbances(&self) -> Vec<(usize, Disturbance)> {
        let faults = self.faults.iter();
        faults
            .map(|placed| (placed.index, placed.disturbance()))
            .collect()
    }
}

/// That a proxy misbehaves by itself already.
fn others(proxy: &RemoteProxy) -> Option<String> {
    let on = proxy.faults.iter().filter(|fault| fault.on);
    let on: Vec<String> = on.map(|fault| fault.fault.to_string()).collect();
    (!on.is_empty()).then(|| {
        format!(
            "the proxy {} has faults of its own on, which are on none of this run's charts: {}",
            proxy.name,
            on.join("; ")
        )
    })
}

fn which(via: &str, named: usize, known: &[(&RemoteProxies, RemoteProxy)]) -> String {
    if named > 1 {
        return format!("{named} proxies are called {via}: give them names of their own");
    }
    let names: Vec<&str> = known.iter().map(|(_, proxy)| proxy.name.as_str()).collect();
    if names.is_empty() {
        return "there is no proxy at the addresses of --with-proxy".to_owned();
    }
    format!("no proxy is called {via}; there is {}", names.join(", "))
}

/// The thread's side.
struct Conductor {
    placed: PlacedFaults,
    origin: Origin,
    control: Control,
    is_over: Receiver<()>,
    warn: Sender<String>,
    shared: Arc<Mutex<Vec<(usize, Disturbance)>>>,
}

impl Conductor {
    fn run(mut self) {
        let mut counted = Instant::now();
        loop {
            let is_due = counted.elapsed() >= COUNT_EVERY;
            if is_due {
                counted = Instant::now();
            }
            for at in 0..self.placed.faults.len() {
                self.conduct(at, is_due);
            }
            *lock(&self.shared) = self.placed.disturbances();
            match self.is_over.recv_timeout(self.next_look()) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => break,
            }
        }
        let now_us = self.origin.now_us();
        for placed in &mut self.placed.faults {
            let ended = placed.switch(false, now_us);
            tell(&self.warn, ended);
        }
        *lock(&self.shared) = self.placed.disturbances();
    }

    /// Switches one fault if it is time, and counts it if that is due.
    fn conduct(&mut self, at: usize, is_due: bool) {
        let now_us = self.origin.now_us();
        let goes_on = self.control.ending() == Ending::No;
        let enabled = self.control.faults_on();
        let Some(placed) = self.placed.faults.get_mut(at) else {
            return;
        };
        let is_enabled = enabled.checked_shr(placed.index as u32).unwrap_or(0) & 1 == 1;
        let wanted = goes_on && is_enabled && placed.fault.is_on(now_us);
        let done = if wanted != placed.is_on() {
            placed.switch(wanted, now_us)
        } else if is_due {
            placed.renew()
        } else {
            return;
        };
        tell(&self.warn, done);
    }

    /// How long until a fault goes on or off by itself, or a switch may have been moved.
    fn next_look(&self) -> Duration {
        let now_us = self.origin.now_us();
        let windows = self.placed.faults.iter().filter_map(|one| one.fault.window);
        let edges = windows.filter_map(|window| window.next_edge_us(now_us));
        edges.min().map_or(LOOK_EVERY, |edge_us| {
            Duration::from_micros(edge_us.saturating_sub(now_us)).min(LOOK_EVERY)
        })
    }
}

fn tell(warn: &Sender<String>, done: Result<(), reprise_fault::ControlError>) {
    if let Err(error) = done {
        // the collector is gone only when the run has failed
        let _ = warn.send(format!("failed to {error}"));
    }
}

/// Faults in standing proxies while the run is on.
#[derive(Debug)]
pub(crate) struct Conducted {
    /// Dropped when the run is over.
    over: Option<Sender<()>>,
    warnings: Receiver<String>,
    shared: Arc<Mutex<Vec<(usize, Disturbance)>>>,
    /// None without such faults.
    thread: Option<JoinHandle<()>>,
}

impl Conducted {
    /// What went wrong with them since the last time.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.try_iter().collect()
    }

    /// What each has done so far, with its place in the plan.
    pub(crate) fn disturbances(&self) -> Vec<(usize, Disturbance)> {
        lock(&self.shared).clone()
    }

    /// Removes them all.
    pub(crate) fn finish(&mut self) {
        self.over = None;
        if let Some(thread) = self.thread.take() {
            // what a lost thread leaves behind ends with its lease
            let _ = thread.join();
        }
    }
}

fn lock(shared: &Mutex<Vec<(usize, Disturbance)>>) -> MutexGuard<'_, Vec<(usize, Disturbance)>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
