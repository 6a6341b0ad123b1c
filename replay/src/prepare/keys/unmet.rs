//! Key columns that a plan names and no statement that is sent has values of, with the columns that there are.

use std::collections::BTreeSet;

use super::KeyLearner;
use crate::plan::{KeyShift, ShiftKeys};

/// So many names of what there is are told.
const NAMED: usize = 5;

impl KeyLearner {
    /// The columns that the plan was told and nothing has values of, each in words; of those that an earlier run
    /// found by itself nobody has to hear.
    pub(super) fn unmet(&self, plan: &ShiftKeys) -> Vec<String> {
        let keys = plan.columns.iter().filter(|key| !key.found);
        let unmet = keys.filter(|key| self.statements_of(key) == 0);
        let said = unmet.map(|key| {
            let known = self.known_beside(key);
            format!("--shift-keys '{key}': no statement that is sent has values of it{known}")
        });
        said.collect()
    }

    /// What statements have values of: the other columns of its table, or else the tables.
    fn known_beside(&self, key: &KeyShift) -> String {
        let is_of_it = |table: &str| table.eq_ignore_ascii_case(&key.table);
        let names = (
            key.table.to_ascii_lowercase(),
            key.column.to_ascii_lowercase(),
        );
        if self.named.contains_key(&names) {
            return String::new();
        }
        let of_table = self.columns.iter().filter(|seen| is_of_it(&seen.table));
        let columns: BTreeSet<&str> = of_table.map(|seen| seen.column.as_str()).collect();
        if !columns.is_empty() {
            return format!("; of {} they have {}", key.table, first(&columns));
        }
        let tables: BTreeSet<&str> = self
            .columns
            .iter()
            .map(|seen| seen.table.as_str())
            .collect();
        if tables.is_empty() {
            return String::from(", and none has values of a column");
        }
        format!("; their tables are {}", first(&tables))
    }
}

fn first(names: &BTreeSet<&str>) -> String {
    let told: Vec<&str> = names.iter().take(NAMED).copied().collect();
    let more = if names.len() > NAMED {
        " and others"
    } else {
        ""
    };
    format!("{}{more}", told.join(", "))
}
