//! Commands: what a client sends after the login. Borrowed from the payload; encoding gives the same bytes.
//! Source: MySQL protocol documentation, "Command Phase"; MariaDB "COM_STMT_BULK_EXECUTE".

use super::execute::Execute;
use super::fields::{Fields, put_zero_terminated};
use super::{Dialect, Malformed};

/// The first byte of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the protocol's own")]
#[repr(u8)]
pub enum CommandCode {
    Sleep = 0x00,
    Quit = 0x01,
    InitDb = 0x02,
    Query = 0x03,
    FieldList = 0x04,
    CreateDb = 0x05,
    DropDb = 0x06,
    Refresh = 0x07,
    Shutdown = 0x08,
    Statistics = 0x09,
    ProcessInfo = 0x0A,
    Connect = 0x0B,
    ProcessKill = 0x0C,
    Debug = 0x0D,
    Ping = 0x0E,
    Time = 0x0F,
    DelayedInsert = 0x10,
    ChangeUser = 0x11,
    BinlogDump = 0x12,
    TableDump = 0x13,
    ConnectOut = 0x14,
    RegisterReplica = 0x15,
    StmtPrepare = 0x16,
    StmtExecute = 0x17,
    StmtSendLongData = 0x18,
    StmtClose = 0x19,
    StmtReset = 0x1A,
    SetOption = 0x1B,
    StmtFetch = 0x1C,
    Daemon = 0x1D,
    BinlogDumpGtid = 0x1E,
    ResetConnection = 0x1F,
    Clone = 0x20,
    StmtBulkExecute = 0xFA,
}

impl CommandCode {
    const ALL: [(Self, &'static str); 34] = [
        (Self::Sleep, "COM_SLEEP"),
        (Self::Quit, "COM_QUIT"),
        (Self::InitDb, "COM_INIT_DB"),
        (Self::Query, "COM_QUERY"),
        (Self::FieldList, "COM_FIELD_LIST"),
        (Self::CreateDb, "COM_CREATE_DB"),
        (Self::DropDb, "COM_DROP_DB"),
        (Self::Refresh, "COM_REFRESH"),
        (Self::Shutdown, "COM_SHUTDOWN"),
        (Self::Statistics, "COM_STATISTICS"),
        (Self::ProcessInfo, "COM_PROCESS_INFO"),
        (Self::Connect, "COM_CONNECT"),
        (Self::ProcessKill, "COM_PROCESS_KILL"),
        (Self::Debug, "COM_DEBUG"),
        (Self::Ping, "COM_PING"),
        (Self::Time, "COM_TIME"),
        (Self::DelayedInsert, "COM_DELAYED_INSERT"),
        (Self::ChangeUser, "COM_CHANGE_USER"),
        (Self::BinlogDump, "COM_BINLOG_DUMP"),
        (Self::TableDump, "COM_TABLE_DUMP"),
        (Self::ConnectOut, "COM_CONNECT_OUT"),
        (Self::RegisterReplica, "COM_REGISTER_SLAVE"),
        (Self::StmtPrepare, "COM_STMT_PREPARE"),
        (Self::StmtExecute, "COM_STMT_EXECUTE"),
        (Self::StmtSendLongData, "COM_STMT_SEND_LONG_DATA"),
        (Self::StmtClose, "COM_STMT_CLOSE"),
        (Self::StmtReset, "COM_STMT_RESET"),
        (Self::SetOption, "COM_SET_OPTION"),
        (Self::StmtFetch, "COM_STMT_FETCH"),
        (Self::Daemon, "COM_DAEMON"),
        (Self::BinlogDumpGtid, "COM_BINLOG_DUMP_GTID"),
        (Self::ResetConnection, "COM_RESET_CONNECTION"),
        (Self::Clone, "COM_CLONE"),
        (Self::StmtBulkExecute, "COM_STMT_BULK_EXECUTE"),
    ];

    /// The code with this number, if there is one.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .map(|(code, _)| *code)
            .find(|code| *code as u8 == byte)
    }

    /// The protocol's name for it, e.g. `COM_PING`.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(code, _)| *code == self)
            .map_or("COM_UNKNOWN", |(_, name)| name)
    }
}

