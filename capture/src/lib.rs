//! In: packets to segments to connections to exchanges to the store. Only this crate links libpcap.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable
)]

pub mod link;
pub mod file;
mod error;
mod packet;
pub mod packet_builder;
pub mod reassembly;

pub use error::{CAPTURE_RIGHTS_COMMAND, CaptureError};
pub use packet::{LinkType, Packet};
