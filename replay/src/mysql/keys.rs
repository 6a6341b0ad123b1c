//! The keys of the copies: what each inserted under which key, in place of the recorded one, so that its later
//! statements name its own rows. All lanes of a copy know them: an application's connections stand in for one
//! another.

pub(crate) mod columns;
mod places;
mod texts;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reprise_wire::mysql::sql::first_word;

use reprise_wire::mysql::{
    ColumnDefinition, Command, CommandCode, Dialect, Execute, ParameterType, Parameters, Value,
};
use rustc_hash::FxHashMap;

use crate::plan::{ShiftBy, ShiftKeys};
use columns::{Doing, ValueAt};
pub(crate) use places::Generates;
use places::{KeyPlace, KeyPlaces, TextPlace};
use texts::Texts;

/// So many keys are remembered at least, and twice as many at most; the oldest go first.
const MOST: usize = 100_000;

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
            Doing::Inserts => true,
            Doing::Upserts => (own.affected)() == own.texts_made,
            Doing::Deletes | Doing::Names => false,
        };
        let made = makes.then(|| self.texts.insert(copy, recorded)).flatten()?;
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

    /// A COM_QUERY's payload with this copy's keys, and the keys that the server generates for it. `affected`
    /// tells how many rows the recorded statement changed.
    pub(crate) fn in_query(
        &self,
        payload: Vec<u8>,
        dialect: &Dialect,
        shift: Shift<'_>,
        affected: &dyn Fn() -> u64,
        replaced: &mut dyn FnMut(u64, u64),
    ) -> (Vec<u8>, Option<Generates>) {
        let sql = match Command::decode(&payload, dialect) {
            Ok(Command::Query(query)) => query.sql,
            _ => return (payload, None),
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

/// Finds a copy's own keys for one statement.
struct Own<'a> {
    keys: &'a Keys,
    /// All that the statement has values of.
    places: &'a [KeyPlace],
    shift: Shift<'a>,
    affected: &'a dyn Fn() -> u64,
    /// How many rows it makes with keys that are texts.
    texts_made: u64,
}

impl<'a> Own<'a> {
    fn of(
        keys: &'a Keys,
        found: &'a KeyPlaces,
        shift: Shift<'a>,
        affected: &'a dyn Fn() -> u64,
    ) -> Self {
        let texts = found.texts.iter();
        Self {
            keys,
            places: &found.places,
            shift,
            affected,
            texts_made: texts.filter(|place| place.doing.makes()).count() as u64,
        }
    }

    /// What to write in place of a text's literals, in their order.
    fn literals(
        &self,
        sql: &[u8],
        found: &KeyPlaces,
        replaced: &mut dyn FnMut(u64, u64),
    ) -> Vec<(Range<usize>, Vec<u8>)> {
        let text = |span: &Range<usize>| sql.get(span.clone()).unwrap_or_default();
        let mut new = Vec::new();
        for place in &found.places {
            if let ValueAt::Literal(span) = &place.value
                && let Some((recorded, quote)) = number(text(span))
                && let Some(own) = self.key(place, recorded)
            {
                replaced(recorded, own);
                new.push((span.clone(), format!("{quote}{own}{quote}").into_bytes()));
            }
        }
        for place in &found.texts {
            if let ValueAt::Literal(span) = &place.value
                && let [quote @ (b'\'' | b'"'), inner @ .., last] = text(span)
                && quote == last
                && let Some(own) = self.keys.own_text(place, inner, self)
            {
                new.push((span.clone(), [&[*quote][..], &own, &[*quote]].concat()));
            }
        }
        new.sort_by_key(|(span, _)| span.start);
        new
    }

    /// This copy's key in place of a recorded one; `None` when it stays.
    fn key(&self, place: &KeyPlace, recorded: u64) -> Option<u64> {
        let Shift { keys, copy } = self.shift;
        let key = (copy, keys.root_of(place.key)?, recorded);
        if let Some(known) = self.keys.kept(key) {
            return (known != recorded).then_some(known);
        }
        let ShiftBy::Offset(offset) = &keys.columns.get(place.key)?.by else {
            return None;
        };
        let was_there = match place.doing {
            Doing::Names => return None,
            Doing::Deletes => (self.affected)() > 0,
            Doing::Inserts => false,
            Doing::Upserts => (self.affected)() != self.rows_of(place.key),
        };
        if was_there {
            // of all copies alike: what is inserted under this key from now on is that row again
            self.keys.keep(key, recorded);
            return None;
        }
        if !place.doing.makes() {
            return None;
        }
        let by = offset.unwrap_or_default().checked_mul(u64::from(copy))?;
        let own = recorded.checked_add(by)?;
        self.keys.keep(key, own);
        (own != recorded).then_some(own)
    }

    /// How many rows the statement makes with values of this key.
    fn rows_of(&self, key: usize) -> u64 {
        let of = self.places.iter();
        of.filter(|place| place.key == key && place.doing.makes())
            .count() as u64
    }
}

/// A literal as a number, with the quotes it stands in.
fn number(text: &[u8]) -> Option<(u64, &str)> {
    let text = std::str::from_utf8(text).ok()?;
    for quote in ["'", "\""] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return Some((inner.parse().ok()?, quote));
        }
    }
    Some((text.parse().ok()?, ""))
}

fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Unsigned(number) => Some(*number),
        Value::Bytes(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
    .filter(|number| *number > 0)
}

/// Puts a number in place of a parameter; integers as BIGINT, whatever they were declared as.
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
mod tests {
    use super::*;

    fn keys() -> ShiftKeys {
        let mut keys = ShiftKeys::default();
        for key in ["item.id=100", "line.item_id=item.id"] {
            keys.add(key).unwrap();
        }
        keys
    }

    fn query(keys: &Keys, copy: u32, sql: &str) -> String {
        answered(keys, copy, sql, 1)
    }

    /// As it is sent when the recorded one changed so many rows.
    fn answered(keys: &Keys, copy: u32, sql: &str, affected: u64) -> String {
        let shift = Shift {
            keys: &self::keys(),
            copy,
        };
        let payload = [b"\x03", sql.as_bytes()].concat();
        let (dialect, rows) = (Dialect::UNKNOWN, || affected);
        let (payload, _) = keys.in_query(payload, &dialect, shift, &rows, &mut |_, _| {});
        String::from_utf8(payload[1..].to_vec()).unwrap()
    }

    #[test]
    fn a_copy_inserts_its_own_rows_and_names_them_later_and_no_others() {
        let keys = Keys::default();
        let said = |sql: &str| query(&keys, 3, sql);
        assert_eq!(
            said("INSERT INTO item (id, n) VALUES (7, 7), ('8', 1)"),
            "INSERT INTO item (id, n) VALUES (307, 7), ('308', 1)"
        );
        assert_eq!(
            said("UPDATE item SET n = 7 WHERE id IN (7, 9)"),
            "UPDATE item SET n = 7 WHERE id IN (307, 9)"
        );
        assert_eq!(
            said("INSERT INTO line (item_id) VALUES (8), (9)"),
            "INSERT INTO line (item_id) VALUES (308), (9)"
        );
        assert_eq!(
            said("SELECT n FROM item WHERE id = 5"),
            "SELECT n FROM item WHERE id = 5"
        );
        let other = "UPDATE item SET n = 7 WHERE id = 7";
        assert_eq!(query(&keys, 2, other), other, "another copy's row");
        assert_eq!(
            query(&keys, 0, "INSERT INTO item (id) VALUES (7)"),
            "INSERT INTO item (id) VALUES (7)"
        );
    }

    #[test]
    fn a_row_that_was_there_before_and_is_deleted_is_inserted_again_under_its_own_key() {
        let keys = Keys::default();
        let stays = |sql: &str, affected: u64| {
            assert_eq!(answered(&keys, 3, sql, affected), sql);
        };
        stays("DELETE FROM item WHERE id = 7", 1);
        stays("INSERT INTO item (id) VALUES (7)", 1);
        stays("UPDATE item SET n = 1 WHERE id = 7", 1);
        // nothing was deleted: the row was not there
        stays("DELETE FROM item WHERE id = 8", 0);
        assert_eq!(
            query(&keys, 3, "INSERT INTO item (id) VALUES (8)"),
            "INSERT INTO item (id) VALUES (308)"
        );
        assert_eq!(
            query(&keys, 3, "DELETE FROM item WHERE id = 8"),
            "DELETE FROM item WHERE id = 308"
        );
    }

