//! A state that an engine's thread changes and the window watches: whoever watches is woken for each new state, and
//! misses old ones rather than holding the engine up.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::desk::hold;
use crate::error::Failure;

/// What is known of something that is on.
#[derive(Default)]
pub(crate) struct Watched<State> {
    pulse: Mutex<Pulse<State>>,
    beat: Condvar,
}

#[derive(Default)]
struct Pulse<State> {
    /// Counts the changes, so that a watcher knows whether it has seen this one.
    beats: u64,
    over: Option<Result<(), Failure>>,
    now: State,
}

impl<State> Watched<State> {
    /// Starts with this state.
    pub(crate) fn new(now: State) -> Self {
        Self {
            pulse: Mutex::new(Pulse {
                beats: 0,
                over: None,
                now,
            }),
            beat: Condvar::new(),
        }
    }

    /// Looks at the state.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&hold(&self.pulse).now)
    }

    /// Changes the state and wakes whoever watches.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        self.wake(|pulse| change(&mut pulse.now));
    }

    /// Says that there is nothing more to come, and whether it went well.
    pub(crate) fn end(&self, ended: Result<(), Failure>) {
        self.wake(|pulse| pulse.over = Some(ended));
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        hold(&self.pulse).over.is_some()
    }

    /// Why it ended badly, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let pulse = hold(&self.pulse);
        pulse.over.as_ref().and_then(|ended| ended.clone().err())
    }

    /// Hands what `read` makes of each new state to `tell`, until it has ended or nobody listens any more.
    ///
    /// # Errors
    /// When it ended badly.
    pub(crate) fn watch<News>(
        &self,
        read: impl Fn(&State) -> News,
        tell: impl Fn(News) -> bool,
    ) -> Result<(), Failure> {
        let mut seen = None;
        let mut pulse = hold(&self.pulse);
        loop {
            pulse = self.wait(pulse, |pulse| {
                Some(pulse.beats) == seen && pulse.over.is_none()
            });
            if let Some(ended) = &pulse.over {
                return ended.clone();
            }
            seen = Some(pulse.beats);
            let news = read(&pulse.now);
            drop(pulse);
            if !tell(news) {
                return Ok(());
            }
            pulse = hold(&self.pulse);
        }
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// When it ended badly.
    pub(crate) fn wait_for_end(&self) -> Result<(), Failure> {
        let pulse = self.wait(hold(&self.pulse), |pulse| pulse.over.is_none());
        pulse.over.clone().unwrap_or(Ok(()))
    }

    fn wait<'a>(
        &self,
        pulse: MutexGuard<'a, Pulse<State>>,
        mut still: impl FnMut(&Pulse<State>) -> bool,
    ) -> MutexGuard<'a, Pulse<State>> {
        self.beat
            .wait_while(pulse, |pulse| still(pulse))
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, change: impl FnOnce(&mut Pulse<State>)) {
        let mut pulse = hold(&self.pulse);
        change(&mut pulse);
        pulse.beats += 1;
        drop(pulse);
        self.beat.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_watcher_sees_the_state_there_is_and_then_the_end() {
        let watched = Watched::new(1);
        let heard = RefCell::new(Vec::new());
        let told = watched.watch(
            |now| *now,
            |now| {
                heard.borrow_mut().push(now);
                if now < 3 {
                    watched.change(|now| *now += 1);
                } else {
                    watched.end(Err(Failure::usage("enough")));
                }
                true
            },
        );
        assert!(told.is_err() && watched.is_over());
        assert_eq!(*heard.borrow(), [1, 2, 3]);
    }

    #[test]
    fn nobody_is_told_once_the_window_has_gone() {
        let watched = Watched::new(0);
        assert!(watched.watch(|now| *now, |_| false).is_ok());
    }
}
