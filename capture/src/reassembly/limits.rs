//! How long reassembly waits and how much it holds. Times are nanoseconds of packet time.

use crate::link::FragmentLimits;

const SECOND: i64 = 1_000_000_000;

/// Caps and timers; the defaults suit both a laptop and a busy server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReassemblyLimits {
    /// Bytes that may wait behind a hole before it is given up.
    pub hole_bytes: usize,
    /// Segments that may wait behind a hole before it is given up.
    pub hole_segments: usize,
    /// How long a hole may stay open.
    pub hole_nanos: i64,
    /// How long a segment waits for one that it acknowledges and that was captured after it.
    pub overtaking_nanos: i64,
    /// Bytes that may wait behind all holes together, with what keeping them costs; beyond it the holes
    /// behind which most waits are given up.
    pub total_bytes: usize,
    /// Connections followed at a time; beyond it those without a byte and those that closed are forgotten,
    /// then the least recently active are closed.
    pub connections: usize,
    /// How long a connection may be silent. An hour, because pooled database connections are often
    /// silent for long, and one that is forgotten can no longer be understood.
    pub idle_nanos: i64,
    /// How long a connection may take to carry its first byte.
    pub half_open_nanos: i64,
    /// How long a connection goes on after a RST, which may have been forged or overtaken.
    pub reset_nanos: i64,
    /// How long a closed connection is remembered, so that late packets do not open it again.
    pub linger_nanos: i64,
    /// Caps of putting IP datagrams together.
    pub fragments: FragmentLimits,
}

impl Default for ReassemblyLimits {
    fn default() -> Self {
        Self {
            hole_bytes: 1 << 20,
            hole_segments: 256,
            hole_nanos: 2 * SECOND,
            overtaking_nanos: SECOND / 10,
            total_bytes: 64 << 20,
            connections: 100_000,
            idle_nanos: 3_600 * SECOND,
            half_open_nanos: 30 * SECOND,
            reset_nanos: SECOND,
            linger_nanos: 5 * SECOND,
            fragments: FragmentLimits::default(),
        }
    }
}
