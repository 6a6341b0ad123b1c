//! The ids that the target generated (AUTO_INCREMENT) where the recorded server generated others, as one lane
//! copy has seen them in the answers to its own inserts.

use rustc_hash::FxHashMap;

/// So many are remembered; then the oldest knowledge goes.
const MOST: usize = 10_000;

/// The target's ids by the recorded ones.
#[derive(Debug, Default)]
pub(crate) struct Generated(FxHashMap<u64, u64>);

impl Generated {
    /// Notes that `count` rows were given ids from `recorded` on, and from `target` on here.
    pub(crate) fn note(&mut self, recorded: u64, target: u64, count: u64) {
        if recorded == target || recorded == 0 || target == 0 {
            return;
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        for offset in 0..count.clamp(1, MOST as u64) {
            let (recorded, target) = (
                recorded.saturating_add(offset),
                target.saturating_add(offset),
            );
            self.0.insert(recorded, target);
        }
    }

    /// Whether a value is the recorded id, and the other the target's for the same row.
    pub(crate) fn same(&self, recorded: Option<&[u8]>, answered: Option<&[u8]>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let number =
            |text: Option<&[u8]>| -> Option<u64> { std::str::from_utf8(text?).ok()?.parse().ok() };
        number(recorded)
            .and_then(|recorded| self.0.get(&recorded))
            .is_some_and(|target| number(answered) == Some(*target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_for_the_targets_id_of_the_same_row_only() {
        let mut generated = Generated::default();
        generated.note(10, 70, 3);
        generated.note(5, 5, 1);
        let same =
            |one: &str, other: &str| generated.same(Some(one.as_bytes()), Some(other.as_bytes()));
        assert!(same("10", "70") && same("12", "72"));
        assert!(!same("10", "71") && !same("13", "73") && !same("5", "6") && !same("x", "70"));
        assert!(!generated.same(None, Some(b"70")));
    }
}
