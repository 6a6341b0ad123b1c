//! A TCP connection that knows when what was read from it had arrived, however late its reader came round: on request
//! the kernel notes that for every segment (`SO_TIMESTAMPNS`, socket(7)). Unit: microseconds of the run.

use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use rustix::net::{RecvFlags, SendFlags};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf, Ready};
use tokio::net::TcpStream;

use crate::run::origin::Origin;

/// Where the kernel puts the moment, aligned as its header wants to be.
#[repr(align(8))]
struct Control([u8; 64]);

/// A connection, and when what was read from it last had arrived.
#[derive(Debug)]
pub(crate) struct StampedStream {
    tcp: TcpStream,
    /// The kernel was asked to note when segments arrive.
    stamps: bool,
    /// Unix time; `None` when the kernel did not say.
    arrived: Option<Duration>,
}

impl StampedStream {
    pub(super) const fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            stamps: false,
            arrived: None,
        }
    }

    /// Asks the kernel to note when segments arrive, which costs about half a microsecond for each answer. A kernel
    /// that does not leaves the moments at which they are read.
    pub(crate) fn stamp(&mut self) {
        self.stamps = setsockopt(&self.tcp, sockopt::ReceiveTimestampns, &true).is_ok();
    }

    /// When what was read last had arrived; the present, if the kernel did not say.
    pub(crate) fn arrived_us(&self, origin: Origin) -> u64 {
        let now_us = origin.now_us();
        let Some(arrived) = self.arrived else {
            return now_us;
        };
        // two clocks, read at once: how far they are apart may change while a run lasts
        let unix = SystemTime::now().duration_since(UNIX_EPOCH);
        let age = unix.unwrap_or_default().saturating_sub(arrived);
        now_us.saturating_sub(u64::try_from(age.as_micros()).unwrap_or(u64::MAX))
    }

    /// Whether the kernel said when what was read last had arrived.
    pub(crate) const fn is_stamped(&self) -> bool {
        self.arrived.is_some()
    }

    /// Reads what has come.
    ///
    /// # Errors
    /// `WouldBlock` when nothing has; else the connection is broken.
    pub(crate) fn try_read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.arrived = None;
        let mut read = None;
        let _ = self.tcp.try_io(Interest::READABLE, || {
            let came = if self.stamps {
                receive_stamped(&self.tcp, into)
            } else {
                receive(&self.tcp, into).map(|length| (length, None))
            };
            let is_all = match &came {
                // less than there was room for: more would be announced anew
                Ok((length, _)) => (1..into.len()).contains(length),
                Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            };
            read = Some(came);
            if is_all {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(())
        });
        let (length, arrived) = read.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into()))?;
        self.arrived = arrived;
        Ok(length)
    }

    /// Sends as much as goes without waiting.
    ///
    /// # Errors
    /// `WouldBlock` when nothing does; else the connection is broken.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        // as in `receive`
        let send = || loop {
            match rustix::net::send(&self.tcp, bytes, SendFlags::NOSIGNAL) {
                Err(rustix::io::Errno::INTR) => {}
                sent => return Ok(sent?),
            }
        };
        self.tcp.try_io(Interest::WRITABLE, send)
    }

    /// Waits until something may have come.
    pub(crate) fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp.poll_read_ready(context)
    }

    /// Waits until more can be sent or something has come.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) async fn ready(&self) -> io::Result<Ready> {
        let both = Interest::READABLE | Interest::WRITABLE;
        self.tcp.ready(both).await
    }
}

/// Reads what has come. In a process with threads the C library's call would prepare for the thread to be cancelled,
/// which costs more than a hundredth of a small request.
fn receive(tcp: &TcpStream, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::net::recv(tcp, &mut *into, RecvFlags::empty()) {
            Err(rustix::io::Errno::INTR) => {}
            came => return Ok(came?.0),
        }
    }
}

/// Reads what has come, and when it came.
fn receive_stamped(tcp: &TcpStream, into: &mut [u8]) -> io::Result<(usize, Option<Duration>)> {
    let mut control = Control([0; 64]);
    let mut parts = [IoSliceMut::new(into)];
    loop {
        let fd = tcp.as_raw_fd();
        match recvmsg::<()>(fd, &mut parts, Some(&mut control.0), MsgFlags::empty()) {
            Ok(message) => {
                let told = message.cmsgs().ok().and_then(|mut told| told.next());
                let arrived = match told {
                    Some(ControlMessageOwned::ScmTimestampns(at)) => Some(Duration::from(at)),
                    _ => None,
                };
                return Ok((message.bytes, arrived));
            }
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl AsyncRead for StampedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.tcp.poll_read_ready(context))?;
            match self.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(length) => {
                    buffer.advance(length);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for StampedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.tcp.poll_write_ready(context))?;
            match self.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A connection that the kernel stamps, and its other end.
    async fn pair() -> (StampedStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (own, other) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (mut own, (mut other, _)) = (StampedStream::new(own.unwrap()), other.unwrap());
        own.stamp();
        // the kernel begins to note arrivals some moments after it was first asked to
        let mut byte = [0];
        for _ in 0..1_000 {
            other.write_all(b".").await.unwrap();
            own.read_exact(&mut byte).await.unwrap();
            if own.is_stamped() {
                return (own, other);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the kernel notes no arrivals");
    }

    #[tokio::test]
    async fn what_is_read_late_had_arrived_when_it_came() {
        let (mut own, mut other) = pair().await;
        let origin = Origin::soon();
        tokio::time::sleep_until(origin.at(1).into()).await;
        other.write_all(b"answer").await.unwrap();
        let written_us = origin.now_us();
        std::thread::sleep(Duration::from_millis(50));
        own.read_exact(&mut [0; 6]).await.unwrap();
        assert!(own.is_stamped());
        let (arrived_us, now_us) = (own.arrived_us(origin), origin.now_us());
        assert!(arrived_us <= written_us + 1 && now_us - arrived_us >= 50_000);
    }

    #[tokio::test]
    async fn what_did_not_fit_is_read_next_and_what_comes_later_is_announced() {
        let (mut own, mut other) = pair().await;
        let mut four = [0; 4];
        other.write_all(b"abcdefgh12").await.unwrap();
        for expected in [&b"abcd"[..], b"efgh", b"12"] {
            let read = own.read(&mut four).await.unwrap();
            assert_eq!(&four[..read], expected);
        }
        let nothing = own.try_read(&mut four).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
        other.write_all(b"3").await.unwrap();
        assert_eq!(own.read(&mut four).await.unwrap(), 1);
        drop(other);
        assert_eq!(own.read(&mut four).await.unwrap(), 0);
        assert!(!own.is_stamped());
    }

    #[tokio::test]
    async fn without_stamps_what_is_read_has_come_now() {
        let (own, mut other) = pair().await;
        let mut own = StampedStream::new(own.tcp);
        other.write_all(b"answer").await.unwrap();
        own.read_exact(&mut [0; 6]).await.unwrap();
        assert!(!own.is_stamped());
    }
}
