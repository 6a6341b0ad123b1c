//! The few steps of a lane that a copy of it needs now.

use std::io;

use crate::prepare::Prepared;
use crate::prepare::lane::Step;
use crate::prepare::steps::StepRange;

/// How many steps are read at once.
pub(super) const AT_ONCE: usize = 32;

/// Some steps of a lane, one after the other.
#[derive(Debug, Default)]
pub(super) struct Window {
    from: usize,
    steps: Vec<Step>,
}

impl Window {
    /// The step at this place of the lane, if it is in the window.
    pub(super) fn get(&self, place: usize) -> Option<Step> {
        self.steps.get(place.checked_sub(self.from)?).copied()
    }

    /// Moves the window: it begins at `from`.
    ///
    /// # Errors
    /// The steps cannot be read back; the window is empty then.
    pub(super) fn move_to(
        &mut self,
        from: usize,
        steps: StepRange,
        prepared: &Prepared,
    ) -> io::Result<()> {
        self.from = from;
        prepared.read_steps(steps, from, AT_ONCE, &mut self.steps)
    }
}
