//! One fault of a plan: how often, what, when and on what. Written `PERCENT:NAME(options)[@FROM..TO][ for SELECTOR]`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Behaviour, FaultError, Percent, Selector, Window};

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
    /// The exchanges it is asked about; `None` is all of them.
    pub selector: Option<Selector>,
}

impl Fault {
    /// Reads `20:delay(ms=250,jitter=50)@30s..60s for http /api/*`.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.percent, self.behaviour)?;
        if let Some(window) = self.window {
            write!(f, "@{window}")?;
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
