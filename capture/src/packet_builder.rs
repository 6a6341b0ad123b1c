//! Synthetic captures: TCP conversations from scripts of what each side says, as packets and as
//! pcap or pcapng files. Tests are written with it, and exports will be.

mod conversation;
mod file;
mod frame;

pub use conversation::Conversation;
pub use file::{PcapOptions, write_pcap, write_pcapng};
pub use frame::{Frame, Framing};
