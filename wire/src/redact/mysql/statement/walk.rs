//! Goes through a statement's tokens once and tells which values belong to which column. It knows no
//! grammar: a comparison, an assignment, a list of columns before a list of values are enough.

mod documents;
mod functions;
mod named;
mod values;

use crate::mysql::sql::{Token, TokenKind, keyword};
use crate::redact::Pass;
use crate::redact::rules::Detector;

use super::{ColumnRules, Secret, Secrets, column_rule};

use named::{Given, Settings};

pub(super) use documents::is_about_json;

/// A password follows the words that announce it within this many tokens:
/// `IDENTIFIED WITH mysql_native_password BY 'x'`.
const REACH: usize = 8;
/// Or as the next but one: `PASSWORD('x')`.
const RIGHT_AFTER: usize = 2;

/// Finds what rules take by column or by word. `is_part`: the end of the statement is missing.
pub(super) fn walk(sql: &[u8], tokens: &[Token], is_part: bool, pass: &mut Pass) -> Secrets {
    let mut walk = Walk {
        sql,
        tokens,
        pass,
        secrets: Secrets::default(),
        last_name: None,
        columns: Vec::new(),
        announced: 0,
        settings: Settings::default(),
        is_part,
    };
    let mut at = 0;
    while at < tokens.len() {
        at = walk.step(at).max(at + 1);
    }
    walk.settle_statement();
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
    settings: Settings<'a>,
    is_part: bool,
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
            Some(TokenKind::Number) => {
                // `IDENTIFIED WITH caching_sha2_password AS 0x24...`
                if self.announced > 0 && is_bytes(text) {
                    self.account_password(at);
                    return at + 1;
                }
                self.backwards(at)
            }
            Some(TokenKind::Word) => self.word(at, text),
            kind => {
                if kind == Some(TokenKind::QuotedName)
                    && self.text(at + 1) == b"("
                    && let Some(after) = self.call(at, text, ColumnRules::default())
                {
                    self.last_name = None;
                    return after;
                }
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
                self.settle_statement();
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
                if self.text(at + 1) == b"("
                    && let Some(after) = self.call(at, word, ColumnRules::default())
                {
                    self.last_name = None;
                    return after;
                }
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
    /// `PASSWORD('x')`, `MASTER_PASSWORD = 'x'`, `OPTIONS (PASSWORD 'x')`.
    fn announce_password(&mut self, at: usize, word: &[u8]) {
        let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
        let next = self.text(at + 1);
        if is(b"IDENTIFIED") || next.eq_ignore_ascii_case(b"FOR") && is(b"PASSWORD") {
            self.announced = REACH + 1;
        } else if (is(b"PASSWORD")
            || is(b"OLD_PASSWORD")
            || is(b"MASTER_PASSWORD")
            || is(b"SOURCE_PASSWORD"))
            && matches!(next, b"(" | b"=" | b":=" | [b'\'' | b'"', ..])
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
        if let Some(after) = self.compared_path(at) {
            return after;
        }
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
                let given = match self.kind(at) {
                    Some(TokenKind::Placeholder) => self.last_parameter(),
                    _ => Given::Literal(at),
                };
                self.hold(given, rules, true, None);
                return name + 1;
            }
        }
        self.last_name = None;
        next
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

/// Whether a number is written as bytes: `0x6162`, `x'6162'`.
fn is_bytes(number: &[u8]) -> bool {
    matches!(number, [b'0', b'x' | b'X', ..] | [b'x' | b'X', b'\'', ..])
}

fn is_comparison(symbol: &[u8]) -> bool {
    matches!(
        symbol,
        b"=" | b"<=>" | b"<>" | b"!=" | b"<" | b">" | b"<=" | b">="
    )
}
