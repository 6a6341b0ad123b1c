//! One request with its answer on one connection: what every later room works on.
//! Decoders make it, redaction rewrites it, the store keeps it.

use bitflags::bitflags;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.0 and HTTP/1.1.
    Http,
    /// The MySQL client/server protocol, of MySQL and MariaDB.
    Mysql,
}

/// One request with its answer (RFC 9110's "exchange"; for MySQL a command with its reply).
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// What it is in.
    pub protocol: Protocol,
    /// The request; `None` when it was lost or precedes the capture.
    pub request: Option<Payload>,
    /// The answer; `None` when it was lost, never came, or is not part of the protocol.
    pub response: Option<Payload>,
    /// When its four ends were seen.
    pub times: ExchangeTimes,
    /// What it does, values removed: `GET /cart/{id}`, ``SELECT * FROM item WHERE id = ?``.
    pub operation: String,
    /// What it asks for, in one line of at most 256 bytes: `GET /cart/7?x=1`, or the SQL text.
    /// Redaction rewrites it together with the payloads.
    pub summary: String,
    /// HTTP: the status code. MySQL: 0 for success, else the error number. `None`: no answer.
    pub status: Option<u16>,
    /// What is unusual about it.
    pub flags: Flags,
    /// MySQL: the prepared-statement id that PREPARE was answered with, or that this command names.
    pub statement_id: Option<u32>,
}

/// The bytes of one message.
///
/// HTTP: the message as it was on the wire, start line to the end of the body (chunk framing and
/// trailers included; interim 1xx answers left out). MySQL request: the command's payload,
/// command byte first, packet headers removed and split packets joined. MySQL reply: its packets with
/// their four-byte headers; where the server asked for a file (LOCAL INFILE), the client's packets of it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The bytes kept; shorter than `wire_len` when a cap cut them. A gap within is zero-filled.
    pub bytes: Vec<u8>,
    /// How many bytes it had on the wire.
    pub wire_len: u64,
}

/// Gives back what is much more than a message needs of the buffer it was lent: what waits is counted by its bytes.
pub(crate) fn shrink(bytes: &mut Vec<u8>) {
    let wanted = bytes.len().max(256);
    if bytes.capacity() / 4 > wanted {
        bytes.shrink_to(wanted);
    }
}

/// When the four ends of an exchange were seen, by packet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeTimes {
    /// The first byte of the request (of the answer, when the request is missing).
    pub request_first: Timestamp,
    /// The last byte of the request.
    pub request_last: Timestamp,
    /// The first byte of the final answer.
    pub response_first: Option<Timestamp>,
    /// The last byte of the final answer.
    pub response_last: Option<Timestamp>,
}

bitflags! {
    /// What is unusual about an exchange. Stored: a bit never changes its meaning.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct Flags: u32 {
        /// The connection was open before the capture began.
        const MIDSTREAM = 1 << 0;
        /// Bytes of the request were never seen; they read as zeros.
        const GAP_IN_REQUEST = 1 << 1;
        /// Bytes of the answer were never seen; they read as zeros.
        const GAP_IN_RESPONSE = 1 << 2;
        /// The request was longer than the cap; its end is not kept.
        const REQUEST_OVER_CAP = 1 << 3;
        /// The answer was longer than the cap; its end is not kept.
        const RESPONSE_OVER_CAP = 1 << 4;
        /// The request ended before its announced end.
        const REQUEST_TRUNCATED = 1 << 5;
        /// The answer ended before its announced end.
        const RESPONSE_TRUNCATED = 1 << 6;
        /// Decoding began again at this message after a gap or undecodable bytes.
        const RESYNCED = 1 << 7;
        /// Interim answers (1xx) came before the final one.
        const INTERIM = 1 << 8;
        /// The connection left the protocol here: Upgrade, CONNECT, TLS.
        const UPGRADED = 1 << 9;
        /// The framing contradicts itself: Content-Length beside Transfer-Encoding, or two lengths.
        const CONFLICTING_LENGTH = 1 << 10;
        /// The protocol has no answer to this (COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA, COM_QUIT).
        const NO_ANSWER_EXPECTED = 1 << 11;
        /// It names a prepared statement whose PREPARE was not seen: it cannot be replayed.
        const STATEMENT_UNKNOWN = 1 << 12;
        /// Redaction changed something in it.
        const REDACTED = 1 << 13;
        /// MySQL: a transaction was open when the answer came (SERVER_STATUS_IN_TRANS).
        const IN_TRANSACTION = 1 << 14;
        /// It comes from a file that keeps no answers: its status and times are all that is known of its
        /// answer, if that.
        const ANSWER_NOT_KEPT = 1 << 15;
    }
}

impl Exchange {
    /// Microseconds from the first byte of the request to the last byte of the answer.
    pub fn latency_us(&self) -> Option<u64> {
        self.request.as_ref()?;
        u64::try_from(
            self.times
                .response_last?
                .micros_since(self.times.request_first),
        )
        .ok()
    }
}
