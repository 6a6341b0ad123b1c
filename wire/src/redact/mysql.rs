//! Secrets in a MySQL exchange: passwords in SQL text, authentication data of COM_CHANGE_USER, values of
//! columns that rules name, and what is known by its shape in statements, parameters and rows.

mod literal;
mod memory;
mod statement;

use crate::Exchange;
use crate::mysql::{Command, Dialect};
use crate::operation::LONGEST_LINE;

use super::detect::{self, Neighbours};
use super::pass::Place;
use super::rules::Detector;
use super::{Pass, quietly};
use statement::Secrets;

pub(super) use memory::Memory;

const COM_QUERY: u8 = 0x03;
const COM_CHANGE_USER: u8 = 0x11;
const COM_STMT_PREPARE: u8 = 0x16;

/// What was replaced by what in one exchange, to find it again where the server repeats it.
type Replaced = Vec<(Vec<u8>, Vec<u8>)>;

/// Replaces the secrets of a MySQL exchange.
pub(super) fn redact(
    exchange: &mut Exchange,
    _connection: u64,
    memory: &mut Memory,
    pass: &mut Pass,
) {
    let mut replaced = Replaced::new();
    pass.half = "request";
    if let Some(request) = &mut exchange.request {
        match request.bytes.first() {
            Some(&(COM_QUERY | COM_STMT_PREPARE)) => {
                redact_statement(
                    &mut request.bytes,
                    &exchange.operation,
                    &mut replaced,
                    memory,
                    pass,
                );
            }
            Some(&COM_CHANGE_USER) => blank_authentication(&mut request.bytes, pass),
            _ => {}
        }
        detect::redact(&mut request.bytes, Neighbours::Text, pass);
    }
    pass.half = "answer";
    if let Some(response) = &mut exchange.response {
        detect::redact(&mut response.bytes, Neighbours::Binary, pass);
    }
    quietly(pass, |pass| redact_summary(exchange, memory, pass));
}

/// Replaces the secret values in the SQL of a command, past what comes before it: the command byte and
/// perhaps attributes, whose bytes may look like quotes.
fn redact_statement(
    payload: &mut Vec<u8>,
    operation: &str,
    replaced: &mut Replaced,
    memory: &mut Memory,
    pass: &mut Pass,
) {
    let sql = Command::decode(payload, &Dialect::UNKNOWN)
        .ok()
        .and_then(|command| command.sql());
    let Some(sql) = sql else { return };
    if let Some(redacted) = redact_sql(sql, operation, replaced, memory, pass) {
        payload.truncate(payload.len() - sql.len());
        payload.extend_from_slice(&redacted);
    }
}

/// SQL with its secret values replaced; `None` when there are none.
fn redact_sql(
    sql: &[u8],
    operation: &str,
    replaced: &mut Replaced,
    memory: &mut Memory,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let digest = memory::digest_of(operation);
    let remembers = !pass.is_filtered();
    if remembers && memory.is_clean_text(digest, sql) {
        return None;
    }
    let secrets = Secrets::of(sql, digest, pass);
    if remembers {
        memory.found(digest, sql, &secrets);
    }
    secrets.redact(sql, replaced, pass)
}

/// The line that stands for an exchange repeats its SQL, or the beginning of it, whose secrets were
/// counted there.
fn redact_summary(exchange: &mut Exchange, memory: &Memory, pass: &mut Pass) {
    let line = exchange.summary.as_bytes();
    let digest = memory::digest_of(&exchange.operation);
    let clean = !pass.is_filtered() && memory.is_clean_text(digest, line);
    let redacted = if clean {
        None
    } else {
        Secrets::of(line, digest, pass).redact(line, &mut Replaced::new(), pass)
    };
    if redacted.is_none() && !pass.detectors.may_find(line) {
        return;
    }
    let mut bytes = redacted.unwrap_or_else(|| line.to_vec());
    detect::redact(&mut bytes, Neighbours::Text, pass);
    let mut summary = String::from_utf8_lossy(&bytes).into_owned();
    summary.truncate(summary.floor_char_boundary(LONGEST_LINE));
    exchange.summary = summary;
}

/// COM_CHANGE_USER is `11 user 00 length authentication database 00 ...`: the authentication data
/// becomes zeros, for no reply to a challenge can be used again.
fn blank_authentication(bytes: &mut [u8], pass: &mut Pass) {
    let rule = pass
        .detectors
        .rule(Detector::MysqlAuthentication, |rule| pass.is_on(rule));
    let Some(rule) = rule else { return };
    let Some(user_end) = memchr::memchr(0, bytes) else {
        return;
    };
    let length = bytes.get(user_end + 1).copied().map_or(0, usize::from);
    let start = user_end + 2;
    let end = (start + length).min(bytes.len());
    if let Some(data) = bytes
        .get_mut(start..end)
        .filter(|data| data.iter().any(|byte| *byte != 0))
    {
        let after = vec![0; data.len()];
        pass.hit(rule, data, after, Place::Authentication);
        data.fill(0);
    }
}

#[cfg(test)]
mod tests;
