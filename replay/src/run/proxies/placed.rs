//! One fault in a standing proxy: switched, counted, put there again when the proxy has lost it.

use std::time::Duration;

use reprise_fault::{ControlError, Fault, FaultState, RemoteConnections, RemoteProxies};
use reprise_measure::{Disturbance, Injection};

/// How long it stays there without another word of the run.
const LEASE: Duration = Duration::from_secs(5);

/// A fault of the plan that a proxy has. Removed when this is dropped.
#[derive(Debug)]
pub(super) struct Placed {
    control: RemoteProxies,
    proxy: String,
    /// Its place in the plan.
    pub(super) index: usize,
    pub(super) fault: Fault,
    /// Its number there.
    id: u32,
    /// When it was on; the last without an end while it is.
    spans: Vec<(u64, Option<u64>)>,
    struck: Counter,
    /// The exchanges, or connections, of the proxy while it was on.
    of: Counter,
}

/// A number that somebody else counts, and may begin anew.
#[derive(Clone, Copy, Debug, Default)]
struct Counter {
    counted: u64,
    last: u64,
}

impl Counter {
    /// It stands at `now`; what came since the last time counts.
    const fn read(&mut self, now: u64) {
        // lower than before: whoever counts has begun anew
        self.counted += match now.checked_sub(self.last) {
            Some(more) => more,
            None => now,
        };
        self.last = now;
    }

    /// It stands at `now`; what came since the last time does not count.
    const fn pass_over(&mut self, now: u64) {
        self.last = now;
    }
}

impl Placed {
    /// Puts a fault into a proxy, switched off.
    pub(super) fn new(
        control: RemoteProxies,
        proxy: &str,
        index: usize,
        fault: &Fault,
    ) -> Result<Self, ControlError> {
        let added = control.add(proxy, &fault.in_its_proxy(), LEASE)?;
        Ok(Self {
            control,
            proxy: proxy.to_owned(),
            index,
            fault: fault.clone(),
            id: added.id,
            spans: Vec::new(),
            struck: Counter::default(),
            of: Counter::default(),
        })
    }

    /// Whether it is switched on.
    pub(super) fn is_on(&self) -> bool {
        self.spans.last().is_some_and(|(_, to)| to.is_none())
    }

    /// Switches it on or off. What cannot be switched off ends with its lease.
    pub(super) fn switch(&mut self, on: bool, now_us: u64) -> Result<(), ControlError> {
        if on == self.is_on() {
            return Ok(());
        }
        if on {
            let passed = self.passed(true)?;
            self.of.pass_over(passed);
            self.ask(|control, place| control.switch(place, true, LEASE))?;
            self.spans.push((now_us, None));
            return Ok(());
        }
        if let Some((_, to)) = self.spans.last_mut() {
            *to = Some(now_us);
        }
        self.ask(|control, place| control.switch(place, false, LEASE))?;
        self.count()
    }

    /// Says that it is still wanted, and counts what it has done.
    pub(super) fn renew(&mut self) -> Result<(), ControlError> {
        let on = self.is_on();
        self.ask(|control, place| control.switch(place, on, LEASE))?;
        if on { self.count() } else { Ok(()) }
    }

    /// Asks for something; a proxy that does not have the fault any more is given it again.
    fn ask(
        &mut self,
        what: impl Fn(&RemoteProxies, (&str, u32)) -> Result<FaultState, ControlError>,
    ) -> Result<(), ControlError> {
        let answered = what(&self.control, (&self.proxy, self.id));
        let state = match answered {
            Err(ControlError::Refused { .. }) => {
                let fault = self.fault.in_its_proxy();
                let added = self.control.add(&self.proxy, &fault, LEASE)?;
                self.id = added.id;
                self.struck.pass_over(0);
                what(&self.control, (&self.proxy, self.id))?
            }
            answered => answered?,
        };
        self.struck.read(state.injected);
        Ok(())
    }

    fn count(&mut self) -> Result<(), ControlError> {
        let passed = self.passed(false)?;
        self.of.read(passed);
        Ok(())
    }

    /// How many exchanges the proxy has had so far. For a fault that acts on connections: how many it has
    /// accepted; when the fault goes on, those that are open still count as to come.
    fn passed(&self, goes_on: bool) -> Result<u64, ControlError> {
        let all = self.control.list()?;
        let proxy = all.into_iter().find(|proxy| proxy.name == self.proxy);
        let acts_on_connections = self.fault.behaviour.acts_on_connections();
        Ok(
            proxy.map_or(0, |proxy| match (acts_on_connections, goes_on) {
                (false, _) => proxy.exchanges,
                (true, false) => proxy.connections.accepted,
                (true, true) => {
                    let RemoteConnections { accepted, open } = proxy.connections;
                    accepted.saturating_sub(open)
                }
            }),
        )
    }

    /// What it has done so far.
    pub(super) fn disturbance(&self) -> Disturbance {
        let spans = self.spans.iter();
        Disturbance {
            what: self.fault.to_string(),
            spans: spans
                .map(|(from, to)| (*from, to.unwrap_or(u64::MAX)))
                .collect(),
            injection: Some(Injection {
                proxy: self.proxy.clone(),
                struck: self.struck.counted,
                of: self.of.counted,
                connections: self.fault.behaviour.acts_on_connections(),
            }),
        }
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        // what cannot be removed ends with its lease
        let _ = self.control.remove((&self.proxy, self.id));
    }
}
