//! Goes through a statement's tokens once and tells which values belong to which column. It knows no
//! grammar: a comparison, an assignment, a list of columns before a list of values are enough.

use crate::mysql::sql::{Token, TokenKind, keyword};
use crate::redact::Pass;
use crate::redact::rules::Detector;

use super::{ColumnRules, Secret, Secrets, column_rule};

/// A password follows the words that announce it within this many tokens:
/// `IDENTIFIED WITH mysql_native_password BY 'x'`.
const REACH: usize = 8;
/// Or as the next but one: `PASSWORD('x')`.
const RIGHT_AFTER: usize = 2;

/// Finds what rules take by column or by word.
pub(super) fn walk(sql: &[u8], tokens: &[Token], pass: &mut Pass) -> Secrets {
    let mut walk = Walk {
        sql,
        tokens,
        pass,
        secrets: Secrets::default(),
        last_name: None,
        columns: Vec::new(),
        announced: 0,
    };
    let mut at = 0;
    while at < tokens.len() {
        at = walk.step(at).max(at + 1);
    }
    if walk.keyword(0) == Some("LOAD") {
        walk.secrets.file = walk.rule_of_file();
    }
    walk.secrets
}

struct Walk<'a, 'p> {
    sql: &'a [u8],
    tokens: &'a [Token],
    pass: &'p mut Pass,
    secrets: Secrets,
    /// The name that a comparison would be about.
    last_name: Option<&'a [u8]>,
    /// The last list of nothing but names in parentheses: of an INSERT, of a row.
    columns: Vec<&'a [u8]>,
    /// Strings within so many tokens are an account's password.
    announced: usize,
}