    #[test]
    fn what_replaces_rows_that_were_there_before_keeps_their_keys() {
        let keys = Keys::default();
        let sql = "INSERT INTO item (id, n) VALUES (7, 1) ON DUPLICATE KEY UPDATE n = 2";
        assert_eq!(answered(&keys, 3, sql, 2), sql, "recorded as an update");
        let sql = "REPLACE INTO item (id) VALUES (8), (9)";
        assert_eq!(
            answered(&keys, 3, sql, 2),
            "REPLACE INTO item (id) VALUES (308), (309)",
            "both were new"
        );
    }

    #[test]
    fn a_row_under_a_text_has_one_of_the_copys_own_wherever_it_is_named() {
        let mut shifted = ShiftKeys::default();
        shifted.add("session.id=text").unwrap();
        let shift = |copy| Shift {
            keys: &shifted,
            copy,
        };
        let keys = Keys::default();
        let said = |copy: u32, sql: &str| {
            let payload = [b"\x03", sql.as_bytes()].concat();
            let dialect = Dialect::UNKNOWN;
            let (payload, _) = keys.in_query(payload, &dialect, shift(copy), &|| 1, &mut |_, _| {});
            String::from_utf8(payload[1..].to_vec()).unwrap()
        };
        const ID: &str = "9f86d081884c7d659a2feaa0c55ad015";
        let cart = format!("INSERT INTO cart (session_id, n) VALUES ('{ID}', 1)");
        assert_eq!(said(1, &cart), cart, "not inserted yet");
        let insert = format!("INSERT INTO session (id, name) VALUES ('{ID}', 'x')");
        assert_eq!(said(0, &insert), insert);
        let own = said(1, &insert);
        assert_ne!(own, insert);
        let own_id = own.split('\'').nth(1).unwrap().to_owned();
        assert_eq!(said(1, &cart), cart.replace(ID, &own_id));
        let read = format!("SELECT n FROM session WHERE id = '{ID}' AND name = 'x'");
        assert_eq!(said(1, &read), read.replace(ID, &own_id));
        assert_eq!(said(2, &read), read, "another copy");
        let values = [Some(ID.as_bytes()), Some(own_id.as_bytes())];
        assert!(keys.same_text(shift(1), values) && !keys.same_text(shift(2), values));
    }

    #[test]
    fn rows_that_the_server_numbered_are_named_by_its_numbers() {
        let keys = Keys::default();
        let shifted = self::keys();
        let shift = Shift {
            keys: &shifted,
            copy: 0,
        };
        keys.generated(shift, 0, (10, 55), 2);
        assert_eq!(
            query(&keys, 0, "DELETE FROM item WHERE id IN (10, 11, 12)"),
            "DELETE FROM item WHERE id IN (55, 56, 12)"
        );
    }

    #[test]
    fn parameters_are_replaced_whatever_their_type_and_when_types_are_left_out() {
        let shifted = keys();
        let shift = Shift {
            keys: &shifted,
            copy: 2,
        };
        let mut statement = StatementKeys::of(b"INSERT INTO item (n, id) VALUES (?, ?)", 2, shift);
        let keys = Keys::default();
        let mut sent = |parameters: &[u8]| {
            let execute = Execute {
                statement_id: 1,
                flags: 0,
                iterations: 1,
                parameters,
            };
            let payload = Command::StmtExecute(execute).encode();
            let out = keys.in_execution(payload, &mut statement, shift, &|| 1, &mut |_, _| {});
            let execute = Execute::decode(&out[1..]).unwrap();
            execute.parameters(2, &[], |_| false).unwrap().values
        };
        // SHORT and LONG, then the same without types
        let typed = [0, 1, 2, 0, 3, 0, 9, 0, 5, 0, 0, 0];
        assert_eq!(sent(&typed), [Value::Int(9), Value::Unsigned(205)]);
        let untyped = [0, 0, 9, 0, 6, 0, 0, 0];
        assert_eq!(sent(&untyped), [Value::Int(9), Value::Unsigned(206)]);
        let texts = Parameters::of(vec![Value::Null, Value::Bytes(b"7".to_vec())]).encode();
        assert_eq!(sent(&texts), [Value::Null, Value::Bytes(b"207".to_vec())]);
    }
}
