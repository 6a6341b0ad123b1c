//! A recording copied to another file, byte for byte: what a colleague is handed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use reprise_store::{
    Connection, ConnectionEnd, ConnectionId, NewConnection, NewRecording, RecordedRequest,
    Recording, RecordingWriter, Totals,
};
use reprise_wire::{Exchange, ExchangeTimes, Payload, Timestamp};

use crate::answer::RecordingAnswer;
use crate::{Error, Library};

/// After so many exchanges the caller is told how far it is.
const LOOK_EVERY: u64 = 1_000;

/// What a copy is asked for.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    /// The recording's name.
    pub name: String,
    /// The file it goes to; made when it is not there.
    pub to: PathBuf,
    /// What it is called there; `None`: the same.
    pub called: Option<String>,
}

impl Library {
    /// Copies a recording to another file. Its redaction stays as it is, and so does its ledger; times are those of the
    /// original to the microsecond. `look` is told how much is done, from 0 to 1, and may end it: the copy is then marked as
    /// interrupted.
    ///
    /// # Errors
    /// When there is no such recording, it is being written, the other file has one of that name, or either file cannot be
    /// read or written.
    pub fn copy(
        &self,
        request: &CopyRequest,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<RecordingAnswer, Error> {
        let recording = self.store.recording(&request.name)?;
        if recording.state == reprise_store::RecordingState::Recording {
            let why = format!(
                "{} is being recorded; copy it when it has ended",
                recording.name
            );
            return Err(Error::Usage(why));
        }
        let to = Self::open(Some(&request.to))?;
        let writer = to.store.create_recording(&NewRecording {
            name: request
                .called
                .clone()
                .unwrap_or_else(|| recording.name.clone()),
            source: recording.source.clone(),
            started_at: recording.started_at,
        })?;
        if recording.raw {
            writer.mark_raw()?;
        }
        let connections = self.store.connections(recording.id)?;
        let ids = add_connections(&writer, &recording, &connections)?;
        let whole = self.copy_exchanges(&recording, &writer, &ids, look)?;
        end_connections(&writer, &recording, &connections, &ids)?;
        let totals = totals(&recording);
        let copy = if whole && recording.state == reprise_store::RecordingState::Complete {
            writer.finish(&totals)?
        } else {
            writer.interrupt(&totals)?
        };
        Ok(copy.into())
    }

    /// Copies every exchange; false when `look` ended it.
    fn copy_exchanges(
        &self,
        recording: &Recording,
        writer: &RecordingWriter,
        ids: &BTreeMap<ConnectionId, ConnectionId>,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        let operations = self.operation_names(recording)?;

        let all = (recording.exchanges.http + recording.exchanges.mysql).max(1);
        for (number, recorded) in (0_u64..).zip(self.store.requests(recording.id, true)) {
            let recorded = recorded?;
            if number % LOOK_EVERY == 0 && look(number as f64 / all as f64).is_break() {
                return Ok(false);
            }
            let Some(connection) = ids.get(&recorded.row.connection) else {
                continue;
            };
            let operation = operations.get(&recorded.row.operation.0);
            let operation = operation.cloned().unwrap_or_default();
            writer.add_exchange(
                *connection,
                exchange(recorded, operation, recording.started_at),
            )?;
        }
        Ok(true)
    }
}

fn add_connections(
    writer: &RecordingWriter,
    recording: &Recording,
    connections: &[Connection],
) -> Result<BTreeMap<ConnectionId, ConnectionId>, Error> {
    let mut ids = BTreeMap::new();
    for connection in connections {
        let copy = writer.add_connection(&NewConnection {
            client: connection.client,
            server: connection.server,
            opened: at(recording.started_at, connection.opened_us),
            midstream: connection.midstream,
        })?;
        ids.insert(connection.id, copy);
    }
    Ok(ids)
}

fn end_connections(
    writer: &RecordingWriter,
    recording: &Recording,
    connections: &[Connection],
    ids: &BTreeMap<ConnectionId, ConnectionId>,
) -> Result<(), Error> {
    for connection in connections {
        let Some(copy) = ids.get(&connection.id) else {
            continue;
        };
        let end = ConnectionEnd {
            closed: connection.closed_us.map(|us| at(recording.started_at, us)),
            close: connection.close,
            spoken: connection.spoken.clone(),
            mysql_session: connection.mysql_session.clone(),
        };
        writer.close_connection(*copy, end)?;
    }
    Ok(())
}

fn totals(recording: &Recording) -> Totals {
    let lasted_us = i64::try_from(recording.duration_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
    Totals {
        last_packet: Some(at(recording.started_at, lasted_us)),
        messages: recording.messages,
        captured_bytes: recording.bytes.captured,
        loss: recording.loss.clone(),
        redacted: recording.redacted.clone(),
    }
}

/// A stored exchange as it was when it was stored.
fn exchange(recorded: RecordedRequest, operation: String, started_at: Timestamp) -> Exchange {
    let row = recorded.row;
    let first = at(started_at, row.at_us);
    let payload = |wire_len: Option<u64>, bytes: Option<Vec<u8>>| {
        wire_len.map(|wire_len| Payload {
            bytes: bytes.unwrap_or_default(),
            wire_len,
        })
    };
    Exchange {
        protocol: row.protocol,
        request: payload(row.request_bytes, recorded.request),
        response: payload(row.response_bytes, recorded.response),
        times: ExchangeTimes {
            request_first: first,
            request_last: at(first, row.request_last_us),
            response_first: row.response_first_us.map(|us| at(first, us)),
            response_last: row.response_last_us.map(|us| at(first, us)),
        },
        operation,
        summary: row.summary,
        status: row.status,
        flags: row.flags,
        statement_id: row.statement_id,
    }
}

fn at(start: Timestamp, us: i64) -> Timestamp {
    start.plus_nanos(us.saturating_mul(1_000))
}
