//! The values that a statement gives to columns of the rows it makes, and those by which it names rows of
//! others: literals and parameters alike. Only what stands there by itself is found, not what is computed.

use std::ops::Range;

use reprise_wire::mysql::sql::{Token, TokenKind, statements};

/// What one statement has values of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Columns<'a> {
    pub(crate) doing: Doing,
    /// The tables it names; of one that makes rows, theirs alone.
    pub(crate) tables: Vec<Table<'a>>,
    pub(crate) values: Vec<ColumnValue<'a>>,
    /// How many rows it makes; `None` when it does not say.
    pub(crate) rows: Option<u64>,
}

/// What a statement does with the values it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// It makes rows with them.
    Inserts,
    /// It makes rows with them, or changes, replaces or leaves those that have them already.
    Upserts,
    /// It deletes the rows that have them.
    Deletes,
    /// It reads or changes the rows that have them.
    Names,
}

impl Doing {
    /// Whether it makes rows.
    pub(crate) const fn makes(self) -> bool {
        matches!(self, Self::Inserts | Self::Upserts)
    }
}

/// A table that a statement names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table<'a> {
    pub(crate) name: &'a str,
    pub(crate) alias: Option<&'a str>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnValue<'a> {
    pub(crate) column: Column<'a>,
    pub(crate) value: ValueAt,
}

/// The column that a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column<'a> {
    /// By its name, with what stands before its dot.
    Named(Option<&'a str>, &'a str),
    /// By its place in its table, from 1.
    At(usize),
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueAt {
    /// In the text.
    Literal(Range<usize>),
    /// The parameter of this number, from 0.
    Parameter(usize),
}

impl<'a> Columns<'a> {
    /// What each statement of a text has values of.
    pub(crate) fn of(sql: &'a [u8]) -> Vec<Self> {
        let mut found = Vec::new();
        let mut parameters = 0;
        for tokens in statements(sql) {
            let statement = Statement {
                sql,
                tokens: &tokens,
                parameters,
            };
            if statement.is_one_of(0, &["INSERT", "REPLACE"]) {
                found.extend(statement.made());
            } else {
                found.push(statement.named());
            }
            parameters = statement.parameters_before(tokens.len());
        }
        found
    }

    /// Whether a value is of this column of this table.
    pub(crate) fn is_of(&self, value: &ColumnValue<'_>, (table, column): (&str, &str)) -> bool {
        let Column::Named(of, name) = value.column else {
            return false;
        };
        let meant = |one: &Table<'_>| {
            let called = one.alias.unwrap_or(one.name);
            one.name.eq_ignore_ascii_case(table)
                && of.is_none_or(|of| called.eq_ignore_ascii_case(of))
        };
        name.eq_ignore_ascii_case(column) && self.tables.iter().any(meant)
    }
}

/// One statement, its tokens without blanks and comments.
struct Statement<'a, 't> {
    sql: &'a [u8],
    tokens: &'t [Token],
    /// How many parameters stand before it.
    parameters: usize,
}

