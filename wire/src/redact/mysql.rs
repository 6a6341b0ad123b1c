//! Secrets in a MySQL exchange: passwords in SQL text, authentication data of COM_CHANGE_USER, values of
//! columns that rules name, and what is known by its shape in statements, parameters and rows.

mod accounts;
mod comment;
mod embedded;
mod holes;
mod literal;
mod memory;
mod pairs;
mod parameters;
mod reply;
mod statement;
mod unseen;
mod value;

use crate::mysql::{Command, CommandCode, Dialect, PrepareOk, digest, statement_id};
use crate::operation::LONGEST_LINE;
use crate::{Exchange, Flags};

use super::detect::{self, Neighbours};
use super::{Pass, quietly};
use memory::{Connection, Prepared};
use reply::Known;

pub(super) use reply::row_of_texts;
use statement::Secrets;

pub(super) use memory::Memory;

/// What was replaced by what in one exchange, to find it again where the server repeats it.
type Replaced = Vec<(Vec<u8>, Vec<u8>)>;

/// Replaces the secrets of a MySQL exchange.
pub(super) fn redact(
    exchange: &mut Exchange,
    connection: u64,
    memory: &mut Memory,
    pass: &mut Pass,
) {
    let code = exchange
        .request
        .as_ref()
        .and_then(|request| request.bytes.first())
        .and_then(|byte| CommandCode::from_byte(*byte));
    let mut replaced = Replaced::new();
    let (mut file, mut by_name) = (None, false);
    pass.half = "request";
    if matches!(code, Some(CommandCode::Query | CommandCode::StmtPrepare)) {
        holes::end_at_hole(exchange);
    }
    match code {
        Some(CommandCode::Query) => {
            let secrets = redact_statement(exchange, &mut replaced, memory, pass);
            (file, by_name) = (secrets.file, secrets.by_name);
        }
        Some(CommandCode::StmtPrepare) => {
            let secrets = redact_statement(exchange, &mut replaced, memory, pass);
            by_name = secrets.by_name;
            remember(exchange, secrets, connection, memory, pass);
        }
        Some(
            CommandCode::StmtExecute | CommandCode::StmtBulkExecute | CommandCode::StmtSendLongData,
        ) => redact_parameters(exchange, connection, memory, &mut replaced, pass),
        _ => {
            if let Some(request) = &mut exchange.request {
                if code == Some(CommandCode::ChangeUser) {
                    accounts::redact_change(&mut request.bytes, pass);
                } else if code == Some(CommandCode::RegisterReplica) {
                    accounts::blank_password(&mut request.bytes, pass);
                }
                detect::redact(&mut request.bytes, Neighbours::Binary, pass);
            }
        }
    }
    pass.half = "answer";
    redact_reply(
        exchange,
        code,
        (&replaced, file),
        memory.connection(connection),
        pass,
    );
    if let Some(id) = exchange.statement_id {
        let statement = memory.connection(connection).statement(id);
        by_name |= statement.is_some_and(|statement| statement.by_name);
    }
    forget_statements(exchange, code, memory.connection(connection));
    quietly(pass, |pass| redact_summary(exchange, by_name, memory, pass));
}

/// The text of a statement with its secrets replaced; `None` when it has none.
pub(super) fn redact_text(sql: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let secrets = Secrets::of(sql, &digest(sql), pass);
    let redacted = secrets.redact(sql, &mut Replaced::new(), pass);
    let inside = embedded::redact(redacted.as_deref().unwrap_or(sql), pass);
    inside.or(redacted)
}

fn redact_reply(
    exchange: &mut Exchange,
    code: Option<CommandCode>,
    (replaced, file): (&Replaced, Option<usize>),
    connection: &mut Connection,
    pass: &mut Pass,
) {
    let Some(response) = &mut exchange.response else {
        return;
    };
    let command = exchange
        .request
        .as_ref()
        .map_or(&[][..], |request| request.bytes.as_slice());
    let mut dialect = connection.dialect;
    let known = Known {
        replaced,
        file,
        whole: !exchange.flags.contains(Flags::GAP_IN_RESPONSE),
        unseen: matches!(
            code,
            Some(CommandCode::StmtExecute | CommandCode::StmtFetch)
        ) && exchange
            .statement_id
            .is_none_or(|id| connection.statement(id).is_none()),
    };
    let mut none = Vec::new();
    let columns = match (code, exchange.statement_id) {
        (
            Some(CommandCode::StmtPrepare | CommandCode::StmtExecute | CommandCode::StmtFetch),
            Some(id),
        ) => connection
            .statement(id)
            .map(|statement| &mut statement.columns),
        _ => None,
    };
    let columns = columns.unwrap_or(&mut none);
    if reply::redact(
        command,
        &mut response.bytes,
        &mut dialect,
        columns,
        known,
        pass,
    ) {
        exchange.flags |= Flags::RESPONSE_TRUNCATED;
    }
    connection.dialect = dialect;
}

/// Remembers which parameters of a statement that was prepared are secrets.
fn remember(
    exchange: &Exchange,
    secrets: Secrets,
    connection: u64,
    memory: &mut Memory,
    pass: &Pass,
) {
    let reply = exchange
        .response
        .as_ref()
        .and_then(|response| response.bytes.get(4..));
    let (Some(id), Some(Ok(prepared))) = (exchange.statement_id, reply.map(PrepareOk::decode))
    else {
        return;
    };
    let count = usize::from(prepared.parameters);
    let (mut parameters, mut named) = (secrets.parameters, secrets.named);
    if parameters.len() != count {
        // The server reads the text otherwise: any parameter may be the secret one.
        let rule = parameters.iter().flatten().min().copied();
        parameters = vec![rule; count];
        named.clear();
    }
    let takes_number = |rule: &Option<usize>| rule.filter(|rule| pass.takes_numbers(*rule));
    let numbers: Vec<Option<usize>> = parameters.iter().map(takes_number).collect();
    memory.found_numbers(&numbers);
    memory.connection(connection).prepared(
        id,
        Prepared {
            parameters,
            named,
            by_name: secrets.by_name,
            ..Prepared::default()
        },
    );
}

