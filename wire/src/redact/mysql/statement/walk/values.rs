//! Values in lists, tuples and expressions, each with the column it belongs to.

use super::{Given, Walk, is_bytes};
use crate::mysql::sql::{TokenKind, keyword};
use crate::redact::mysql::statement::ColumnRules;

impl<'a> Walk<'a, '_> {
    /// `(a, b, c)`: remembers it; the token after it.
    pub(super) fn list_of_names(&mut self, open: usize) -> Option<usize> {
        let (names, after) = self.names_in(open)?;
        self.last_name = names.first().filter(|_| names.len() == 1).copied();
        self.columns = names;
        Some(after)
    }

    /// The names in parentheses that hold nothing else, and the token after them.
    pub(super) fn names_in(&self, open: usize) -> Option<(Vec<&'a [u8]>, usize)> {
        let mut names = Vec::new();
        let mut at = open + 1;
        loop {
            // The last part of `table.column` counts.
            while self.text(at + 1) == b"." {
                at += 2;
            }
            names.push(self.name(at)?);
            match self.text(at + 1) {
                b"," => at += 2,
                b")" => return Some((names, at + 2)),
                _ => return None,
            }
        }
    }

    /// `INSERT INTO t (a, b) SELECT 'x', 'y'`.
    pub(super) fn selects_into_columns(&self, at: usize) -> bool {
        !self.columns.is_empty() && self.text(at.wrapping_sub(1)) == b")"
    }

    /// Tuples of values for the columns named before.
    pub(super) fn tuples(&mut self, mut at: usize) -> usize {
        loop {
            if self.text(at).eq_ignore_ascii_case(b"ROW") {
                at += 1;
            }
            if self.text(at) != b"(" {
                return at;
            }
            at = self.tuple(at);
            if self.text(at) != b"," {
                return at;
            }
            at += 1;
        }
    }

    /// `((a, b), (c, d))` after `(x, y) IN`.
    pub(super) fn rows(&mut self, open: usize) -> usize {
        if self.text(open) == b"(" && self.text(open + 1) == b"(" {
            self.tuples(open + 1) + 1
        } else {
            open
        }
    }

    /// One tuple, from its parenthesis on.
    pub(super) fn tuple(&mut self, open: usize) -> usize {
        let end = self.items(open + 1);
        if self.text(end) == b")" { end + 1 } else { end }
    }

    /// Values for the columns named before, one after the other, up to what ends them.
    pub(super) fn items(&mut self, mut at: usize) -> usize {
        let columns = self.columns.clone();
        let told = self.told();
        for number in 0.. {
            let rules = match columns.get(number) {
                Some(column) => self.rules(column),
                None => ColumnRules::default(),
            };
            at = self.expression(at, rules);
            if self.text(at) != b"," {
                break;
            }
            at += 1;
        }
        self.settle_row(told);
        at
    }

    /// `('a', 'b')` of one column.
    pub(super) fn list(&mut self, open: usize, rules: ColumnRules<'a>) -> usize {
        if self.text(open) != b"(" {
            return self.expression(open, rules);
        }
        let mut at = open + 1;
        loop {
            at = self.expression(at, rules);
            match self.text(at) {
                b"," => at += 1,
                b")" => return at + 1,
                _ => return at,
            }
        }
    }

    /// An expression that goes into a column or is compared with it: its strings and placeholders, and
    /// its number when it is nothing else. Ends before what cannot belong to it.
    pub(super) fn expression(&mut self, start: usize, rules: ColumnRules<'a>) -> usize {
        let mut depth = 0_usize;
        let mut at = start;
        let mut choice = Choice::default();
        loop {
            self.announced = self.announced.saturating_sub(1);
            match self.kind(at) {
                None => return at,
                Some(TokenKind::Symbol) => match self.text(at) {
                    b"(" => depth += 1,
                    b")" if depth == 0 => return at,
                    b")" => depth -= 1,
                    b";" => return at,
                    b"," if depth == 0 => return at,
                    _ => {}
                },
                Some(TokenKind::Word) => {
                    let word = self.text(at);
                    self.announce_password(at, word);
                    if rules.text.is_none()
                        && self.text(at + 1) == b"("
                        && let Some(after) = self.call(at, word, rules)
                    {
                        at = after;
                        continue;
                    }
                    choice.word(word);
                    match keyword(word) {
                        Some("SELECT") => return at,
                        Some("CASE") => depth += 1,
                        Some("END") if depth > 0 => depth -= 1,
                        Some(word) if depth == 0 && ends_expression(word) => return at,
                        _ => {}
                    }
                }
                Some(TokenKind::Placeholder) => {
                    self.secrets.parameters.push(rules.parameter);
                    let given = self.last_parameter();
                    if !choice.names(given) {
                        self.hold(given, rules, false, choice.named);
                    }
                }
                Some(TokenKind::String | TokenKind::Number) => {
                    let alone = depth == 0 && at <= start + 1;
                    if rules.text.is_none()
                        && self.announced > 0
                        && self.kind(at) == Some(TokenKind::String)
                    {
                        self.account_password(at);
                    }
                    self.value(at, rules, alone);
                    let given = Given::Literal(at);
                    if !choice.names(given) {
                        self.hold(given, rules, alone, choice.named);
                    }
                }
                Some(_) => {}
            }
            at += 1;
        }
    }

    /// The parameter that was just counted.
    pub(super) fn last_parameter(&self) -> Given {
        Given::Parameter(self.secrets.parameters.len().saturating_sub(1))
    }

    /// A literal or placeholder of a column. `alone`: it is the whole value, so that a number counts.
    pub(super) fn value(&mut self, at: usize, rules: ColumnRules<'a>, alone: bool) {
        match self.kind(at) {
            Some(TokenKind::String) => {
                if let Some(rule) = rules.text {
                    self.secret(at, rule, rules.name);
                }
            }
            Some(TokenKind::Number) => {
                let is_text = is_bytes(self.text(at));
                let rule = if is_text { rules.text } else { rules.number };
                if let Some(rule) = rule.filter(|_| alone || is_text) {
                    self.secret(at, rule, rules.name);
                }
            }
            Some(TokenKind::Placeholder) => {
                if let (Some(last), Some(rule)) =
                    (self.secrets.parameters.last_mut(), rules.parameter)
                {
                    *last = Some(rule);
                }
            }
            _ => {}
        }
    }
}

