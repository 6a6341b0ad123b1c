//! Where a statement has values of key columns: what it inserts, and which rows it names. Literals and
//! parameters alike. Only what stands there by itself is found: not what is computed.

use std::ops::Range;

use reprise_wire::mysql::sql::{Token, TokenKind, statements};

use crate::plan::{KeyShift, ShiftBy};

/// The values of key columns in one SQL text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPlaces {
    pub(crate) places: Vec<KeyPlace>,
    /// The key whose values the server generates for what is inserted.
    pub(crate) generates: Option<usize>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    /// Its column, by its place among the plan's.
    pub(crate) key: usize,
    /// Whether a row with it is made; else a row is named by it.
    pub(crate) inserts: bool,
    pub(crate) value: ValueAt,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueAt {
    /// In the text.
    Literal(Range<usize>),
    /// The parameter of this number, from 0.
    Parameter(usize),
}

impl KeyPlaces {
    /// Looks for the values of `keys` in a text.
    pub(crate) fn of(sql: &[u8], keys: &[KeyShift]) -> Self {
        let mut found = Self::default();
        let mut parameters = 0;
        for tokens in statements(sql) {
            let statement = Statement {
                sql,
                tokens: &tokens,
                keys,
                parameters,
            };
            if statement.is(0, "INSERT") || statement.is(0, "REPLACE") {
                statement.inserted(&mut found);
            } else {
                statement.named(&mut found);
            }
            parameters += statement.parameters_before(tokens.len()) - parameters;
        }
        found
    }
}

/// One statement, its tokens without blanks and comments.
struct Statement<'a> {
    sql: &'a [u8],
    tokens: &'a [Token],
    keys: &'a [KeyShift],
    /// How many parameters stand before it.
    parameters: usize,
}

