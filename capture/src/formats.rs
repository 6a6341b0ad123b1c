//! Traffic in the formats of other tools, both ways: what a file tells goes to the recorder exchange by
//! exchange, and a recording is written so that reading it back gives the same exchanges.
//!
//! Reading and writing of one format lie beside each other. A reader tells what it finds
//! ([`told::Told`]) to whoever asks: first to find when the traffic began, then to fill the recording.

mod base64;
mod exported;
mod format;
mod har;
mod heard;
mod keep;
mod moment;
mod open;
mod problems;
mod told;

pub(crate) use exported::{ExchangeWriter, Exported, Written};
pub(crate) use format::{FormatFile, Reading};
pub(crate) use har::HarWriter;
pub(crate) use keep::Keep;