/// Where in a CASE an expression is: `CASE name WHEN 'a' THEN 'x' ELSE 'y' END`.
#[derive(Debug, Default)]
struct Choice {
    in_condition: bool,
    /// What the condition of the value at hand says.
    named: Option<Given>,
}

impl Choice {
    fn word(&mut self, word: &[u8]) {
        let is = |known: &[u8]| word.eq_ignore_ascii_case(known);
        if is(b"WHEN") || is(b"ELSE") || is(b"END") {
            self.in_condition = is(b"WHEN");
            self.named = None;
        } else if is(b"THEN") {
            self.in_condition = false;
        }
    }

    /// Whether this is a name in a condition.
    fn names(&mut self, given: Given) -> bool {
        if self.in_condition {
            self.named = Some(given);
        }
        self.in_condition
    }
}

fn ends_expression(keyword: &str) -> bool {
    matches!(
        keyword,
        "AND"
            | "OR"
            | "XOR"
            | "WHERE"
            | "ON"
            | "ORDER"
            | "GROUP"
            | "HAVING"
            | "LIMIT"
            | "FROM"
            | "UNION"
            | "EXCEPT"
            | "INTERSECT"
            | "AS"
            | "THEN"
            | "ELSE"
            | "WHEN"
            | "END"
            | "SET"
            | "VALUES"
            | "RETURNING"
            | "FOR"
            | "LOCK"
            | "INTO"
            | "JOIN"
            | "LEFT"
            | "RIGHT"
            | "INNER"
            | "CROSS"
            | "ASC"
            | "DESC"
            | "DUPLICATE"
    )
}
