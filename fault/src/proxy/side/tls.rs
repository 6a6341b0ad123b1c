//! TLS on a socket, without a task of its own: reading drives the handshake, writing goes out as far as the
//! socket takes it.

use std::io::{self, Read, Write};
use std::rc::Rc;

use rustls::Connection;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::proxy::socket;

/// Bytes that may be encrypted and not have left yet.
const UNSENT: usize = 64 << 10;

/// One end's session.
#[derive(Debug)]
pub(super) struct Tls {
    session: Connection,
    /// Bytes of it that were read before it began.
    ahead: Vec<u8>,
    /// The last reading filled its buffer: there may be more.
    filled: bool,
    /// The peer has said that it has finished, whether or not its socket has.
    finished: bool,
    shaken: Rc<Notify>,
}

impl Tls {
    pub(super) fn new(mut session: Connection, ahead: Vec<u8>) -> Self {
        session.set_buffer_limit(Some(UNSENT));
        Self {
            session,
            ahead,
            filled: false,
            finished: false,
            shaken: Rc::default(),
        }
    }

    /// Whether something can be read without the socket having more.
    pub(super) fn has_more(&self) -> bool {
        self.filled || self.finished || !self.ahead.is_empty()
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.session.wants_write()
    }

    pub(super) fn is_shaking_hands(&self) -> bool {
        self.session.is_handshaking()
    }

    /// Tells when the handshake is done.
    pub(super) fn shaken(&self) -> Rc<Notify> {
        Rc::clone(&self.shaken)
    }

    /// What was said, decrypted; 0: the peer has finished.
    pub(super) fn read(&mut self, stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        self.filled = false;
        loop {
            match self.session.reader().read(buffer) {
                Ok(count) => {
                    self.filled = count == buffer.len();
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // many programs end a connection without saying so in TLS first
                Err(error)
                    if error.kind() == io::ErrorKind::UnexpectedEof
                        && !self.session.is_handshaking() =>
                {
                    return Ok(0);
                }
                Err(error) => return Err(error),
            }
            let mut from = Encrypted {
                ahead: &mut self.ahead,
                stream,
            };
            self.session.read_tls(&mut from)?;
            let was_shaking = self.session.is_handshaking();
            let understood = self.session.process_new_packets();
            if was_shaking && !self.session.is_handshaking() {
                self.shaken.notify_waiters();
            }
            // answers of the handshake, or why it failed
            let flushed = self.flush(stream);
            let state =
                understood.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.finished = state.peer_has_closed();
            flushed?;
        }
    }

    /// Encrypts what there is room for.
    pub(super) fn write(&mut self, stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        self.flush(stream)?;
        if self.has_unsent() || self.is_shaking_hands() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let written = self.session.writer().write(bytes)?;
        self.flush(stream)?;
        Ok(written)
    }

    /// Sends what the socket takes.
    pub(super) fn flush(&mut self, stream: &TcpStream) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut Socket(stream)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says that nothing more will be written (RFC 8446 section 6.1).
    pub(super) fn say_goodbye(&mut self, stream: &TcpStream) {
        self.session.send_close_notify();
        // a peer that has gone already needs none
        let _ = self.flush(stream);
    }
}

/// What comes from the peer: first what was read before.
struct Encrypted<'a> {
    ahead: &'a mut Vec<u8>,
    stream: &'a TcpStream,
}

impl Read for Encrypted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return socket::read(self.stream, buffer);
        }
        let count = self.ahead.as_slice().read(buffer)?;
        self.ahead.drain(..count);
        Ok(count)
    }
}

struct Socket<'a>(&'a TcpStream);

impl Write for Socket<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
