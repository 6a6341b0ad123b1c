//! How many statements have values of each key column that is shifted: a column that is in none was probably
//! meant otherwise.

use reprise_wire::mysql::{Command, Dialect};
use serde::{Deserialize, Serialize};

use crate::Plan;
use crate::mysql::keys::KeyPlaces;

/// What a key column that is shifted comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shifted {
    /// The column with what it is shifted by, as the plan has it: `items.id=1000000`.
    pub key: String,
    /// How many of the recorded statements that are sent have values of it, or have the server generate some;
    /// a prepared one counts when it is prepared.
    pub statements: u64,
}

/// Counts while a recording is read.
#[derive(Debug)]
pub(super) struct ShiftedCounts(Vec<u64>);

impl ShiftedCounts {
    pub(super) fn new(plan: &Plan) -> Self {
        Self(vec![0; plan.shift_keys.columns.len()])
    }

    /// Looks into a command that will be sent.
    pub(super) fn add(&mut self, plan: &Plan, command: &[u8], dialect: &Dialect) {
        if self.0.is_empty() {
            return;
        }
        let Some(sql) = Command::decode(command, dialect)
            .ok()
            .and_then(|one| one.sql())
        else {
            return;
        };
        let found = KeyPlaces::of(sql, &plan.shift_keys.columns);
        for (key, count) in self.0.iter_mut().enumerate() {
            let has = found.places.iter().any(|place| place.key == key);
            *count += u64::from(has || found.generates == Some(key));
        }
    }

    /// What was counted, in the plan's order.
    pub(super) fn finish(&self, plan: &Plan) -> Vec<Shifted> {
        let counted = plan.shift_keys.columns.iter().zip(&self.0);
        let shown = counted.map(|(key, statements)| Shifted {
            key: key.to_string(),
            statements: *statements,
        });
        shown.collect()
    }
}
