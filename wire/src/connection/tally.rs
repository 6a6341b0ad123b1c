//! What a connection turned out to hold: which protocol, how many messages, what was not understood.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What a connection speaks, recognised by its bytes, never by its port.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Spoken {
    /// Too little was seen to tell.
    #[default]
    Unknown,
    /// HTTP/1.0 or HTTP/1.1: decoded.
    Http,
    /// MySQL or MariaDB: decoded.
    Mysql,
    /// MySQL that went on in TLS after its greeting: opaque.
    MysqlOverTls,
    /// MySQL that became a stream from server to server (binlog, clone): opaque from there on.
    MysqlReplication,
    /// TLS: opaque.
    Tls,
    /// TLS that a client began on a port where the server answers in HTTP: its beginning is opaque.
    TlsRefused,
    /// HTTP/2 in the clear: opaque.
    Http2,
    /// SSH: opaque.
    Ssh,
    /// PostgreSQL: left out, as all that follow.
    Postgres,
    /// Redis.
    Redis,
    /// memcached, text or binary.
    Memcached,
    /// MongoDB.
    Mongodb,
    /// Kafka.
    Kafka,
    /// AMQP.
    Amqp,
    /// SMTP.
    Smtp,
    /// FTP's control connection.
    Ftp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// WebSocket, after an upgrade from HTTP.
    Websocket,
    /// Something else.
    Other,
}

impl Spoken {
    /// The word used in ledgers and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Http => "http",
            Self::Mysql => "mysql",
            Self::MysqlOverTls => "mysql_over_tls",
            Self::MysqlReplication => "mysql_replication",
            Self::Tls => "tls",
            Self::TlsRefused => "tls_refused",
            Self::Http2 => "http2",
            Self::Ssh => "ssh",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Memcached => "memcached",
            Self::Mongodb => "mongodb",
            Self::Kafka => "kafka",
            Self::Amqp => "amqp",
            Self::Smtp => "smtp",
            Self::Ftp => "ftp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Websocket => "websocket",
            Self::Other => "other",
        }
    }
}

/// How many messages were seen whole on the wire, kept whole or not. Those seen in part are in
/// [`DecodeLoss`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCounts {
    /// HTTP requests.
    pub http_requests: u64,
    /// HTTP responses, interim ones (1xx) included.
    pub http_responses: u64,
    /// MySQL commands.
    pub mysql_commands: u64,
    /// MySQL replies.
    pub mysql_replies: u64,
}

impl AddAssign for MessageCounts {
    fn add_assign(&mut self, other: Self) {
        self.http_requests += other.http_requests;
        self.http_responses += other.http_responses;
        self.mysql_commands += other.mysql_commands;
        self.mysql_replies += other.mysql_replies;
    }
}

/// What decoding could not use. Goes into the recording's loss ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLoss {
    /// Bytes that belong to no message: another protocol, a tunnel, or unreadable.
    pub undecodable_bytes: u64,
    /// Requests whose answer was not seen.
    pub unpaired_requests: u64,
    /// Answers whose request was not seen.
    pub unpaired_responses: u64,
    /// Requests seen in part: with a hole, or cut before their announced end.
    pub incomplete_requests: u64,
    /// Answers seen in part.
    pub incomplete_responses: u64,
    /// Messages of which only the beginning was kept.
    pub over_cap: u64,
}

impl AddAssign for DecodeLoss {
    fn add_assign(&mut self, other: Self) {
        self.undecodable_bytes += other.undecodable_bytes;
        self.unpaired_requests += other.unpaired_requests;
        self.unpaired_responses += other.unpaired_responses;
        self.incomplete_requests += other.incomplete_requests;
        self.incomplete_responses += other.incomplete_responses;
        self.over_cap += other.over_cap;
    }
}
