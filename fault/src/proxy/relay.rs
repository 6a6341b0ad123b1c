//! Passes bytes on untouched, each direction on its own: half-close, any size, any pause. What the receiver
//! does not take is not read from the sender, so memory stays bounded by one chunk a direction. What is large goes
//! through a pipe, which costs less; what is small does not, which costs less then.

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::connection::Ends;
use super::counters::Counters;
use super::pipe::{Pipe, Pipes};
use super::side::Side;

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// A direction whose pipe gets less than this at once has nothing large to say any more; bytes.
const SMALL: usize = 16 << 10;

/// What all connections of a thread use in turn.
pub(super) struct Scratch {
    /// Never held across a wait.
    buffer: RefCell<Box<[u8]>>,
    pipes: Pipes,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            buffer: RefCell::new(vec![0; CHUNK].into_boxed_slice()),
            pipes: Pipes::default(),
        }
    }

    /// What can be read now: nothing when the sender has finished, `None` when it has sent nothing.
    pub(super) fn read(&self, from: &Side) -> io::Result<Option<Vec<u8>>> {
        let mut buffer = self.buffer.borrow_mut();
        match from.try_read(&mut buffer) {
            Ok(count) => Ok(buffer.get(..count).map(<[u8]>::to_vec)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Where one direction stands: what is needed to go on elsewhere, whenever it is interrupted.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Bytes that were read and not written yet.
    pub(super) bytes: RefCell<Vec<u8>>,
    /// What large transfers go through; what is in it comes after `bytes`.
    pipe: RefCell<Option<Pipe>>,
    /// The sender has finished, and the receiver knows.
    pub(super) ended: Cell<bool>,
    /// Bytes passed on so far.
    pub(super) passed: Cell<u64>,
}

impl Left {
    /// Whoever goes on does so without a pipe: what is in it is read.
    pub(super) fn without_pipe(&self) {
        if let Some(pipe) = self.pipe.take() {
            self.bytes.borrow_mut().extend(pipe.into_bytes());
        }
    }

    /// Whether something was read and not written yet.
    fn has_some(&self) -> bool {
        let pipe = self.pipe.borrow();
        !self.bytes.borrow().is_empty() || pipe.as_ref().is_some_and(|pipe| pipe.held() > 0)
    }

    /// Chooses how to go on where so much was read at once, and all of it has been written.
    fn choose(&self, read: usize, may_pipe: bool, scratch: &Scratch) {
        let mut pipe = self.pipe.borrow_mut();
        match &*pipe {
            None if may_pipe && read == CHUNK => *pipe = scratch.pipes.take(),
            Some(_) if read < SMALL => {
                if let Some(pipe) = pipe.take() {
                    scratch.pipes.put_back(pipe);
                }
            }
            _ => {}
        }
    }
}

/// Which end of a connection broke while it was read: a reset, most often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Client,
    Server,
}

/// Passes everything on, until both sides have ended. May be dropped at any wait: `left` says where each
/// direction, to the server and to the client, stands then.
pub(super) async fn untouched(
    ends: &Ends,
    counters: &Counters,
    scratch: &Scratch,
    left: &[Left; 2],
) -> Result<(), Broken> {
    let Ends { client, server } = ends;
    let [to_server, to_client] = left;
    tokio::try_join!(
        async {
            pump(
                client,
                server,
                &counters.bytes_to_server,
                scratch,
                to_server,
            )
            .await
            .map_err(|_| Broken::Client)
        },
        async {
            pump(
                server,
                client,
                &counters.bytes_to_client,
                scratch,
                to_client,
            )
            .await
            .map_err(|_| Broken::Server)
        },
    )?;
    Ok(())
}

/// One direction. Errors are the sender's; a receiver that is gone ends it quietly, since what it has still
/// to say is the other direction's to pass on.
async fn pump(
    from: &Side,
    to: &Side,
    passed: &AtomicU64,
    scratch: &Scratch,
    left: &Left,
) -> io::Result<()> {
    let may_pipe = from.is_plain() && to.is_plain();
    while !left.ended.get() {
        from.readable().await?;
        let read = match read(from, to, scratch, left)? {
            Read::Some { read, written } => {
                count(passed, left, written);
                read
            }
            Read::Nothing => continue,
            Read::End => {
                to.finish();
                left.ended.set(true);
                left.choose(0, may_pipe, scratch);
                return Ok(());
            }
            Read::Refused => return Ok(()),
        };
        while left.has_some() || to.has_unsent() {
            match write_left(to, left) {
                Ok(0) => {
                    if to.writable().await.is_err() {
                        return Ok(());
                    }
                }
                Ok(written) => count(passed, left, written),
                Err(_) => return Ok(()),
            }
        }
        left.choose(read, may_pipe, scratch);
        // a sender that always has more must not keep the thread for itself
        tokio::task::consume_budget().await;
    }
    Ok(())
}

fn count(passed: &AtomicU64, left: &Left, bytes: usize) {
    passed.fetch_add(bytes as u64, Ordering::Relaxed);
    left.passed.set(left.passed.get() + bytes as u64);
}

/// What one reading came to.
enum Read {
    /// So many bytes were read, and so many of them went through at once; the others are left.
    Some { read: usize, written: usize },
    /// The sender has said nothing.
    Nothing,
    /// The receiver takes nothing more.
    Refused,
    /// The sender has finished.
    End,
}

/// Reads what is there, into the pipe where there is one.
fn read(from: &Side, to: &Side, scratch: &Scratch, left: &Left) -> io::Result<Read> {
    let mut buffer = scratch.buffer.borrow_mut();
    let pipe = left.pipe.borrow();
    let count = match &*pipe {
        Some(pipe) => from.fill(pipe),
        None => from.try_read(&mut buffer),
    };
    let count = match count {
        Ok(0) => return Ok(Read::End),
        Ok(count) => count,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Read::Nothing),
        Err(error) => return Err(error),
    };
    let written = match &*pipe {
        Some(pipe) => to.drain_pipe(pipe),
        None => to.try_write(buffer.get(..count).unwrap_or_default()),
    };
    let written = match written {
        Ok(written) => written,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(_) => return Ok(Read::Refused),
    };
    if pipe.is_none() && written < count {
        let rest = buffer.get(written..count).unwrap_or_default();
        *left.bytes.borrow_mut() = rest.to_vec();
    }
    Ok(Read::Some {
        read: count,
        written,
    })
}

/// Writes what the receiver takes of what is left; 0: nothing now.
fn write_left(to: &Side, left: &Left) -> io::Result<usize> {
    let mut bytes = left.bytes.borrow_mut();
    let written = match &*left.pipe.borrow() {
        Some(pipe) => to.drain_pipe(pipe),
        None => to.try_write(&bytes).inspect(|written| {
            bytes.drain(..*written);
        }),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        written => written,
    }
}
