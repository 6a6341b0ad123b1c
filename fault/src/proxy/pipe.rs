//! A pipe between two sockets: large transfers pass through it inside the system, never through this program's
//! memory (splice(2)).

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Bytes asked for at once, and what a pipe holds where the system allows it.
const ROOM: usize = 256 << 10;

/// Pipes that a thread keeps for the next large transfer.
const KEPT: usize = 16;

/// A pipe, and how much is in it.
#[derive(Debug)]
pub(super) struct Pipe {
    taken_out: OwnedFd,
    put_in: OwnedFd,
    held: Cell<usize>,
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (taken_out, put_in) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // where there are too many large pipes already, it stays as large as any
        let _ = fcntl_setpipe_size(&put_in, ROOM);
        Ok(Self {
            taken_out,
            put_in,
            held: Cell::new(0),
        })
    }

    /// How much is in it.
    pub(super) const fn held(&self) -> usize {
        self.held.get()
    }

    /// Takes what the socket has; 0: its peer has finished. Only while nothing is in it: a full pipe looks like an
    /// empty socket.
    pub(super) fn fill(&self, from: &TcpStream) -> io::Result<usize> {
        let moved = from.try_io(Interest::READABLE, || moved(from, &self.put_in, ROOM))?;
        self.held.set(self.held.get() + moved);
        Ok(moved)
    }

    /// Gives the socket what it takes.
    pub(super) fn drain(&self, to: &TcpStream) -> io::Result<usize> {
        let held = self.held.get();
        let moved = to.try_io(Interest::WRITABLE, || moved(&self.taken_out, to, held))?;
        self.held.set(held.saturating_sub(moved));
        Ok(moved)
    }

    /// What is in it, for whoever goes on without it.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = vec![0; self.held.get()];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match rustix::io::read(&self.taken_out, rest) {
                Ok(count) if count > 0 => read += count,
                _ => break,
            }
        }
        bytes.truncate(read);
        bytes
    }
}

fn moved(from: impl AsFd, to: impl AsFd, bytes: usize) -> io::Result<usize> {
    let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
    Ok(splice(from, None, to, None, bytes, flags)?)
}

/// The pipes that a thread's connections use in turn.
#[derive(Debug, Default)]
pub(super) struct Pipes(RefCell<Vec<Pipe>>);

impl Pipes {
    /// One with nothing in it; `None` where the system has no more.
    pub(super) fn take(&self) -> Option<Pipe> {
        let kept = self.0.borrow_mut().pop();
        kept.or_else(|| Pipe::new().ok())
    }

    /// Keeps one for the next, if nothing is in it.
    pub(super) fn put_back(&self, pipe: Pipe) {
        let mut kept = self.0.borrow_mut();
        if pipe.held() == 0 && kept.len() < KEPT {
            kept.push(pipe);
        }
    }
}
