//! The connections that a reader has told of and not yet closed, under the names its format has for them.

use std::hash::Hash;
use std::net::SocketAddr;

use reprise_wire::Timestamp;
use reprise_wire::mysql::Session;
use rustc_hash::FxHashMap;

use super::told::{Opened, Told};

/// How many connections are held open at once; formats that never close theirs do not grow for ever.
const MOST_OPEN: usize = 10_000;

/// The open connections of one file.
#[derive(Debug)]
pub(crate) struct OpenConnections<K> {
    open: FxHashMap<K, Open>,
    opened: u64,
}

/// One open connection.
#[derive(Clone, Copy, Debug)]
struct Open {
    number: u64,
    ends: Timestamp,
}

/// What a connection is opened with.
pub(crate) struct Opening {
    pub(crate) client: Option<SocketAddr>,
    pub(crate) server: SocketAddr,
    pub(crate) session: Option<Session>,
}

impl<K> Default for OpenConnections<K> {
    fn default() -> Self {
        Self {
            open: FxHashMap::default(),
            opened: 0,
        }
    }
}

impl<K: Eq + Hash> OpenConnections<K> {
    /// The number of the connection called `key`, in use from `first` to `last`. One that is not open is opened
    /// as `opening` says, and told.
    pub(crate) fn number(
        &mut self,
        key: K,
        (first, last): (Timestamp, Timestamp),
        told: &mut Vec<Told>,
        opening: impl FnOnce() -> Opening,
    ) -> u64 {
        if let Some(open) = self.open.get_mut(&key) {
            open.ends = open.ends.max(last);
            return open.number;
        }
        if self.open.len() >= MOST_OPEN {
            told.extend(self.drain());
        }
        self.opened += 1;
        let number = self.opened;
        let ends = last;
        self.open.insert(key, Open { number, ends });
        let opening = opening();
        told.push(Told::Opened(Box::new(Opened {
            connection: number,
            client: opening.client.unwrap_or_else(|| unknown_client(number)),
            server: opening.server,
            at: first,
            session: opening.session,
        })));
        number
    }

    /// Closes one connection, if it is open.
    pub(crate) fn close(&mut self, key: &K, told: &mut Vec<Told>) {
        if let Some(open) = self.open.remove(key) {
            told.push(open.closed());
        }
    }

    /// Closes all, in the order in which they were opened.
    pub(crate) fn drain(&mut self) -> Vec<Told> {
        let mut open: Vec<Open> = self.open.drain().map(|(_, open)| open).collect();
        open.sort_unstable_by_key(|open| open.number);
        open.into_iter().map(Open::closed).collect()
    }
}

impl Open {
    const fn closed(self) -> Told {
        Told::Closed {
            connection: self.number,
            at: self.ends,
        }
    }
}

/// A client address for the connection with this number, when the file does not name it.
fn unknown_client(number: u64) -> SocketAddr {
    let port = 1_024 + u16::try_from(number % 64_000).unwrap_or_default();
    SocketAddr::new(super::told::UNKNOWN_HOST, port)
}
