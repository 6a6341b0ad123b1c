//! What was said: bytes to HTTP/1.1 and MySQL messages and back, messages to exchanges, exchanges to
//! operations; filters and redaction. Pure: no I/O, no clock, no thread.
//!
//! ```text
//! pieces -> ConnectionDecoder -> exchanges -> redact::Redactor -> filter::Filter
//!             http | mysql        operation, summary, payloads
//! ```
//!
//! [`ConnectionDecoder`] turns the [`Piece`]s of one TCP connection into [`Exchange`]s. [`http`] and
//! [`mysql`] also read and write their protocols for the replay and for servers, [`operation`] names what
//! an exchange does, [`redact`] takes secrets out of it, [`filter`] selects by it.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable
)]

mod connection;
mod exchange;
pub mod exposition;
pub mod filter;
pub mod http;
#[cfg(any(feature = "invariants", test))]
pub mod invariants;
mod json_path;
mod limits;
pub mod memcached;
pub mod mysql;
pub mod operation;
pub mod passing;
pub mod redact;
pub mod redis;
pub mod smtp;
mod stream;
mod time;

pub use connection::{ConnectionDecoder, DecodeLoss, MessageCounts, Spoken};
pub use exchange::{Exchange, ExchangeTimes, Flags, Payload, Protocol};
pub use json_path::JsonPath;
pub use limits::Limits;
pub use stream::{Close, Direction, Piece};
pub use time::Timestamp;

/// The DSCP code point that marks packets of a replay, so that capture can leave them out
/// (pool 3, local use: RFC 2474 section 6).
pub const REPLAY_DSCP: u8 = 0b10_1011;
