//! Reads responses as a client receives them: the replay's hot path. Sans-I/O; interim answers are
//! skipped and counted.

use super::digest::{ContentDigest, ContentDigester};
use super::error::HttpError;
use super::framing::{AnswerTo, BodyFraming, Framing};
use super::head::{ResponseHead, Start, Version, response_start};
use super::header::Headers;
use super::reader::{MessageReader, Progress, ReadCaps};
use super::stream::JUDGED_BEGINNING;

/// One response at a time, from bytes however they are cut.
///
/// ```
/// use reprise_wire::http::{ReadCaps, ResponseReader};
///
/// let mut reader = ResponseReader::new(b"GET", ReadCaps::default());
/// let progress = reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
/// assert!(progress.done && reader.keep_alive());
/// assert_eq!((reader.status(), reader.body()), (Some(200), &b"hi"[..]));
/// ```
#[derive(Debug)]
pub struct ResponseReader {
    message: MessageReader,
    answer_to: AnswerTo,
    /// Its first line is there and is a status line.
    judged: bool,
    status: Option<u16>,
    interim: u32,
    keep_alive: bool,
    tunnel: bool,
    /// The coding of the content, when content longer than what is kept is to be digested.
    digests: Option<Vec<u8>>,
    digester: Option<Box<ContentDigester>>,
}

impl ResponseReader {
    /// Waits for the answer to a request with this method.
    pub fn new(method: &[u8], caps: ReadCaps) -> Self {
        Self {
            message: MessageReader::new(caps),
            answer_to: AnswerTo::method(method),
            judged: false,
            status: None,
            interim: 0,
            keep_alive: false,
            tunnel: false,
            digests: None,
            digester: None,
        }
    }

    /// Forgets the last answer and waits for the one to `method`; the buffers are kept.
    pub fn reset(&mut self, method: &[u8]) {
        self.message.reset();
        self.answer_to = AnswerTo::method(method);
        self.judged = false;
        self.status = None;
        self.interim = 0;
        self.keep_alive = false;
        self.tunnel = false;
        self.digests = None;
        self.digester = None;
    }

    /// Keeps so many bytes of the content from now on, and what it has already.
    pub fn keep_content(&mut self, cap: usize) {
        self.message.keep_content(cap);
    }

    /// Digests the content of the answer to come if it is longer than what is kept.
    pub fn digest_long_content(&mut self) {
        self.digests = Some(Vec::new());
    }

    /// The digest of content longer than what is kept, once the answer is done; `None` when it was not asked for,
    /// the content was kept whole, or its coding could not be undone. Takes it.
    pub fn take_digest(&mut self) -> Option<ContentDigest> {
        self.digester.take()?.finish()
    }

