//! Orders of exchanges as numbers of 32 bits: beside the exchange's own number they make one of 64, and a million
//! of those are sorted in a few hundredths of a second.

use reprise_store::{Glance, Recording};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// The order of a listing. What has no value, as a time without an answer, comes last in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortOrder {
    /// By what.
    pub by: SortBy,
    /// The largest first.
    pub descending: bool,
}

/// What exchanges can be ordered by. Requests are not among it: their texts would have to be held all at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// The exchange's number: the order in which they completed.
    #[default]
    Number,
    /// When it began.
    At,
    /// Its connection's number.
    Connection,
    /// The protocol.
    Protocol,
    /// The operation's text.
    Operation,
    /// The HTTP status or MySQL error number.
    Status,
    /// From the request's first byte to the answer's last.
    Latency,
    /// From the request's first byte to the answer's first.
    FirstByte,
    /// The request's size.
    RequestBytes,
    /// The answer's size.
    ResponseBytes,
}

/// What has no value.
const LAST: u32 = u32::MAX;
/// The largest value; it stands for everything larger too.
const LARGEST: u32 = u32::MAX - 1;

/// Tells the rank of each exchange.
pub(super) struct Ranks {
    order: SortOrder,
    /// By operation: its place among the texts.
    operations: FxHashMap<u32, u32>,
    /// A long recording's microseconds do not fit: so many bits are left out, which is less than can be told apart.
    time_shift: u32,
}

impl Ranks {
    /// For the exchanges of a recording with these operations.
    pub(super) fn new(
        order: SortOrder,
        operations: &FxHashMap<u32, String>,
        recording: &Recording,
    ) -> Self {
        let mut texts: Vec<(&String, u32)> =
            operations.iter().map(|(id, text)| (text, *id)).collect();
        texts.sort_unstable();
        let longest_us = recording
            .duration_ms
            .saturating_add(1)
            .saturating_mul(1_000);
        let bits = u64::BITS - (2 * longest_us).leading_zeros();
        Self {
            order,
            operations: texts
                .into_iter()
                .zip(0..)
                .map(|((_, id), rank)| (id, rank))
                .collect(),
            time_shift: bits.saturating_sub(31),
        }
    }

    /// Whether exchanges stay in the order in which they are read.
    pub(super) fn keep_order(&self) -> bool {
        self.order.by == SortBy::Number
    }

    /// Whether the last comes first.
    pub(super) const fn descend(&self) -> bool {
        self.order.descending
    }

    /// The rank of an exchange above its number: sorting these sorts the exchanges, those of one rank by number.
    pub(super) fn packed(&self, glance: &Glance<'_>) -> u64 {
        let rank = match self.value(glance) {
            None => LAST,
            Some(value) => {
                let value = u32::try_from(value).unwrap_or(LARGEST).min(LARGEST);
                if self.order.descending {
                    LARGEST - value
                } else {
                    value
                }
            }
        };
        (u64::from(rank) << 32) | u64::from(glance.id.0)
    }

    fn value(&self, glance: &Glance<'_>) -> Option<u64> {
        match self.order.by {
            SortBy::Number => Some(glance.id.0.into()),
            // An exchange may precede the recording's start by a little.
            SortBy::At => {
                let from_zero = (glance.at_us >> self.time_shift).saturating_add(1 << 30);
                Some(u64::try_from(from_zero).unwrap_or(0))
            }
            SortBy::Connection => Some(glance.connection.0.into()),
            SortBy::Protocol => Some(glance.protocol as u64),
            SortBy::Operation => self
                .operations
                .get(&glance.operation.0)
                .map(|rank| u64::from(*rank)),
            SortBy::Status => glance.status.map(u64::from),
            SortBy::Latency => glance.latency_us(),
            SortBy::FirstByte => glance.first_byte_us(),
            SortBy::RequestBytes => glance.request_bytes,
            SortBy::ResponseBytes => glance.response_bytes,
        }
    }
}
