//! Where a statement has values of key columns: what it inserts, and which rows it names.

use super::columns::{Column, Columns, Doing, ValueAt};
use crate::plan::{KeyShift, ShiftBy};

/// The values of key columns in one SQL text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPlaces {
    pub(crate) places: Vec<KeyPlace>,
    /// The key whose values the server generates for what is inserted.
    pub(crate) generates: Option<Generates>,
    /// All values, where keys that are texts are shifted: what one of them is called stands in any column.
    pub(crate) texts: Vec<TextPlace>,
}

/// A value that may be a text that a copy has one of its own for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextPlace {
    /// What the statement does with it, where it is the value of a key; else it only names one.
    pub(crate) doing: Doing,
    pub(crate) value: ValueAt,
    /// It is the value of a key that holds bytes.
    pub(crate) holds_bytes: bool,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    /// Its column, by its place among the plan's.
    pub(crate) key: usize,
    pub(crate) doing: Doing,
    pub(crate) value: ValueAt,
}

/// Keys that the server gives to what is inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generates {
    /// Their column, by its place among the plan's.
    pub(crate) key: usize,
    /// To so many rows; `None`: as many as the reply says.
    pub(crate) rows: Option<u64>,
}

impl KeyPlaces {
    /// Looks for the values of `keys` in a text.
    pub(crate) fn of(sql: &[u8], keys: &[KeyShift]) -> Self {
        let mut found = Self::default();
        for columns in Columns::of(sql) {
            found.add(&columns, keys);
        }
        found
    }

    fn add(&mut self, columns: &Columns<'_>, keys: &[KeyShift]) {
        let begin = self.places.len();
        let is_text = |key: &KeyShift| matches!(key.by, ShiftBy::Text | ShiftBy::Bytes);
        let has_texts = keys.iter().any(is_text);
        for value in &columns.values {
            let is_it = |key: &&KeyShift| match value.column {
                Column::Named(..) => columns.is_of(value, (&key.table, &key.column)),
                Column::At(place) => makes(columns, key) && position(key) == Some(place),
            };
            let mut numbered = keys.iter().enumerate();
            let found = numbered.find(|(_, key)| is_it(key));
            let is_text = found.is_some_and(|(_, key)| is_text(key));
            if has_texts {
                self.texts.push(TextPlace {
                    doing: if is_text { columns.doing } else { Doing::Names },
                    value: value.value.clone(),
                    holds_bytes: found.is_some_and(|(_, key)| key.by == ShiftBy::Bytes),
                });
            }
            if let Some((key, _)) = found.filter(|_| !is_text) {
                self.places.push(KeyPlace {
                    key,
                    doing: columns.doing,
                    value: value.value.clone(),
                });
            }
        }
        if !columns.doing.makes() || self.generates.is_some() {
            return;
        }
        let given = self.places.get(begin..).unwrap_or_default();
        let left_out = keys.iter().enumerate().find(|(place, key)| {
            let is_given = given.iter().any(|one| one.key == *place);
            matches!(key.by, ShiftBy::Offset(_)) && makes(columns, key) && !is_given
        });
        self.generates = left_out.map(|(key, _)| Generates {
            key,
            rows: columns.rows,
        });
    }
}

/// The place of a key in its table, from 1. Where the target has not told, what the server numbers is nearly always
/// the first.
fn position(key: &KeyShift) -> Option<usize> {
    let numbers = matches!(key.by, ShiftBy::Offset(_));
    let told = key.position.map(|position| position as usize);
    told.or_else(|| numbers.then_some(1))
}

