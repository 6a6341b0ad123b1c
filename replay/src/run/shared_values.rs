//! Values that answers to one lane give to others: the id of what an administrator has created and everyone
//! looks at. Each copy of the recording has its own. Nobody waits for them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

/// Values kept at once; the oldest go first. A loop makes new ones in every round.
const MOST: usize = 100_000;

/// A value by its number in the run, and the copy.
type Key = (u32, u32);

/// The newest value of each number and copy.
#[derive(Debug, Default)]
pub(crate) struct SharedValues(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    values: FxHashMap<Key, Box<[u8]>>,
    order: VecDeque<Key>,
}

impl SharedValues {
    /// Keeps what an answer to a lane of `copy` gave.
    pub(crate) fn keep(&self, number: u32, copy: u32, value: Vec<u8>) {
        let mut kept = self.kept();
        let key = (number, copy);
        if kept.values.insert(key, value.into_boxed_slice()).is_none() {
            kept.order.push_back(key);
        }
        if kept.order.len() > MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.values.remove(&oldest);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // whoever panicked while holding it left whole values
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was given last; `None` when no answer has come.
    pub(crate) fn of(&self, number: u32, copy: u32) -> Option<Box<[u8]>> {
        self.kept().values.get(&(number, copy)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_has_the_newest_of_its_own_and_the_oldest_are_forgotten() {
        let shared = SharedValues::default();
        shared.keep(7, 0, b"first".to_vec());
        shared.keep(7, 0, b"newer".to_vec());
        shared.keep(7, 1, b"other".to_vec());
        assert_eq!(shared.of(7, 0).as_deref(), Some(&b"newer"[..]));
        assert_eq!(shared.of(7, 1).as_deref(), Some(&b"other"[..]));
        assert_eq!((shared.of(7, 2), shared.of(8, 0)), (None, None));
        for number in 0..MOST as u32 {
            shared.keep(number, 5, Vec::new());
        }
        assert_eq!(shared.of(7, 0), None);
    }
}
