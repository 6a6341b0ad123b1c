//! Secrets that stand inside the strings and comments of a statement: documents of JSON, URLs, statements that are
//! prepared from a string, what a comment says.

use crate::mysql::sql::{TokenKind, first_word, tokens};
use crate::redact::edits::Edits;
use crate::redact::{Pass, inside};

use super::literal::{self, Literal};
use super::{comment, redact_text};

/// Words that statements with secrets begin with.
const STATEMENTS: [&[u8]; 10] = [
    b"ALTER", b"CALL", b"CHANGE", b"CREATE", b"DELETE", b"GRANT", b"INSERT", b"REPLACE", b"SELECT",
    b"UPDATE",
];

/// A statement with those secrets replaced; `None` when there are none.
pub(super) fn redact(sql: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let documents = inside::may_stand_in(sql);
    let statements = holds_statements(sql);
    let comments = may_have_comments(sql);
    if !documents && !statements && !comments {
        return None;
    }
    let mut edits = Edits::of(sql);
    for token in tokens(sql) {
        let text = sql.get(token.span.clone()).unwrap_or_default();
        match token.kind {
            TokenKind::String if documents || statements => {
                if let Literal::Text(value) = literal::of_string(text)
                    && let Some(new) = redact_value(&value, statements, pass)
                {
                    edits.put(token.span, &literal::quote(&new));
                }
            }
            TokenKind::Comment => {
                if let Some(new) = pass.inside(|pass| redact_comment(text, pass)) {
                    edits.put(token.span, &new);
                }
            }
            _ => {}
        }
    }
    edits.finish()
}

fn redact_value(value: &[u8], may_be_statement: bool, pass: &mut Pass) -> Option<Vec<u8>> {
    let is_statement = || {
        let word = value.split(|byte| !byte.is_ascii_alphabetic());
        let word = word.into_iter().next().unwrap_or_default();
        STATEMENTS
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    };
    if may_be_statement && is_statement() {
        pass.inside(|pass| redact_text(value, pass))
    } else {
        inside::redact(value, pass)
    }
}

/// What stands between the marks of a comment reads like SQL.
fn redact_comment(comment: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let marks = if comment.starts_with(b"#") { 1 } else { 2 };
    let (open, inside) = comment.split_at_checked(marks)?;
    let (inside, close) = match inside.strip_suffix(b"*/") {
        Some(inside) if open == b"/*" => (inside, &b"*/"[..]),
        _ => (inside, &b""[..]),
    };
    let quoted = redact_text(inside, pass);
    let bare = comment::redact(quoted.as_deref().unwrap_or(inside), pass);
    let new = bare.or(quoted)?;
    Some([open, &new, close].concat())
}

/// `PREPARE s FROM '...'`, `SET @statement = '...'`, `EXECUTE IMMEDIATE '...'`.
fn holds_statements(sql: &[u8]) -> bool {
    first_word(sql).is_some_and(|word| {
        [&b"PREPARE"[..], b"SET", b"EXECUTE"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}

fn may_have_comments(sql: &[u8]) -> bool {
    let holds = |mark| memchr::memmem::find(sql, mark).is_some();
    memchr::memchr(b'#', sql).is_some() || holds(b"/*") || holds(b"--")
}
