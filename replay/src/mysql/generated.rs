//! The ids that the target generated (AUTO_INCREMENT) where the recorded server generated others, as one lane
//! copy has seen them in the answers to its own inserts. Tables number their rows apart, so that one recorded
//! id may stand for several.

use rustc_hash::FxHashSet;

/// So many are remembered; then the oldest knowledge goes.
const MOST: usize = 10_000;

/// Recorded ids with the target's for the same row.
#[derive(Debug, Default)]
pub(crate) struct Generated(FxHashSet<(u64, u64)>);

impl Generated {
    /// Notes that `count` rows were given ids from `recorded` on, and from `target` on here.
    pub(crate) fn note(&mut self, recorded: u64, target: u64, count: u64) {
        if recorded == target || recorded == 0 || target == 0 {
            return;
        }
        for offset in 0..count.clamp(1, MOST as u64) {
            if self.0.len() >= MOST {
                self.0.clear();
            }
            let ids = (
                recorded.saturating_add(offset),
                target.saturating_add(offset),
            );
            self.0.insert(ids);
        }
    }

    /// Whether a value is a recorded id, and the other the target's for the same row.
    pub(crate) fn same(&self, recorded: Option<&[u8]>, answered: Option<&[u8]>) -> bool {
        let number =
            |text: Option<&[u8]>| -> Option<u64> { std::str::from_utf8(text?).ok()?.parse().ok() };
        let known = !self.0.is_empty();
        known
            && number(recorded)
                .zip(number(answered))
                .is_some_and(|ids| self.0.contains(&ids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_for_the_targets_ids_of_the_same_rows_only() {
        let mut generated = Generated::default();
        generated.note(10, 70, 3);
        generated.note(10, 90, 1);
        generated.note(5, 5, 1);
        let same =
            |one: &str, other: &str| generated.same(Some(one.as_bytes()), Some(other.as_bytes()));
        assert!(same("10", "70") && same("12", "72") && same("10", "90"));
        assert!(!same("10", "71") && !same("13", "73") && !same("5", "6") && !same("x", "70"));
        assert!(!generated.same(None, Some(b"70")));
    }
}
