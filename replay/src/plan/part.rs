//! The part of a recording that a plan plays. Unit: microseconds since the recording's start.

use serde::{Deserialize, Serialize};

/// From one moment of the recording to another, the second not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins.
    pub from_us: u64,
    /// Where it ends.
    pub to_us: u64,
}

impl Part {
    /// Whether a moment of the recording is in it.
    pub const fn holds(&self, at_us: u64) -> bool {
        self.from_us <= at_us && at_us < self.to_us
    }

    /// How long it is.
    pub const fn length_us(&self) -> u64 {
        self.to_us.saturating_sub(self.from_us)
    }

    /// A moment of the recording as one of the part, which begins at 0: what is before it is at 0, what is
    /// after it at its end.
    pub(crate) const fn moment_us(&self, at_us: u64) -> u64 {
        let from_us = at_us.saturating_sub(self.from_us);
        if from_us < self.length_us() {
            from_us
        } else {
            self.length_us()
        }
    }
}
