//! One connection to the target that carries requests one after another: bytes prepared beforehand out,
//! an answer back. Times in microseconds since the run's start.

use std::io;

use reprise_wire::http::{ReadCaps, ResponseReader};

use super::stream::Stream;
use crate::run::http_target::HttpTarget;
use crate::run::origin::Origin;

/// How much of an answer's body is kept to compare it and to take values from it; bytes.
const KEPT_BODY: usize = 256 << 10;

/// How much is read at once; bytes.
const READ_AT_ONCE: usize = 8 << 10;

/// A connection to an HTTP target. It holds no buffers: most connections are idle most of the time.
#[derive(Debug)]
pub(crate) struct HttpConnection {
    stream: Stream,
}

/// What it takes to read an answer, used by one exchange at a time.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Bytes as they come.
    pub(crate) buffer: Vec<u8>,
    /// The answer last read.
    pub(crate) answer: ResponseReader,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let caps = ReadCaps {
            body: KEPT_BODY,
            ..ReadCaps::default()
        };
        Self {
            buffer: vec![0; READ_AT_ONCE],
            answer: ResponseReader::new(b"GET", caps),
        }
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// How it ended.
    pub(crate) end: End,
    /// When the first byte of the answer came.
    pub(crate) first_byte_us: Option<u64>,
    /// When its last byte came, or the failure was known.
    pub(crate) done_us: u64,
    /// Bytes of the answer.
    pub(crate) received: u64,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All of it came.
    Complete,
    /// The connection ended before a byte of it came.
    NoAnswer,
    /// The connection ended before its announced end.
    CutShort,
    /// What came is not HTTP.
    Garbage,
}

impl HttpConnection {
    /// Opens a connection that carries the mark of replayed traffic.
    ///
    /// # Errors
    /// What the system says: refused, unreachable; or what the target's certificate is refused for.
    pub(crate) async fn open(target: &HttpTarget) -> io::Result<Self> {
        let stream = Stream::open(target).await?;
        Ok(Self { stream })
    }

    /// Whether the target has kept the connection open since the last answer. Costs no system call
    /// unless something happened on it.
    pub(crate) fn is_open(&mut self) -> bool {
        let mut byte = [0];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Sends `request`, which uses `method`, and reads its answer at `desk`.
    pub(crate) async fn exchange(
        &mut self,
        method: &[u8],
        request: &[u8],
        desk: &mut Desk,
        origin: Origin,
    ) -> Reply {
        desk.answer.reset(method);
        let mut reply = Reply {
            end: End::NoAnswer,
            first_byte_us: None,
            done_us: 0,
            received: 0,
        };
        let mut unsent = request;
        // a whole request nearly always fits into the socket's buffer
        loop {
            let sent = match unsent {
                [] => self.stream.try_flush().map(|()| 0),
                _ => self.stream.try_write(unsent),
            };
            match sent {
                Ok(_) if unsent.is_empty() => break,
                Ok(written) => unsent = unsent.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.answered_while_sending(desk, &mut reply, origin).await {
                        return reply;
                    }
                }
                // the target may have answered before it closed: read on
                Err(_) => break,
            }
        }
        loop {
            let came = self.stream.read(&mut desk.buffer).await;
            if desk.take(came, &mut reply, origin) {
                return reply;
            }
        }
    }

    /// Waits until more can be sent, reading meanwhile: a target may answer before it has read all, and
    /// would never read on if nobody took its answer. True when the answer is complete.
    async fn answered_while_sending(
        &mut self,
        desk: &mut Desk,
        reply: &mut Reply,
        origin: Origin,
    ) -> bool {
        let Ok(ready) = self.stream.ready().await else {
            return desk.take(Ok(0), reply, origin);
        };
        if !ready.is_readable() {
            return false;
        }
        match self.stream.try_read(&mut desk.buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            came => desk.take(came, reply, origin),
        }
    }
}

impl Desk {
    /// Takes what one read gave; true when the answer is over, one way or another.
    fn take(&mut self, came: io::Result<usize>, reply: &mut Reply, origin: Origin) -> bool {
        let now_us = origin.now_us();
        reply.done_us = now_us;
        let read = came.unwrap_or(0);
        let end = if read == 0 {
            let closed_properly = self.answer.status().is_some() && self.answer.close().is_ok();
            Some(match (closed_properly, reply.first_byte_us) {
                (true, _) => End::Complete,
                (false, None) => End::NoAnswer,
                (false, Some(_)) => End::CutShort,
            })
        } else {
            reply.first_byte_us.get_or_insert(now_us);
            match self
                .answer
                .feed(self.buffer.get(..read).unwrap_or_default())
            {
                Ok(progress) if progress.done => Some(End::Complete),
                Ok(_) => None,
                Err(_) => Some(End::Garbage),
            }
        };
        reply.received = self.answer.wire_len();
        if let Some(end) = end {
            reply.end = end;
        }
        end.is_some()
    }
}
