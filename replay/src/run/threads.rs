//! Which of the target's connections stands for which recorded one, by the thread ids that KILL names.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// The target's thread ids of the connections that are open, by recorded thread id and copy. Shared by all
/// workers, but only touched when a connection opens or goes, and by a KILL.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<FxHashMap<(u32, u32), u32>>);

impl Threads {
    /// A connection opened.
    pub(crate) fn opened(&self, recorded: u32, copy: u32, target: u32) {
        self.map(|map| map.insert((recorded, copy), target));
    }

    /// A connection went.
    pub(crate) fn gone(&self, recorded: u32, copy: u32) {
        self.map(|map| map.remove(&(recorded, copy)));
    }

    /// The target's id, while the connection is open.
    pub(crate) fn target(&self, recorded: u32, copy: u32) -> Option<u32> {
        self.map(|map| map.get(&(recorded, copy)).copied())
    }

    fn map<T>(&self, with: impl FnOnce(&mut FxHashMap<(u32, u32), u32>) -> T) -> T {
        // plain numbers: whoever panicked left nothing half done
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
