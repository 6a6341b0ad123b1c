//! What reassembly saw and what it gave up.

use serde::{Deserialize, Serialize};

/// Counters over everything a [`super::Reassembler`] was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReassemblyCounts {
    /// Segments that were followed, those without payload included.
    pub segments: u64,
    /// Segments that wait for one that they acknowledge and that was captured after them; not among `segments` yet.
    pub overtaking: u64,
    /// Segments already seen on another interface or VLAN; not among `segments`.
    pub duplicates: u64,
    /// Segments of connections that a replay marked as its own; not among `segments`.
    pub replay_segments: u64,
    /// Connections that a replay marked as its own.
    pub replay_connections: u64,
    /// Segments that brought only bytes seen before.
    pub retransmissions: u64,
    /// Segments that came before the bytes preceding them.
    pub out_of_order: u64,
    /// Holes given up.
    pub gaps: u64,
    /// Bytes in them.
    pub gap_bytes: u64,
    /// Bytes on which two copies of a segment disagreed; the first was kept.
    pub disagreeing_bytes: u64,
    /// Segments after the end of their connection, or before its beginning.
    pub outside: u64,
    /// Connections that carried bytes.
    pub connections: u64,
    /// Connections closed because they were silent for too long.
    pub evicted_idle: u64,
    /// Connections closed because there were too many at a time.
    pub evicted_table_full: u64,
    /// Connections forgotten that never carried a byte.
    pub half_open: u64,
    /// Holes given up early because too much was waiting behind them, or behind all.
    pub memory_gaps: u64,
}
