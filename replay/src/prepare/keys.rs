//! Learns from a recording which columns hold keys that the server generates, and which refer to them: what an
//! INSERT was answered with, and which statements of the same lane name that number later, tells it without
//! the schema. Counts how many statements have values of each.

mod given;
mod naming;
mod prepared;
mod seen;
mod unmet;

use std::collections::{BTreeSet, VecDeque};

use reprise_wire::mysql::{AUTO_INCREMENT_FLAG, Command, Dialect, ResultColumns, result_columns};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::mysql::keys::columns::{Column, Columns, ValueAt};
use crate::plan::{KeyShift, ShiftBy, ShiftKeys};
use given::ids_given;
use naming::is_named_like_an_id;
use prepared::Prepared;
use seen::Seen;

/// So many tables and so many columns are looked at.
const MOST: usize = 10_000;

/// So many ids that a lane was given are remembered: an application names a row soon, or reads it first.
const REMEMBERED: usize = 32;

/// A key column that the copies shift, and what that comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shifted {
    /// The column with what it is shifted by, as the plan has it: `items.id=1000000`.
    pub key: String,
    /// How many of the recorded statements that are sent have values of it, or have the server generate some.
    pub statements: u64,
    /// Whether the recording shows that it is a key; else the plan names it.
    pub learned: bool,
}

/// What a recording shows of keys.
#[derive(Debug, Default)]
pub(super) struct LearnedKeys {
    /// The columns, those that others refer to first.
    pub(super) columns: Vec<KeyShift>,
    /// Those of the plan, and those learned.
    pub(super) shifted: Vec<Shifted>,
    /// Those of the plan that no statement has values of, in words.
    pub(super) unmet: Vec<String>,
}

/// Learns while a recording is read.
#[derive(Debug, Default)]
pub(super) struct KeyLearner {
    lanes: FxHashMap<u32, Lane>,
    /// By name in lower case.
    tables: FxHashMap<String, Table>,
    columns: Vec<Seen>,
    /// Their places, by table and column in lower case.
    named: FxHashMap<(String, String), usize>,
    /// What an operation has values of, and how often it is sent.
    operations: FxHashMap<u32, Operation>,
}

/// What is known of one MySQL connection.
#[derive(Debug, Default)]
struct Lane {
    prepared: Prepared,
    /// The ids that its rows were given last.
    given: VecDeque<Given>,
}

/// An id that the server gave to a row.
#[derive(Debug)]
struct Given {
    id: u64,
    /// Its table, in lower case.
    table: String,
    /// The columns that were seen with it.
    seen_in: Vec<usize>,
}

#[derive(Debug)]
struct Table {
    name: String,
    /// Its AUTO_INCREMENT column, as the definitions of results have it.
    key: Option<String>,
    /// Whether it was seen to number rows.
    numbers: bool,
}

#[derive(Debug, Default)]
struct Operation {
    columns: Vec<usize>,
    /// The tables it makes rows in, in lower case.
    makes_in: Vec<String>,
    /// Whether it has values of columns it does not name: of any column of the tables it makes rows in.
    by_place: bool,
    sent: u64,
}

/// An exchange as far as it tells of keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard<'a> {
    pub(super) operation: u32,
    pub(super) lane: u32,
    pub(super) command: &'a [u8],
    /// What was answered; empty when the recording does not have it.
    pub(super) reply: &'a [u8],
    pub(super) dialect: &'a Dialect,
    /// Whether it will be sent.
    pub(super) is_sent: bool,
}

impl KeyLearner {
    /// Learns from an exchange, in the order they completed.
    pub(super) fn hear(&mut self, heard: Heard<'_>) {
        let Ok(command) = Command::decode(heard.command, heard.dialect) else {
            return;
        };
        let lane = self.lanes.entry(heard.lane).or_default();
        let executed = match &command {
            Command::StmtExecute(execute) => lane.prepared.executed(execute),
            _ => None,
        };
        if let Some(executed) = executed {
            self.look(heard, &executed.sql, &executed.numbers);
            return;
        }
        if lane.prepared.observe(&command, heard) {
            return;
        }
        if let Command::Query(query) = command {
            self.look(heard, query.sql, &[]);
        }
    }

