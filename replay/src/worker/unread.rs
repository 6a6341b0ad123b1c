//! Whether answers may stay unread until the next request is due. The kernel notes when they arrive, so that reading
//! them later changes no time, and each one that wakes the thread costs as much as a request. Unit: microseconds.

use std::cell::Cell;

/// No answer stays unread for longer than this because of it.
pub(super) const UNREAD_US: u64 = 200;

/// What it depends on.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// The kernel said when the last answer arrived.
    stamped: Cell<bool>,
    /// Lane copies with a step that is due and waits for an answer.
    waiting: Cell<u32>,
}

impl Unread {
    /// An answer was read; whether the kernel said when it had arrived.
    pub(super) fn read(&self, stamped: bool) {
        self.stamped.set(stamped);
    }

    /// A lane copy waits for an answer with a step that is due, or does no more.
    pub(super) fn waits(&self, lane_copy: &Cell<bool>, waits: bool) {
        if lane_copy.replace(waits) != waits {
            let waiting = self.waiting.get();
            self.waiting.set(match waits {
                true => waiting + 1,
                false => waiting.saturating_sub(1),
            });
        }
    }

    /// Whether they may. While something waits for one they may not, unless wake-ups are `coalesced` anyway.
    pub(super) const fn may_stay(&self, coalesced: bool) -> bool {
        self.stamped.get() && (coalesced || self.waiting.get() == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stay_unread_only_while_nothing_that_is_due_waits_for_one() {
        let (unread, one, other) = (Unread::default(), Cell::default(), Cell::default());
        unread.read(true);
        assert!(unread.may_stay(false));
        unread.waits(&one, true);
        unread.waits(&one, true);
        unread.waits(&other, true);
        unread.waits(&one, false);
        assert!(!unread.may_stay(false) && unread.may_stay(true));
        unread.waits(&other, false);
        unread.waits(&other, false);
        assert!(unread.may_stay(false));
    }

    #[test]
    fn an_answer_whose_arrival_the_kernel_does_not_tell_is_read_at_once() {
        let unread = Unread::default();
        assert!(!unread.may_stay(true));
        unread.read(true);
        unread.read(false);
        assert!(!unread.may_stay(true));
    }
}