/// Whether a statement makes rows in the table of a key.
fn makes(columns: &Columns<'_>, key: &KeyShift) -> bool {
    let made = columns.tables.iter().filter(|_| columns.doing.makes());
    made.into_iter()
        .any(|table| table.name.eq_ignore_ascii_case(&key.table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<KeyShift> {
        let keys = ["item.id=100", "line.order_id=orders.id", "orders.id=100"];
        keys.map(|key| key.parse().unwrap()).to_vec()
    }

    /// The key, whether it inserts, and the text of each value; `?n` is a parameter.
    fn found(sql: &str) -> Vec<(usize, bool, String)> {
        let places = KeyPlaces::of(sql.as_bytes(), &keys()).places;
        let text = |value: ValueAt| match value {
            ValueAt::Literal(span) => sql[span].to_owned(),
            ValueAt::Parameter(number) => format!("?{number}"),
        };
        let all = places.into_iter();
        all.map(|one| (one.key, one.doing.makes(), text(one.value)))
            .collect()
    }

    fn inserts(sql: &str, key: usize, values: &[&str]) {
        let expected: Vec<_> = values
            .iter()
            .map(|value| (key, true, (*value).to_owned()))
            .collect();
        assert_eq!(found(sql), expected, "{sql}");
    }

    fn names(sql: &str, key: usize, values: &[&str]) {
        let expected: Vec<_> = values
            .iter()
            .map(|value| (key, false, (*value).to_owned()))
            .collect();
        assert_eq!(found(sql), expected, "{sql}");
    }

    #[test]
    fn what_is_inserted_is_found_by_its_column() {
        inserts(
            "INSERT INTO item (name, id) VALUES ('a', 7), ('b', '8')",
            0,
            &["7", "'8'"],
        );
        inserts(
            "insert ignore into `shop`.`item` values (7, 'a', (1 + 2)), (8, 'b', 3)",
            0,
            &["7", "8"],
        );
        inserts("REPLACE INTO item SET name = 'x', id = 9", 0, &["9"]);
        inserts(
            "INSERT INTO item (a, id) VALUES (?, ?), (now(), ?)",
            0,
            &["?1", "?2"],
        );
        inserts(
            "INSERT INTO line (order_id, n) VALUES (5, 1) ON DUPLICATE KEY UPDATE n = 2",
            1,
            &["5"],
        );
        inserts("INSERT INTO item (id) VALUES (1 + 1)", 0, &[]);
        inserts("INSERT INTO other (id) VALUES (1)", 0, &[]);
    }

    #[test]
    fn what_the_server_numbers_itself_is_known() {
        let generates = |sql: &str| {
            let found = KeyPlaces::of(sql.as_bytes(), &keys()).generates;
            found.map(|one| one.key)
        };
        assert_eq!(generates("INSERT INTO item (name) VALUES ('a')"), Some(0));
        assert_eq!(generates("INSERT INTO orders VALUES (NULL, 3)"), Some(2));
        assert_eq!(generates("INSERT INTO orders VALUES (0, 3)"), Some(2));
        assert_eq!(generates("INSERT INTO item (id) VALUES (1)"), None);
        assert_eq!(generates("INSERT INTO line (n) VALUES (1)"), None);
        assert_eq!(generates("SELECT id FROM item"), None);
    }

    #[test]
    fn rows_are_named_by_their_keys_under_any_alias() {
        names("SELECT * FROM item WHERE id = 7 AND n = 3", 0, &["7"]);
        names(
            "UPDATE item SET n = 1 WHERE `id` IN (1, ?, '3')",
            0,
            &["1", "?0", "'3'"],
        );
        names(
            "DELETE FROM shop.item WHERE shop.item.id=4 LIMIT 1",
            0,
            &["4"],
        );
        names(
            "SELECT a FROM x JOIN item AS i ON i.n = x.n WHERE i.id = 5 AND x.id = 6",
            0,
            &["5"],
        );
        names(
            "SELECT a FROM orders o, line l WHERE l.order_id = 5",
            1,
            &["5"],
        );
        names(
            "SELECT n FROM orders WHERE 7 = orders.id AND 3 = n",
            2,
            &["7"],
        );
        names("SELECT id FROM other WHERE id = 7", 0, &[]);
    }

    #[test]
    fn parameters_are_counted_through_the_statement() {
        names("SELECT ? FROM item WHERE n > ? AND id = ?", 0, &["?2"]);
        let sql = "UPDATE item SET a = ? WHERE id = ?; DELETE FROM item WHERE id = ?";
        names(sql, 0, &["?1", "?2"]);
    }
}
