//! The moment a run began, and the run's time since. Unit: microseconds.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The zero of a run's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    instant: Instant,
    /// Unix time; microseconds.
    unix_us: i64,
}

impl Origin {
    /// Zero is a moment from now: time to start threads and fetch the first requests.
    pub(crate) fn soon() -> Self {
        let away = Duration::from_millis(200);
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now() + away,
            unix_us: i64::try_from((unix + away).as_micros()).unwrap_or(i64::MAX),
        }
    }

    /// Microseconds since the run began; zero before.
    pub(crate) fn now_us(self) -> u64 {
        u64::try_from(self.instant.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The instant at `us` of the run.
    pub(crate) fn at(self, us: u64) -> Instant {
        self.instant + Duration::from_micros(us)
    }

    /// What the clock showed `us` into the run, as Unix time: it goes on evenly whatever is done to the
    /// system's.
    pub(crate) fn unix_us(self, us: u64) -> i64 {
        self.unix_us.saturating_add_unsigned(us)
    }
}