    /// Takes the next bytes. What [`Progress::consumed`] leaves over belongs to the next answer (or to
    /// the tunnel). Once the answer is done nothing more is consumed.
    ///
    /// # Errors
    /// The bytes are no HTTP response; the connection cannot be used further.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Progress, HttpError> {
        let mut consumed = 0;
        while !self.message.head_done() {
            let rest = bytes.get(consumed..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(Progress {
                    consumed,
                    head_done: false,
                    done: false,
                });
            }
            let known = self.message.head().len();
            let (taken, complete) = self.message.feed_head(rest)?;
            consumed += taken;
            let ends_line = || rest.iter().take(taken).any(|byte| *byte == b'\n');
            if !self.judged && (known < JUDGED_BEGINNING || ends_line()) {
                self.reject_foreign()?;
            }
            if complete {
                self.begin()?;
            }
        }
        consumed += self.feed_body(bytes.get(consumed..).unwrap_or_default())?;
        Ok(Progress {
            consumed,
            head_done: true,
            done: self.message.is_done(),
        })
    }

    fn feed_body(&mut self, bytes: &[u8]) -> Result<usize, HttpError> {
        let Some(coding) = &self.digests else {
            return self.message.feed_body(bytes, |_, _| {});
        };
        let digester = &mut self.digester;
        self.message.feed_body(bytes, |kept, rest| {
            let digester = digester.get_or_insert_with(|| {
                let mut new = Box::new(ContentDigester::new(coding, kept));
                new.feed(kept);
                new
            });
            digester.feed(rest);
        })
    }

    /// Says early that a peer does not speak HTTP, rather than waiting for a blank line.
    fn reject_foreign(&mut self) -> Result<(), HttpError> {
        let start = response_start(self.message.head());
        self.judged = start == Start::Yes;
        if start == Start::No {
            return Err(HttpError::NoResponse);
        }
        Ok(())
    }

    /// The head is there: skips it when it is interim, else frames the body.
    fn begin(&mut self) -> Result<(), HttpError> {
        let head = ResponseHead::parse(self.message.head()).ok_or(HttpError::NoResponse)?;
        if (100..=199).contains(&head.status) && head.status != 101 {
            self.message.restart_head();
            self.judged = false;
            self.interim = self.interim.saturating_add(1);
            return Ok(());
        }
        let body = BodyFraming::of_response(self.answer_to, &head);
        self.status = Some(head.status);
        self.keep_alive = body.keep_alive && head.version >= Version::HTTP_1_0;
        self.tunnel = body.framing == Framing::Tunnel;
        let coding = self
            .digests
            .is_some()
            .then(|| head.headers.get("Content-Encoding"));
        self.digests = coding.map(|coding| coding.unwrap_or_default().to_vec());
        self.message.begin_body(body.framing);
        Ok(())
    }

    /// The peer closed the connection.
    ///
    /// # Errors
    /// The answer is not complete: nothing came, or its end is missing.
    pub fn close(&mut self) -> Result<(), HttpError> {
        self.keep_alive = false;
        self.message.close()
    }

    /// The status of the final answer, once its head is there.
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// The fields of the final answer; empty before its head is complete.
    pub fn headers(&self) -> Headers<'_> {
        let head = if self.status.is_some() {
            self.message.head()
        } else {
            b""
        };
        ResponseHead::parse(head)
            .map(|head| head.headers)
            .unwrap_or_default()
    }

    /// The first field with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().get(name)
    }

    /// The head of the final answer as it came, blank line included.
    pub fn head(&self) -> &[u8] {
        self.message.head()
    }

    /// The content so far, chunk framing removed, up to the cap; still content-encoded.
    pub fn body(&self) -> &[u8] {
        self.message.content()
    }

    /// How many bytes the content has, kept or not.
    pub const fn body_len(&self) -> u64 {
        self.message.content_len()
    }

    /// How many bytes came, interim answers and chunk framing included.
    pub const fn wire_len(&self) -> u64 {
        self.message.wire_len()
    }

    /// How many interim answers (1xx) came before.
    pub const fn interim(&self) -> u32 {
        self.interim
    }

    /// Whether the whole answer is there.
    pub const fn is_done(&self) -> bool {
        self.message.is_done()
    }

    /// Whether the connection may carry another request after this answer. False until the head is there.
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the connection left HTTP with this answer (101, or 2xx to CONNECT).
    pub const fn is_tunnel(&self) -> bool {
        self.tunnel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &[u8], bytes: &[u8]) -> (ResponseReader, Progress) {
        let mut reader = ResponseReader::new(method, ReadCaps::default());
        let progress = reader.feed(bytes).unwrap();
        (reader, progress)
    }

    #[test]
    fn any_cut_of_the_bytes_gives_the_same_answer() {
        let bytes =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
            X: y\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\nHTTP/1.1 404";
        let end = bytes.len() - 12;
        for cut in 0..end {
            let mut reader = ResponseReader::new(b"POST", ReadCaps::default());
            let (left, right) = bytes.split_at(cut);
            let first = reader.feed(left).unwrap();
            assert_eq!((first.consumed, first.done), (cut, false));
            let second = reader.feed(right).unwrap();
            assert_eq!((second.consumed, second.done), (end - cut, true));
            assert_eq!(reader.body(), b"abcde");
            assert_eq!((reader.interim(), reader.status()), (1, Some(200)));
            assert_eq!(reader.wire_len(), end as u64);
            assert_eq!(reader.header("x"), Some(&b"y"[..]));
        }
    }

    #[test]
    fn an_answer_to_head_has_no_body_whatever_it_announces() {
        let (reader, progress) = read(b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        assert!(progress.done && reader.keep_alive());
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        let (mut reader, progress) = read(b"GET", b"HTTP/1.1 200 OK\r\n\r\nabc");
        assert!(!progress.done && progress.head_done && !reader.keep_alive());
        reader.close().unwrap();
        assert!(reader.is_done());
        assert_eq!(reader.body(), b"abc");
    }

    #[test]
    fn a_close_before_the_announced_end_is_an_error() {
        let (mut reader, _) = read(b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        assert_eq!(reader.close(), Err(HttpError::ClosedEarly { received: 41 }));
        let mut nothing = ResponseReader::new(b"GET", ReadCaps::default());
        assert_eq!(nothing.close(), Err(HttpError::ClosedEarly { received: 0 }));
    }

    #[test]
    fn content_beyond_the_cap_is_counted_not_kept() {
        let mut reader = ResponseReader::new(
            b"GET",
            ReadCaps {
                head: 1000,
                body: 4,
            },
        );
        let done = reader
            .feed(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef")
            .unwrap()
            .done;
        assert_eq!(
            (done, reader.body(), reader.body_len()),
            (true, &b"abcd"[..], 6)
        );
    }

    #[test]
    fn how_much_is_kept_can_change_while_it_comes() {
        let caps = ReadCaps {
            head: 1000,
            body: 9,
        };
        let mut reader = ResponseReader::new(b"GET", caps);
        reader.digest_long_content();
        let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc";
        reader.feed(begun).unwrap();
        reader.keep_content(1);
        assert!(reader.feed(b"def").unwrap().done);
        assert_eq!((reader.body(), reader.body_len()), (&b"abc"[..], 6));
        assert_eq!(reader.take_digest(), ContentDigest::of(b"", b"abcdef"));
    }

    #[test]
    fn content_beyond_the_cap_is_digested_when_asked_for() {
        let caps = ReadCaps {
            head: 1000,
            body: 4,
        };
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n";
        for cut in 0..bytes.len() {
            let mut reader = ResponseReader::new(b"GET", caps);
            reader.digest_long_content();
            reader.feed(&bytes[..cut]).unwrap();
            assert!(reader.feed(&bytes[cut..]).unwrap().done);
            assert_eq!(reader.take_digest(), ContentDigest::of(b"", b"abcdef"));
            reader.reset(b"GET");
            reader.feed(bytes).unwrap();
            assert_eq!(reader.take_digest(), None);
        }
    }

    #[test]
    fn a_peer_that_does_not_speak_http_is_told_at_once() {
        let mut reader = ResponseReader::new(b"GET", ReadCaps::default());
        assert_eq!(reader.feed(b"SSH-2.0"), Err(HttpError::NoResponse));
        let line = [&b"HTTP/1."[..], &[b'x'; 150], b"\n"].concat();
        for cut in 1..line.len() {
            let mut reader = ResponseReader::new(b"GET", ReadCaps::default());
            let (left, right) = line.split_at(cut);
            let read = reader.feed(left).and_then(|_| reader.feed(right));
            assert_eq!(read, Err(HttpError::NoResponse), "cut at {cut}");
        }
        let mut endless = ResponseReader::new(b"GET", ReadCaps { head: 64, body: 0 });
        endless.feed(b"HTTP/1.1 200 OK\r\n").unwrap();
        assert_eq!(
            endless.feed(&[b'a'; 64]),
            Err(HttpError::HeadTooLong { cap: 64 })
        );
    }

    #[test]
    fn a_reader_is_used_again_after_reset() {
        let (mut reader, _) = read(b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
        reader.reset(b"GET");
        assert_eq!(
            (reader.status(), reader.header("content-length")),
            (None, None)
        );
        let progress = reader
            .feed(b"HTTP/1.1 101 Switching\r\n\r\n\x81\x00")
            .unwrap();
        assert!(progress.done && reader.is_tunnel());
        assert_eq!(progress.consumed, 26);
    }
}
