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
pub(crate) use open::{Opened, open};
pub use reader::{CaptureFile, FileEnd, FileLoss};
