//! How the bytes of one direction of a connection flow: what the faults that act on connections add up to.

use std::fmt;
use std::time::Duration;

use reprise_wire::Direction;

use crate::FaultError;
use crate::options::{Options, Written};

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

impl Flow {
    /// Untouched.
    pub const fn new(direction: Direction) -> Self {
        Self {
            direction,
            latency: Duration::ZERO,
            bytes_per_s: None,
            slices: None,
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
