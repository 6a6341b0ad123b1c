//! Key columns whose values the copies of a lane shift, so that ten copies of an INSERT make ten rows:
//! `items.id`, `items.id=1000000`, `order_items.order_id=orders.id`, `session.id=text`, `user.id=bytes`, `auto`, `none`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far apart the copies' values are where neither the plan nor the target says.
const DEFAULT_OFFSET: u64 = 1_000_000;

/// Which key columns are shifted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShiftKeys {
    /// Whether the AUTO_INCREMENT columns that the target tells and the recording shows, and those that refer
    /// to them, are added when it starts.
    pub auto: bool,
    /// The columns.
    pub columns: Vec<KeyShift>,
}

/// One key column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyShift {
    /// Its table, without a database.
    pub table: String,
    /// Its name.
    pub column: String,
    /// What its values are shifted by.
    pub by: ShiftBy,
    /// Its place in its table, from 1, for an INSERT that names no columns; as the target tells it.
    #[serde(default)]
    pub position: Option<u32>,
    /// Nobody named it: the target told it, or the recording showed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
}

/// A key column as the target tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    /// Its table.
    pub(crate) table: String,
    /// Its name.
    pub(crate) column: String,
    /// Its place in its table, from 1.
    pub(crate) position: u32,
    /// The next number it gives; `None`: it gives none.
    pub(crate) next: Option<u64>,
    /// What it holds, where rows are told apart by it alone.
    pub(crate) text: Option<TextKind>,
    /// The table and the column that it refers to.
    pub(crate) refers_to: Option<(String, String)>,
}

/// What a key column that no server numbers holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    Text,
    Bytes,
}

/// What the values of a key column are shifted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftBy {
    /// Copy n adds n times this to what it inserts; `None`: what the target's AUTO_INCREMENT needs, seen when
    /// it starts.
    Offset(Option<u64>),
    /// It refers to this table's column, and is shifted as the row it refers to was.
    Like(String, String),
    /// Each copy inserts texts of its own, where the recorded ones look random.
    Text,
    /// The same, where they are bytes or the digits of bytes.
    Bytes,
}

/// A text that names no key column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "read the key '{0}': write TABLE.COLUMN, TABLE.COLUMN=OFFSET, TABLE.COLUMN=TABLE.COLUMN, TABLE.COLUMN=text, TABLE.COLUMN=bytes, auto or none"
)]
pub struct KeyShiftError(String);

impl ShiftKeys {
    /// Those that the target tells and the recording shows.
    pub const fn auto() -> Self {
        Self {
            auto: true,
            columns: Vec::new(),
        }
    }

    /// Whether nothing is shifted.
    pub fn is_empty(&self) -> bool {
        !self.auto && self.columns.is_empty()
    }

    /// Adds what a text names; `none` takes away all that was named before.
    ///
    /// # Errors
    /// It names no key column.
    pub fn add(&mut self, text: &str) -> Result<(), KeyShiftError> {
        match text {
            "auto" => self.auto = true,
            "none" => *self = Self::default(),
            _ => self.columns.push(text.parse()?),
        }
        Ok(())
    }

    /// Takes what the target tells of its key columns: offsets where none is given, and with `auto` its
    /// AUTO_INCREMENT columns with those that refer to them, and what was `learned` from the recording besides.
    pub(crate) fn resolve(&mut self, told: &[KeyColumn], learned: &[KeyShift]) {
        for told in told.iter().filter(|_| self.auto) {
            let text = told.text.filter(|_| told.refers_to.is_none());
            let by = match (told.next, text) {
                (Some(_), _) => ShiftBy::Offset(None),
                (None, Some(TextKind::Text)) => ShiftBy::Text,
                (None, Some(TextKind::Bytes)) => ShiftBy::Bytes,
                (None, None) => continue,
            };
            if !self.has(&told.table, &told.column) {
                self.columns.push(KeyShift::of(told, by));
            }
        }
        while self.refer_on(told) {}
        self.take_learned(told, learned);
        for key in &mut self.columns {
            let told = told.iter().find(|told| key.is(&told.table, &told.column));
            key.position = key.position.or_else(|| told.map(|told| told.position));
            if let ShiftBy::Offset(offset @ None) = &mut key.by {
                let next = told.and_then(|told| told.next).unwrap_or(0);
                *offset = Some(above(next));
            }
        }
    }

    /// Adds what refers to a column that is shifted by now, which others may refer to in turn (a table whose key is
    /// its parent's). Whether anything was added.
    fn refer_on(&mut self, told: &[KeyColumn]) -> bool {
        let before = self.columns.len();
        for told in told.iter().filter(|_| self.auto) {
            if let Some((table, column)) = &told.refers_to
                && self.has(table, column)
                && !self.has(&told.table, &told.column)
            {
                let by = ShiftBy::Like(table.clone(), column.clone());
                self.columns.push(KeyShift::of(told, by));
            }
        }
        self.columns.len() > before
    }

