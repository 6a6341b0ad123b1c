//! The keys of the copies: what each inserted under which key, in place of the recorded one, so that its later
//! statements name its own rows. All lanes of a copy know them: an application's connections stand in for one
//! another.

pub(crate) mod columns;
mod literal;
mod own;
mod places;
mod texts;
mod written_id;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reprise_wire::mysql::sql::first_word;
use reprise_wire::mysql::{
    ColumnDefinition, Command, CommandCode, Dialect, Execute, ParameterType, Parameters, Value,
};
use reprise_wire::redact::is_pseudonym;
use rustc_hash::FxHashMap;

use crate::plan::ShiftKeys;
use columns::{Doing, ValueAt};
use own::Own;
pub(crate) use places::Generates;
use places::{KeyPlaces, TextPlace};
use texts::Texts;

/// So many keys are remembered at least, and twice as many at most; the oldest go first.
const MOST: usize = 100_000;

/// The whole numbers up to here are all told apart by a DOUBLE.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// What the copies inserted. Shared by all workers, and touched only by statements that have values of keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    inserted: Mutex<Inserted>,
    texts: Texts,
    /// Whether there are any: until then nothing but what makes or deletes rows has to be looked at.
    any: AtomicBool,
}

/// Own keys by copy, the column that decides, and the recorded value.
#[derive(Debug, Default)]
struct Inserted {
    new: FxHashMap<(u32, usize, u64), u64>,
    old: FxHashMap<(u32, usize, u64), u64>,
}

/// What a copy's keys are shifted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shift<'a> {
    pub(crate) keys: &'a ShiftKeys,
    pub(crate) copy: u32,
}

impl Shift<'_> {
    /// The place of the key column that decides for a column of a result; `None` when it is no key that is shifted.
    pub(crate) fn root_of(&self, column: &ColumnDefinition) -> Option<usize> {
        let [table, name] =
            [&column.org_table, &column.org_name].map(|name| std::str::from_utf8(name));
        let (table, name) = (table.ok()?, name.ok()?);
        let mut keys = self.keys.columns.iter();
        self.keys.root_of(keys.position(|key| key.is(table, name))?)
    }
}

/// The keys in a prepared statement, and what its executions have declared.
#[derive(Debug, Default)]
pub(crate) struct StatementKeys {
    places: KeyPlaces,
    parameters: u16,
    types: Vec<ParameterType>,
    /// Parameters that came with COM_STMT_SEND_LONG_DATA: their place in an execution is not known.
    long_data: bool,
}

impl StatementKeys {
    /// Looks for keys in a prepared statement that takes so many parameters.
    pub(crate) fn of(sql: &[u8], parameters: u16, shift: Shift<'_>) -> Self {
        Self {
            places: KeyPlaces::of(sql, &shift.keys.columns),
            parameters,
            ..Self::default()
        }
    }

    /// The key that the server generates when it is executed.
    pub(crate) const fn generates(&self) -> Option<Generates> {
        self.places.generates
    }

    /// Notes that a parameter comes apart.
    pub(crate) const fn has_long_data(&mut self) {
        self.long_data = true;
    }
}

impl Keys {
    /// Notes that `count` rows were given keys from `recorded` on, and from `target` on here.
    pub(crate) fn generated(
        &self,
        shift: Shift<'_>,
        key: usize,
        (recorded, target): (u64, u64),
        count: u64,
    ) {
        let Some(root) = shift.keys.root_of(key) else {
            return;
        };
        for offset in 0..count.clamp(1, MOST as u64) {
            let recorded = recorded.saturating_add(offset);
            let key = (shift.copy, root, recorded);
            self.keep(key, target.saturating_add(offset));
        }
    }

    /// Whether a value of a key column is what this copy has in place of the recorded one.
    pub(crate) fn same(&self, shift: Shift<'_>, root: usize, values: [Option<&[u8]>; 2]) -> bool {
        let [recorded, answered] = values.map(|value| {
            let text = std::str::from_utf8(value?).ok()?;
            text.parse::<u64>().ok()
        });
        let own = recorded.and_then(|recorded| self.kept((shift.copy, root, recorded)));
        own.is_some() && own == answered
    }

    /// Whether a text is what this copy has in place of the recorded one.
    pub(crate) fn same_text(&self, shift: Shift<'_>, values: [Option<&[u8]>; 2]) -> bool {
        let own = values[0].and_then(|recorded| self.texts.own(shift.copy, recorded));
        own.is_some() && own.as_deref() == values[1]
    }

    /// This copy's own text in place of a recorded one; `None` when it stays. `rows` are those that the recorded
    /// statement made, to be held against those it changed.
    fn own_text(&self, place: &TextPlace, recorded: &[u8], own: &Own<'_>) -> Option<Box<[u8]>> {
        let copy = own.shift.copy;
        if copy == 0 {
            return None;
        }
        if let Some(known) = self.texts.own(copy, recorded) {
            return Some(known);
        }
        let makes = match place.doing {
            // what redaction replaced is no row of the target's, but those that the copies make
            _ if is_pseudonym(recorded) => true,
            Doing::Inserts => true,
            Doing::Upserts => (own.affected)() == own.texts_made,
            Doing::Deletes | Doing::Names => false,
        };
        let insert = || self.texts.insert(copy, recorded, place.holds_bytes);
        let made = makes.then(insert).flatten()?;
        self.any.store(true, Ordering::Relaxed);
        Some(made)
    }

