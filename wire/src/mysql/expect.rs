//! What the server will say to a command: decided by the command alone, never by the reply's first byte,
//! which means different things in different replies.
//! Source: MySQL protocol documentation, "Command Phase"; observed on MariaDB 10.11.

use super::{CommandCode, RowFormat};

/// The reply a command has coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// None at all: QUIT, STMT_CLOSE, STMT_SEND_LONG_DATA.
    Nothing,
    /// One OK, EOF or ERR.
    Ok,
    /// Results: OK, ERR, a request for a file, or columns and rows; several in a row.
    Results(RowFormat),
    /// Column definitions up to an end: FIELD_LIST.
    Columns,
    /// One packet of text: STATISTICS.
    Text,
    /// A statement id and definitions: STMT_PREPARE.
    Prepared,
    /// Rows up to an end: STMT_FETCH.
    Rows,
    /// The authentication exchange: CHANGE_USER.
    Authentication,
    /// Packets without end, from server to server: the binlog dumps, a clone.
    Stream,
}

impl Expect {
    /// What the command with this payload has coming.
    pub fn reply_to(payload: &[u8]) -> Self {
        use CommandCode as Code;
        let Some(code) = payload.first().and_then(|byte| Code::from_byte(*byte)) else {
            // An unknown command is answered by ERR, or by something OK-like.
            return Self::Results(RowFormat::Text);
        };
        match code {
            Code::Quit | Code::StmtClose | Code::StmtSendLongData => Self::Nothing,
            Code::Query | Code::ProcessInfo => Self::Results(RowFormat::Text),
            Code::StmtExecute | Code::StmtBulkExecute => Self::Results(RowFormat::Binary),
            Code::FieldList => Self::Columns,
            Code::Statistics => Self::Text,
            Code::StmtPrepare => Self::Prepared,
            Code::StmtFetch => Self::Rows,
            Code::ChangeUser => Self::Authentication,
            Code::BinlogDump | Code::BinlogDumpGtid | Code::TableDump | Code::Clone => Self::Stream,
            _ => Self::Ok,
        }
    }
}
