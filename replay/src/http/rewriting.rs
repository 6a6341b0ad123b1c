//! What is done to each request on its way to a target beside filling values in: it names the target, and
//! the plan's rules are applied.

use super::readdress::{Naming, readdress};
use super::rule::{Matching, Moment, Rewrite, apply};

/// How requests to one target are rewritten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rewriting<'a> {
    /// How they name it; `None` leaves the recorded host.
    pub(crate) naming: Option<&'a Naming>,
    /// The plan's rules.
    pub(crate) rules: &'a [Rewrite],
    /// Whose request it is.
    pub(crate) moment: Moment<'a>,
}

impl Rewriting<'_> {
    /// Does what is the same for every copy.
    pub(crate) fn once(&self, matching: &Matching, request: &mut Vec<u8>) {
        readdress(request, self.naming);
        self.apply(matching.early(), request);
    }

    /// Does what [`Self::once`] has left.
    pub(crate) fn late(&self, matching: &Matching, request: &mut Vec<u8>) {
        self.apply(matching.late(), request);
    }

    /// Does all of it at once.
    pub(crate) fn whole(&self, matching: &Matching, request: &mut Vec<u8>) {
        readdress(request, self.naming);
        self.apply(matching.all(), request);
    }

    fn apply(&self, places: &[u16], request: &mut Vec<u8>) {
        if let Some(rewritten) = apply(self.rules, places, request, &self.moment) {
            *request = rewritten;
        }
    }
}
