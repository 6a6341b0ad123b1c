//! Plans that are being worked out, which takes long for a long recording: a newer question ends an older one, and
//! the user ends either.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reprise_app::Planning;
use tauri::ipc::Channel;

use crate::boundary::PlanningNews;

/// What is worked out sooner is not spoken of,
const WORTH_TELLING: Duration = Duration::from_millis(300);

/// and what takes longer so often.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Questions of one kind, of which only the newest is answered; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<AtomicU64>);

/// One question.
pub(crate) struct Turn {
    newest: Arc<AtomicU64>,
    number: u64,
}

impl Turns {
    /// A new question: those before it end.
    pub(crate) fn take(&self) -> Turn {
        Turn {
            newest: Arc::clone(&self.0),
            number: self.0.fetch_add(1, Ordering::AcqRel) + 1,
        }
    }

    /// Ends what is being worked out.
    pub(crate) fn end(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl Turn {
    /// Whether it still is its turn.
    fn is_on(&self) -> bool {
        self.newest.load(Ordering::Acquire) == self.number
    }

    /// Goes on while it is its turn, and tells how far it is.
    pub(crate) fn watch(
        &self,
        news: &Channel<PlanningNews>,
    ) -> impl FnMut(Planning) -> ControlFlow<()> + Send {
        let mut next = Instant::now() + WORTH_TELLING;
        move |planning| {
            if !self.is_on() {
                return ControlFlow::Break(());
            }
            let now = Instant::now();
            if now >= next {
                next = now + TELL_EVERY;
                // a window that has gone hears nothing
                let _ = news.send(planning.into());
            }
            ControlFlow::Continue(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_question_ends_an_older_one_of_its_kind_only() {
        let (outlooks, starts) = (Turns::default(), Turns::default());
        let (first, other) = (outlooks.take(), starts.take());
        let second = outlooks.take();
        assert!(!first.is_on() && second.is_on() && other.is_on());
        outlooks.end();
        assert!(!second.is_on() && other.is_on());
    }
}
