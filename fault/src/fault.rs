//! One fault of a plan: how often, what, when and on what. Written
//! `PERCENT:NAME(options)[@FROM..TO][ every TIME for TIME][ after N][ first N][ of all][ via PROXY][ for SELECTOR]`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::draw::Dice;
use crate::{Behaviour, Count, FaultError, Percent, Selector, Subject, Window};

/// A behaviour with the share of exchanges, the span of the run and the exchanges it strikes.
/// Serialised as the text a person writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// The share of the exchanges it is asked about that it strikes.
    pub percent: Percent,
    /// What it does.
    pub behaviour: Behaviour,
    /// The span of the run in which it is on; `None` is all of it.
    pub window: Option<Window>,
    /// Which of the exchanges it is asked about it may strike, by their order.
    pub count: Count,
    /// The standing proxy it acts in, by its name; `None` is whoever was given the fault.
    pub via: Option<String>,
    /// The exchanges it is asked about; `None` is all of them.
    pub selector: Option<Selector>,
}

impl Fault {
    /// Reads `20:delay(ms=250,jitter=50)@30s..60s for http /api/*`.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        text.parse()
    }

    /// Whether it is asked about an exchange: it is on at that time, and meant for it.
    pub fn concerns(&self, at_us: u64, subject: &Subject<'_>) -> bool {
        self.is_on(at_us) && self.is_meant_for(subject)
    }

    /// Whether it is meant for an exchange, at whatever time.
    pub fn is_meant_for(&self, subject: &Subject<'_>) -> bool {
        let only_in = self.behaviour.only_in();
        (only_in.is_empty() || subject.protocol.is_some_and(|one| only_in.contains(&one)))
            && self
                .selector
                .as_ref()
                .is_none_or(|selector| selector.holds(subject))
    }

    /// Whether it is on at that time of the run.
    pub fn is_on(&self, at_us: u64) -> bool {
        self.window.is_none_or(|window| window.holds(at_us))
    }

    /// Whether chance has it strike where the dice were thrown.
    pub(crate) fn strikes(&self, dice: Dice<'_>) -> bool {
        dice.strikes(self.percent)
    }

    /// The fault as the proxy it names is told: without that name, and without its span, which is the run's.
    #[must_use]
    pub fn in_its_proxy(&self) -> Self {
        Self {
            via: None,
            window: None,
            ..self.clone()
        }
    }

    /// The name a run counts it by: of its behaviour, and of the proxy it acts in.
    pub fn counted_as(&self) -> String {
        let name = self.behaviour.name();
        match &self.via {
            Some(proxy) => format!("{name} via {proxy}"),
            None => name.to_owned(),
        }
    }

    /// Why it cannot be part of a replay's plan; `None`: it can.
    pub fn not_in_replay(&self) -> Option<&'static str> {
        if self.via.is_some() {
            return self.selector.as_ref().and_then(Selector::not_in_proxy);
        }
        let count = (!self.count.is_everything()).then_some(
            "counts what comes first, which differs from run to run of a replay: use a span of time, \
             or put it into a `reprise proxy` before the target",
        );
        let selector = self.selector.as_ref().and_then(Selector::not_in_replay);
        self.behaviour.not_in_replay().or(count).or(selector)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.percent, self.behaviour)?;
        if let Some(window) = self.window {
            write!(f, "@{window}")?;
        }
        write!(f, "{}", self.count)?;
        if let Some(via) = &self.via {
            write!(f, " via {via}")?;
        }
        if let Some(selector) = &self.selector {
            write!(f, " for {selector}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultError;

    fn try_from(text: String) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}
