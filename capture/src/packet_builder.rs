//! Synthetic captures: TCP conversations from scripts of what each side says, as packets and as
//! pcap or pcapng files. Tests and exports are written with it.

mod conversation;
mod file;
mod frame;

pub use conversation::Conversation;
pub(crate) use file::write_frame;
pub use file::{PcapOptions, write_pcap, write_pcapng};
pub use frame::{Frame, Framing, Header, build};