impl<'a> Walk<'a, '_> {
    /// `LOAD DATA ... INTO TABLE s (id, token)`: the rule for one of its columns.
    fn rule_of_file(&mut self) -> Option<usize> {
        let columns = std::mem::take(&mut self.columns);
        columns
            .into_iter()
            .find_map(|column| self.rules(column).text)
    }

    fn text(&self, at: usize) -> &'a [u8] {
        self.tokens
            .get(at)
            .and_then(|token| self.sql.get(token.span.clone()))
            .unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// The keyword at `at`, in capitals.
    fn keyword(&self, at: usize) -> Option<&'static str> {
        (self.kind(at) == Some(TokenKind::Word))
            .then(|| keyword(self.text(at)))
            .flatten()
    }

    /// The name at `at`, its quotes left off. In double quotes it is one when `sql_mode` has ANSI_QUOTES.
    fn name(&self, at: usize) -> Option<&'a [u8]> {
        let text = self.text(at);
        match self.kind(at)? {
            TokenKind::Word if keyword(text).is_none() => Some(text),
            TokenKind::QuotedName => Some(text.trim_ascii()),
            TokenKind::Variable => Some(text),
            TokenKind::String if text.first() == Some(&b'"') => Some(text),
            _ => None,
        }
    }

    /// Takes the token at `at`, and perhaps some after it; where to go on.
    fn step(&mut self, at: usize) -> usize {
        self.announced = self.announced.saturating_sub(1);
        let text = self.text(at);
        match self.kind(at) {
            Some(TokenKind::Symbol) => self.symbol(at, text),
            Some(TokenKind::String) => {
                if self.announced > 0 {
                    self.account_password(at);
                    return at + 1;
                }
                self.string(at)
            }
            Some(TokenKind::Placeholder) => {
                self.secrets.parameters.push(None);
                self.backwards(at)
            }
            Some(TokenKind::Number) => self.backwards(at),
            Some(TokenKind::Word) => self.word(at, text),
            _ => {
                self.last_name = self.name(at);
                at + 1
            }
        }
    }

    fn symbol(&mut self, at: usize, symbol: &[u8]) -> usize {
        match symbol {
            b"(" => {
                if let Some(end) = self.list_of_names(at) {
                    return end;
                }
                self.last_name = None;
            }
            b")" | b"." => {}
            b"=" | b"<=>" | b"<>" | b"!=" | b"<" | b">" | b"<=" | b">=" | b":=" => {
                if !self.columns.is_empty()
                    && self.text(at + 1) == b"("
                    && self.text(at.wrapping_sub(1)) == b")"
                {
                    return self.tuple(at + 1);
                }
                let rules = self.rules_of_last_name();
                return self.expression(at + 1, rules);
            }
            b";" => {
                self.columns.clear();
                self.announced = 0;
                self.last_name = None;
            }
            _ => self.last_name = None,
        }
        at + 1
    }

    fn word(&mut self, at: usize, word: &'a [u8]) -> usize {
        self.announce_password(at, word);
        match keyword(word) {
            None if word.eq_ignore_ascii_case(b"VALUE") && self.text(at + 1) == b"(" => {
                self.tuples(at + 1)
            }
            None => {
                self.last_name = Some(word);
                at + 1
            }
            Some("VALUES") => self.tuples(at + 1),
            Some("SELECT") if self.selects_into_columns(at) => self.items(at + 1),
            Some("IN") => {
                if self.text(at.wrapping_sub(1)) == b")" && !self.columns.is_empty() {
                    return self.rows(at + 1);
                }
                let rules = self.rules_of_last_name();
                self.list(at + 1, rules)
            }
            Some("LIKE" | "RLIKE" | "REGEXP") => {
                let rules = self.rules_of_last_name();
                self.expression(at + 1, rules)
            }
            Some("BETWEEN") => {
                let rules = self.rules_of_last_name();
                let and = self.expression(at + 1, rules);
                self.expression(and + 1, rules)
            }
            // `email NOT IN (...)`, `name COLLATE x = ...`, `BINARY name`.
            Some("NOT" | "BINARY" | "COLLATE" | "IS") => at + 1,
            Some(_) => {
                self.last_name = None;
                at + 1
            }
        }
    }

    /// Within how many tokens a password follows: `IDENTIFIED BY 'x'`, `SET PASSWORD = 'x'`,
    /// `PASSWORD('x')`, `MASTER_PASSWORD = 'x'`.
    fn announce_password(&mut self, at: usize, word: &[u8]) {
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        let next = self.text(at + 1);
        if is(b"IDENTIFIED") || next.eq_ignore_ascii_case(b"FOR") && is(b"PASSWORD") {
            self.announced = REACH + 1;
        } else if (is(b"PASSWORD")
            || is(b"OLD_PASSWORD")
            || is(b"MASTER_PASSWORD")
            || is(b"SOURCE_PASSWORD"))
            && matches!(next, b"(" | b"=" | b":=")
        {
            self.announced = RIGHT_AFTER + 1;
        }
    }

    fn account_password(&mut self, at: usize) {
        // The name of an account: `'ada'@'%'`.
        if self.text(at + 1).first() == Some(&b'@') {
            return;
        }
        let rule = self
            .pass
            .detectors
            .rule(Detector::MysqlPassword, |rule| self.pass.is_on(rule));
        if let Some(rule) = rule {
            self.secret(at, rule, b"(password of an account)");
        }
    }

    /// A string that stands alone: perhaps a name in double quotes, or compared or named after it.
    fn string(&mut self, at: usize) -> usize {
        if self.text(at).first() == Some(&b'"') && is_comparison(self.text(at + 1)) {
            self.last_name = Some(self.text(at));
            return at + 1;
        }
        self.backwards(at)
    }

    /// A value with the column after it: `'x' = token`, `'x' AS token`.
    fn backwards(&mut self, at: usize) -> usize {
        let next = at + 1;
        let named = self.keyword(next) == Some("AS");
        if named || is_comparison(self.text(next)) {
            let mut name = next + 1;
            while self.text(name + 1) == b"." {
                name += 2;
            }
            if let Some(column) = self.name(name).filter(|_| self.text(name + 1) != b"(") {
                let rules = self.rules(column);
                self.value(at, rules, true);
                return name + 1;
            }
        }
        self.last_name = None;
        next
    }

    /// `(a, b, c)`: remembers it; the token after it.
    fn list_of_names(&mut self, open: usize) -> Option<usize> {
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
                b")" => break,
                _ => return None,
            }
        }
        self.last_name = names.first().filter(|_| names.len() == 1).copied();
        self.columns = names;
        Some(at + 2)
    }

    /// `INSERT INTO t (a, b) SELECT 'x', 'y'`.
    fn selects_into_columns(&self, at: usize) -> bool {
        !self.columns.is_empty() && self.text(at.wrapping_sub(1)) == b")"
    }

    /// Tuples of values for the columns named before.
    fn tuples(&mut self, mut at: usize) -> usize {
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
    fn rows(&mut self, open: usize) -> usize {
        if self.text(open) == b"(" && self.text(open + 1) == b"(" {
            self.tuples(open + 1) + 1
        } else {
            open
        }
    }

    /// One tuple, from its parenthesis on.
    fn tuple(&mut self, open: usize) -> usize {
        let end = self.items(open + 1);
        if self.text(end) == b")" { end + 1 } else { end }
    }

    /// Values for the columns named before, one after the other, up to what ends them.
    fn items(&mut self, mut at: usize) -> usize {
        let columns = self.columns.clone();
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
        at
    }

    /// `('a', 'b')` of one column.
    fn list(&mut self, open: usize, rules: ColumnRules<'a>) -> usize {
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
    fn expression(&mut self, start: usize, rules: ColumnRules<'a>) -> usize {
        let mut depth = 0_usize;
        let mut at = start;
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
                }
                Some(_) => {}
            }
            at += 1;
        }
    }

    /// A literal or placeholder of a column. `alone`: it is the whole value, so that a number counts.
    fn value(&mut self, at: usize, rules: ColumnRules<'a>, alone: bool) {
        match self.kind(at) {
            Some(TokenKind::String) => {
                if let Some(rule) = rules.text {
                    self.secret(at, rule, rules.name);
                }
            }
            Some(TokenKind::Number) => {
                let is_text = matches!(
                    self.text(at),
                    [b'0', b'x' | b'X', ..] | [b'x' | b'X', b'\'', ..]
                );
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

    fn secret(&mut self, at: usize, rule: usize, name: &[u8]) {
        if let Some(token) = self.tokens.get(at) {
            self.secrets.literals.push(Secret {
                range: token.span.clone(),
                kind: token.kind,
                rule,
                name: name.to_vec(),
            });
        }
    }

    fn rules_of_last_name(&mut self) -> ColumnRules<'a> {
        match self.last_name.take() {
            Some(name) => self.rules(name),
            None => ColumnRules::default(),
        }
    }

    /// The rules for a column. A rule for a column of a table holds when the statement names the table.
    fn rules(&mut self, name: &'a [u8]) -> ColumnRules<'a> {
        let (sql, tokens) = (self.sql, self.tokens);
        let is_table = |table: &crate::redact::name::NamePattern| {
            tokens.iter().any(|token| {
                matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
                    && sql
                        .get(token.span.clone())
                        .is_some_and(|name| table.matches(name))
            })
        };
        ColumnRules {
            name,
            text: column_rule(
                |table| &mut table.literals,
                name,
                false,
                is_table,
                self.pass,
            ),
            number: column_rule(|table| &mut table.literals, name, true, is_table, self.pass),
            parameter: column_rule(
                |table| &mut table.parameters,
                name,
                false,
                is_table,
                self.pass,
            ),
        }
    }
}

fn is_comparison(symbol: &[u8]) -> bool {
    matches!(
        symbol,
        b"=" | b"<=>" | b"<>" | b"!=" | b"<" | b">" | b"<=" | b">="
    )
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
