//! `latency`: bytes are longer on their way; as many pass as before. Toxiproxy's, with distributions.

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::distribution::Spread;
use crate::draw::Dice;
use crate::flow::{Flow, Stream};
use crate::options::{Options, Written};

/// Puts the server further away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// How long each piece that is read is on its way; pieces never overtake each other.
    pub spread: Spread,
    /// Which way.
    pub stream: Stream,
}

impl Acts for Latency {
    const NAME: &'static str = "latency";
    const OPTIONS: &'static str = "ms, jitter, distribution and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let needs = "ms, as in latency(ms=40) or latency(ms=40,jitter=10,stream=both)";
        Ok(Self {
            spread: Spread::read(options, needs)?,
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        self.spread.write(out);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            flow.latency += self.spread.draw(dice);
        }
    }
}
