//! In: packets to segments to connections to exchanges to the store. Only this crate links libpcap.
//!
//! ```text
//! file:: or live::  ->  link::decode  ->  reassembly::Reassembler  ->  Recorder  ->  the store
//!   Packet               Segment            ConnectionEvent (Piece)     Exchange
//! ```
//!
//! [`import`] reads capture files and those of other tools, [`record`] captures an interface; both answer with a
//! [`Handle`]. [`export`] writes a recording in another tool's format.
//! Nothing is lost silently: [`Ingest::ledger`] accounts for every packet. `AGAINST-TSHARK.md`, beside this
//! crate's sources, says where imports and tshark count differently, and why.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable
)]

mod batch;
mod error;
mod event;
mod export;
pub mod file;
mod formats;
mod handle;
mod import;
mod ingest;
#[cfg(any(test, feature = "invariants"))]
pub mod invariants;
pub mod link;
mod live;
mod order;
mod packet;
pub mod packet_builder;
pub mod reassembly;
mod recorder;

pub use error::{CAPTURE_RIGHTS_COMMAND, CaptureError};
pub use event::{CaptureEvent, Progress, Warning};
pub use export::{ExportFormat, Exports, UnknownFormat, export};
pub use handle::{Handle, Stopper};
pub use import::{ImportConfig, import};
pub use ingest::{Ingest, LostBefore};
pub use live::{
    CaptureCommand, DEFAULT_PATIENCE, DEFAULT_RING_BYTES, DEFAULT_SNAP_LENGTH, Device,
    DeviceCounters, DeviceRate, DeviceReading, FlowingFile, InterfaceRequest, Interfaces,
    NotCapturable, OpenInterface, PacketSource, RecordConfig, Rotate, RotateEvery, StopAfter,
    TapStatus, check_filter, device_counters, devices, open_interface, record,
};
pub use packet::{LinkType, Packet};
pub use recorder::Recorder;
pub use reprise_wire::redact::Redaction;
