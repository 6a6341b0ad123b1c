//! What happened to connections, and to answers too long to be kept, counted from the flags of samples.

use crate::{Sample, SampleFlags};

/// Counts of samples by flag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Connecting {
    pub(super) opened: u64,
    pub(super) reconnects: u64,
    pub(super) retries: u64,
    pub(super) over_cap: u64,
}

impl Connecting {
    pub(super) fn count(&mut self, sample: &Sample) {
        let has = |flag| u64::from(sample.flags.contains(flag));
        self.opened += has(SampleFlags::CONNECTED);
        self.reconnects += has(SampleFlags::RECONNECTED);
        self.retries += has(SampleFlags::RETRIED);
        self.over_cap += has(SampleFlags::OVER_CAP);
    }

    pub(super) const fn merge(&mut self, other: &Self) {
        self.opened += other.opened;
        self.reconnects += other.reconnects;
        self.retries += other.retries;
        self.over_cap += other.over_cap;
    }
}
