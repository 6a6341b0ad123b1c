//! Passes bytes on untouched, each direction on its own: half-close, any size, any pause. What the receiver
//! does not take is not read from the sender, so memory stays bounded by one chunk a direction.

use std::cell::RefCell;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::TcpStream;

use super::connection::Ends;
use super::counters::Counters;
use super::socket;

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// A buffer that all connections of a thread use in turn: none is held across a wait.
pub(super) struct Scratch(RefCell<Box<[u8]>>);

impl Scratch {
    pub(super) fn new() -> Self {
        Self(RefCell::new(vec![0; CHUNK].into_boxed_slice()))
    }
}

/// Which end of a connection broke while it was read: a reset, most often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Client,
    Server,
}

/// Passes everything on, until both sides have ended.
pub(super) async fn untouched(
    ends: &Ends,
    counters: &Counters,
    scratch: &Scratch,
) -> Result<(), Broken> {
    let Ends { client, server } = ends;
    tokio::try_join!(
        async {
            pump(client, server, &counters.bytes_to_server, scratch)
                .await
                .map_err(|_| Broken::Client)
        },
        async {
            pump(server, client, &counters.bytes_to_client, scratch)
                .await
                .map_err(|_| Broken::Server)
        },
    )?;
    Ok(())
}

/// What one reading came to.
enum Moved {
    /// So many bytes went through at once.
    All(usize),
    /// These did not: the receiver is slower.
    Left(usize, Vec<u8>),
    /// The receiver takes nothing more.
    Refused,
    /// The sender has finished.
    End,
    /// There was nothing to read after all.
    Nothing,
}

/// One direction. Errors are the sender's; a receiver that is gone ends it quietly, since what it has still
/// to say is the other direction's to pass on.
async fn pump(
    from: &TcpStream,
    to: &TcpStream,
    passed: &AtomicU64,
    scratch: &Scratch,
) -> io::Result<()> {
    loop {
        from.readable().await?;
        match read_and_write(from, to, scratch)? {
            Moved::All(count) => {
                passed.fetch_add(count as u64, Ordering::Relaxed);
            }
            Moved::Left(count, left) => {
                passed.fetch_add(count as u64, Ordering::Relaxed);
                if write_all(to, &left).await.is_err() {
                    return Ok(());
                }
                passed.fetch_add(left.len() as u64, Ordering::Relaxed);
            }
            Moved::Nothing => {}
            Moved::Refused => return Ok(()),
            Moved::End => {
                socket::finish(to);
                return Ok(());
            }
        }
    }
}

fn read_and_write(from: &TcpStream, to: &TcpStream, scratch: &Scratch) -> io::Result<Moved> {
    let mut buffer = scratch.0.borrow_mut();
    let count = match from.try_read(&mut buffer) {
        Ok(0) => return Ok(Moved::End),
        Ok(count) => count,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Moved::Nothing),
        Err(error) => return Err(error),
    };
    let read = buffer.get(..count).unwrap_or_default();
    let written = match to.try_write(read) {
        Ok(written) => written,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(_) => return Ok(Moved::Refused),
    };
    Ok(match read.get(written..) {
        Some(left) if !left.is_empty() => Moved::Left(written, left.to_vec()),
        _ => Moved::All(count),
    })
}

/// Writes it all, waiting for the receiver.
pub(super) async fn write_all(to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        to.writable().await?;
        match to.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