    /// Adds what was learned, as far as it is looked for and the target does not know it otherwise: a table that
    /// it tells has the key that it tells, and a foreign key refers to what it refers to.
    fn take_learned(&mut self, told: &[KeyColumn], learned: &[KeyShift]) {
        if !std::mem::take(&mut self.auto) {
            return;
        }
        for key in learned {
            let is_told = |told: &KeyColumn| told.table.eq_ignore_ascii_case(&key.table);
            let refers =
                |told: &KeyColumn| told.refers_to.is_some() && key.is(&told.table, &told.column);
            let goes = match &key.by {
                ShiftBy::Offset(_) | ShiftBy::Text | ShiftBy::Bytes => !told.iter().any(is_told),
                ShiftBy::Like(table, column) => self.has(table, column) && !told.iter().any(refers),
            };
            if goes && !self.has(&key.table, &key.column) {
                self.columns.push(KeyShift {
                    found: true,
                    ..key.clone()
                });
            }
        }
    }

    pub(crate) fn has(&self, table: &str, column: &str) -> bool {
        self.columns.iter().any(|key| key.is(table, column))
    }

    /// The place among the columns of the one whose offset decides; `None` when there is no such place.
    pub(crate) fn root_of(&self, place: usize) -> Option<usize> {
        let mut place = place;
        // what refers to itself by way of others has none
        for _ in 0..=self.columns.len() {
            let ShiftBy::Like(table, column) = &self.columns.get(place)?.by else {
                return Some(place);
            };
            place = self.columns.iter().position(|key| key.is(table, column))?;
        }
        None
    }

    /// The first column that refers to one that is not shifted; with `auto` that is not known yet.
    pub(crate) fn dangling(&self) -> Option<&KeyShift> {
        if self.auto {
            return None;
        }
        (0..self.columns.len())
            .find(|place| self.root_of(*place).is_none())
            .and_then(|place| self.columns.get(place))
    }
}

impl KeyShift {
    /// The column of a table, whose place in it is not known.
    pub(crate) fn new((table, column): (&str, &str), by: ShiftBy) -> Self {
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            by,
            position: None,
            found: false,
        }
    }

    fn of(told: &KeyColumn, by: ShiftBy) -> Self {
        Self {
            position: Some(told.position),
            found: true,
            ..Self::new((&told.table, &told.column), by)
        }
    }

    /// Whether it is this column; names of columns, and here of tables, have no case.
    pub(crate) fn is(&self, table: &str, column: &str) -> bool {
        self.table.eq_ignore_ascii_case(table) && self.column.eq_ignore_ascii_case(column)
    }
}

impl FromStr for KeyShift {
    type Err = KeyShiftError;

    fn from_str(text: &str) -> Result<Self, KeyShiftError> {
        let refused = || KeyShiftError(text.to_owned());
        let (key, by) = match text.split_once('=') {
            Some((key, by)) => (key, Some(by)),
            None => (text, None),
        };
        let (table, column) = column(key).ok_or_else(refused)?;
        let by = match by {
            None => ShiftBy::Offset(None),
            Some("text") => ShiftBy::Text,
            Some("bytes") => ShiftBy::Bytes,
            Some(by) => match by.parse() {
                Ok(0) => return Err(refused()),
                Ok(offset) => ShiftBy::Offset(Some(offset)),
                Err(_) => {
                    let (table, column) = self::column(by).ok_or_else(refused)?;
                    ShiftBy::Like(table, column)
                }
            },
        };
        Ok(Self {
            table,
            column,
            by,
            position: None,
            found: false,
        })
    }
}

/// An offset that is far above the table's next key: no copy's keys are in the way of another's.
fn above(next: u64) -> u64 {
    let mut offset = DEFAULT_OFFSET;
    while offset / 2 <= next && offset < u64::MAX / 10 {
        offset *= 10;
    }
    offset
}

fn column(text: &str) -> Option<(String, String)> {
    let (table, column) = text.trim().split_once('.')?;
    let names = [table, column].map(|name| name.trim_matches('`').to_owned());
    let [table, column] = names;
    let plain = |name: &str| !name.is_empty() && !name.contains(['.', ' ', '=']);
    (plain(&table) && plain(&column)).then_some((table, column))
}