/// A command's payload, read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command<'a> {
    /// COM_QUIT: the client leaves.
    Quit,
    /// COM_INIT_DB: another default database.
    InitDb(&'a [u8]),
    /// COM_QUERY: SQL as text.
    Query(Query<'a>),
    /// COM_FIELD_LIST: the columns of a table.
    FieldList {
        /// The table.
        table: &'a [u8],
        /// A LIKE pattern for the columns.
        pattern: &'a [u8],
    },
    /// COM_STATISTICS: one line of text about the server.
    Statistics,
    /// COM_PING.
    Ping,
    /// COM_CHANGE_USER, everything after the command byte; see `ChangeUser`.
    ChangeUser(&'a [u8]),
    /// COM_RESET_CONNECTION.
    ResetConnection,
    /// COM_SET_OPTION: 0 turns multi-statements on, 1 off.
    SetOption(u16),
    /// COM_STMT_PREPARE: SQL to prepare.
    StmtPrepare(&'a [u8]),
    /// COM_STMT_EXECUTE.
    StmtExecute(Execute<'a>),
    /// COM_STMT_SEND_LONG_DATA: a piece of one parameter.
    StmtSendLongData {
        /// The statement.
        statement_id: u32,
        /// The parameter, from 0.
        parameter: u16,
        /// The piece.
        data: &'a [u8],
    },
    /// COM_STMT_CLOSE: has no answer.
    StmtClose(u32),
    /// COM_STMT_RESET: closes the cursor, drops long data.
    StmtReset(u32),
    /// COM_STMT_FETCH: more rows from a cursor.
    StmtFetch {
        /// The statement.
        statement_id: u32,
        /// How many rows at most.
        rows: u32,
    },
    /// Any other command, or one whose body is not as documented.
    Other {
        /// The command byte.
        code: u8,
        /// What follows it.
        body: &'a [u8],
    },
}

/// COM_QUERY's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// The attributes as they are encoded before the SQL; empty when the connection does not use them.
    pub attributes: &'a [u8],
    /// The SQL text.
    pub sql: &'a [u8],
}

impl<'a> Query<'a> {
    /// A query without attributes.
    pub const fn plain(sql: &'a [u8]) -> Self {
        Self {
            attributes: &[],
            sql,
        }
    }
}

/// The attributes block that says "none": a query on a connection with QUERY_ATTRIBUTES begins with it.
pub const NO_QUERY_ATTRIBUTES: &[u8] = &[0, 1];

impl<'a> Command<'a> {
    /// Reads a command's payload, command byte first. Never fails on a non-empty payload: what does not
    /// fit its command is `Other`.
    pub fn decode(payload: &'a [u8], dialect: &Dialect) -> Result<Self, Malformed> {
        let (&code, body) = payload.split_first().ok_or(Malformed { what: "command" })?;
        Ok(Self::decode_body(code, body, dialect).unwrap_or(Self::Other { code, body }))
    }

    fn decode_body(code: u8, body: &'a [u8], dialect: &Dialect) -> Option<Self> {
        let mut fields = Fields::new(body, "command");
        let command = match CommandCode::from_byte(code)? {
            CommandCode::Quit => Self::Quit,
            CommandCode::InitDb => Self::InitDb(fields.remainder()),
            CommandCode::Query => Self::Query(split_query(fields.remainder(), dialect)),
            CommandCode::FieldList => Self::FieldList {
                table: fields.zero_terminated().ok()?,
                pattern: fields.remainder(),
            },
            CommandCode::Statistics => Self::Statistics,
            CommandCode::Ping => Self::Ping,
            CommandCode::ChangeUser => Self::ChangeUser(fields.remainder()),
            CommandCode::ResetConnection => Self::ResetConnection,
            CommandCode::SetOption => Self::SetOption(fields.u16().ok()?),
            CommandCode::StmtPrepare => Self::StmtPrepare(fields.remainder()),
            CommandCode::StmtExecute => {
                Self::StmtExecute(Execute::decode(fields.remainder()).ok()?)
            }
            CommandCode::StmtSendLongData => Self::StmtSendLongData {
                statement_id: fields.u32().ok()?,
                parameter: fields.u16().ok()?,
                data: fields.remainder(),
            },
            CommandCode::StmtClose => Self::StmtClose(fields.u32().ok()?),
            CommandCode::StmtReset => Self::StmtReset(fields.u32().ok()?),
            CommandCode::StmtFetch => Self::StmtFetch {
                statement_id: fields.u32().ok()?,
                rows: fields.u32().ok()?,
            },
            _ => return None,
        };
        fields.rest().is_empty().then_some(command)
    }

    /// The payload of this command, command byte first.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.code()];
        match self {
            Self::Quit | Self::Statistics | Self::Ping | Self::ResetConnection => {}
            Self::InitDb(bytes) | Self::ChangeUser(bytes) | Self::StmtPrepare(bytes) => {
                out.extend_from_slice(bytes);
            }
            Self::Query(query) => {
                out.extend_from_slice(query.attributes);
                out.extend_from_slice(query.sql);
            }
            Self::FieldList { table, pattern } => {
                put_zero_terminated(&mut out, table);
                out.extend_from_slice(pattern);
            }
            Self::SetOption(option) => out.extend_from_slice(&option.to_le_bytes()),
            Self::StmtExecute(execute) => execute.encode_to(&mut out),
            Self::StmtSendLongData {
                statement_id,
                parameter,
                data,
            } => {
                out.extend_from_slice(&statement_id.to_le_bytes());
                out.extend_from_slice(&parameter.to_le_bytes());
                out.extend_from_slice(data);
            }
            Self::StmtClose(id) | Self::StmtReset(id) => out.extend_from_slice(&id.to_le_bytes()),
            Self::StmtFetch { statement_id, rows } => {
                out.extend_from_slice(&statement_id.to_le_bytes());
                out.extend_from_slice(&rows.to_le_bytes());
            }
            Self::Other { body, .. } => out.extend_from_slice(body),
        }
        out
    }

    /// The command byte.
    pub const fn code(&self) -> u8 {
        let code = match self {
            Self::Quit => CommandCode::Quit,
            Self::InitDb(_) => CommandCode::InitDb,
            Self::Query(_) => CommandCode::Query,
            Self::FieldList { .. } => CommandCode::FieldList,
            Self::Statistics => CommandCode::Statistics,
            Self::Ping => CommandCode::Ping,
            Self::ChangeUser(_) => CommandCode::ChangeUser,
            Self::ResetConnection => CommandCode::ResetConnection,
            Self::SetOption(_) => CommandCode::SetOption,
            Self::StmtPrepare(_) => CommandCode::StmtPrepare,
            Self::StmtExecute(_) => CommandCode::StmtExecute,
            Self::StmtSendLongData { .. } => CommandCode::StmtSendLongData,
            Self::StmtClose(_) => CommandCode::StmtClose,
            Self::StmtReset(_) => CommandCode::StmtReset,
            Self::StmtFetch { .. } => CommandCode::StmtFetch,
            Self::Other { code, .. } => return *code,
        };
        code as u8
    }

    /// The SQL text it carries (COM_QUERY, COM_STMT_PREPARE).
    pub const fn sql(&self) -> Option<&'a [u8]> {
        match self {
            Self::Query(query) => Some(query.sql),
            Self::StmtPrepare(sql) => Some(sql),
            _ => None,
        }
    }
}

/// The statement id a command's payload names: EXECUTE, BULK_EXECUTE, CLOSE, RESET, FETCH, SEND_LONG_DATA.
pub fn statement_id(payload: &[u8]) -> Option<u32> {
    let (&code, body) = payload.split_first()?;
    let names_statement = matches!(
        CommandCode::from_byte(code)?,
        CommandCode::StmtExecute
            | CommandCode::StmtSendLongData
            | CommandCode::StmtClose
            | CommandCode::StmtReset
            | CommandCode::StmtFetch
            | CommandCode::StmtBulkExecute
    );
    names_statement.then_some(())?;
    body.first_chunk::<4>().map(|id| u32::from_le_bytes(*id))
}

/// Puts another statement id into a command's payload, which is otherwise sent as it was recorded.
/// Returns whether the command names a statement.
pub fn patch_statement_id(payload: &mut [u8], id: u32) -> bool {
    if statement_id(payload).is_none() {
        return false;
    }
    match payload.get_mut(1..5) {
        Some(place) => {
            place.copy_from_slice(&id.to_le_bytes());
            true
        }
        None => false,
    }
}

/// Parts a COM_QUERY body into attributes and SQL. When it is not known whether the connection uses
/// attributes, a first byte that no SQL begins with says so.
fn split_query<'a>(body: &'a [u8], dialect: &Dialect) -> Query<'a> {
    let uses_attributes = dialect
        .query_attributes
        .unwrap_or_else(|| body.first().is_some_and(|first| *first < 0x09));
    if uses_attributes && let Ok(sql) = after_attributes(body) {
        let attributes = body.get(..body.len() - sql.len()).unwrap_or_default();
        return Query { attributes, sql };
    }
    Query::plain(body)
}

/// The SQL after a COM_QUERY's attributes (MySQL "COM_QUERY", 8.0.23 and later).
fn after_attributes(body: &[u8]) -> Result<&[u8], Malformed> {
    let mut fields = Fields::new(body, "query attributes");
    let count = fields.lenenc()?;
    let sets = fields.lenenc()?;
    if count > 0xFFFF || sets != 1 {
        return Err(fields.malformed());
    }
    let count = usize::try_from(count).map_err(|_| fields.malformed())?;
    super::execute::skip_named_values(&mut fields, count)?;
    Ok(fields.remainder())
}
