//! The stored exchanges of a recording, whole, as redaction takes them.

use reprise_store::{RecordedRequest, Recording};
use reprise_wire::{Exchange, ExchangeTimes, Payload, Timestamp};
use rustc_hash::FxHashMap;

use crate::{Error, Library};

/// One stored exchange with its numbers.
pub(super) struct StoredExchange {
    pub(super) id: u32,
    pub(super) connection: u32,
    pub(super) exchange: Exchange,
}

impl Library {
    /// Every exchange of a recording, in the order they completed.
    pub(super) fn stored_exchanges(
        &self,
        recording: &Recording,
    ) -> Result<impl Iterator<Item = Result<StoredExchange, Error>> + use<>, Error> {
        let operations = self.operation_names(recording)?;
        let requests = self.store.requests(recording.id, true);
        Ok(requests.map(move |read| Ok(stored(read?, &operations))))
    }
}

fn stored(read: RecordedRequest, operations: &FxHashMap<u32, String>) -> StoredExchange {
    let row = read.row;
    let at = |us: i64| Timestamp::from_micros(row.at_us.saturating_add(us));
    let payload = |bytes: Option<Vec<u8>>, wire_len: Option<u64>| {
        bytes.map(|bytes| Payload {
            wire_len: wire_len.unwrap_or(bytes.len() as u64),
            bytes,
        })
    };
    StoredExchange {
        id: row.id.0,
        connection: row.connection.0,
        exchange: Exchange {
            protocol: row.protocol,
            request: payload(read.request, row.request_bytes),
            response: payload(read.response, row.response_bytes),
            times: ExchangeTimes {
                request_first: at(0),
                request_last: at(row.request_last_us),
                response_first: row.response_first_us.map(at),
                response_last: row.response_last_us.map(at),
            },
            operation: operations
                .get(&row.operation.0)
                .cloned()
                .unwrap_or_default(),
            summary: row.summary,
            status: row.status,
            flags: row.flags,
            statement_id: row.statement_id,
        },
    }
}
