//! In: packets to segments to connections to exchanges to the store. Only this crate links libpcap.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable
)]

pub mod link;
mod packet;
pub mod reassembly;

pub use packet::{LinkType, Packet};
