//! JSON in SQL: values whose names are strings: `JSON_SET(doc, '$.password', 'x')`, `doc->>'$.password' = 'x'`.

use super::{Walk, is_comparison};
use crate::mysql::sql::{Token, TokenKind};
use crate::redact::mysql::statement::ColumnRules;

/// What every function of JSON begins with.
const PREFIX: &[u8] = b"JSON_";
/// Functions that take a document, and then paths and values in turns.
const CHANGING: [&[u8]; 5] = [
    b"JSON_SET",
    b"JSON_INSERT",
    b"JSON_REPLACE",
    b"JSON_ARRAY_APPEND",
    b"JSON_ARRAY_INSERT",
];

/// Whether a statement names members of documents by values, or could.
pub(in crate::redact::mysql::statement) fn is_about_json(sql: &[u8], tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        let text = sql.get(token.span.clone()).unwrap_or_default();
        match token.kind {
            TokenKind::Word => text
                .get(..PREFIX.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX)),
            TokenKind::Symbol => text.starts_with(b"->"),
            _ => false,
        }
    })
}

impl<'a> Walk<'a, '_> {
    /// The function that is called at `at`, if it takes names and values; the token after it.
    pub(super) fn document_function(&mut self, at: usize, name: &[u8]) -> Option<usize> {
        let mut next = at + 2;
        if CHANGING
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
        {
            next = self.expression(next, ColumnRules::default());
            if self.text(next) != b"," {
                return Some(next);
            }
            next += 1;
        } else if !name.eq_ignore_ascii_case(b"JSON_OBJECT") {
            return None;
        }
        loop {
            let rules = self.rules_of_member(next);
            next = self.expression(next, ColumnRules::default());
            if self.text(next) != b"," {
                break;
            }
            next = self.expression(next + 1, rules);
            if self.text(next) != b"," {
                break;
            }
            next += 1;
        }
        Some(if self.text(next) == b")" {
            next + 1
        } else {
            next
        })
    }

    /// A path that what comes behind is compared with: `doc->>'$.token' = 'x'`, `JSON_EXTRACT(doc, '$.token') = 'x'`;
    /// the token after it.
    pub(super) fn compared_path(&mut self, at: usize) -> Option<usize> {
        if !matches!(inside(self.text(at)), [b'$', b'.' | b'[' | b'*', ..]) {
            return None;
        }
        let mut next = at + 1;
        while self.text(next) == b")" {
            next += 1;
        }
        let rules = self.rules_of_member(at);
        if is_comparison(self.text(next)) || self.keyword(next) == Some("LIKE") {
            return Some(self.expression(next + 1, rules));
        }
        (self.keyword(next) == Some("IN")).then(|| self.list(next + 1, rules))
    }

    /// The rules for the member that the string at `at` names: alone, or at the end of a path.
    fn rules_of_member(&mut self, at: usize) -> ColumnRules<'a> {
        if self.kind(at) != Some(TokenKind::String) {
            return ColumnRules::default();
        }
        let path = inside(self.text(at));
        let name = path.rsplit(|byte| *byte == b'.').next().unwrap_or(path);
        let name = name.split(|byte| *byte == b'[').next().unwrap_or(name);
        let mut of = |number| self.pass.rule(|table| &mut table.member, name, number);
        let (text, number) = (of(false), of(true));
        ColumnRules {
            name,
            text,
            number,
            parameter: text,
        }
    }
}

/// What stands between the quotes of a string.
fn inside(token: &[u8]) -> &[u8] {
    match token {
        [quote @ (b'\'' | b'"'), inside @ .., last] if quote == last => inside,
        other => other,
    }
}
