//! TCP segments to connections, and each direction's bytes in order, with every hole named.
//!
//! Time is packet time: the same packets always give the same pieces. Sequence numbers are widened
//! to 64-bit offsets from the first byte, so that wrapping at 2^32 is nothing special. Bytes in order
//! are handed on as borrowed slices; only what comes early is copied, within caps.

mod connection;
mod counts;
mod event;
mod flow;
mod group;
mod half;
mod identity;
mod limits;
mod pending;
mod reassembler;
mod roles;
#[cfg(test)]
mod tests;

pub use counts::ReassemblyCounts;
pub use event::{ConnectionEvent, Slot};
pub use limits::ReassemblyLimits;
pub use reassembler::Reassembler;
