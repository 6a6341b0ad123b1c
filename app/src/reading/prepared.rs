//! The statement that an execution names: its PREPARE and what came for it since, found on its connection.

use reprise_store::{ExchangeId, ExchangeRow, Payloads, Recording};
use reprise_wire::Payload;
use reprise_wire::mysql::{
    Command, Dialect, PreparedStatements, ResultColumns, Session, result_columns,
};

use crate::{Error, Library};

/// Rows that are looked at together, going back from the execution.
const STRIDE: usize = 1_000;
/// Executions of the statement that are read: the first, which tells the types, and the last, whose long data counts.
const READ: usize = 32;
/// A one-line summary that is as long as it may be does not hold the whole statement.
const WHOLE_SUMMARY: usize = 250;
/// What the summary of a PREPARE begins with.
const PREPARE: &str = "PREPARE ";

/// What is known of the statement that a command names.
#[derive(Default)]
pub(super) struct Prepared {
    /// The statement, if its PREPARE was found or needed.
    pub(super) statements: PreparedStatements,
    /// From the session, for what was prepared before the recording.
    earlier: Option<String>,
}

impl Prepared {
    /// The statement of an exchange's command.
    pub(super) fn sql(&self, row: &ExchangeRow) -> Option<String> {
        let found = row.statement_id.and_then(|id| self.statements.get(id));
        match found {
            Some(statement) => Some(String::from_utf8_lossy(&statement.sql).into_owned()),
            None => self.earlier.clone().or_else(|| in_summary(row)),
        }
    }
}

/// The statement as the row tells it, when the row has all of it.
fn in_summary(row: &ExchangeRow) -> Option<String> {
    let sql = row.summary.as_str();
    let known = sql.len() < WHOLE_SUMMARY && !sql.starts_with("COM_");
    known.then(|| sql.to_owned())
}

impl Library {
    /// What was prepared for the command of this exchange. The connection is only read through when the command
    /// and its row do not say all themselves.
    pub(super) fn prepared(
        &self,
        recording: &Recording,
        row: &ExchangeRow,
        payloads: &Payloads,
        session: Option<&Session>,
    ) -> Result<Prepared, Error> {
        let mut prepared = Prepared::default();
        let Some(id) = row.statement_id else {
            return Ok(prepared);
        };
        let dialect = session.map(Session::dialect).unwrap_or_default();
        prepared.earlier = session.and_then(|session| session.state.prepared.get(&id).cloned());
        let bytes = |payload: &Option<Payload>| payload.as_ref().map(|one| one.bytes.clone());
        let command = bytes(&payloads.request).unwrap_or_default();
        let reply = bytes(&payloads.response).unwrap_or_default();
        // Rows whose columns were told once, when they were prepared.
        let columns_told = !matches!(result_columns(&reply, &dialect), ResultColumns::Counted(_));
        if columns_told && !needs_more(&command, row, &dialect) {
            return Ok(prepared);
        }
        let mut reader = self.store.payload_reader(recording.id);
        for earlier in self.of_statement(recording, row, id)? {
            let [request, reply] = reader.read(&earlier)?;
            let (request, reply) = (request.unwrap_or_default(), reply.unwrap_or_default());
            prepared.statements.observe(&request, &reply, &dialect);
        }
        Ok(prepared)
    }

    /// The PREPARE of a statement, the first executions after it and the last before this exchange, in order.
    fn of_statement(
        &self,
        recording: &Recording,
        row: &ExchangeRow,
        id: u32,
    ) -> Result<Vec<ExchangeRow>, Error> {
        let mut ids = self.store.exchanges_of(recording.id, row.connection)?;
        ids.retain(|other: &ExchangeId| *other < row.id);
        let mut found = Vec::new();
        for part in ids.rchunks(STRIDE) {
            let mut rows = self.store.exchanges_by_id(recording.id, part)?;
            rows.retain(|row| row.statement_id == Some(id));
            let prepare = rows
                .iter()
                .rposition(|row| row.summary.starts_with(PREPARE));
            let since = rows.split_off(prepare.unwrap_or(0));
            found.splice(0..0, since);
            if prepare.is_some() {
                break;
            }
        }
        if found.len() > 2 * READ {
            found.drain(READ..found.len() - READ);
        }
        Ok(found)
    }
}

/// Whether the command cannot be read from itself and its row.
fn needs_more(command: &[u8], row: &ExchangeRow, dialect: &Dialect) -> bool {
    match Command::decode(command, dialect) {
        Ok(Command::StmtPrepare(_)) => false,
        Ok(Command::StmtExecute(execute)) => {
            in_summary(row).is_none() || execute.recover_count().is_none()
        }
        _ => true,
    }
}
