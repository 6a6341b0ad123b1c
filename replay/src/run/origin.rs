//! The moment a run began, and the run's time since. Unit: microseconds.

use std::time::{Duration, Instant};

/// The zero of a run's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin(Instant);

impl Origin {
    /// Zero is a moment from now: time to start threads and fetch the first requests.
    pub(crate) fn soon() -> Self {
        Self(Instant::now() + Duration::from_millis(200))
    }

    /// Microseconds since the run began; zero before.
    pub(crate) fn now_us(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The instant at `us` of the run.
    pub(crate) fn at(self, us: u64) -> Instant {
        self.0 + Duration::from_micros(us)
    }
}
