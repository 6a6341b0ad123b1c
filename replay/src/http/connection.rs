//! One connection to the target that carries requests one after another: bytes prepared beforehand out,
//! an answer back. Times in microseconds since the run's start.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::stream::Stream;
use crate::desk::{Desk, Seat};
use crate::run::http_target::HttpTarget;
use crate::run::origin::Origin;

/// A connection to an HTTP target. It holds no buffers: most connections are idle most of the time.
#[derive(Debug)]
pub(crate) struct HttpConnection {
    stream: Stream,
}

/// A request ready to go out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// The method: it decides how the answer is framed.
    pub(crate) method: &'a [u8],
    /// All of it.
    pub(crate) bytes: &'a [u8],
    /// Its body is sent once the target asks for it, or has said nothing for a while.
    pub(crate) body_waits: bool,
    /// The answer will be compared: one too long to be kept is digested as it comes.
    pub(crate) compares: bool,
    /// Values are taken from the content of the answer: more of it is kept.
    pub(crate) takes: bool,
    /// The recorded client left so long after its request, before the answer ended.
    pub(crate) leaves_after: Option<Duration>,
}

impl Request<'_> {
    /// Makes a desk ready for its answer.
    fn begin(&self, desk: &mut Desk) {
        desk.answer.reset(self.method);
        desk.keep(self.takes);
        if self.compares {
            desk.answer.digest_long_content();
        }
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// How it ended.
    pub(crate) end: End,
    /// When the first byte of the answer had arrived.
    pub(crate) first_byte_us: Option<u64>,
    /// When its last byte had arrived, or the failure was known.
    pub(crate) done_us: u64,
    /// Bytes of the answer.
    pub(crate) received: u64,
    /// The answer came before the body was asked for, so that it was not sent.
    pub(crate) body_unsent: bool,
}

impl Reply {
    /// Nothing has come.
    pub(crate) const fn new() -> Self {
        Self {
            end: End::NoAnswer,
            first_byte_us: None,
            done_us: 0,
            received: 0,
            body_unsent: false,
        }
    }
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All of it came.
    Complete,
    /// As much of it came as the recorded client listened to.
    Left,
    /// The connection ended before a byte of it came.
    NoAnswer,
    /// The connection ended before its announced end.
    CutShort,
    /// What came is not HTTP.
    Garbage,
}

/// How long a body waits to be asked for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a target said to the head of a request whose body waits.
enum Asked {
    /// To send it, or nothing.
    Send,
    /// The answer, all of it.
    Answered,
}

