//! One end of a proxied connection: its socket, TLS on it where that is spoken, and on the client's end who
//! takes down what it says and is told.

mod tls;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::Shutdown;
use std::time::Duration;

use reprise_wire::{Close, Direction};
use rustls::Connection;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::relay::Scratch;
use super::socket;
use super::witness::Overheard;
use tls::Tls;

/// How soon a peer that has said more is looked at again, to see whether it has finished.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// One end.
#[derive(Debug)]
pub(super) struct Side {
    stream: TcpStream,
    tls: RefCell<Option<Box<Tls>>>,
    overheard: Option<Overheard>,
    /// Why TLS could not be begun.
    trouble: RefCell<Option<String>>,
}

impl Side {
    /// An end that nobody listens to.
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            tls: RefCell::new(None),
            overheard: None,
            trouble: RefCell::new(None),
        }
    }

    /// The client's end; `overheard` takes down what it says and is told.
    pub(super) fn of_client(stream: TcpStream, overheard: Option<Overheard>) -> Self {
        Self {
            overheard,
            ..Self::new(stream)
        }
    }

    /// Who takes down what this end says and is told.
    pub(super) const fn overheard(&self) -> Option<&Overheard> {
        self.overheard.as_ref()
    }

    /// Why TLS could not be begun here, if that was so.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.borrow().clone()
    }

    /// Sends small pieces at once.
    pub(super) fn send_at_once(&self) {
        // where this fails the connection is dead, and reading says so
        let _ = self.stream.set_nodelay(true);
    }

    /// From now on TLS is spoken here; `ahead` are bytes of it that were read already. Whoever reads drives
    /// the handshake on.
    pub(super) fn speak_tls(&self, session: Connection, ahead: Vec<u8>) -> io::Result<()> {
        let mut tls = Tls::new(session, ahead);
        tls.flush(&self.stream)?;
        *self.tls.borrow_mut() = Some(Box::new(tls));
        Ok(())
    }

    /// Waits until there is something to read.
    pub(super) async fn readable(&self) -> io::Result<()> {
        loop {
            let unsent = match &*self.tls.borrow() {
                None => false,
                Some(tls) if tls.has_more() => return Ok(()),
                Some(tls) => tls.has_unsent(),
            };
            if !unsent {
                return self.comes().await;
            }
            tokio::select! {
                readable = self.comes() => return readable,
                writable = self.stream.writable() => {
                    writable?;
                    self.flush()?;
                }
            }
        }
    }

    /// Waits for the socket. One task has each connection, so that the socket's own place for who reads is enough, which
    /// costs less than to queue there.
    async fn comes(&self) -> io::Result<()> {
        poll_fn(|cx| self.stream.poll_read_ready(cx)).await
    }

    /// What can be read now; 0: the peer has finished.
    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut *self.tls.borrow_mut() {
            None => socket::read(&self.stream, buffer),
            Some(tls) => {
                let was_shaking = tls.is_shaking_hands();
                let read = tls.read(&self.stream, buffer);
                if let (true, Err(error)) = (was_shaking, &read)
                    && error.kind() != io::ErrorKind::WouldBlock
                {
                    *self.trouble.borrow_mut() = Some(error.to_string());
                }
                read
            }
        };
        if let Some(overheard) = &self.overheard {
            match &read {
                Ok(0) => overheard.ended(Direction::ToServer, Close::Fin),
                Ok(count) => {
                    let bytes = buffer.get(..*count).unwrap_or_default();
                    overheard.bytes(Direction::ToServer, bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => overheard.ended(Direction::ToServer, Close::Reset),
            }
        }
        read
    }

    /// Waits until something can be written.
    pub(super) async fn writable(&self) -> io::Result<()> {
        loop {
            let shaken = match &*self.tls.borrow() {
                Some(tls) if tls.is_shaking_hands() => Some(tls.shaken()),
                _ => None,
            };
            match shaken {
                // whoever reads gets it done
                Some(shaken) => shaken.notified().await,
                None if self.has_unsent() => {
                    self.stream.writable().await?;
                    self.flush()?;
                }
                None => return self.stream.writable().await,
            }
        }
    }

    /// Writes what the peer takes now.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut *self.tls.borrow_mut() {
            None => self.stream.try_write(bytes),
            Some(tls) => tls.write(&self.stream, bytes),
        };
        if let (Some(overheard), Ok(count)) = (&self.overheard, &written) {
            let bytes = bytes.get(..*count).unwrap_or_default();
            overheard.bytes(Direction::ToClient, bytes);
        }
        written
    }

    /// Writes it all, waiting for the receiver.
    pub(super) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.writable().await?;
            match self.try_write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.flushed().await
    }

    /// Waits until what was written has left this program.
    pub(super) async fn flushed(&self) -> io::Result<()> {
        while self.has_unsent() {
            self.stream.writable().await?;
            self.flush()?;
        }
        Ok(())
    }

    /// Whether TLS holds bytes that were written and have not left yet.
    pub(super) fn has_unsent(&self) -> bool {
        let tls = self.tls.borrow();
        tls.as_ref().is_some_and(|tls| tls.has_unsent())
    }

    fn flush(&self) -> io::Result<()> {
        match &mut *self.tls.borrow_mut() {
            Some(tls) => tls.flush(&self.stream),
            None => Ok(()),
        }
    }

    /// Says that nothing more will be written. An error means that the peer has gone already.
    pub(super) fn finish(&self) {
        if let Some(tls) = &mut *self.tls.borrow_mut() {
            tls.say_goodbye(&self.stream);
        }
        let _ = SockRef::from(&self.stream).shutdown(Shutdown::Write);
        if let Some(overheard) = &self.overheard {
            overheard.ended(Direction::ToClient, Close::Fin);
        }
    }

    /// Makes the close of this end a reset: the peer sees RST, and what was not sent is thrown away.
    pub(super) fn reset_on_close(&self) {
        // it can only fail on a socket that is none
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        if let Some(overheard) = &self.overheard {
            overheard.ended(Direction::ToClient, Close::Reset);
        }
    }

    /// Makes the close of this end an orderly one: with bytes left unread the system would send a reset.
    pub(super) fn close_cleanly(&self) {
        self.finish();
        let mut unread = [0; 16 << 10];
        for _ in 0..64 {
            if !matches!(self.stream.try_read(&mut unread), Ok(count) if count > 0) {
                return;
            }
        }
    }

    /// Waits until the peer has finished, and reads nothing of what it said before.
    pub(super) async fn finished(&self) {
        loop {
            match self.stream.ready(Interest::READABLE).await {
                Ok(ready) if !ready.is_read_closed() => {}
                _ => return,
            }
            // what is unread would make it ready at once, again and again
            match self.stream.peek(&mut [0]).await {
                Ok(0) | Err(_) => return,
                Ok(_) => sleep(LOOK_AGAIN_AFTER).await,
            }
        }
    }

    /// Throws away what the peer says, until it has finished. Whether it broke instead.
    pub(super) async fn drain(&self, scratch: &Scratch) -> bool {
        loop {
            if self.readable().await.is_err() {
                return true;
            }
            match scratch.read(self) {
                Ok(Some(bytes)) if bytes.is_empty() => return false,
                Ok(_) => {}
                Err(_) => return true,
            }
        }
    }
}
