//! The recording that is replayed: small GETs on fifty connections, evenly spaced, one lane each.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use reprise_store::{ConnectionId, NewConnection, NewRecording, RecordingWriter, Store, Totals};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

use super::CONNECTIONS;
use crate::Failure;
use crate::process::{measured, reprise};

/// Its own rate, in requests a second.
pub(super) const RATE: u64 = 10_000;

/// What it is called.
pub(super) const NAME: &str = "bench";

/// When it begins.
pub(super) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// The body nginx answers with.
pub(super) const BODY: &str = r#"{"id":17,"name":"Garden chair","price":"12.30","stock":7}"#;

const EXCHANGES: u64 = 20_000;

/// Whether the recording has what was answered, to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    Kept,
    Left,
}

/// Writes it to a new file: evenly spaced, the connections in turns.
pub(super) fn write(file: &Path, answers: Answers) -> Result<(), Failure> {
    let requests = (0..EXCHANGES).map(|number| {
        let connection = u32::try_from(number).unwrap_or(0) % CONNECTIONS;
        (connection, number * 1_000_000 / RATE)
    });
    write_requests(file, CONNECTIONS, answers, requests)
}

/// Writes the recording in `file` in GoReplay's format.
pub(super) fn export(file: &Path, into: &Path) -> Result<(), Failure> {
    let mut command = Command::new(reprise());
    command
        .arg("--file")
        .arg(file)
        .args(["export", NAME, "--to", "gor", "--out"]);
    measured(command.arg(into))?;
    Ok(())
}

/// Writes one of ten minutes, evenly spaced: fifty connections at a time, each open for half a minute.
pub(super) fn write_long(file: &Path) -> Result<(), Failure> {
    const LASTS_US: u64 = 600_000_000;
    const OPEN_US: u64 = 30_000_000;
    let requests = (0..EXCHANGES).map(|number| {
        let at_us = number * LASTS_US / EXCHANGES;
        let group = u32::try_from(at_us / OPEN_US).unwrap_or(0);
        let connection = u32::try_from(number % u64::from(CONNECTIONS)).unwrap_or(0);
        (group * CONNECTIONS + connection, at_us)
    });
    let groups = u32::try_from(LASTS_US / OPEN_US)?;
    write_requests(file, groups * CONNECTIONS, Answers::Kept, requests)
}

/// Writes one with so many connections that are open all the time, each with a request in the first five
/// seconds and one in the last five.
pub(super) fn write_idle(file: &Path, connections: u32) -> Result<(), Failure> {
    let at = |number: u32| u64::from(number) * 5_000_000 / u64::from(connections);
    let first = (0..connections).map(|number| (number, at(number)));
    let last = (0..connections).map(|number| (number, 10_000_000 + at(number)));
    write_requests(file, connections, Answers::Kept, first.chain(last))
}

/// Begins a recording of so many connections to a server's port.
pub(super) fn begin(
    file: &Path,
    port: u16,
    connections: u32,
) -> Result<(RecordingWriter, Vec<ConnectionId>), Failure> {
    let writer = Store::open(file)?.create_recording(&NewRecording {
        name: NAME.to_owned(),
        source: "made".to_owned(),
        started_at: START,
    })?;
    let mut known = Vec::new();
    for number in 0..connections {
        known.push(writer.add_connection(&NewConnection {
            client: SocketAddr::from(([10, 0, 0, 1], 10_000 + u16::try_from(number)?)),
            server: SocketAddr::from(([10, 0, 0, 9], port)),
            opened: START,
            midstream: false,
        })?);
    }
    Ok((writer, known))
}

/// Writes requests, each with its connection and its time in microseconds, in order.
fn write_requests(
    file: &Path,
    connections: u32,
    answers: Answers,
    requests: impl Iterator<Item = (u32, u64)>,
) -> Result<(), Failure> {
    let (writer, known) = begin(file, 80, connections)?;
    let mut at = START;
    for (number, (connection, at_us)) in (0..).zip(requests) {
        at = START.plus_nanos(i64::try_from(at_us * 1_000)?);
        let connection = known
            .get(usize::try_from(connection)?)
            .ok_or("no connection")?;
        writer.add_exchange(*connection, &mut exchange(number, at, answers))?;
    }
    writer.finish(&Totals {
        last_packet: Some(at),
        ..Totals::default()
    })?;
    Ok(())
}

fn exchange(number: u64, at: Timestamp, answers: Answers) -> Exchange {
    let answered = Some(at.plus_nanos(100_000));
    let request = format!("GET /item/{number} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let payload = |text: String| Payload {
        wire_len: text.len() as u64,
        bytes: text.into(),
    };
    Exchange {
        protocol: Protocol::Http,
        request: Some(payload(request)),
        response: (answers == Answers::Kept).then(|| payload(answer)),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: answered,
            response_last: answered,
        },
        operation: "GET /item/{id}".to_owned(),
        summary: format!("GET /item/{number}"),
        status: Some(200),
        flags: Flags::empty(),
        statement_id: None,
    }
}