/// A request's head with its blank line, and its body.
fn split_head(request: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = request.windows(4).position(|part| part == b"\r\n\r\n")?;
    request.split_at_checked(blank + 4)
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

    /// Asks the kernel when answers arrive, however late they are read.
    pub(crate) fn stamp(&mut self) {
        self.stream.stamp();
    }

    /// When what was read last had arrived.
    fn arrived_us(&self, origin: Origin) -> u64 {
        self.stream.tcp().arrived_us(origin)
    }

    /// Whether the kernel said when that was.
    pub(crate) fn is_stamped(&self) -> bool {
        self.stream.tcp().is_stamped()
    }

    /// Sends `request` and reads its answer at a desk of `seat`. `reply` says at any time how far that is: whoever
    /// stops waiting knows what had come.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<'_>,
        seat: &mut Seat<'_>,
        origin: Origin,
        reply: &mut Reply,
    ) {
        seat.leave();
        *reply = Reply::new();
        let leaves_at = request.leaves_after.map(|after| Instant::now() + after);
        let mut unsent = request.bytes;
        if request.body_waits
            && let Some((head, body)) = split_head(unsent)
        {
            // boxed: it is rare, and every task would carry its size
            let desk = seat.desk(|desk| request.begin(desk));
            let asked = Box::pin(self.ask(head, desk, reply, origin));
            match asked.await {
                Asked::Send => unsent = body,
                Asked::Answered => return,
            }
        }
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
                    let desk = seat.desk(|desk| request.begin(desk));
                    // boxed: few requests do not fit
                    let answered = self.answered_while_sending(desk, reply, origin);
                    if Box::pin(answered).await {
                        return;
                    }
                }
                // the target may have answered before it closed: read on
                Err(_) => break,
            }
        }
        if seat.is_empty() {
            // an error shows when it is read
            let _ = self.stream.readable().await;
        }
        let desk = seat.desk(|desk| request.begin(desk));
        loop {
            if let (Some(leaves_at), Some(_)) = (leaves_at, desk.answer.status()) {
                // boxed: few answers have no end
                return Box::pin(self.listen(leaves_at, desk, reply, origin)).await;
            }
            let came = self.stream.read(&mut desk.buffer).await;
            if desk.take(came, reply, self.arrived_us(origin)) {
                return;
            }
        }
    }

    /// Reads on until the answer is over, or the recorded client left.
    async fn listen(
        &mut self,
        leaves_at: Instant,
        desk: &mut Desk,
        reply: &mut Reply,
        origin: Origin,
    ) {
        loop {
            let read = self.stream.read(&mut desk.buffer);
            let Ok(came) = tokio::time::timeout_at(leaves_at, read).await else {
                reply.end = End::Left;
                reply.done_us = origin.now_us();
                return;
            };
            if desk.take(came, reply, self.arrived_us(origin)) {
                return;
            }
        }
    }

    /// Sends the head of a request, and waits for the target to ask for its body, for [`PATIENCE`] at most:
    /// a target that does not know the expectation says nothing.
    async fn ask(
        &mut self,
        head: &[u8],
        desk: &mut Desk,
        reply: &mut Reply,
        origin: Origin,
    ) -> Asked {
        if self.stream.write_all(head).await.is_err() {
            // the target may have answered before it closed: what is left to read tells
            return Asked::Send;
        }
        loop {
            let read = self.stream.read(&mut desk.buffer);
            let Ok(came) = tokio::time::timeout(PATIENCE, read).await else {
                return Asked::Send;
            };
            let over = desk.take(came, reply, self.arrived_us(origin));
            let answered = desk.answer.status().is_some();
            if over || answered {
                reply.body_unsent = true;
            }
            if over {
                return Asked::Answered;
            }
            if answered {
                return self.rest_of_answer(desk, reply, origin).await;
            }
            if desk.answer.interim() > 0 {
                return Asked::Send;
            }
        }
    }

    async fn rest_of_answer(
        &mut self,
        desk: &mut Desk,
        reply: &mut Reply,
        origin: Origin,
    ) -> Asked {
        loop {
            let came = self.stream.read(&mut desk.buffer).await;
            if desk.take(came, reply, self.arrived_us(origin)) {
                return Asked::Answered;
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
            return desk.take(Ok(0), reply, origin.now_us());
        };
        if !ready.is_readable() {
            return false;
        }
        match self.stream.try_read(&mut desk.buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            came => desk.take(came, reply, self.arrived_us(origin)),
        }
    }
}

impl Desk {
    /// Takes what one read gave and when that had arrived; true when the answer is over, one way or another.
    fn take(&mut self, came: io::Result<usize>, reply: &mut Reply, arrived_us: u64) -> bool {
        reply.done_us = arrived_us;
        let read = came.unwrap_or(0);
        let end = if read == 0 {
            let closed_properly = self.answer.status().is_some() && self.answer.close().is_ok();
            Some(match (closed_properly, reply.first_byte_us) {
                (true, _) => End::Complete,
                (false, None) => End::NoAnswer,
                (false, Some(_)) => End::CutShort,
            })
        } else {
            reply.first_byte_us.get_or_insert(arrived_us);
            match self
                .answer
                .feed(self.buffer.get(..read).unwrap_or_default())
            {
                Ok(progress) if progress.done => Some(End::Complete),
                Ok(_) => None,
                Err(_) => Some(End::Garbage),
            }
        };
        self.hold();
        if self.answer.status().is_none() && self.answer.head().is_empty() {
            // what came were interim answers: the answer has not begun
            reply.first_byte_us = None;
        }
        reply.received = self.answer.wire_len();
        if let Some(end) = end {
            reply.end = end;
        }
        end.is_some()
    }
}
