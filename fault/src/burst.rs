//! What faults make of a burst: what one side of a connection of bytes says until it is quiet, or until the other
//! side speaks. Nobody has to answer it.

use std::time::Duration;

use reprise_wire::Direction;

use crate::FaultError;
use crate::flow::Stream;
use crate::options::{Options, Written};

/// A burst has ended once its sender was quiet for so long; milliseconds, unless something else is asked for.
const QUIET_MS: u32 = 20;

/// The bursts a behaviour acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bursts {
    /// Of which side.
    pub stream: Stream,
    /// How long its sender is quiet once one has ended; milliseconds.
    pub quiet_ms: u32,
}

impl Bursts {
    /// Takes `stream` and `quiet_ms`; `None`: neither is there.
    pub(crate) fn given(options: &mut Options) -> Result<Option<Self>, FaultError> {
        let stream = Stream::given(options)?;
        let quiet_ms = options.number(
            "quiet_ms",
            1..=60_000,
            "the milliseconds of quiet that end a burst, 1 to 60000",
        )?;
        if stream.is_none() && quiet_ms.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            stream: stream.unwrap_or_default(),
            quiet_ms: quiet_ms.unwrap_or(QUIET_MS),
        }))
    }

    /// Takes `stream` and `quiet_ms`, or what each is by itself.
    pub(crate) fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self::given(options)?.unwrap_or_default())
    }

    pub(crate) fn write(self, out: &mut Written) {
        self.stream.write(out);
        self.write_quiet(out);
    }

    pub(crate) fn write_quiet(self, out: &mut Written) {
        out.put_unless("quiet_ms", self.quiet_ms, QUIET_MS);
    }

    /// Whether those of this direction are meant.
    pub(crate) fn holds(self, direction: Direction) -> bool {
        self.stream.holds(direction)
    }

    /// How long its sender is quiet once one has ended.
    pub(crate) fn quiet(self) -> Duration {
        Duration::from_millis(u64::from(self.quiet_ms))
    }
}

impl Default for Bursts {
    fn default() -> Self {
        Self {
            stream: Stream::default(),
            quiet_ms: QUIET_MS,
        }
    }
}

/// What happens to a burst. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BurstChanges {
    /// How long it is held back.
    pub hold: Duration,
    /// After how many of its bytes the rest of it is left out; 0: it never arrives.
    pub cut_bytes: Option<u32>,
    /// How often it arrives again.
    pub repeats: u32,
}
