//! What a recording says, apart from when and between which addresses.

use std::collections::BTreeMap;

use reprise_capture::{ImportConfig, Redaction, import};
use reprise_store::{ConnectionId, ExchangeId, Ledger, Messages, Recording, Store};
use reprise_wire::{Close, Flags, Payload};

/// Everything that must not depend on how it was sent.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) messages: Messages,
    pub(crate) loss: Ledger,
    pub(crate) redacted: BTreeMap<String, u64>,
    /// By the ports of client and server, and the how manieth of those.
    pub(crate) connections: BTreeMap<(u16, u16, usize), Spoken>,
}

/// What one connection said.
#[derive(Debug, PartialEq)]
pub(crate) struct Spoken {
    protocol: Option<String>,
    session: Option<serde_json::Value>,
    midstream: bool,
    close: Option<Close>,
    exchanges: Vec<Kept>,
}

/// An exchange.
#[derive(Debug, PartialEq)]
struct Kept {
    summary: String,
    operation: String,
    status: Option<u16>,
    flags: Flags,
    statement: Option<u32>,
    bytes: (Option<u64>, Option<u64>),
    request: Option<Payload>,
    response: Option<Payload>,
}

/// Imports a file with these bytes, and says what came of it.
pub(crate) fn told(bytes: &[u8], redaction: Option<Redaction>) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("test.reprise")).unwrap();
    let path = folder.path().join("capture");
    std::fs::write(&path, bytes).unwrap();
    let config = ImportConfig {
        files: vec![path],
        name: "told".to_owned(),
        redaction,
        ..ImportConfig::default()
    };
    let recording = import(config, &store).unwrap().join().unwrap();
    what(&store, &recording)
}

fn what(store: &Store, recording: &Recording) -> Told {
    let mut connections = BTreeMap::new();
    let mut names: BTreeMap<ConnectionId, (u16, u16, usize)> = BTreeMap::new();
    for one in store.connections(recording.id).unwrap() {
        let mut name = (one.client.port(), one.server.port(), 0);
        while connections.contains_key(&name) {
            name.2 += 1;
        }
        names.insert(one.id, name);
        let spoken = Spoken {
            protocol: one.spoken,
            session: one.mysql_session,
            midstream: one.midstream,
            close: one.close,
            exchanges: Vec::new(),
        };
        connections.insert(name, spoken);
    }
    let operations = store.operations(recording.id).unwrap();
    let operations: BTreeMap<_, _> = operations.iter().map(|one| (one.id, &one.text)).collect();
    let rows = store.exchanges(recording.id, ExchangeId(0), 1_000_000);
    for row in rows.unwrap() {
        let payloads = store.payloads(recording.id, row.id).unwrap();
        let spoken = connections.get_mut(&names[&row.connection]).unwrap();
        spoken.exchanges.push(Kept {
            summary: row.summary,
            operation: operations[&row.operation].clone(),
            status: row.status,
            flags: row.flags,
            statement: row.statement_id,
            bytes: (row.request_bytes, row.response_bytes),
            request: payloads.request,
            response: payloads.response,
        });
    }
    // How many packets it took, and that some came twice, is how it was sent.
    let loss = Ledger {
        packets: 0,
        decoded_packets: 0,
        duplicate_packets: 0,
        ..recording.loss.clone()
    };
    Told {
        messages: recording.messages,
        loss,
        redacted: recording.redacted.clone(),
        connections,
    }
}

/// Where two differ first.
pub(crate) fn difference(one: &Told, other: &Told) -> Option<String> {
    if one == other {
        return None;
    }
    for (name, before) in &one.connections {
        let Some(after) = other.connections.get(name) else {
            return Some(format!("connection {name:?} is not there"));
        };
        let exchanges = before.exchanges.iter().zip(&after.exchanges).enumerate();
        for (place, (was, is)) in exchanges {
            if was != is {
                return Some(format!("{name:?}, {place}:\n  {was:?}\n  {is:?}"));
            }
        }
        if before != after {
            return Some(format!("{name:?}:\n  {before:?}\n  {after:?}"));
        }
    }
    let (loss, messages) = (&other.loss, &other.messages);
    let names = other.connections.keys();
    Some(format!(
        "{loss:?} {messages:?} {:?} {names:?}",
        other.redacted
    ))
}
