//! When things are due: pure arithmetic on recorded time, and the timer that wakes a worker for it.

pub mod clock;
pub mod copies;
pub(crate) mod crowd;
pub mod stages;
pub(crate) mod standstill;
pub(crate) mod timer;