    /// Whether a text has no values of keys that could be replaced, and makes no rows.
    fn passes_over(&self, sql: &[u8]) -> bool {
        const READING: [&[u8]; 9] = [
            b"SELECT",
            b"UPDATE",
            b"SET",
            b"SHOW",
            b"USE",
            b"BEGIN",
            b"START",
            b"COMMIT",
            b"ROLLBACK",
        ];
        !self.any.load(Ordering::Relaxed)
            && !sql.contains(&b';')
            && first_word(sql)
                .is_some_and(|first| READING.iter().any(|word| first.eq_ignore_ascii_case(word)))
    }

    /// A payload that carries a statement as text with this copy's keys, and the keys that the server generates for
    /// it. `affected` tells how many rows the recorded statement changed.
    pub(crate) fn in_text(
        &self,
        payload: Vec<u8>,
        dialect: &Dialect,
        shift: Shift<'_>,
        affected: &dyn Fn() -> u64,
        replaced: &mut dyn FnMut(u64, u64),
    ) -> (Vec<u8>, Option<Generates>) {
        let command = Command::decode(&payload, dialect).ok();
        let Some(sql) = command.and_then(|command| command.sql()) else {
            return (payload, None);
        };
        if self.passes_over(sql) {
            return (payload, None);
        }
        let found = KeyPlaces::of(sql, &shift.keys.columns);
        if found.places.is_empty() && found.texts.is_empty() {
            return (payload, found.generates);
        }
        let own = Own::of(self, &found, shift, affected);
        let head = payload.len() - sql.len();
        let mut out = payload.get(..head).unwrap_or_default().to_vec();
        let mut copied = 0;
        for (span, new) in own.literals(sql, &found, replaced) {
            out.extend_from_slice(sql.get(copied..span.start).unwrap_or_default());
            out.extend_from_slice(&new);
            copied = span.end;
        }
        out.extend_from_slice(sql.get(copied..).unwrap_or_default());
        (out, found.generates)
    }

    /// A COM_STMT_EXECUTE's payload with this copy's keys. `affected` as above.
    pub(crate) fn in_execution(
        &self,
        payload: Vec<u8>,
        statement: &mut StatementKeys,
        shift: Shift<'_>,
        affected: &dyn Fn() -> u64,
        replaced: &mut dyn FnMut(u64, u64),
    ) -> Vec<u8> {
        let found = &statement.places;
        if found.places.is_empty() && found.texts.is_empty() || statement.long_data {
            return payload;
        }
        let Some(execute) = payload
            .strip_prefix(&[CommandCode::StmtExecute as u8])
            .and_then(|body| Execute::decode(body).ok())
        else {
            return payload;
        };
        let read = execute.parameters(statement.parameters, &statement.types, |_| false);
        let Ok(mut parameters) = read else {
            return payload;
        };
        statement.types.clone_from(&parameters.types);
        // with query attributes the parameters have names, which are not written here
        let named = execute.flags & reprise_wire::mysql::PARAMETER_COUNT_AVAILABLE != 0;
        let own = Own::of(self, &statement.places, shift, affected);
        let mut changed = false;
        for place in statement.places.texts.iter().filter(|_| !named) {
            if let ValueAt::Parameter(at) = place.value
                && let Some(Value::Bytes(text)) = parameters.values.get_mut(at)
                && let Some(own) = self.own_text(place, text, &own)
            {
                *text = own.into();
                changed = true;
            }
        }
        for place in own.places {
            if let ValueAt::Parameter(at) = place.value
                && let Some(recorded) = parameters.values.get(at).and_then(whole_number)
                && let Some(own) = own.key(place, recorded)
                && !named
            {
                replaced(recorded, own);
                put(&mut parameters, at, own);
                changed = true;
            }
        }
        if !changed {
            return payload;
        }
        let parameters = parameters.encode();
        Command::StmtExecute(Execute {
            parameters: &parameters,
            ..execute
        })
        .encode()
    }

    fn kept(&self, key: (u32, usize, u64)) -> Option<u64> {
        let inserted = self.inserted.lock().unwrap_or_else(PoisonError::into_inner);
        let found = inserted.new.get(&key).or_else(|| inserted.old.get(&key));
        found.copied()
    }

    fn keep(&self, key: (u32, usize, u64), own: u64) {
        self.any.store(true, Ordering::Relaxed);
        let mut inserted = self.inserted.lock().unwrap_or_else(PoisonError::into_inner);
        if inserted.new.len() >= MOST {
            inserted.old = std::mem::take(&mut inserted.new);
        }
        inserted.new.insert(key, own);
    }
}

/// A parameter as the number that a key may be; drivers of JavaScript send every number as a DOUBLE.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Unsigned(number) => Some(*number),
        Value::Double(number) => {
            let is_whole = number.fract() == 0.0 && (0.0..=MOST_EXACT).contains(number);
            is_whole.then_some(*number as u64)
        }
        Value::Bytes(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
    .filter(|number| *number > 0)
}

/// Puts a number in place of a parameter; but for texts as BIGINT, whatever it was declared as.
fn put(parameters: &mut Parameters, at: usize, number: u64) {
    let Some(value) = parameters.values.get_mut(at) else {
        return;
    };
    if let Value::Bytes(text) = value {
        *text = number.to_string().into_bytes();
        return;
    }
    *value = Value::Unsigned(number);
    if let Some(declared) = parameters.types.get_mut(at) {
        *declared = ParameterType {
            column_type: reprise_wire::mysql::ColumnType::LONGLONG,
            unsigned: true,
        };
    }
}

#[cfg(test)]
mod tests;
