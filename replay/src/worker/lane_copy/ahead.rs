//! The requests of the steps that come next, as far as they have been looked for: there, on the shelf, or not to be
//! had. One on the shelf stays there until it is sent: what was touched long before is in no cache any more.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::worker::fetch::{Outgoing, Wanted};

/// What was found of a request.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// It is there.
    Here(Arc<Outgoing>),
    /// It stood on the shelf when it was looked for; by now it may have had to make room for others.
    OnShelf(Wanted),
    /// It cannot be read back.
    Unreadable,
}

/// What was found, by the places of the steps in their lane, the next first.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    steps: VecDeque<(usize, Found)>,
}

impl Ahead {
    /// Keeps what was found for step `index`; the reader may be behind what was on the shelf.
    pub(super) fn keep(&mut self, index: usize, found: Found) {
        let before = self.steps.iter().rposition(|(kept, _)| *kept < index);
        self.steps
            .insert(before.map_or(0, |at| at + 1), (index, found));
    }

    /// What was found for step `index`, which is the next; `None` while that is not known.
    pub(super) fn take(&mut self, index: usize) -> Option<Found> {
        let next = self.steps.pop_front_if(|(at, _)| *at == index);
        next.map(|(_, found)| found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_late_stands_where_its_step_does() {
        let mut ahead = Ahead::default();
        for index in [3, 1, 4, 2] {
            ahead.keep(index, Found::Unreadable);
        }
        assert!(ahead.take(0).is_none() && ahead.take(2).is_none());
        let taken = (1..=5).filter(|index| ahead.take(*index).is_some());
        assert_eq!(taken.collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}
