//! Which connection an entry was on: by its `connection` field where it has one, else by its host.

use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;

use reprise_wire::Timestamp;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::OWN;
use super::fields::text;
use crate::formats::told::{Opened, Sink, Told, UNKNOWN_HOST, unknown_client};

/// How many connections are held open at once.
const MOST_OPEN: usize = 10_000;

/// The connections of an archive.
#[derive(Debug, Default)]
pub(super) struct Places {
    open: FxHashMap<String, (u64, Timestamp)>,
    opened: u64,
}

impl Places {
    /// The connection of an entry for `authority`; what has to be told before its exchange goes to `told`.
    pub(super) fn connection(
        &mut self,
        entry: &Value,
        authority: &Authority<'_>,
        (first, last): (Timestamp, Timestamp),
        told: &mut Vec<Told>,
    ) -> u64 {
        let host = format!("{}:{}", authority.host, authority.port);
        let key = match entry.get("connection") {
            Some(Value::String(name)) if !name.is_empty() && name != "0" => {
                format!("{name} {host}")
            }
            Some(Value::Number(number)) => format!("{number} {host}"),
            _ => host,
        };
        if let Some((connection, ends)) = self.open.get_mut(&key) {
            *ends = last.max(*ends);
            return *connection;
        }
        if self.open.len() >= MOST_OPEN {
            told.extend(self.drain());
        }
        self.opened += 1;
        let connection = self.opened;
        self.open.insert(key, (connection, last));
        let (client, server) = addresses(entry, authority, connection);
        told.push(Told::Opened(Box::new(Opened {
            connection,
            client,
            server,
            at: first,
            session: None,
        })));
        connection
    }

    /// Tells that all connections end.
    pub(super) fn close_all(mut self, sink: Sink<'_>) -> ControlFlow<()> {
        self.drain().into_iter().try_for_each(sink)
    }

    fn drain(&mut self) -> Vec<Told> {
        let mut open: Vec<(u64, Timestamp)> = self.open.drain().map(|(_, open)| open).collect();
        open.sort_unstable();
        let closed = open
            .into_iter()
            .map(|(connection, at)| Told::Closed { connection, at });
        closed.collect()
    }
}

/// Whom a URL asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    /// A name or an address, without brackets.
    pub(super) host: &'a str,
    pub(super) port: u16,
}

fn addresses(
    entry: &Value,
    authority: &Authority<'_>,
    connection: u64,
) -> (SocketAddr, SocketAddr) {
    let own = entry.get(OWN).unwrap_or(&Value::Null);
    let server = text(own, "server").parse().unwrap_or_else(|_| {
        let named = text(entry, "serverIPAddress");
        let named = named.trim_matches(|c| matches!(c, '[' | ']' | ' '));
        let address: Option<IpAddr> = named.parse().or_else(|_| authority.host.parse()).ok();
        SocketAddr::new(address.unwrap_or(UNKNOWN_HOST), authority.port)
    });
    let client = text(own, "client").parse();
    (
        client.unwrap_or_else(|_| unknown_client(connection)),
        server,
    )
}
