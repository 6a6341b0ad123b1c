//! What can be wrong with HTTP bytes. The text completes "failed to ...".

/// Why HTTP bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The bytes do not begin with a request line.
    #[error("read a request: it does not begin with a method, a target and a version")]
    NoRequest,
    /// The bytes do not begin with a status line.
    #[error("read a response: it does not begin with an HTTP status line")]
    NoResponse,
    /// The head has no end within its cap.
    #[error("read a head or trailers: no empty line within {cap} bytes")]
    HeadTooLong {
        /// The cap, bytes.
        cap: usize,
    },
    /// A chunk size is no hexadecimal number of at most 64 bits.
    #[error("read a chunked body: a chunk size is not a hexadecimal number of at most 64 bits")]
    ChunkSize,
    /// A chunk goes on after its announced size.
    #[error("read a chunked body: a chunk is longer than its size says")]
    ChunkEnd,
    /// The connection ended within a message.
    #[error("read a message to its end: the connection closed after {received} bytes of it")]
    ClosedEarly {
        /// Bytes of the message that came.
        received: u64,
    },
}
