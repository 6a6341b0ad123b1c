//! What a recording says each MySQL connection did, as the server's general log would write it.

use reprise_store::{Connection, ExchangeId, ExchangeRow, Recording, Store};
use reprise_wire::mysql::{
    ChangeUser, Command, CommandCode, Dialect, PreparedStatements, Session, digest,
};

use crate::entry::Entry;
use crate::literal::filled;

/// A recorded connection.
pub(crate) struct Decoded {
    pub(crate) session: Session,
    pub(crate) entries: Vec<Entry>,
}

/// The MySQL connections of a recording, in the order they were opened.
pub(crate) fn connections(store: &Store, recording: &Recording) -> Vec<Decoded> {
    let rows = store
        .exchanges(recording.id, ExchangeId(0), u32::MAX)
        .unwrap();
    store
        .connections(recording.id)
        .unwrap()
        .iter()
        .map(|connection| {
            let own = rows.iter().filter(|row| row.connection == connection.id);
            decoded(store, recording, connection, own)
        })
        .collect()
}

fn decoded<'a>(
    store: &Store,
    recording: &Recording,
    connection: &Connection,
    rows: impl Iterator<Item = &'a ExchangeRow>,
) -> Decoded {
    let session = connection.mysql_session.clone().unwrap();
    let session: Session = serde_json::from_value(session).unwrap();
    let user = session.user.as_deref().unwrap_or_default();
    let database = session.database.as_deref().unwrap_or_default();
    let login = connected(user.as_bytes(), database.as_bytes());
    let mut entries = vec![Entry::new("Connect", &login)];
    let mut statements = PreparedStatements::default();
    for row in rows {
        let payloads = store.payloads(recording.id, row.id).unwrap();
        let request = payloads.request.unwrap().bytes;
        let reply = payloads.response.unwrap_or_default().bytes;
        let dialect = session.dialect();
        entries.extend(entry(row, &request, &statements, &dialect));
        statements.observe(&request, &reply, &dialect);
    }
    Decoded { session, entries }
}

/// What the log says of one command; `None` for those it leaves out.
fn entry(
    row: &ExchangeRow,
    request: &[u8],
    statements: &PreparedStatements,
    dialect: &Dialect,
) -> Option<Entry> {
    let command = Command::decode(request, dialect).unwrap();
    Some(match command {
        Command::Query(query) => Entry::new("Query", trimmed(query.sql)),
        // The log does not have statements that could not be prepared.
        Command::StmtPrepare(_) if row.status != Some(0) => return None,
        Command::StmtPrepare(sql) => Entry::new("Prepare", trimmed(sql)),
        Command::StmtExecute(execute) => {
            let statement = statements.get(execute.statement_id).unwrap();
            let parameters = statement.parameters(&execute).unwrap();
            let values: Vec<_> = parameters
                .types
                .into_iter()
                .zip(parameters.values)
                .collect();
            Entry::new("Execute", &filled(trimmed(&statement.sql), &values))
        }
        // A driver may close what the server forgot with the session.
        Command::StmtClose(id) => {
            statements.get(id)?;
            Entry::new("Close stmt", b"")
        }
        Command::StmtReset(_) => Entry::new("Reset stmt", b""),
        Command::StmtSendLongData { .. } => Entry::new("Long Data", b""),
        Command::InitDb(database) => Entry::new("Init DB", database),
        Command::FieldList { table, .. } => Entry::new("Field List", table),
        Command::Statistics => Entry::new("Statistics", b""),
        Command::Quit => Entry::new("Quit", b""),
        Command::ChangeUser(body) => {
            let change = ChangeUser::decode(body).unwrap();
            let text = connected(&change.user, &change.database);
            Entry::new("Change user", &text)
        }
        Command::Ping
        | Command::ResetConnection
        | Command::SetOption(_)
        | Command::StmtFetch { .. } => return None,
        Command::Other { code, body } => match CommandCode::from_byte(code).unwrap() {
            CommandCode::Refresh => Entry::new("Refresh", b""),
            CommandCode::Debug => Entry::new("Debug", b""),
            CommandCode::ProcessKill => return None,
            CommandCode::StmtBulkExecute => {
                let id = body.first_chunk().map(|id| u32::from_le_bytes(*id));
                let statement = statements.get(id.unwrap()).unwrap();
                Entry::new("Bulk_execute", trimmed(&statement.sql))
            }
            other => panic!("what does the log say of {other:?}?"),
        },
    })
}

fn connected(user: &[u8], database: &[u8]) -> Vec<u8> {
    [user, b"@127.0.0.1 on ", database, b" using TCP/IP"].concat()
}

/// The server drops blanks before a statement, and blanks and semicolons after it, before it logs it.
fn trimmed(sql: &[u8]) -> &[u8] {
    let mut sql = sql.trim_ascii();
    while let Some(shorter) = sql.strip_suffix(b";") {
        sql = shorter.trim_ascii_end();
    }
    sql
}

/// Operations as the recording has them beside digests of what the log has.
pub(crate) fn same_operation(decoded: &Entry, logged: &Entry) -> bool {
    digest(&decoded.text) == digest(&logged.text)
}
