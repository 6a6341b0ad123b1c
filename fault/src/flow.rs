//! How the bytes of one direction of a connection flow: what the faults that act on connections add up to.

use std::fmt;
use std::time::Duration;

use reprise_wire::Direction;

use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::{FaultError, Percent};

/// The flow in one direction. The default is untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Which way.
    pub direction: Direction,
    /// How long bytes are on their way.
    pub latency: Duration,
    /// How many bytes a second there is room for.
    pub bytes_per_s: Option<u32>,
    /// The pieces bytes are cut into.
    pub slices: Option<Slices>,
    /// The packets that are lost.
    pub loss: Option<Loss>,
    /// After how many bytes the connection is closed.
    pub limit_bytes: Option<u64>,
    /// How long its end is held back.
    pub close_hold: Duration,
    /// The connection is not to be.
    pub down: bool,
}

/// The pieces a flow is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slices {
    /// Bytes of one, on average.
    pub bytes: u32,
    /// How far one may be from that; bytes.
    pub variation_bytes: u32,
    /// The pause after each.
    pub pause: Duration,
}

/// Packets that are lost, and sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How many of them.
    pub share: Percent,
    /// How many more of those right behind a lost one.
    pub more_behind_a_loss: Option<Percent>,
    /// How long it takes to notice; twice as long each time one is lost again.
    pub again_after: Duration,
}

impl Loss {
    /// Bytes of a packet: what fits where most networks have 1500 for it and its headers.
    pub(crate) const PACKET: usize = 1448;

    /// Nobody waits longer for a packet to be sent again (RFC 6298, 2.5, allows that).
    const LONGEST: Duration = Duration::from_secs(60);

    /// A packet that is lost more often than this comes all the same.
    const MOST_TIMES: u32 = 15;

    /// How long a packet is late; `behind_a_loss`: the one before it was.
    pub(crate) fn late(
        self,
        seed: u64,
        [connection, direction, at]: [u64; 3],
        behind_a_loss: bool,
    ) -> Duration {
        let mut late = Duration::ZERO;
        for time in 0..Self::MOST_TIMES {
            let place = [connection, direction, at, u64::from(time)];
            // what is sent again comes after a pause, and bursts are over by then
            let share = match self.more_behind_a_loss {
                Some(more) if behind_a_loss && time == 0 => self.share.and(more),
                _ => self.share,
            };
            if !Dice::new(seed, &place).strikes(share) {
                break;
            }
            late += (self.again_after * (1 << time)).min(Self::LONGEST);
        }
        late
    }
}

impl Flow {
    /// Untouched.
    pub const fn new(direction: Direction) -> Self {
        Self {
            direction,
            latency: Duration::ZERO,
            bytes_per_s: None,
            slices: None,
            loss: None,
            limit_bytes: None,
            close_hold: Duration::ZERO,
            down: false,
        }
    }

    /// Lowers the room there is.
    pub(crate) fn at_most(&mut self, bytes_per_s: u32) {
        let before = self.bytes_per_s.unwrap_or(u32::MAX);
        self.bytes_per_s = Some(before.min(bytes_per_s));
    }
}

/// The directions a behaviour acts on; the words are Toxiproxy's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stream {
    /// From the server to the client.
    #[default]
    Downstream,
    /// From the client to the server.
    Upstream,
    /// Both.
    Both,
}

impl Stream {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Downstream, "downstream"),
        (Self::Upstream, "upstream"),
        (Self::Both, "both"),
    ];

    /// Whether a direction is meant.
    pub(crate) fn holds(self, direction: Direction) -> bool {
        match self {
            Self::Downstream => direction == Direction::ToClient,
            Self::Upstream => direction == Direction::ToServer,
            Self::Both => true,
        }
    }

    /// Takes `stream`, or what it is by itself.
    pub(crate) fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self::given(options)?.unwrap_or_default())
    }

    /// Takes `stream`, if it is there.
    pub(crate) fn given(options: &mut Options) -> Result<Option<Self>, FaultError> {
        options.value("stream", "downstream, upstream or both", |text| {
            let named = Self::ALL.iter().find(|(_, name)| *name == text);
            named.map(|(stream, _)| *stream)
        })
    }

    pub(crate) fn write(self, out: &mut Written) {
        out.put_unless("stream", self, Self::Downstream);
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(stream, _)| stream == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_late_once_for_each_time_it_is_lost_and_longer_each_time() {
        let late = |percent: &str, at| {
            let loss = Loss {
                share: percent.parse().unwrap(),
                more_behind_a_loss: None,
                again_after: Duration::from_millis(200),
            };
            loss.late(1, [1, 0, at], false).as_millis()
        };
        let all: Vec<u128> = (0..20_000).map(|at| late("10", at)).collect();
        let share = |ms: u128| all.iter().filter(|late| **late == ms).count() as f64 / 20_000.0;
        assert!((share(0) - 0.9).abs() < 0.01);
        assert!((share(200) - 0.09).abs() < 0.01);
        assert!((share(600) - 0.009).abs() < 0.003);
        // what is always lost comes at last
        let doubled = (0..9).map(|time| 200_u128 << time).sum::<u128>();
        assert_eq!(late("100", 0), doubled + 6 * 60_000);
    }

    #[test]
    fn losses_that_correlate_come_in_bursts() {
        let loss = Loss {
            share: "10".parse().unwrap(),
            more_behind_a_loss: Some("60".parse().unwrap()),
            again_after: Duration::from_millis(200),
        };
        let mut lost = vec![false];
        for at in 0..20_000 {
            let behind_a_loss = lost.last() == Some(&true);
            lost.push(!loss.late(1, [1, 0, at], behind_a_loss).is_zero());
        }
        let share_behind = |was_lost: bool| {
            let pairs: Vec<&[bool]> = lost.windows(2).filter(|two| two[0] == was_lost).collect();
            pairs.iter().filter(|two| two[1]).count() as f64 / pairs.len() as f64
        };
        assert!((share_behind(false) - 0.1).abs() < 0.02);
        assert!((share_behind(true) - 0.7).abs() < 0.03);
    }
}
