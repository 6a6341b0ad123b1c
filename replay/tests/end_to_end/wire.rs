//! A server that is told what to do byte by byte, connection by connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A connection as the server has it.
pub(crate) struct Wire {
    /// Its number, from 0.
    pub(crate) number: usize,
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    /// The next head, with its blank line; `None` when the client has left.
    pub(crate) fn head(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.read.windows(4).position(|part| part == b"\r\n\r\n") {
                return Some(self.take(at + 4));
            }
            self.more()?;
        }
    }

    /// The next `length` bytes; `None` when the client has left.
    pub(crate) fn bytes(&mut self, length: usize) -> Option<String> {
        while self.read.len() < length {
            self.more()?;
        }
        Some(self.take(length))
    }

    /// Whether nothing comes for a moment.
    pub(crate) fn is_silent(&mut self) -> bool {
        let moment = Some(Duration::from_millis(150));
        self.stream.set_read_timeout(moment).unwrap();
        let silent = self.read.is_empty()
            && self.stream.read(&mut [0; 64]).is_err_and(|error| {
                matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                )
            });
        self.stream.set_read_timeout(None).unwrap();
        silent
    }

    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // a client that has left is no concern of the server's
        self.stream.write_all(bytes.as_ref()).unwrap_or_default();
    }

    fn take(&mut self, length: usize) -> String {
        let taken: Vec<u8> = self.read.drain(..length).collect();
        String::from_utf8_lossy(&taken).into_owned()
    }

    fn more(&mut self) -> Option<()> {
        let mut buffer = [0; 4_096];
        match self.stream.read(&mut buffer) {
            Ok(0) | Err(_) => None,
            Ok(read) => {
                self.read.extend_from_slice(&buffer[..read]);
                Some(())
            }
        }
    }
}

/// Serves each connection with `then`, which closes it by returning.
pub(crate) fn serve_wire(then: impl Fn(&mut Wire) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let then = Arc::new(then);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let then = Arc::clone(&then);
            let mut wire = Wire {
                number,
                stream: stream.unwrap(),
                read: Vec::new(),
            };
            std::thread::spawn(move || then(&mut wire));
        }
    });
    address
}
