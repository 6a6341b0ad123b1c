//! What one connection tells its witness.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use reprise_wire::{Close, Direction, Timestamp};

use super::{Seen, Witness};

/// One connection, as its client sees it. Dropped, it has closed.
#[derive(Debug)]
pub(in crate::proxy) struct Overheard {
    witness: Witness,
    connection: u64,
    client: SocketAddr,
    server: SocketAddr,
    began: Timestamp,
    opened: Cell<bool>,
    to_server: Heard,
    to_client: Heard,
    /// What the client says first, until it is known whether that only asks for TLS.
    held: RefCell<Option<Vec<u8>>>,
}

/// One direction.
#[derive(Debug, Default)]
struct Heard {
    /// Bytes that passed and could not be taken down, since the last that could.
    missed: Cell<u64>,
    ended: Cell<Option<Close>>,
}

impl Overheard {
    /// A connection that has been let in. `holds`: what its client says first may ask for TLS, which would not
    /// be part of what it says.
    pub(in crate::proxy) fn new(
        witness: Witness,
        client: SocketAddr,
        server: SocketAddr,
        holds: bool,
    ) -> Self {
        let connections = &witness.shared.connections;
        let connection = connections.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let began = witness.shared.now();
        Self {
            witness,
            connection,
            client,
            server,
            began,
            opened: Cell::new(false),
            to_server: Heard::default(),
            to_client: Heard::default(),
            held: RefCell::new(holds.then(Vec::new)),
        }
    }

    /// Bytes pass.
    pub(in crate::proxy) fn bytes(&self, direction: Direction, bytes: &[u8]) {
        if direction == Direction::ToServer
            && let Some(held) = &mut *self.held.borrow_mut()
        {
            held.extend_from_slice(bytes);
            return;
        }
        self.take_down(direction, bytes);
    }

    /// What was held is what the client says.
    pub(in crate::proxy) fn release(&self) {
        if let Some(held) = self.held.take() {
            self.take_down(Direction::ToServer, &held);
        }
    }

    /// What was held only asked for TLS: what the client says comes after it.
    pub(in crate::proxy) fn forget(&self) {
        drop(self.held.take());
    }

    /// One direction ends; how it ended first counts.
    pub(in crate::proxy) fn ended(&self, direction: Direction, close: Close) {
        self.release();
        let heard = self.heard(direction);
        if heard.ended.get().is_some() {
            return;
        }
        heard.ended.set(Some(close));
        let (connection, at) = (self.connection, self.witness.shared.now());
        if self.opened.get() {
            self.tell_missed(direction, at);
            self.witness.tell(Seen::Ended {
                connection,
                direction,
                at,
                close,
            });
        }
    }

    const fn heard(&self, direction: Direction) -> &Heard {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    fn take_down(&self, direction: Direction, bytes: &[u8]) {
        let heard = self.heard(direction);
        if bytes.is_empty() || heard.ended.get().is_some() {
            return;
        }
        if !self.witness.has_room(bytes.len()) {
            heard.missed.set(heard.missed.get() + bytes.len() as u64);
            return;
        }
        self.open();
        let at = self.witness.shared.now();
        self.tell_missed(direction, at);
        self.witness.tell(Seen::Bytes {
            connection: self.connection,
            direction,
            at,
            bytes: bytes.to_vec(),
        });
    }

    fn open(&self) {
        if !self.opened.replace(true) {
            self.witness.tell(Seen::Opened {
                connection: self.connection,
                client: self.client,
                server: self.server,
                at: self.began,
            });
            // a direction that ended before the other began
            for direction in [Direction::ToServer, Direction::ToClient] {
                let heard = self.heard(direction);
                if let Some(close) = heard.ended.take() {
                    self.ended(direction, close);
                }
            }
        }
    }

    fn tell_missed(&self, direction: Direction, at: Timestamp) {
        let bytes = self.heard(direction).missed.take();
        if bytes > 0 {
            self.witness.tell(Seen::Missed {
                connection: self.connection,
                direction,
                at,
                bytes,
            });
        }
    }
}

impl Drop for Overheard {
    fn drop(&mut self) {
        self.release();
        if !self.opened.get() {
            let unheard = self.to_server.missed.get() + self.to_client.missed.get();
            let all = &self.witness.shared.unheard;
            all.fetch_add(unheard, std::sync::atomic::Ordering::Relaxed);
            return;
        }
        // a fault closes what is open, and so does a proxy that stops
        let (asking, answering) = (self.to_server.ended.get(), self.to_client.ended.get());
        let (close, left) = match asking.or(answering) {
            Some(close) => (close, Close::Fin),
            None => (Close::CaptureEnd, Close::CaptureEnd),
        };
        self.ended(Direction::ToServer, left);
        self.ended(Direction::ToClient, left);
        self.witness.tell(Seen::Closed {
            connection: self.connection,
            at: self.witness.shared.now(),
            close,
        });
    }
}
