//! `slow_close`: the end of a connection arrives late. Toxiproxy's.

use std::time::Duration;

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::draw::Dice;
use crate::flow::{Flow, Stream};
use crate::options::{Options, Written};

/// Holds the close back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowClose {
    /// How long, milliseconds.
    pub ms: u32,
    /// Which way.
    pub stream: Stream,
}

impl Acts for SlowClose {
    const NAME: &'static str = "slow_close";
    const OPTIONS: &'static str = "ms and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let ms = options.milliseconds("ms")?;
        Ok(Self {
            ms: ms.ok_or_else(|| options.missing("ms, as in slow_close(ms=500)"))?,
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("ms", self.ms);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            flow.close_hold += Duration::from_millis(u64::from(self.ms));
        }
    }
}
