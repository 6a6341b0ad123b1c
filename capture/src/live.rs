//! Live interfaces through libpcap: what can be captured, and capturing it.
//!
//! The capture thread only copies packets to a queue; decoding and storing have threads of their
//! own. When they fall behind, the queue fills, the kernel's ring fills, and the kernel counts.

mod batch;
mod devices;
mod expression;
mod filter;
mod open;
mod record;
mod source;

pub use devices::{Device, NotCapturable, devices};
pub use filter::check_filter;
pub use record::{RecordConfig, record};
