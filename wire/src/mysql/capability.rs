//! The flags client and server agree on, and the status flags of a reply. Bits are the protocol's own.
//! Source: MySQL protocol documentation "Capability flags", MariaDB "Connection".

use bitflags::bitflags;
use serde::{Deserialize, Serialize};

bitflags! {
    /// What a client or server can do, bits 0..31 (both families).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct Capabilities: u32 {
        /// MySQL: long passwords. MariaDB servers leave it clear to announce `MariadbCapabilities`.
        const LONG_PASSWORD = 1;
        /// Affected rows counts the rows found, not those changed.
        const FOUND_ROWS = 1 << 1;
        /// Long column flags.
        const LONG_FLAG = 1 << 2;
        /// The login names a database.
        const CONNECT_WITH_DB = 1 << 3;
        /// `database.table.column` is refused.
        const NO_SCHEMA = 1 << 4;
        /// zlib frames after the login.
        const COMPRESS = 1 << 5;
        /// An ODBC client.
        const ODBC = 1 << 6;
        /// LOAD DATA LOCAL INFILE is possible.
        const LOCAL_FILES = 1 << 7;
        /// A space before a function's parenthesis is ignored.
        const IGNORE_SPACE = 1 << 8;
        /// The protocol of MySQL 4.1: without it nothing newer holds.
        const PROTOCOL_41 = 1 << 9;
        /// The interactive timeout applies.
        const INTERACTIVE = 1 << 10;
        /// TLS begins after the 32-byte request.
        const SSL = 1 << 11;
        /// The client ignores SIGPIPE.
        const IGNORE_SIGPIPE = 1 << 12;
        /// Replies carry status flags.
        const TRANSACTIONS = 1 << 13;
        /// Unused.
        const RESERVED = 1 << 14;
        /// The 4.1 authentication: the response has a length.
        const SECURE_CONNECTION = 1 << 15;
        /// One COM_QUERY may hold several statements.
        const MULTI_STATEMENTS = 1 << 16;
        /// A text command may have several results.
        const MULTI_RESULTS = 1 << 17;
        /// A prepared statement may have several results.
        const PS_MULTI_RESULTS = 1 << 18;
        /// The login names an authentication plugin.
        const PLUGIN_AUTH = 1 << 19;
        /// The login carries attributes.
        const CONNECT_ATTRS = 1 << 20;
        /// The authentication response has a length-encoded length.
        const PLUGIN_AUTH_LENENC_DATA = 1 << 21;
        /// The client can handle an expired password.
        const CAN_HANDLE_EXPIRED_PASSWORDS = 1 << 22;
        /// OK packets may report changes of the session.
        const SESSION_TRACK = 1 << 23;
        /// OK packets stand where EOF packets stood.
        const DEPRECATE_EOF = 1 << 24;
        /// MySQL: column definitions are optional; a byte before the column count says which.
        const OPTIONAL_RESULTSET_METADATA = 1 << 25;
        /// MySQL: zstd frames after the login.
        const ZSTD_COMPRESSION = 1 << 26;
        /// MySQL: COM_QUERY and COM_STMT_EXECUTE may carry attributes.
        const QUERY_ATTRIBUTES = 1 << 27;
        /// MySQL: several authentication factors.
        const MULTI_FACTOR_AUTHENTICATION = 1 << 28;
        /// MariaDB's old bit for progress reports.
        const PROGRESS_OBSOLETE = 1 << 29;
        /// The client verifies the server's certificate (never on the wire).
        const SSL_VERIFY_SERVER_CERT = 1 << 30;
        /// The client keeps its options (never on the wire).
        const REMEMBER_OPTIONS = 1 << 31;
        const _ = !0;
    }

    /// What only MariaDB knows: sent in the reserved bytes of the greeting and the login.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct MariadbCapabilities: u32 {
        /// Progress reports come before a reply.
        const PROGRESS = 1;
        /// COM_MULTI, withdrawn.
        const COM_MULTI = 1 << 1;
        /// COM_STMT_BULK_EXECUTE.
        const BULK_OPERATIONS = 1 << 2;
        /// Column definitions have one more block of type information.
        const EXTENDED_METADATA = 1 << 3;
        /// Column definitions that did not change are not sent again.
        const CACHE_METADATA = 1 << 4;
        /// COM_STMT_BULK_EXECUTE answers with one result per row.
        const BULK_UNIT_RESULTS = 1 << 5;
        const _ = !0;
    }

    /// The server's status in an OK or EOF packet.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct Status: u16 {
        /// A transaction is open.
        const IN_TRANSACTION = 1;
        /// Autocommit is on.
        const AUTOCOMMIT = 1 << 1;
        /// Another result follows in the same reply.
        const MORE_RESULTS = 1 << 3;
        /// No good index was used.
        const NO_GOOD_INDEX = 1 << 4;
        /// No index was used.
        const NO_INDEX = 1 << 5;
        /// A cursor is open: rows come with COM_STMT_FETCH.
        const CURSOR_EXISTS = 1 << 6;
        /// The cursor gave its last row.
        const LAST_ROW_SENT = 1 << 7;
        /// A database was dropped.
        const DATABASE_DROPPED = 1 << 8;
        /// Backslashes are not escapes in strings.
        const NO_BACKSLASH_ESCAPES = 1 << 9;
        /// The columns of the statement changed when it was prepared again.
        const METADATA_CHANGED = 1 << 10;
        /// The query was slow.
        const SLOW = 1 << 11;
        /// The result holds OUT parameters.
        const OUT_PARAMETERS = 1 << 12;
        /// The open transaction is read-only.
        const IN_READ_ONLY_TRANSACTION = 1 << 13;
        /// Changes of the session follow.
        const SESSION_STATE_CHANGED = 1 << 14;
        const _ = !0;
    }
}
