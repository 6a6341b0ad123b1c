//! What a live recording is asked for: where its packets come from, which of them, for how long.

use std::path::PathBuf;
use std::time::Duration;

use reprise_wire::Limits;

use super::command::CaptureCommand;
use super::flowing::FlowingFile;
use crate::Redaction;
use crate::reassembly::ReassemblyLimits;

/// The kernel's ring when nothing else is asked for, in bytes: libpcap's own 2 MiB lose most of a
/// burst.
pub const DEFAULT_RING_BYTES: u32 = 64 << 20;

/// The bytes kept of a packet when nothing else is asked for: longer than any that an offloading network card
/// hands over.
pub const DEFAULT_SNAP_LENGTH: u32 = 262_144;

/// How long a packet of a growing file waits for the others when nothing else is asked for: longer than a
/// program takes that writes each packet as it comes.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(1);

/// What to capture, and how.
#[derive(Clone, Debug, Default)]
pub struct RecordConfig {
    /// Where the packets come from.
    pub source: PacketSource,
    /// TCP ports to capture; none for all.
    pub ports: Vec<u16>,
    /// A filter in libpcap's language; it must hold beside the ports.
    pub filter: Option<String>,
    /// When it ends by itself.
    pub stop_after: StopAfter,
    /// When to go on in a new recording; `None`: never.
    pub rotate: Option<Rotate>,
    /// The recording's name; of several, what their names begin with.
    pub name: String,
    /// Caps of one connection's decoding.
    pub limits: Limits,
    /// Caps of putting connections together.
    pub reassembly: ReassemblyLimits,
    /// Which secrets to replace before they are stored; `None` stores everything as it was said.
    pub redaction: Option<Redaction>,
}

/// Where packets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PacketSource {
    /// Interfaces of this machine.
    Interfaces(Interfaces),
    /// What a command prints.
    Command(CaptureCommand),
    /// Captures that somebody else is writing, all into the same recording.
    Files {
        /// Where they are.
        files: Vec<FlowingFile>,
        /// How long packets wait for a file that has no more for now and may lack earlier ones.
        patience: Duration,
    },
}

/// Interfaces to capture on, all into the same recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interfaces {
    /// Their names; `any`, alone, for all there are.
    pub names: Vec<String>,
    /// The kernel's ring for each of them, in bytes.
    pub ring_bytes: u32,
    /// How many bytes of each packet are kept; what is cut off is counted.
    pub snap_length: u32,
    /// Whether to ask for packets that are not for this machine, too (from a mirror port).
    pub promiscuous: bool,
    /// The `reprise-tap` to capture through. `None`: only when this process may not capture itself,
    /// and then the one that `REPRISE_TAP` names, or is beside this program, or in the `PATH`.
    pub tap: Option<PathBuf>,
}

impl Interfaces {
    /// These, opened as is best for most.
    pub fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            ring_bytes: DEFAULT_RING_BYTES,
            snap_length: DEFAULT_SNAP_LENGTH,
            promiscuous: true,
            tap: None,
        }
    }
}

impl Default for PacketSource {
    fn default() -> Self {
        Self::Interfaces(Interfaces::named(Vec::<String>::new()))
    }
}

/// When a recording ends by itself: as soon as one of these is reached. Without any, when it is
/// stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopAfter {
    /// So long after its start.
    pub duration: Option<Duration>,
    /// So many bytes of packets; the packet that would go beyond is not taken.
    pub bytes: Option<u64>,
    /// So many packets.
    pub packets: Option<u64>,
    /// At least so many exchanges: those decoded from packets read together come with the last.
    pub exchanges: Option<u64>,
}

/// When a recording ends and the next begins: `NAME-1`, `NAME-2`, ... No packet is lost between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotate {
    /// How long, or how large, each becomes.
    pub every: RotateEvery,
    /// How many that have ended are kept; older ones go to the bin. `None`: all.
    pub keep: Option<usize>,
}

/// What makes a recording long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotateEvery {
    /// So much time.
    Time(Duration),
    /// So many bytes of packets.
    Bytes(u64),
}