impl fmt::Display for KeyShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)?;
        match &self.by {
            ShiftBy::Offset(None) => Ok(()),
            ShiftBy::Offset(Some(offset)) => write!(f, "={offset}"),
            ShiftBy::Like(table, column) => write!(f, "={table}.{column}"),
            ShiftBy::Text => f.write_str("=text"),
            ShiftBy::Bytes => f.write_str("=bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_it_was_written() {
        for text in [
            "items.id",
            "items.id=1000000",
            "lines.order_id=orders.id",
            "session.id=text",
            "user.id=bytes",
        ] {
            let key: KeyShift = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        for text in [
            "",
            "items",
            "a.b.c",
            "items.id=",
            "items.id=0",
            "items.id=x",
            ".id",
        ] {
            assert!(text.parse::<KeyShift>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_target_tells_offsets_and_the_columns_that_belong_to_them() {
        let told = |table: &str, column: &str, next, refers: Option<&str>| KeyColumn {
            table: table.to_owned(),
            column: column.to_owned(),
            position: 2,
            next,
            text: (column == "token").then_some(TextKind::Text),
            refers_to: refers.map(|table| (table.to_owned(), "id".to_owned())),
        };
        let schema = [
            told("lines", "order_id", None, Some("orders")),
            told("orders", "id", Some(3_000_000), None),
            told("orders", "user_id", None, Some("users")),
            told("session", "token", None, None),
        ];
        let said = |keys: &ShiftKeys| {
            let all: Vec<String> = keys.columns.iter().map(ToString::to_string).collect();
            all.join(" ")
        };
        let mut keys = ShiftKeys::default();
        keys.add("auto").unwrap();
        keys.resolve(&schema, &[]);
        assert_eq!(
            said(&keys),
            "orders.id=10000000 session.token=text lines.order_id=orders.id"
        );
        assert!(keys.columns.iter().all(|key| key.position == Some(2)) && !keys.auto);
        let mut keys = ShiftKeys::default();
        keys.add("item.id").unwrap();
        keys.add("orders.id=7").unwrap();
        keys.resolve(&schema, &[]);
        assert_eq!(said(&keys), "item.id=1000000 orders.id=7");
    }

    #[test]
    fn what_refers_to_a_key_that_refers_to_another_is_shifted_as_that_one() {
        let refers = |table: &str, column: &str, to: Option<&str>| KeyColumn {
            table: table.to_owned(),
            column: column.to_owned(),
            position: 1,
            next: (table == "party").then_some(1),
            text: None,
            refers_to: to.map(|table| (table.to_owned(), "id".to_owned())),
        };
        // a person is a party, and what comes before it in the alphabet refers to it
        let schema = [
            refers("orders", "person_id", Some("person")),
            refers("party", "id", None),
            refers("person", "boss_id", Some("person")),
            refers("person", "id", Some("party")),
        ];
        let mut keys = ShiftKeys::auto();
        keys.resolve(&schema, &["person.boss_id=party.id".parse().unwrap()]);
        let all: Vec<String> = keys.columns.iter().map(ToString::to_string).collect();
        let said = [
            "party.id=1000000",
            "person.id=party.id",
            "orders.person_id=person.id",
            "person.boss_id=person.id",
        ];
        assert_eq!(all, said);
        let roots: Vec<_> = (0..4).map(|place| keys.root_of(place)).collect();
        assert_eq!(roots, [Some(0); 4]);
        // one that leads round has no root
        let mut round = ShiftKeys::default();
        round.add("a.id=b.id").unwrap();
        round.add("b.id=a.id").unwrap();
        assert_eq!(round.root_of(0), None);
    }

    #[test]
    fn a_foreign_key_of_the_target_wins_over_what_the_recording_shows() {
        let told = |table: &str, column: &str, next, to: Option<&str>| KeyColumn {
            table: table.to_owned(),
            column: column.to_owned(),
            position: 1,
            next,
            text: None,
            refers_to: to.map(|table| (table.to_owned(), "code".to_owned())),
        };
        // items are numbered by hand, and their numbers happen to be those of addresses
        let schema = [
            told("address", "id", Some(1), None),
            told("line", "item_id", None, Some("item")),
        ];
        let mut keys = ShiftKeys::auto();
        keys.resolve(&schema, &["line.item_id=address.id".parse().unwrap()]);
        let all: Vec<String> = keys.columns.iter().map(ToString::to_string).collect();
        assert_eq!(all, ["address.id=1000000"]);
    }

    #[test]
    fn what_was_learned_is_added_unless_the_target_knows_better() {
        let told = KeyColumn {
            table: "orders".to_owned(),
            column: "number".to_owned(),
            position: 1,
            next: Some(5),
            text: None,
            refers_to: None,
        };
        let learned = [
            "item.id",
            "orders.id",
            "line.order_id=orders.id",
            "line.item_id=item.id",
            "line.order_number=orders.number",
        ];
        let learned = learned.map(|key| key.parse().unwrap());
        let resolved = |mut keys: ShiftKeys| {
            keys.resolve(std::slice::from_ref(&told), &learned);
            let all = keys.columns.iter().map(ToString::to_string);
            all.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            resolved(ShiftKeys::auto()),
            "orders.number=1000000 item.id=1000000 line.item_id=item.id line.order_number=orders.number"
        );
        let mut none = ShiftKeys::auto();
        none.add("none").unwrap();
        assert_eq!(resolved(none), "");
    }

    #[test]
    fn a_reference_follows_a_column_that_is_shifted() {
        let mut keys = ShiftKeys::default();
        keys.add("lines.order_id=Orders.id").unwrap();
        assert_eq!(
            keys.dangling().map(ToString::to_string).as_deref(),
            Some("lines.order_id=Orders.id")
        );
        keys.add("orders.id").unwrap();
        assert_eq!(
            (keys.root_of(0), keys.root_of(1), keys.dangling()),
            (Some(1), Some(1), None)
        );
    }
}
