//! Reads requests as a server receives them. Sans-I/O; for the sample shop and for test servers.

use super::error::HttpError;
use super::framing::BodyFraming;
use super::head::{RequestHead, Start, Version, parse_request_line, request_start};
use super::reader::{MessageReader, Progress, ReadCaps};
use super::stream::JUDGED_BEGINNING;

/// One request at a time, from bytes however they are cut.
#[derive(Debug)]
pub struct RequestReader {
    message: MessageReader,
    keep_alive: bool,
    conflicting: bool,
}

impl RequestReader {
    /// Waits for a request.
    pub fn new(caps: ReadCaps) -> Self {
        Self {
            message: MessageReader::new(caps),
            keep_alive: false,
            conflicting: false,
        }
    }

    /// Forgets the last request and waits for the next; the buffers are kept.
    pub fn reset(&mut self) {
        self.message.reset();
        self.keep_alive = false;
        self.conflicting = false;
    }

    /// Takes the next bytes. What [`Progress::consumed`] leaves over belongs to the next request.
    ///
    /// # Errors
    /// The bytes are no HTTP request; answer 400 and close.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Progress, HttpError> {
        let mut consumed = 0;
        if !self.message.head_done() {
            let known = self.message.head().len();
            let (taken, complete) = self.message.feed_head(bytes)?;
            consumed = taken;
            let judge = known < JUDGED_BEGINNING && !self.message.head().is_empty();
            if judge && request_start(self.message.head()) == Start::No {
                return Err(HttpError::NoRequest);
            }
            if !complete {
                return Ok(Progress {
                    consumed,
                    head_done: false,
                    done: false,
                });
            }
            let head = RequestHead::parse(self.message.head()).ok_or(HttpError::NoRequest)?;
            let body = BodyFraming::of_request(&head);
            self.keep_alive = body.keep_alive;
            self.conflicting = body.conflicting;
            self.message.begin_body(body.framing);
        }
        consumed += self
            .message
            .feed_body(bytes.get(consumed..).unwrap_or_default(), |_, _| {})?;
        Ok(Progress {
            consumed,
            head_done: true,
            done: self.message.is_done(),
        })
    }

    /// The head, once it is complete.
    pub fn head(&self) -> Option<RequestHead<'_>> {
        if self.message.head_done() {
            RequestHead::parse(self.message.head())
        } else {
            None
        }
    }

    /// Whether its first line is there and says no version, as in HTTP/0.9: no fields come, and no blank line.
    pub fn is_simple(&self) -> bool {
        let head = self.message.head().trim_ascii_start();
        let line = memchr::memchr(b'\n', head).and_then(|end| head.get(..end));
        line.and_then(|line| parse_request_line(line.trim_ascii_end()))
            .is_some_and(|(_, _, version)| version == Version::HTTP_0_9)
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    pub fn expects_continue(&self) -> bool {
        self.head()
            .and_then(|head| head.headers.get("Expect"))
            .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// The content so far, chunk framing removed, up to the cap; still content-encoded.
    pub fn body(&self) -> &[u8] {
        self.message.content()
    }

    /// How many bytes the content has, kept or not.
    pub const fn body_len(&self) -> u64 {
        self.message.content_len()
    }

    /// Whether any byte of a request has come.
    pub fn has_begun(&self) -> bool {
        !self.message.head().is_empty()
    }

    /// Whether the whole request is there.
    pub const fn is_done(&self) -> bool {
        self.message.is_done()
    }

    /// Whether the client wants to use the connection again.
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the head contradicts itself about its length: a careful server refuses it.
    pub const fn is_conflicting(&self) -> bool {
        self.conflicting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_version_is_told_as_soon_as_it_ends() {
        let is_simple = |bytes: &[u8]| {
            let mut reader = RequestReader::new(ReadCaps::default());
            reader.feed(bytes).unwrap();
            reader.is_simple()
        };
        assert!(is_simple(b"GET /old\r\n") && is_simple(b"\r\nGET /old\nmore"));
        for other in ["GET /old", "GET /new HTTP/1.1\r\n"] {
            assert!(!is_simple(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn pipelined_requests_are_read_one_after_the_other() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc\r\nGET /b HTTP/1.0\r\n\r\n";
        let mut reader = RequestReader::new(ReadCaps::default());
        let first = reader.feed(bytes).unwrap();
        assert!(first.done && reader.expects_continue() && reader.keep_alive());
        assert_eq!(reader.body(), b"abc");
        reader.reset();
        let second = reader.feed(&bytes[first.consumed..]).unwrap();
        assert_eq!(
            (second.done, first.consumed + second.consumed),
            (true, bytes.len())
        );
        assert_eq!(reader.head().unwrap().target, b"/b");
        assert!(!reader.keep_alive());
    }

    #[test]
    fn what_is_no_request_is_refused_at_once() {
        let mut reader = RequestReader::new(ReadCaps::default());
        assert_eq!(reader.feed(b"\x16\x03\x01"), Err(HttpError::NoRequest));
    }
}
