//! Traffic in the formats of other tools, both ways: what a file tells goes to the recorder exchange by
//! exchange, and a recording is written so that reading it back gives the same exchanges.
//!
//! Reading and writing of one format lie beside each other. A reader tells what it finds
//! ([`told::Told`]) to whoever asks: first to find when the traffic began, then to fill the recording.

pub(crate) mod access_log;
mod base64;
mod curl;
mod exported;
mod format;
pub(crate) mod gor;
pub(crate) mod har;
mod heard;
mod keep;
mod lines;
mod moment;
pub(crate) mod mysql_log;
mod open;
mod pcap;
mod problems;
mod told;
mod url;
mod vegeta;

pub(crate) use curl::CurlWriter;
pub(crate) use exported::{ExchangeWriter, Exported, Written};
pub(crate) use format::FormatFile;
pub(crate) use gor::GorWriter;
pub(crate) use har::HarWriter;
pub(crate) use keep::Keep;
pub(crate) use pcap::PcapWriter;
#[cfg(any(feature = "invariants", test))]
pub(crate) use told::{Told, tell};
pub(crate) use vegeta::VegetaWriter;
