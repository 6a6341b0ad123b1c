//! Capture files: pcap and pcapng, plain or compressed, of any size, in any state.

mod blocks;
mod open;
mod pcapng;
mod reader;
mod stream;
#[cfg(test)]
mod tests;
mod variant;

pub use open::FileProgress;
#[cfg(any(test, feature = "invariants"))]
pub(crate) use open::of;
pub(crate) use open::{Opened, open};
pub use reader::{CaptureFile, FileEnd, FileLoss};