/// What commands do to the statements of their connection.
fn forget_statements(exchange: &Exchange, code: Option<CommandCode>, connection: &mut Connection) {
    match (code, exchange.statement_id) {
        (Some(CommandCode::StmtClose), Some(id)) => connection.close(id),
        (Some(CommandCode::StmtReset), Some(id)) => {
            if let Some(statement) = connection.statement(id) {
                statement.long_data.clear();
            } else if let Some(unseen) = connection.unseen(id) {
                unseen.long_data.clear();
            }
        }
        (Some(CommandCode::ChangeUser | CommandCode::ResetConnection), _)
            if exchange.status == Some(0) =>
        {
            connection.reset();
        }
        _ => {}
    }
}

/// Replaces the secret parameters of a command that names a statement.
fn redact_parameters(
    exchange: &mut Exchange,
    connection: u64,
    memory: &mut Memory,
    replaced: &mut Replaced,
    pass: &mut Pass,
) {
    let Some(request) = &mut exchange.request else {
        return;
    };
    let id = statement_id(&request.bytes);
    let statement = id.and_then(|id| memory.connection(connection).statement(id));
    let Some(statement) = statement else {
        unseen::redact(&mut request.bytes, (connection, id), memory, replaced, pass);
        return;
    };
    match request
        .bytes
        .first()
        .copied()
        .and_then(CommandCode::from_byte)
    {
        Some(CommandCode::StmtExecute) => {
            parameters::redact_execute(&mut request.bytes, statement, replaced, pass);
        }
        Some(CommandCode::StmtBulkExecute) => {
            parameters::redact_bulk(&mut request.bytes, statement, replaced, pass);
        }
        _ => parameters::redact_long_data(&mut request.bytes, statement, pass),
    }
}

/// Replaces the secret values in the SQL of a command, past what comes before it: the command byte and
/// perhaps attributes, whose bytes may look like quotes. What rules
/// take of it.
fn redact_statement(
    exchange: &mut Exchange,
    replaced: &mut Replaced,
    memory: &mut Memory,
    pass: &mut Pass,
) -> Secrets {
    let Some(request) = &mut exchange.request else {
        return Secrets::default();
    };
    let payload = &mut request.bytes;
    let sql = Command::decode(payload, &Dialect::UNKNOWN)
        .ok()
        .and_then(|command| command.sql());
    let Some(sql) = sql else {
        return Secrets::default();
    };
    let mut start = payload.len() - sql.len();
    let is_query = payload.first() == Some(&(CommandCode::Query as u8));
    let mut secrets = Secrets::default();
    let digest = memory::digest_of(&exchange.operation);
    let remembers = !pass.is_filtered();
    // Parameters are asked for once for each statement that is prepared.
    if !(is_query && remembers && memory.is_clean(digest, sql)) {
        let missing = Flags::GAP_IN_REQUEST | Flags::REQUEST_TRUNCATED | Flags::REQUEST_OVER_CAP;
        let is_part = exchange.flags.intersects(missing);
        secrets = Secrets::of_part(sql, digest, is_part, pass);
        if remembers {
            memory.found(digest, sql, &secrets);
        }
        if let Some(redacted) = secrets.redact(sql, replaced, pass) {
            payload.truncate(start);
            payload.extend_from_slice(&redacted);
        }
    }
    // What a string or a comment says differs between statements of one digest.
    if let Some(redacted) = embedded::redact(payload.get(start..).unwrap_or_default(), pass) {
        payload.truncate(start);
        payload.extend_from_slice(&redacted);
    }
    if is_query
        && let Some(block) = payload.get(1..start).filter(|block| !block.is_empty())
        && let Some(new) = parameters::redact_attributes(block, replaced, pass)
    {
        payload.splice(1..start, new.iter().copied());
        start = 1 + new.len();
    }
    if let Some((head, sql)) = payload.split_at_mut_checked(start) {
        detect::redact(head, Neighbours::Binary, pass);
        detect::redact(sql, Neighbours::Text, pass);
    }
    secrets
}

/// The line that stands for an exchange repeats its SQL, or the beginning of it, whose secrets were
/// counted there. `by_name`: some of them are told by names, which the line may not have.
fn redact_summary(exchange: &mut Exchange, by_name: bool, memory: &Memory, pass: &mut Pass) {
    let line = exchange.summary.as_bytes();
    let digest = memory::digest_of(&exchange.operation);
    let clean = !pass.is_filtered() && memory.is_clean(digest, line);
    let redacted = if clean {
        None
    } else {
        let secrets = Secrets::of_part(line, digest, by_name, pass);
        secrets.redact(line, &mut Replaced::new(), pass)
    };
    let inside = embedded::redact(redacted.as_deref().unwrap_or(line), pass);
    let redacted = inside.or(redacted);
    if redacted.is_none() && !pass.detectors.may_find(line) {
        return;
    }
    let mut bytes = redacted.unwrap_or_else(|| line.to_vec());
    detect::redact(&mut bytes, Neighbours::Text, pass);
    let mut summary = String::from_utf8_lossy(&bytes).into_owned();
    summary.truncate(summary.floor_char_boundary(LONGEST_LINE));
    exchange.summary = summary;
}

#[cfg(test)]
mod tests;