    /// Looks at a statement with its parameters, and at what it was answered.
    fn look(&mut self, heard: Heard<'_>, sql: &[u8], parameters: &[Option<u64>]) {
        let operation = heard.operation;
        let known = self.operations.contains_key(&operation);
        let remembers = |lane: &Lane| !lane.given.is_empty();
        let named = self.lanes.get(&heard.lane).is_some_and(remembers);
        let numbers = known
            && self
                .operations
                .get(&operation)
                .is_some_and(|one| !one.makes_in.is_empty());
        if !known || named || numbers {
            let columns = Columns::of(sql);
            if !known {
                self.begin(heard, operation, &columns);
            }
            for columns in &columns {
                self.compare(heard.lane, (sql, parameters), columns);
            }
            self.number(heard, &columns);
        }
        if let Some(known) = self.operations.get_mut(&operation) {
            known.sent += u64::from(heard.is_sent);
        }
    }

    /// Notes what an operation that is new has values of, and what the columns of its answer are.
    fn begin(&mut self, heard: Heard<'_>, operation: u32, all: &[Columns<'_>]) {
        let mut found = Operation::default();
        for columns in all {
            if columns.doing.makes() {
                let tables = columns.tables.iter();
                found
                    .makes_in
                    .extend(tables.map(|table| table.name.to_ascii_lowercase()));
                let mut values = columns.values.iter();
                found.by_place |= values.any(|value| matches!(value.column, Column::At(_)));
            }
            for place in columns.values.iter().flat_map(|value| {
                let tables = columns.tables.iter().map(|table| table.name);
                let Column::Named(_, column) = value.column else {
                    return Vec::new();
                };
                tables
                    .filter(|table| columns.is_of(value, (table, column)))
                    .filter_map(|table| self.place_of(table, column))
                    .collect()
            }) {
                if !found.columns.contains(&place) {
                    found.columns.push(place);
                }
            }
        }
        self.operations.insert(operation, found);
        if let ResultColumns::Defined(columns) = result_columns(heard.reply, heard.dialect) {
            for column in columns {
                let [table, name] = [&column.org_table, &column.org_name]
                    .map(|name| String::from_utf8_lossy(name).into_owned());
                if column.flags & AUTO_INCREMENT_FLAG != 0
                    && !name.is_empty()
                    && let Some(table) = self.table(&table)
                {
                    table.key = Some(name);
                }
            }
        }
    }

    fn table(&mut self, name: &str) -> Option<&mut Table> {
        let full = self.tables.len() >= MOST;
        let key = name.to_ascii_lowercase();
        if name.is_empty() || full && !self.tables.contains_key(&key) {
            return None;
        }
        Some(self.tables.entry(key).or_insert_with(|| Table {
            name: name.to_owned(),
            key: None,
            numbers: false,
        }))
    }

    /// The place of a column, noted when it is new.
    fn place_of(&mut self, table: &str, column: &str) -> Option<usize> {
        let key = (table.to_ascii_lowercase(), column.to_ascii_lowercase());
        if let Some(place) = self.named.get(&key) {
            return Some(*place);
        }
        if self.columns.len() >= MOST {
            return None;
        }
        self.columns.push(Seen {
            table: table.to_owned(),
            column: column.to_owned(),
            ids: Vec::new(),
        });
        self.named.insert(key, self.columns.len() - 1);
        Some(self.columns.len() - 1)
    }

    /// Holds a statement's values against the ids that its lane was given.
    fn compare(
        &mut self,
        lane: u32,
        (sql, parameters): (&[u8], &[Option<u64>]),
        columns: &Columns<'_>,
    ) {
        for value in &columns.values {
            let number = match &value.value {
                ValueAt::Literal(span) => number(sql.get(span.clone()).unwrap_or_default()),
                ValueAt::Parameter(at) => parameters.get(*at).copied().flatten(),
            };
            let (Some(number), Column::Named(_, column)) = (number, value.column) else {
                continue;
            };
            let of_lane = self.lanes.get_mut(&lane);
            let Some(given) = of_lane.map(|lane| &mut lane.given) else {
                return;
            };
            for given in given.iter_mut().filter(|given| given.id == number) {
                let tables = columns.tables.iter().map(|table| table.name);
                for table in tables.filter(|table| columns.is_of(value, (table, column))) {
                    let key = (table.to_ascii_lowercase(), column.to_ascii_lowercase());
                    let Some(place) = self.named.get(&key) else {
                        continue;
                    };
                    // each id counts once, however often it is named
                    if !given.seen_in.contains(place)
                        && let Some(seen) = self.columns.get_mut(*place)
                    {
                        given.seen_in.push(*place);
                        seen.note(&given.table);
                    }
                }
            }
        }
    }

    /// Remembers the ids that rows were given.
    fn number(&mut self, heard: Heard<'_>, columns: &[Columns<'_>]) {
        let [made] = columns else { return };
        let Some(name) = made.tables.first().filter(|_| made.doing.makes()) else {
            return;
        };
        let given = ids_given(heard, made.rows);
        let Some(table) = self.table(name.name).filter(|_| !given.is_empty()) else {
            return;
        };
        table.numbers = true;
        let Some(lane) = self.lanes.get_mut(&heard.lane) else {
            return;
        };
        for id in given {
            if lane.given.len() >= REMEMBERED {
                lane.given.pop_front();
            }
            lane.given.push_back(Given {
                id,
                table: name.name.to_ascii_lowercase(),
                seen_in: Vec::new(),
            });
        }
    }

    /// What was learned, and how many statements have values of the keys that the plan or the recording names.
    pub(super) fn finish(self, plan: &ShiftKeys) -> LearnedKeys {
        let mut keys = Vec::new();
        for table in self.tables.values().filter(|table| table.numbers) {
            let key = self.key_of(table);
            keys.push(KeyShift::new((&table.name, &key), ShiftBy::Offset(None)));
        }
        keys.sort_by(|one, other| one.table.cmp(&other.table));
        let of_columns = self.columns.iter().map(|seen| seen.table.as_str());
        let tables = of_columns.chain(self.tables.values().map(|table| table.name.as_str()));
        let tables: BTreeSet<&str> = tables.collect();
        for seen in &self.columns {
            if let Some(key) = seen.refers_to(&keys, &tables) {
                let by = ShiftBy::Like(key.table.clone(), key.column.clone());
                let shift = KeyShift::new((&seen.table, &seen.column), by);
                keys.push(shift);
            }
        }
        let learned = keys.iter().filter(|_| plan.auto);
        let learned = learned.filter(|key| !plan.has(&key.table, &key.column));
        let learned: Vec<KeyShift> = learned.cloned().collect();
        let shown = |key: &KeyShift, learned: bool| Shifted {
            key: key.to_string(),
            statements: self.statements_of(key),
            learned,
        };
        let of_plan = plan.columns.iter().map(|key| shown(key, false));
        LearnedKeys {
            shifted: of_plan
                .chain(learned.iter().map(|key| shown(key, true)))
                .collect(),
            unmet: self.unmet(plan),
            columns: learned,
        }
    }

    /// The column that the rows of a table are numbered by.
    fn key_of(&self, table: &Table) -> String {
        if let Some(key) = &table.key {
            return key.clone();
        }
        let name = table.name.to_ascii_lowercase();
        let own = self
            .columns
            .iter()
            .filter(|seen| seen.table.eq_ignore_ascii_case(&name));
        let named = own.filter(|seen| is_named_like_an_id(&seen.column));
        let most = named.max_by_key(|seen| (seen.with_ids_of(&name), seen.column == "id"));
        let most = most.filter(|seen| seen.with_ids_of(&name) > 0);
        most.map_or_else(|| "id".to_owned(), |seen| seen.column.clone())
    }

    /// Whether the server numbers the rows of a table in this column.
    fn numbers(&self, key: &KeyShift) -> bool {
        let table = self.tables.get(&key.table.to_ascii_lowercase());
        table.is_some_and(|table| self.key_of(table).eq_ignore_ascii_case(&key.column))
    }

    /// How many statements that are sent have values of a key, or have the server generate some.
    fn statements_of(&self, key: &KeyShift) -> u64 {
        let names = [&key.table, &key.column].map(|name| name.to_ascii_lowercase());
        let [table, column] = names;
        let place = self.named.get(&(table.clone(), column));
        let numbered = matches!(key.by, ShiftBy::Offset(_)) && self.numbers(key);
        let has = |one: &&Operation| {
            place.is_some_and(|place| one.columns.contains(place))
                || (numbered || one.by_place) && one.makes_in.contains(&table)
        };
        let of = self.operations.values().filter(has);
        of.map(|one| one.sent).sum()
    }
}

/// A literal as a whole number.
fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.trim_matches(['\'', '"']).parse().ok()
}

#[cfg(test)]
mod tests;
