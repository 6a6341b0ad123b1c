//! `slicer`: bytes come in small pieces with pauses. Toxiproxy's.

use std::time::Duration;

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::draw::Dice;
use crate::flow::{Flow, Slices, Stream};
use crate::options::{Options, Written};

/// Cuts the stream into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slicer {
    /// Bytes of a piece, on average.
    pub bytes: u32,
    /// How far a piece may be from that; less than `bytes`.
    pub variation: u32,
    /// The pause after each piece, microseconds.
    pub delay_us: u32,
    /// Which way.
    pub stream: Stream,
}

impl Acts for Slicer {
    const NAME: &'static str = "slicer";
    const OPTIONS: &'static str = "bytes, variation, delay_us and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let bytes = options.number("bytes", 1..=1_000_000, "1 to 1000000 bytes")?;
        let bytes =
            bytes.ok_or_else(|| options.missing("bytes, as in slicer(bytes=16,delay_us=1000)"))?;
        let less = "fewer bytes than a piece has";
        let variation = options.number("variation", 0..=bytes - 1, less)?;
        let delay_us = options.number("delay_us", 0..=60_000_000, "microseconds, 0 to 60000000")?;
        Ok(Self {
            bytes,
            variation: variation.unwrap_or(0),
            delay_us: delay_us.unwrap_or(0),
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("bytes", self.bytes);
        out.put_unless("variation", self.variation, 0);
        out.put_unless("delay_us", self.delay_us, 0);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            flow.slices = Some(Slices {
                bytes: self.bytes,
                variation_bytes: self.variation,
                pause: Duration::from_micros(u64::from(self.delay_us)),
            });
        }
    }
}
