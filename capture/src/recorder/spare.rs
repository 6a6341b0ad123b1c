//! Buffers that messages are kept in anew: those of messages that were stored. What one thread allocates and another
//! frees has to be locked for, and with each message both would wait.

use reprise_wire::{Direction, Exchange};

/// A larger buffer is not lent: filling it takes longer than getting it. Nor is one that fits next to nothing.
const LENT: std::ops::RangeInclusive<usize> = 64..=8 << 10;
/// So many of each direction are kept at most.
const MOST: usize = 1_024;
/// With more connections open no buffer is lent: what their messages do not need of theirs adds up.
const MOST_CONNECTIONS: u64 = 4_096;

/// What storing leaves of exchanges.
#[derive(Debug, Default)]
pub(super) struct Remains {
    requests: Vec<Vec<u8>>,
    responses: Vec<Vec<u8>>,
    operations: Vec<String>,
}

impl Remains {
    /// Takes what there is to be used again of an exchange.
    pub(super) fn add(&mut self, exchange: Exchange) {
        let bytes = |payload: reprise_wire::Payload| payload.bytes;
        self.requests.extend(exchange.request.map(bytes));
        self.responses.extend(exchange.response.map(bytes));
        self.operations.push(exchange.operation);
    }
}

/// Buffers to lend, by the direction whose messages were in them: those are of a size.
#[derive(Debug, Default)]
pub(super) struct Spare {
    requests: Vec<Vec<u8>>,
    responses: Vec<Vec<u8>>,
}

impl Spare {
    /// Keeps what is worth it and empties `remains`.
    pub(super) fn add(&mut self, remains: &mut Remains) {
        keep(&mut self.requests, &mut remains.requests);
        keep(&mut self.responses, &mut remains.responses);
        remains.operations.clear();
    }

    /// What may be lent to messages of this direction while so many connections are open.
    pub(super) const fn of(
        &mut self,
        direction: Direction,
        connections: u64,
    ) -> Option<&mut Vec<Vec<u8>>> {
        if connections > MOST_CONNECTIONS {
            return None;
        }
        Some(match direction {
            Direction::ToServer => &mut self.requests,
            Direction::ToClient => &mut self.responses,
        })
    }
}

fn keep(spare: &mut Vec<Vec<u8>>, buffers: &mut Vec<Vec<u8>>) {
    for mut buffer in buffers.drain(..) {
        if LENT.contains(&buffer.capacity()) && spare.len() < MOST {
            buffer.clear();
            spare.push(buffer);
        }
    }
}
