//! Spans in which the program itself stood still: it was stopped (Ctrl-Z), or its virtual machine was. Units:
//! microseconds of the run.

/// Whoever runs so much later than meant was stopped: a busy machine is late by milliseconds, and all that fell due
/// meanwhile would be sent at once.
const AT_LEAST_US: u64 = 5_000_000;

/// A span in which nothing of the program ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standstill {
    /// When a thread of it meant to run again.
    pub(crate) from_us: u64,
    /// When it did.
    pub(crate) to_us: u64,
}

impl Standstill {
    /// What lies between the moment a thread meant to run again and now, if that was a standstill.
    pub(crate) const fn between(meant_us: u64, now_us: u64) -> Option<Self> {
        let standstill = Self {
            from_us: meant_us,
            to_us: now_us,
        };
        if standstill.lasted_us() >= AT_LEAST_US {
            Some(standstill)
        } else {
            None
        }
    }

    pub(crate) const fn lasted_us(self) -> u64 {
        self.to_us.saturating_sub(self.from_us)
    }
}
