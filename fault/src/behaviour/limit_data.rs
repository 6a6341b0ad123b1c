//! `limit_data`: a connection is closed after so many bytes. Toxiproxy's; 0 closes it at the first.

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::draw::Dice;
use crate::flow::{Flow, Stream};
use crate::options::{Options, Written};

/// Closes a connection that has had enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitData {
    /// How many bytes pass, counted from the connection's beginning.
    pub bytes: u32,
    /// Which way.
    pub stream: Stream,
}

impl Acts for LimitData {
    const NAME: &'static str = "limit_data";
    const OPTIONS: &'static str = "bytes and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let bytes = options.number("bytes", 0..=u32::MAX, "bytes, 0 to 4294967295")?;
        Ok(Self {
            bytes: bytes.ok_or_else(|| options.missing("bytes, as in limit_data(bytes=1000)"))?,
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("bytes", self.bytes);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            let before = flow.limit_bytes.unwrap_or(u64::MAX);
            flow.limit_bytes = Some(before.min(u64::from(self.bytes)));
        }
    }
}
