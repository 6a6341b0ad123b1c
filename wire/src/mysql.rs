//! MySQL and MariaDB: packets, the connection phase, commands and replies, both ways; `Decoder` for traffic
//! seen passing by, `ReplyReader` for a client's own, and what a small server needs to answer.
//! Sans-I/O: bytes in, values out. No panic on any input, memory bounded by the caller's limits.

mod answer;
pub mod auth;
mod boundary;
mod bulk;
mod capability;
mod change_user;
mod column;
mod command;
mod decoder;
mod dialect;
mod execute;
mod expect;
pub(crate) mod fields;
mod frames;
mod greeting;
mod login;
mod packet;
mod prepared;
mod reply;
mod reply_reader;
pub(crate) mod reply_steps;
mod row;
mod session;
pub mod sql;
mod stored_reply;
mod value;

pub use answer::{Answer, AnswerResult};
pub use boundary::{Likeness, likeness};
pub use bulk::{BulkExecute, BulkRows, BulkValue, SEND_TYPES, SEND_UNIT_RESULTS};
pub use capability::{Capabilities, MariadbCapabilities, Status};
pub use change_user::ChangeUser;
pub use column::{
    AUTO_INCREMENT_FLAG, BINARY_CHARSET, ColumnDefinition, NOT_NULL_FLAG, PRIMARY_KEY_FLAG,
    UNSIGNED_FLAG,
};
pub use command::{
    Command, CommandCode, NO_QUERY_ATTRIBUTES, Query, patch_statement_id, statement_id,
};
pub use decoder::{Decoder, unanswered};
pub use dialect::{Compression, Dialect, MetadataMarker};
pub use execute::{
    CURSOR_READ_ONLY, Execute, PARAMETER_COUNT_AVAILABLE, Parameters, encode_query_attributes,
};
pub use expect::Expect;
pub use frames::Frames;
pub use greeting::Greeting;
pub use login::{AuthRequest, Login, is_tls_request};
pub use packet::{AfterGap, HEADER_LEN, LONGEST_PACKET, Packet, PacketReader, write_packet};
pub use prepared::{PreparedStatement, PreparedStatements, ResultColumns, result_columns};
pub use reply::{EofPacket, ErrPacket, OkPacket, PrepareOk, Progress};
pub use reply_reader::{ReplyReader, ReplyState};
pub use reply_steps::ReplySummary;
pub use row::{
    RowFormat, decode_binary_row, decode_text_row, encode_binary_row, encode_text_row,
    write_definitions, write_result_end, write_result_head, write_result_set,
};
pub use session::{Session, SessionState};
pub use sql::digest;
pub use stored_reply::{sent_files, summarise_reply, turns};
pub use value::{ColumnType, Date, ParameterType, Span, Value};

/// A packet that is not what its place in the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the {what}: its bytes do not follow the MySQL protocol")]
pub struct Malformed {
    /// The packet that was expected.
    pub what: &'static str,
}
