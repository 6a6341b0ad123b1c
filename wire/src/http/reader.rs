//! One message read from its bytes as they come: what the readers for clients and for servers share.
//! Keeps the head and the content up to caps; buffers are reused from message to message.

use super::body::BodyReader;
use super::error::HttpError;
use super::framing::Framing;
use super::line::HeadEnd;

/// How much of a message a reader keeps. Units: bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadCaps {
    /// The longest head accepted; a longer one is an error.
    pub head: usize,
    /// How much content is kept; all of it is counted.
    pub body: usize,
}

impl Default for ReadCaps {
    fn default() -> Self {
        Self {
            head: 256 << 10,
            body: 1 << 20,
        }
    }
}

/// What a call of `feed` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes of the input belong to this message. Less than all of them only when it is done.
    pub consumed: usize,
    /// The head is complete (for a response: the final one).
    pub head_done: bool,
    /// The message is complete.
    pub done: bool,
}

/// Head and body of the message at hand.
#[derive(Debug, Default)]
pub(crate) struct MessageReader {
    caps: ReadCaps,
    head: Vec<u8>,
    head_end: HeadEnd,
    head_done: bool,
    body: BodyReader,
    content: Vec<u8>,
    content_len: u64,
    wire_len: u64,
}

impl MessageReader {
    pub(crate) fn new(caps: ReadCaps) -> Self {
        Self {
            caps,
            ..Self::default()
        }
    }

    /// Keeps so much content, and what it has already.
    pub(crate) fn keep_content(&mut self, cap: usize) {
        self.caps.body = cap;
    }

    /// Forgets the message, keeps the buffers.
    pub(crate) fn reset(&mut self) {
        self.restart_head();
        self.wire_len = 0;
    }

    /// Forgets the head (an interim one), not what was counted.
    pub(crate) fn restart_head(&mut self) {
        self.head.clear();
        self.head_end = HeadEnd::default();
        self.head_done = false;
        self.body = BodyReader::Done;
        self.content.clear();
        self.content_len = 0;
    }

    /// Takes bytes of the head; true when it is complete. Empty lines before it are skipped.
    pub(crate) fn feed_head(&mut self, input: &[u8]) -> Result<(usize, bool), HttpError> {
        let mut skipped = 0;
        if self.head.is_empty() {
            skipped = input
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        }
        let input = input.get(skipped..).unwrap_or_default();
        let end = self.head_end.find(input);
        let here = end.unwrap_or(input.len());
        if self.head.len() + here > self.caps.head {
            return Err(HttpError::HeadTooLong {
                cap: self.caps.head,
            });
        }
        self.head
            .extend_from_slice(input.get(..here).unwrap_or_default());
        self.head_done = end.is_some();
        self.wire_len += (skipped + here) as u64;
        Ok((skipped + here, self.head_done))
    }

    pub(crate) fn begin_body(&mut self, framing: Framing) {
        self.body = BodyReader::new(framing);
    }

    /// Takes bytes of the body. Content beyond the cap goes to `beyond`, with what was kept before it.
    pub(crate) fn feed_body(
        &mut self,
        input: &[u8],
        mut beyond: impl FnMut(&[u8], &[u8]),
    ) -> Result<usize, HttpError> {
        let Self {
            body,
            content,
            content_len,
            caps,
            ..
        } = self;
        let (taken, read) = body.advance(input, |part| {
            *content_len += part.len() as u64;
            let room = caps.body.saturating_sub(content.len()).min(part.len());
            let (kept, rest) = part.split_at_checked(room).unwrap_or((part, b""));
            content.extend_from_slice(kept);
            if !rest.is_empty() {
                beyond(content, rest);
            }
        });
        self.wire_len += taken as u64;
        read.map(|()| taken)
    }

    /// The peer closed: true when that ends the message properly or none had begun.
    pub(crate) fn close(&mut self) -> Result<(), HttpError> {
        let ended = self.head_done && (self.body.is_done() || self.body.ends_with_connection());
        if !ended {
            return Err(HttpError::ClosedEarly {
                received: self.wire_len,
            });
        }
        self.body = BodyReader::Done;
        Ok(())
    }

    pub(crate) const fn head_done(&self) -> bool {
        self.head_done
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.head_done && self.body.is_done()
    }

    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    pub(crate) const fn content_len(&self) -> u64 {
        self.content_len
    }

    pub(crate) const fn wire_len(&self) -> u64 {
        self.wire_len
    }
}
