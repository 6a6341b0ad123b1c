//! The bytes of a request or an answer, a piece at a time: the window holds what it shows and no more.

use reprise_wire::Protocol;
use reprise_wire::http::Message;

use super::http::decoded;
use crate::{Error, Library};

/// A piece is not longer than this.
const MOST: usize = 8 * 1024 * 1024;

/// Which bytes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BytesOf {
    /// Those of the answer, instead of the request.
    pub answer: bool,
    /// An HTTP message's content, chunks and codings undone, instead of the message as it was sent.
    pub decoded: bool,
}

/// Some bytes, and how many there are.
#[derive(Debug, PartialEq, Eq)]
pub struct PieceOfBytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many there are in all.
    pub total: u64,
}

impl Library {
    /// At most `limit` bytes of one side of an exchange, from `from` on; none when the side is missing.
    ///
    /// # Errors
    /// When there is no such recording or exchange, its content cannot be decoded, or the file cannot be read.
    pub fn exchange_bytes(
        &self,
        name: &str,
        id: u32,
        of: BytesOf,
        from: usize,
        limit: usize,
    ) -> Result<PieceOfBytes, Error> {
        let recording = self.store.recording(name)?;
        let row = self.stored_row(&recording, id)?;
        let payloads = self.store.payloads(recording.id, row.id)?;
        let side = if of.answer {
            payloads.response
        } else {
            payloads.request
        };
        let mut bytes = side.map(|payload| payload.bytes).unwrap_or_default();
        if of.decoded && row.protocol == Protocol::Http {
            bytes = content_of(&bytes)?;
        }
        let total = bytes.len() as u64;
        let from = from.min(bytes.len());
        bytes.drain(..from);
        bytes.truncate(limit.min(MOST));
        Ok(PieceOfBytes { bytes, total })
    }
}

/// The content of a message; all of the bytes when they are no message.
fn content_of(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let Ok(message) = Message::parse(bytes) else {
        return Ok(bytes.to_vec());
    };
    let (content, _) = decoded(&message)
        .map_err(|error| Error::Usage(format!("failed to {error}; look at it as it was sent")))?;
    Ok(content)
}
