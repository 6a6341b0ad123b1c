//! Live traffic: what can be captured, and capturing it into a recording.
//!
//! The thread of a source only copies packets to a queue; decoding and storing have threads of their
//! own. When they fall behind, the queue fills, the kernel's ring fills, and the kernel counts.

mod command;
mod config;
mod delivery;
mod devices;
mod engine;
mod expression;
mod filter;
mod flowing;
mod interface;
mod open;
mod process;
mod rates;
mod record;
mod rotation;
mod stream;
pub(crate) mod tap;

pub use command::CaptureCommand;
pub use config::{
    DEFAULT_PATIENCE, DEFAULT_RING_BYTES, DEFAULT_SNAP_LENGTH, Interfaces, PacketSource,
    RecordConfig, Rotate, RotateEvery, StopAfter,
};
pub use devices::{Device, NotCapturable, devices};
pub use filter::check_filter;
pub use flowing::FlowingFile;
pub use open::{InterfaceRequest, OpenInterface, open_interface};
pub use rates::{DeviceCounters, DeviceRate, DeviceReading, device_counters};
pub use record::record;
pub use tap::TapStatus;
