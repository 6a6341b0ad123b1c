//! `bandwidth`: only so many bytes a second fit through a connection. Toxiproxy's; 0 is refused, not a stall.

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::draw::Dice;
use crate::flow::{Flow, Stream};
use crate::options::{Options, Written};

/// Makes the connection narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// KiB a second, for each connection.
    pub kib_per_s: u32,
    /// Which way.
    pub stream: Stream,
}

impl Acts for Bandwidth {
    const NAME: &'static str = "bandwidth";
    const OPTIONS: &'static str = "rate (KiB a second) and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            kib_per_s: super::read_rate(options)?,
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("rate", self.kib_per_s);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            flow.at_most(self.kib_per_s * 1024);
        }
    }
}
