//! `packet_loss`: what the loss of packets is to whoever reads a TCP connection. Nothing is missing and nothing comes in
//! another order: what was lost comes later, and all behind it waits. Toxiproxy's drops bytes, which TCP never does;
//! the system's own (`tc qdisc ... netem loss`) needs its rights and an interface to itself.

use std::time::Duration;

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::Percent;
use crate::draw::Dice;
use crate::flow::{Flow, Loss, Stream};
use crate::options::{Options, Written};

/// What Linux waits at least for an acknowledgement, milliseconds (`TCP_RTO_MIN`).
const RETRANSMISSION_MS: u32 = 200;

const SHARE: &str = "a share of packets, above 0, up to 100, with at most four decimals";

/// Loses packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketLoss {
    /// The share of packets that are lost.
    pub packets: Percent,
    /// How much larger that share is behind a lost packet: losses come in bursts then. Toxiproxy's name for it.
    pub correlation: Option<Percent>,
    /// After how long one is sent again, milliseconds; twice as long each time it is lost again (RFC 6298, 5.5).
    pub ms: u32,
    /// Which way.
    pub stream: Stream,
}

impl Acts for PacketLoss {
    const NAME: &'static str = "packet_loss";
    const OPTIONS: &'static str = "percent, correlation, ms and stream";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let mut share = |option| options.value(option, SHARE, |text| text.parse().ok());
        let (packets, correlation) = (share("percent")?, share("correlation")?);
        let ms = options.milliseconds("ms")?;
        Ok(Self {
            packets: packets
                .ok_or_else(|| options.missing("percent, as in packet_loss(percent=1)"))?,
            correlation,
            ms: ms.unwrap_or(RETRANSMISSION_MS),
            stream: Stream::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("percent", self.packets);
        if let Some(more) = self.correlation {
            out.put("correlation", more);
        }
        out.put_unless("ms", self.ms, RETRANSMISSION_MS);
        self.stream.write(out);
    }

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        if self.stream.holds(flow.direction) {
            flow.loss = Some(Loss {
                share: self.packets,
                more_behind_a_loss: self.correlation,
                again_after: Duration::from_millis(u64::from(self.ms)),
            });
        }
    }
}