impl<'a> Statement<'a, '_> {
    fn text(&self, at: usize) -> &'a [u8] {
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
    fn name(&self, at: usize) -> Option<&'a str> {
        let is_name = matches!(self.kind(at)?, TokenKind::Word | TokenKind::QuotedName);
        let text = std::str::from_utf8(self.text(at)).ok()?;
        is_name.then(|| text.trim_matches('`'))
    }

    /// The names joined by dots that begin at this token, and where they end.
    fn names(&self, at: usize) -> (Vec<&'a str>, usize) {
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

    /// The value that begins at this token, and where it ends: one token, or what makes bytes of one
    /// (`UNHEX('2f3a')`).
    fn value(&self, at: usize) -> Option<(ValueAt, usize)> {
        if let Some(value) = self.token_value(at) {
            return Some((value, at + 1));
        }
        // an introducer that stands apart
        if self.kind(at)? == TokenKind::Word && self.text(at).starts_with(b"_") {
            let value = self.token_value(at + 1)?;
            return matches!(value, ValueAt::Literal(_)).then_some((value, at + 2));
        }
        self.converted_id(at)
    }

    /// The value that this one token is.
    fn token_value(&self, at: usize) -> Option<ValueAt> {
        match self.kind(at)? {
            TokenKind::Placeholder => Some(ValueAt::Parameter(self.parameters_before(at))),
            TokenKind::Number | TokenKind::String => {
                Some(ValueAt::Literal(self.tokens.get(at)?.span.clone()))
            }
            _ => None,
        }
    }

    /// An id that is written with digits and kept as bytes: `UNHEX('..')`, `UUID_TO_BIN('..')`,
    /// `UNHEX(REPLACE('..', '-', ''))`.
    fn converted_id(&self, at: usize) -> Option<(ValueAt, usize)> {
        let begins =
            |at: usize, names: &[&str]| self.is_one_of(at, names) && self.text(at + 1) == b"(";
        if !begins(at, &["UNHEX", "UUID_TO_BIN"]) {
            return None;
        }
        let without_hyphens = begins(at + 2, &["REPLACE"]);
        let from = if without_hyphens { at + 4 } else { at + 2 };
        let value = self.token_value(from)?;
        let after: &[&[u8]] = if without_hyphens {
            &[b",", b"'-'", b",", b"''", b")", b")"]
        } else {
            &[b")"]
        };
        let mut ends = (from + 1..).zip(after);
        let closed = ends.all(|(at, text)| self.text(at) == *text);
        closed.then_some((value, from + 1 + after.len()))
    }

    /// A value that a row is made with, and where it ends; 0 asks the server for a number.
    fn made_with(&self, at: usize, column: Column<'a>) -> Option<(ColumnValue<'a>, usize)> {
        let (value, end) = self.value(at).filter(|_| !self.is(at, "0"))?;
        Some((ColumnValue { column, value }, end))
    }

    /// What an INSERT or REPLACE makes rows of; `None` when it names no table.
    fn made(&self) -> Option<Columns<'a>> {
        let mut at = 1;
        while self.is_one_of(
            at,
            &["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"],
        ) {
            at += 1;
        }
        let ignores = (1..at).any(|at| self.is(at, "IGNORE"));
        let (names, mut at) = self.names(at);
        let table = Table {
            name: names.last()?,
            alias: None,
        };
        let mut listed = None;
        if self.text(at) == b"(" && !self.is(at + 1, "SELECT") {
            let (columns, after) = self.listed(at + 1);
            (listed, at) = (Some(columns), after);
        }
        let (values, rows) = if self.is_one_of(at, &["VALUES", "VALUE"]) {
            self.made_by_rows(at + 1, listed.as_deref())
        } else if self.is(at, "SET") {
            (self.made_by_set(at + 1), Some(1))
        } else {
            (Vec::new(), None)
        };
        let updates = || (at..self.tokens.len()).any(|at| self.is(at, "DUPLICATE"));
        let upserts = ignores || self.is(0, "REPLACE") || updates();
        Some(Columns {
            doing: if upserts {
                Doing::Upserts
            } else {
                Doing::Inserts
            },
            tables: vec![table],
            values,
            rows,
        })
    }

    /// The names in a list of columns that begins at this token, and where it ends.
    fn listed(&self, at: usize) -> (Vec<&'a str>, usize) {
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
        listed: Option<&[&'a str]>,
    ) -> (Vec<ColumnValue<'a>>, Option<u64>) {
        let (mut made, mut rows) = (Vec::new(), 0);
        let (mut depth, mut place, mut begin) = (0_u32, 0_usize, at);
        for at in at..self.tokens.len() {
            let text = self.text(at);
            if depth == 0 && text != b"(" && text != b"," {
                break;
            }
            if depth == 1 && (text == b"," || text == b")") {
                let column = match listed {
                    Some(listed) => listed.get(place).map(|name| Column::Named(None, name)),
                    None => Some(Column::At(place + 1)),
                };
                let value = column.and_then(|column| self.made_with(begin, column));
                // and nothing else
                let value = value.filter(|(_, end)| *end == at);
                made.extend(value.map(|(value, _)| value));
                (place, begin) = (place + 1, at + 1);
            }
            match text {
                b"(" => {
                    if depth == 0 {
                        (place, begin) = (0, at + 1);
                        rows += 1;
                    }
                    depth += 1;
                }
                b")" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        (made, Some(rows))
    }

    fn made_by_set(&self, at: usize) -> Vec<ColumnValue<'a>> {
        let mut made = Vec::new();
        for at in at..self.tokens.len() {
            let (names, after) = self.names(at);
            let column = names.last().filter(|_| self.text(after) == b"=");
            let Some(column) = column else { continue };
            let value = self.made_with(after + 1, Column::Named(None, column));
            made.extend(value.map(|(value, _)| value));
        }
        made
    }

    /// Which rows any other statement names: `column = value`, `value = column`, `column IN (value, ...)`.
    fn named(&self) -> Columns<'a> {
        let mut values = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let begin = at;
            let (names, after) = self.names(at);
            at = after.max(at + 1);
            let Some((column, before)) = names.split_last() else {
                continue;
            };
            let column = Column::Named(before.last().copied(), column);
            let mut name = |at: usize| {
                let (value, end) = self.value(at)?;
                values.push(ColumnValue { column, value });
                Some(end)
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
                    at = name(at).unwrap_or(at + 1);
                }
            }
        }
        Columns {
            doing: if self.is(0, "DELETE") {
                Doing::Deletes
            } else {
                Doing::Names
            },
            tables: if values.is_empty() {
                Vec::new()
            } else {
                self.tables()
            },
            values,
            rows: None,
        }
    }

    /// The tables it names, with what it calls them.
    fn tables(&self) -> Vec<Table<'a>> {
        const AFTER: [&str; 20] = [
            "WHERE", "SET", "ON", "USING", "JOIN", "INNER", "LEFT", "RIGHT", "CROSS", "NATURAL",
            "ORDER", "GROUP", "LIMIT", "HAVING", "UNION", "USE", "FORCE", "IGNORE", "FOR", "LOCK",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_does_with_its_values_is_told_by_its_kind() {
        let doing = |sql: &str| {
            let all = Columns::of(sql.as_bytes());
            all.iter().map(|one| one.doing).collect::<Vec<_>>()
        };
        assert_eq!(doing("INSERT INTO a (id) VALUES (1)"), [Doing::Inserts]);
        for upsert in [
            "REPLACE INTO a VALUES (1)",
            "INSERT IGNORE INTO a VALUES (1)",
            "INSERT INTO a (id, n) VALUES (1, 2) ON DUPLICATE KEY UPDATE n = 3",
        ] {
            assert_eq!(doing(upsert), [Doing::Upserts], "{upsert}");
        }
        assert_eq!(
            doing("DELETE FROM a WHERE id = 1; UPDATE a SET n = 1 WHERE id = 2"),
            [Doing::Deletes, Doing::Names]
        );
    }

    #[test]
    fn rows_are_counted_where_they_are_said() {
        let rows = |sql: &str| Columns::of(sql.as_bytes())[0].rows;
        assert_eq!(rows("INSERT INTO a (n) VALUES (f(1, 2)), (3)"), Some(2));
        assert_eq!(rows("INSERT INTO a SET n = 1"), Some(1));
        assert_eq!(rows("INSERT INTO a (n) SELECT 1 FROM b"), None);
    }

    #[test]
    fn an_id_is_found_in_what_makes_bytes_of_it() {
        let found = |sql: &str| -> Vec<String> {
            let all = Columns::of(sql.as_bytes());
            let values = all.iter().flat_map(|columns| &columns.values);
            let text = |value: &ColumnValue<'_>| match &value.value {
                ValueAt::Literal(span) => sql[span.clone()].to_owned(),
                ValueAt::Parameter(number) => format!("?{number}"),
            };
            values.map(text).collect()
        };
        let sql = "INSERT INTO a (id, b, c, d) VALUES (UNHEX('ab'), x'cd', _binary 'e', \
                   UNHEX(REPLACE(?, '-', '')))";
        assert_eq!(found(sql), ["'ab'", "x'cd'", "'e'", "?0"]);
        let sql =
            "SELECT 1 FROM a WHERE id IN (UUID_TO_BIN('x'), 0xef, UNHEX(?)) AND b = UNHEX('y')";
        assert_eq!(found(sql), ["'x'", "0xef", "?0", "'y'"]);
        // computed otherwise
        for sql in [
            "INSERT INTO a (id) VALUES (UNHEX(CONCAT('a', 'b')))",
            "INSERT INTO a (id) VALUES (UUID_TO_BIN('x', 1))",
            "INSERT INTO a (id) VALUES (UNHEX('a') + 1)",
        ] {
            assert!(found(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn a_name_is_of_the_table_that_its_alias_stands_for() {
        let sql = "SELECT 1 FROM x JOIN item AS i ON i.n = x.n WHERE i.id = 5 AND id = 6";
        let found = &Columns::of(sql.as_bytes())[0];
        let is = |place: usize, table: &str| found.is_of(&found.values[place], (table, "ID"));
        assert!(is(0, "Item") && !is(0, "x"));
        assert!(is(1, "item") && is(1, "x") && !is(1, "other"));
    }
}