impl Statement<'_> {
    fn text(&self, at: usize) -> &[u8] {
        let token = self.tokens.get(at);
        token
            .and_then(|token| self.sql.get(token.span.clone()))
            .unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.text(at).eq_ignore_ascii_case(word.as_bytes())
    }

    fn is_one_of(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// A name at this token; keywords are names here, too.
    fn name(&self, at: usize) -> Option<&str> {
        let is_name = matches!(self.kind(at)?, TokenKind::Word | TokenKind::QuotedName);
        let text = std::str::from_utf8(self.text(at)).ok()?;
        is_name.then(|| text.trim_matches('`'))
    }

    /// The names joined by dots that begin at this token, and where they end.
    fn names(&self, at: usize) -> (Vec<&str>, usize) {
        let (mut names, mut at) = (Vec::new(), at);
        while let Some(name) = self.name(at) {
            names.push(name);
            at += 1;
            if self.text(at) != b"." {
                break;
            }
            at += 1;
        }
        (names, at)
    }

    fn parameters_before(&self, at: usize) -> usize {
        let before = self.tokens.iter().take(at);
        let own = before.filter(|token| token.kind == TokenKind::Placeholder);
        self.parameters + own.count()
    }

    /// The value that this one token is.
    fn value(&self, at: usize) -> Option<ValueAt> {
        match self.kind(at)? {
            TokenKind::Placeholder => Some(ValueAt::Parameter(self.parameters_before(at))),
            TokenKind::Number | TokenKind::String => {
                Some(ValueAt::Literal(self.tokens.get(at)?.span.clone()))
            }
            _ => None,
        }
    }

    /// What an INSERT or REPLACE makes rows of.
    fn inserted(&self, found: &mut KeyPlaces) {
        let mut at = 1;
        while self.is_one_of(
            at,
            &["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"],
        ) {
            at += 1;
        }
        let (names, mut at) = self.names(at);
        let Some(table) = names.last() else { return };
        let of_table = |(_, key): &(usize, &KeyShift)| key.table.eq_ignore_ascii_case(table);
        let keys: Vec<(usize, &KeyShift)> = self.keys.iter().enumerate().filter(of_table).collect();
        if keys.is_empty() {
            return;
        }
        let mut columns = None;
        if self.text(at) == b"(" && !self.is(at + 1, "SELECT") {
            let (listed, after) = self.columns(at + 1);
            (columns, at) = (Some(listed), after);
        }
        let made = if self.is_one_of(at, &["VALUES", "VALUE"]) {
            self.made_by_rows(at + 1, columns.as_deref(), &keys)
        } else if self.is(at, "SET") {
            self.made_by_set(at + 1, &keys)
        } else {
            return;
        };
        let generated = keys.iter().find(|(place, key)| {
            let given = made.iter().any(|one| one.key == *place);
            matches!(key.by, ShiftBy::Offset(_)) && !given
        });
        if let Some((place, _)) = generated {
            found.generates.get_or_insert(*place);
        }
        found.places.extend(made);
    }

    /// The names in a list of columns that begins at this token, and where it ends.
    fn columns(&self, at: usize) -> (Vec<&str>, usize) {
        let (mut columns, mut at) = (Vec::new(), at);
        while at < self.tokens.len() && self.text(at) != b")" {
            columns.extend(self.name(at));
            at += 1;
        }
        (columns, at + 1)
    }

    fn made_by_rows(
        &self,
        at: usize,
        columns: Option<&[&str]>,
        keys: &[(usize, &KeyShift)],
    ) -> Vec<KeyPlace> {
        let mut made = Vec::new();
        let (mut depth, mut column, mut begin) = (0_u32, 0_usize, at);
        for at in at..self.tokens.len() {
            let text = self.text(at);
            if depth == 0 && text != b"(" && text != b"," {
                break;
            }
            if depth == 1 && (text == b"," || text == b")") {
                // a value that is one token
                if begin + 1 == at
                    && let Some(key) = key_at(column, columns, keys)
                    && let Some(value) = self.value(begin).filter(|_| !self.is(begin, "0"))
                {
                    made.push(KeyPlace {
                        key,
                        inserts: true,
                        value,
                    });
                }
                (column, begin) = (column + 1, at + 1);
            }
            match text {
                b"(" => {
                    if depth == 0 {
                        (column, begin) = (0, at + 1);
                    }
                    depth += 1;
                }
                b")" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        made
    }

    fn made_by_set(&self, at: usize, keys: &[(usize, &KeyShift)]) -> Vec<KeyPlace> {
        let mut made = Vec::new();
        for at in at..self.tokens.len() {
            let (names, after) = self.names(at);
            let column = names.last().filter(|_| self.text(after) == b"=");
            let Some(column) = column else { continue };
            let key = keys
                .iter()
                .find(|(_, key)| key.column.eq_ignore_ascii_case(column));
            let value = self.value(after + 1).filter(|_| !self.is(after + 1, "0"));
            if let (Some((key, _)), Some(value)) = (key, value) {
                made.push(KeyPlace {
                    key: *key,
                    inserts: true,
                    value,
                });
            }
        }
        made
    }

    /// Which rows any other statement names: `column = value`, `value = column`, `column IN (value, ...)`.
    fn named(&self, found: &mut KeyPlaces) {
        let tables = self.tables();
        let mut at = 0;
        while at < self.tokens.len() {
            let begin = at;
            let (names, after) = self.names(at);
            at = after.max(at + 1);
            let Some((column, before)) = names.split_last() else {
                continue;
            };
            let Some(key) = self.key_named(column, before.last().copied(), &tables) else {
                continue;
            };
            let mut name = |at: usize| {
                found.places.extend(self.value(at).map(|value| KeyPlace {
                    key,
                    inserts: false,
                    value,
                }));
            };
            let is_equal = |at: usize| matches!(self.text(at), b"=" | b"<=>");
            // either may come first
            if begin >= 2 && is_equal(begin - 1) && !is_equal(after) {
                name(begin - 2);
            } else if is_equal(after) {
                name(after + 1);
            } else if self.is(after, "IN") && self.text(after + 1) == b"(" {
                let mut at = after + 2;
                while at < self.tokens.len() && self.text(at) != b")" {
                    name(at);
                    at += 1;
                }
            }
        }
    }

    /// The key that a column name, with what stands before its dot, means among the statement's tables.
    fn key_named(&self, column: &str, of: Option<&str>, tables: &[Table<'_>]) -> Option<usize> {
        let mut keys = self.keys.iter().enumerate();
        let found = keys.find(|(_, key)| {
            let meant = |table: &Table<'_>| {
                key.is(table.name, column)
                    && of
                        .is_none_or(|of| table.alias.unwrap_or(table.name).eq_ignore_ascii_case(of))
            };
            tables.iter().any(meant)
        });
        found.map(|(place, _)| place)
    }

    /// The tables it names, with what it calls them.
    fn tables(&self) -> Vec<Table<'_>> {
        const AFTER: [&str; 12] = [
            "WHERE", "SET", "ON", "USING", "JOIN", "INNER", "LEFT", "RIGHT", "CROSS", "ORDER",
            "GROUP", "LIMIT",
        ];
        let mut tables = Vec::new();
        let mut listed = false;
        for at in 0..self.tokens.len() {
            let begins = self.is_one_of(at, &["FROM", "JOIN", "UPDATE"]);
            if self.is_one_of(at, &AFTER[..4]) || self.text(at) == b"(" {
                listed = false;
            }
            listed |= begins;
            let goes_on = listed && self.text(at) == b",";
            if !(begins || goes_on) {
                continue;
            }
            let (names, mut after) = self.names(at + 1);
            let Some(name) = names.last() else { continue };
            after += usize::from(self.is(after, "AS"));
            let alias = self.name(after).filter(|_| !self.is_one_of(after, &AFTER));
            tables.push(Table { name, alias });
        }
        tables
    }
}

struct Table<'a> {
    name: &'a str,
    alias: Option<&'a str>,
}

/// The key that the value in this place of a row is for.
fn key_at(place: usize, columns: Option<&[&str]>, keys: &[(usize, &KeyShift)]) -> Option<usize> {
    let found = keys.iter().find(|(_, key)| match columns {
        Some(columns) => columns
            .get(place)
            .is_some_and(|column| key.column.eq_ignore_ascii_case(column)),
        // nearly always the first, where the target has not told
        None => key.position.unwrap_or(1) as usize == place + 1,
    });
    found.map(|(place, _)| *place)
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
        all.map(|one| (one.key, one.inserts, text(one.value)))
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
        let generates = |sql: &str| KeyPlaces::of(sql.as_bytes(), &keys()).generates;
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
