//! Which of the target's connections stands for which recorded one, by the thread ids that KILL names. Only
//! connections that a KILL of the recording names are followed.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::Notify;

use crate::prepare::lane::Lane;

/// So many connections that have gone are remembered; in a run that begins again and again the first of them
/// are of no use any more.
const MOST_GONE: usize = 10_000;

/// A recorded thread id, and which copy of its lane.
type Victim = (u32, u32);

/// How the connection stands that a KILL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is open; the target's thread id.
    Open(u32),
    /// It has not been opened yet.
    Awaited,
    /// It is closed, or will never be opened.
    Gone,
}

/// The connections that are killed. Shared by all workers, but only touched when one of them opens or goes,
/// and by a KILL.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    /// The recorded thread ids of lanes that are played.
    played: FxHashSet<u32>,
    known: Mutex<Known>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Known {
    open: FxHashMap<Victim, u32>,
    gone: VecDeque<Victim>,
}

impl Threads {
    /// Of the lanes of a run.
    pub(crate) fn of(lanes: &[Lane]) -> Self {
        let played = lanes.iter().filter(|lane| !lane.steps.is_empty());
        Self {
            played: played.filter_map(|lane| lane.killed).collect(),
            ..Self::default()
        }
    }

    /// A connection opened.
    pub(crate) fn opened(&self, recorded: u32, copy: u32, target: u32) {
        self.change(|known| {
            known.gone.retain(|gone| *gone != (recorded, copy));
            known.open.insert((recorded, copy), target);
        });
    }

    /// A connection went, or could not be opened.
    pub(crate) fn gone(&self, recorded: u32, copy: u32) {
        self.change(|known| {
            known.open.remove(&(recorded, copy));
            if !known.gone.contains(&(recorded, copy)) {
                known.gone.push_back((recorded, copy));
            }
            if known.gone.len() > MOST_GONE {
                known.gone.pop_front();
            }
        });
    }

    /// How the connection stands.
    pub(crate) fn standing(&self, recorded: u32, copy: u32) -> Standing {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.open.get(&(recorded, copy)) {
            Some(target) => Standing::Open(*target),
            None if known.gone.contains(&(recorded, copy)) => Standing::Gone,
            None if self.played.contains(&recorded) => Standing::Awaited,
            None => Standing::Gone,
        }
    }

    /// Waits until the connection has opened, or has gone.
    pub(crate) async fn decided(&self, recorded: u32, copy: u32) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // before looking, so that no change is missed
            changed.as_mut().enable();
            if self.standing(recorded, copy) != Standing::Awaited {
                return;
            }
            changed.await;
        }
    }

    fn change(&self, with: impl FnOnce(&mut Known)) {
        // plain numbers: whoever panicked left nothing half done
        with(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_a_connection_goes_on_when_it_opens_or_fails() {
        let threads = Threads {
            played: [7].into_iter().collect(),
            ..Threads::default()
        };
        assert_eq!(threads.standing(7, 0), Standing::Awaited);
        assert_eq!(threads.standing(8, 0), Standing::Gone);
        let (waiting, opening) = (threads.decided(7, 0), async { threads.opened(7, 0, 99) });
        tokio::join!(waiting, opening);
        assert_eq!(threads.standing(7, 0), Standing::Open(99));
        threads.gone(7, 0);
        assert_eq!(threads.standing(7, 0), Standing::Gone);
        // another copy, whose login is refused
        tokio::join!(threads.decided(7, 1), async { threads.gone(7, 1) });
        assert_eq!(threads.standing(7, 1), Standing::Gone);
    }
}
