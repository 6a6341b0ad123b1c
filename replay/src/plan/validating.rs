//! What about a plan cannot be run, whatever its recording holds.

use super::{Connections, Plan, Speed};
use crate::ReplayError;
use crate::http::rule::Rewrite;

/// More copies than this are a mistake in typing.
const MOST_COPIES: f64 = 100_000.0;

impl Plan {
    /// Says what about the numbers cannot be run.
    pub(crate) fn validate(&self) -> Result<(), ReplayError> {
        let speed = match self.rate.speed {
            Speed::Times(times) => times,
            Speed::Max => 1.0,
        };
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(speed) || !positive(self.rate.copies) {
            return Err(ReplayError::Rate);
        }
        if self.rate.speed == Speed::Max && !self.stages.is_empty() {
            return Err(ReplayError::StagesWithoutClock);
        }
        if self.most_copies() > MOST_COPIES {
            return Err(ReplayError::TooManyCopies {
                asked: self.most_copies(),
                most: MOST_COPIES,
            });
        }
        if self.between.is_some_and(|part| part.length_us() == 0) {
            return Err(ReplayError::EmptyPart);
        }
        let mut needed = self.rewrites.iter().flat_map(Rewrite::secrets);
        if let Some(missing) = needed.find(|name| !self.secrets.iter().any(|known| known == name)) {
            return Err(ReplayError::NoSecret(missing.to_owned()));
        }
        if self.connections == Connections::Pool(0) {
            return Err(ReplayError::NoPool);
        }
        if let Some(key) = self.shift_keys.dangling() {
            return Err(ReplayError::DanglingKey(key.to_string()));
        }
        if self.timeout_ms == 0 {
            return Err(ReplayError::NoTimeout);
        }
        if self.duration_ms == Some(0) {
            return Err(ReplayError::NoDuration);
        }
        for fault in &self.faults {
            if fault.via.is_some() && self.proxies.is_empty() {
                return Err(ReplayError::NoControl(fault.to_string()));
            }
            if let Some(why) = fault.not_in_replay() {
                let fault = fault.to_string();
                return Err(ReplayError::FaultNotHere { fault, why });
            }
        }
        self.judged()?;
        Ok(())
    }
}
