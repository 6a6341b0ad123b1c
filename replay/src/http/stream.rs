//! The bytes' way to a target and back: a TCP connection, or TLS on one.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, Ready};
use tokio::task::unconstrained;

use crate::run::http_target::HttpTarget;
use crate::socket::{self, StampedStream};
use crate::tls::TlsConnection;

/// A connection, open and ready to send on.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(StampedStream),
    /// Boxed: its state is large, and plain connections should not pay for it.
    Tls(Box<TlsConnection>),
}

impl Stream {
    /// Connects to `target`, and shakes hands where TLS is spoken.
    ///
    /// # Errors
    /// What the system says, or what the target's certificate is refused for.
    pub(crate) async fn open(target: &HttpTarget) -> io::Result<Self> {
        let tcp = socket::connect(target.address).await?;
        match &target.tls {
            None => Ok(Self::Plain(tcp)),
            Some(client) => Ok(Self::Tls(Box::new(client.open(tcp).await?))),
        }
    }

    /// Sends as much as goes without waiting.
    ///
    /// # Errors
    /// `WouldBlock` when nothing does; else the connection is broken.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.try_write(bytes),
            Self::Tls(tls) => at_once(|context| Pin::new(tls.stream()).poll_write(context, bytes)),
        }
    }

    /// Sends what is written and still held back, as far as it goes without waiting.
    ///
    /// # Errors
    /// `WouldBlock` when some is left; else the connection is broken.
    pub(crate) fn try_flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Tls(tls) => at_once(|context| Pin::new(tls.stream()).poll_flush(context)),
        }
    }

    /// Reads what has come.
    ///
    /// # Errors
    /// `WouldBlock` when nothing has; else the connection is broken.
    pub(crate) fn try_read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.try_read(into),
            Self::Tls(tls) => {
                let mut buffer = ReadBuf::new(into);
                at_once(|context| Pin::new(tls.stream()).poll_read(context, &mut buffer))?;
                Ok(buffer.filled().len())
            }
        }
    }

    /// Sends all of `bytes`, waiting if it must.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.write_all(bytes).await,
            Self::Tls(tls) => {
                tls.stream().write_all(bytes).await?;
                tls.stream().flush().await
            }
        }
    }

    /// Waits for something to read.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(into).await,
            Self::Tls(tls) => tls.stream().read(into).await,
        }
    }

    /// Waits until something may have come, without a place to put it. Nothing of an earlier answer is left
    /// unread on the connection.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        let tcp = self.tcp();
        poll_fn(|context| tcp.poll_read_ready(context)).await
    }

    /// Waits until more can be sent or something has come.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) async fn ready(&self) -> io::Result<Ready> {
        self.tcp().ready().await
    }

    /// Asks the kernel when answers arrive, however late they are read.
    pub(crate) fn stamp(&mut self) {
        match self {
            Self::Plain(tcp) => tcp.stamp(),
            Self::Tls(tls) => tls.stream().get_mut().0.stamp(),
        }
    }

    /// The connection itself, which knows when what was read last had arrived.
    pub(crate) fn tcp(&self) -> &StampedStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.tcp(),
        }
    }
}

/// What a step comes to without waiting for it. The runtime's budget for a task does not count here: a step that it
/// holds back says it would block, and whoever then waits for what is ready already would ask again for ever.
fn at_once<T>(step: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>) -> io::Result<T> {
    let step = pin!(unconstrained(poll_fn(step)));
    match step.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::consume_budget;

    use super::*;

    #[tokio::test]
    async fn a_task_that_has_done_much_is_not_told_that_it_would_block() {
        for _ in 0..1_000 {
            let done = at_once(|context| pin!(consume_budget()).poll(context).map(Ok));
            assert!(done.is_ok());
        }
    }
}
