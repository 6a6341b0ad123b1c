//! Passes bytes on untouched, each direction on its own: half-close, any size, any pause. What the receiver
//! does not take is not read from the sender, so memory stays bounded by one chunk a direction.

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::connection::Ends;
use super::counters::Counters;
use super::side::Side;

/// Bytes read at once: few enough to be written from a core's nearest cache. Large answers through splice(2) took a third
/// more of CPU time, since each of its pieces wakes the receiver, and 64 KiB a quarter more.
const CHUNK: usize = 48 << 10;

/// What all connections of a thread use in turn.
pub(super) struct Scratch {
    /// Never held across a wait.
    buffer: RefCell<Box<[u8]>>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            buffer: RefCell::new(vec![0; CHUNK].into_boxed_slice()),
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
    /// The sender has finished, and the receiver knows.
    pub(super) ended: Cell<bool>,
    /// Bytes passed on so far.
    pub(super) passed: Cell<u64>,
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
    while !left.ended.get() {
        from.readable().await?;
        match read(from, to, scratch, left)? {
            Read::Written(written) => count(passed, left, written),
            Read::Nothing => continue,
            Read::End => {
                to.finish();
                left.ended.set(true);
                return Ok(());
            }
            Read::Refused => return Ok(()),
        }
        while !left.bytes.borrow().is_empty() || to.has_unsent() {
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
    /// So many of the bytes that were read went through at once; the others are left.
    Written(usize),
    /// The sender has said nothing.
    Nothing,
    /// The receiver takes nothing more.
    Refused,
    /// The sender has finished.
    End,
}

/// Reads what is there, and writes what is taken of it at once.
fn read(from: &Side, to: &Side, scratch: &Scratch, left: &Left) -> io::Result<Read> {
    let mut buffer = scratch.buffer.borrow_mut();
    let count = match from.try_read(&mut buffer) {
        Ok(0) => return Ok(Read::End),
        Ok(count) => count,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Read::Nothing),
        Err(error) => return Err(error),
    };
    let bytes = buffer.get(..count).unwrap_or_default();
    let written = match to.try_write(bytes) {
        Ok(written) => written,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(_) => return Ok(Read::Refused),
    };
    *left.bytes.borrow_mut() = bytes.get(written..).unwrap_or_default().to_vec();
    Ok(Read::Written(written))
}

/// Writes what the receiver takes of what is left; 0: nothing now.
fn write_left(to: &Side, left: &Left) -> io::Result<usize> {
    let mut bytes = left.bytes.borrow_mut();
    match to.try_write(&bytes) {
        Ok(written) => {
            bytes.drain(..written);
            Ok(written)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        Err(error) => Err(error),
    }
}
