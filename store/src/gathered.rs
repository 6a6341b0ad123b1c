//! What gathers between two commits, shared by those who add to it and the writer's thread, which takes it.
//! Whoever adds waits while there is too much; after a commit that failed nothing is added any more.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::Error;

/// Something that gathers.
pub(crate) struct Gathered<T> {
    inner: Mutex<Inner<T>>,
    /// Told after each commit.
    taken: Condvar,
}

struct Inner<T> {
    gathering: T,
    failed: Option<Arc<Error>>,
}

/// What has gathered, for as long as nobody else may touch it.
pub(crate) struct Held<'a, T>(MutexGuard<'a, Inner<T>>);

impl<T> Gathered<T> {
    pub(crate) const fn new(gathering: T) -> Self {
        let inner = Inner {
            gathering,
            failed: None,
        };
        Self {
            inner: Mutex::new(inner),
            taken: Condvar::new(),
        }
    }

    /// To look at it, or to take it.
    pub(crate) fn hold(&self) -> Held<'_, T> {
        // A panic in a caller's thread cannot leave it half changed in a way that matters: numbers only
        // grow, and what was pushed stays whole.
        Held(self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// To add to it: waits while `is_full` says so.
    ///
    /// # Errors
    /// A commit has failed.
    pub(crate) fn adding(&self, is_full: impl Fn(&T) -> bool) -> Result<Held<'_, T>, Error> {
        let mut held = self.hold();
        while held.0.failed.is_none() && is_full(&held) {
            let waited = self.taken.wait(held.0);
            held = Held(waited.unwrap_or_else(PoisonError::into_inner));
        }
        held.failure()?;
        Ok(held)
    }

    /// Learns whether what was taken has been committed; what has gathered since is given to `forget` when it
    /// has not.
    pub(crate) fn committed(&self, outcome: Result<(), Arc<Error>>, forget: impl FnOnce(&mut T)) {
        let mut held = self.hold();
        if let Err(error) = outcome {
            held.0.failed.get_or_insert(error);
            forget(&mut held);
        }
        drop(held);
        self.taken.notify_all();
    }
}

impl<T> Held<'_, T> {
    /// The error that stopped it, if one did.
    pub(crate) fn failure(&self) -> Result<(), Error> {
        let failed = self.0.failed.clone();
        failed.map_or(Ok(()), |error| Err(Error::Earlier(error)))
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.0.failed.is_some()
    }
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.gathering
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0.gathering
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_adds_waits_for_the_commit_and_learns_that_it_failed() {
        let gathered = Gathered::new(vec![1, 2]);
        std::thread::scope(|scope| {
            let adder = scope.spawn(|| {
                let mut held = gathered.adding(|all| all.len() >= 2).unwrap();
                held.push(3);
                held.len()
            });
            gathered.hold().clear();
            gathered.committed(Ok(()), Vec::clear);
            assert_eq!(adder.join().unwrap(), 1);
        });
        gathered.committed(Err(Arc::new(Error::Full("rows"))), Vec::clear);
        let held = gathered.hold();
        assert!(held.is_empty() && held.has_failed() && held.failure().is_err());
        drop(held);
        assert!(gathered.adding(|_| true).is_err());
    }
}
