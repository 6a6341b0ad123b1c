//! Capture files: pcap and pcapng, plain or compressed, of any size, in any state.

mod blocks;
mod open;
mod pcapng;
mod reader;

pub use open::FileProgress;
pub use reader::{CaptureFile, FileEnd, FileLoss};
