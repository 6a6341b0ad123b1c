//! What a reader did not understand: counted by kind, with the lines of the first few of each.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Warning;

/// How many lines are named of each kind.
const NAMED: usize = 3;

/// What was not understood of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems(BTreeMap<&'static str, (u64, Vec<u64>)>);

impl Problems {
    /// Counts one. `what` completes "12 "; `line` is where it begins.
    pub(crate) fn note(&mut self, what: &'static str, line: u64) {
        let (count, lines) = self.0.entry(what).or_default();
        *count += 1;
        if lines.len() < NAMED {
            lines.push(line);
        }
    }

    /// The warnings they make.
    pub(crate) fn warnings(&self, path: &Path) -> impl Iterator<Item = Warning> {
        self.0
            .iter()
            .map(|(what, (count, lines))| Warning::LeftOut {
                path: path.to_path_buf(),
                count: *count,
                what,
                lines: lines.clone(),
            })
    }
}
