//! Secrets in a MySQL exchange: passwords in SQL text, authentication data of COM_CHANGE_USER, and
//! what is known by its shape in statements, parameters and rows.

use crate::mysql::sql::{TokenKind, tokens};
use crate::mysql::{Command, Dialect};
use crate::{Exchange, Flags};

use super::{Pass, Rules, detect};

const COM_QUERY: u8 = 0x03;
const COM_CHANGE_USER: u8 = 0x11;
const COM_STMT_PREPARE: u8 = 0x16;

/// A password follows the word that announces it within this many tokens: `SET PASSWORD FOR u = 'x'`.
const REACH: usize = 8;

pub(super) fn redact(exchange: &mut Exchange, rules: &Rules, pass: &mut Pass<'_>) {
    let mut summary = std::mem::take(&mut exchange.summary).into_bytes();
    if let Some(request) = &mut exchange.request {
        match request.bytes.split_first() {
            Some((&(COM_QUERY | COM_STMT_PREPARE), _)) => {
                redact_statement(&mut request.bytes, rules, pass);
            }
            Some((&COM_CHANGE_USER, _)) if rules.mysql_authentication => {
                blank_authentication(&mut request.bytes, pass);
            }
            _ => {}
        }
        detect::redact(&mut request.bytes, rules, pass);
    }
    if let Some(response) = &mut exchange.response {
        detect::redact(&mut response.bytes, rules, pass);
    }
    // The same secrets again, which were counted above.
    let mut uncounted = std::collections::BTreeMap::new();
    let mut again = Pass {
        pseudonyms: pass.pseudonyms,
        hits: &mut uncounted,
        changed: false,
    };
    if let Some(redacted) = redact_sql(&summary, rules, &mut again) {
        summary = redacted;
    }
    detect::redact(&mut summary, rules, &mut again);
    if again.changed {
        exchange.flags |= Flags::REDACTED;
    }
    let mut summary = String::from_utf8_lossy(&summary).into_owned();
    summary.truncate(summary.floor_char_boundary(256));
    exchange.summary = summary;
}

/// Replaces the secret strings in the SQL of a command, past what comes before it: the command byte and
/// perhaps attributes, whose bytes may look like quotes.
fn redact_statement(payload: &mut Vec<u8>, rules: &Rules, pass: &mut Pass<'_>) {
    let sql = Command::decode(payload, &Dialect::UNKNOWN)
        .ok()
        .and_then(|command| command.sql());
    let Some(sql) = sql else { return };
    if let Some(redacted) = redact_sql(sql, rules, pass) {
        payload.truncate(payload.len() - sql.len());
        payload.extend_from_slice(&redacted);
    }
}

/// SQL with its secret strings replaced; `None` when there are none.
fn redact_sql(sql: &[u8], rules: &Rules, pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    if !rules.mysql_authentication && !rules.sql_literals {
        return None;
    }
    let mut out = Vec::new();
    let mut kept = 0;
    let mut expecting = 0_usize;
    for token in tokens(sql) {
        let text = sql.get(token.span.clone()).unwrap_or_default();
        match token.kind {
            TokenKind::Space | TokenKind::Comment => continue,
            TokenKind::Word if announces_password(text) && rules.mysql_authentication => {
                expecting = REACH;
                continue;
            }
            TokenKind::String if expecting > 0 || rules.sql_literals => {
                let rule = if expecting > 0 {
                    "mysql_password"
                } else {
                    "sql_literal"
                };
                if let Some(pseudonym) = pass.replace(rule, inside(text)) {
                    out.extend_from_slice(sql.get(kept..token.span.start)?);
                    out.extend_from_slice(format!("'{pseudonym}'").as_bytes());
                    kept = token.span.end;
                }
            }
            _ => {}
        }
        expecting = if text == b";" {
            0
        } else {
            expecting.saturating_sub(1)
        };
    }
    (kept > 0).then(|| {
        out.extend_from_slice(sql.get(kept..).unwrap_or_default());
        out
    })
}

/// `IDENTIFIED BY 'x'`, `SET PASSWORD = 'x'`, `PASSWORD('x')`, `MASTER_PASSWORD = 'x'`.
fn announces_password(word: &[u8]) -> bool {
    [
        &b"IDENTIFIED"[..],
        b"PASSWORD",
        b"OLD_PASSWORD",
        b"MASTER_PASSWORD",
        b"SOURCE_PASSWORD",
    ]
    .iter()
    .any(|name| word.eq_ignore_ascii_case(name))
}

/// A string without its quotes.
fn inside(string: &[u8]) -> &[u8] {
    let open = string
        .iter()
        .position(|byte| matches!(byte, b'\'' | b'"'))
        .map_or(0, |at| at + 1);
    let inner = string.get(open..).unwrap_or_default();
    inner
        .strip_suffix(b"'")
        .or_else(|| inner.strip_suffix(b"\""))
        .unwrap_or(inner)
}

/// COM_CHANGE_USER is `11 user 00 length authentication database 00 ...`: the authentication data
/// becomes zeros, for no reply to a challenge can be used again.
fn blank_authentication(bytes: &mut [u8], pass: &mut Pass<'_>) {
    let Some(user_end) = memchr::memchr(0, bytes) else {
        return;
    };
    let length = bytes.get(user_end + 1).copied().map_or(0, usize::from);
    let start = user_end + 2;
    if let Some(data) = bytes
        .get_mut(start..start + length)
        .filter(|data| !data.is_empty())
    {
        data.fill(0);
        pass.hit("mysql_authentication");
    }
}

#[cfg(test)]
mod tests;
