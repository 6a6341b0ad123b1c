//! Which connection an entry was on: by its `connection` field where it has one, else by its host.

use std::net::{IpAddr, SocketAddr};

use reprise_wire::Timestamp;
use serde_json::Value;

use super::OWN;
use super::fields::text;
use crate::formats::open::{OpenConnections, Opening};
use crate::formats::told::{Told, UNKNOWN_HOST};

/// Whom a URL asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    /// A name or an address, without brackets.
    pub(super) host: &'a str,
    pub(super) port: u16,
}

/// The connection of an entry for `authority`; what has to be told before its exchange goes to `told`.
pub(super) fn connection(
    entry: &Value,
    authority: &Authority<'_>,
    span: (Timestamp, Timestamp),
    connections: &mut OpenConnections<String>,
    told: &mut Vec<Told>,
) -> u64 {
    let host = format!("{}:{}", authority.host, authority.port);
    let key = match entry.get("connection") {
        Some(Value::String(name)) if !name.is_empty() && name != "0" => format!("{name} {host}"),
        Some(Value::Number(number)) => format!("{number} {host}"),
        _ => host,
    };
    connections.number(key, span, told, || opening(entry, authority))
}

fn opening(entry: &Value, authority: &Authority<'_>) -> Opening {
    let own = entry.get(OWN).unwrap_or(&Value::Null);
    let server = text(own, "server").parse().unwrap_or_else(|_| {
        let named = text(entry, "serverIPAddress");
        let named = named.trim_matches(|c| matches!(c, '[' | ']' | ' '));
        let address: Option<IpAddr> = named.parse().or_else(|_| authority.host.parse()).ok();
        SocketAddr::new(address.unwrap_or(UNKNOWN_HOST), authority.port)
    });
    Opening {
        client: text(own, "client").parse().ok(),
        server,
        session: None,
    }
}
