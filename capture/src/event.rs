//! What a running capture tells, and how it is told: a bounded queue that never holds up the engine.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError};
use reprise_wire::Timestamp;

/// Events that wait to be looked at. Beyond it the oldest are forgotten.
const QUEUE: usize = 64;

/// Something to show while a capture runs.
#[derive(Clone, Debug, PartialEq)]
pub enum CaptureEvent {
    /// Where it stands; several times a second.
    Progress(Progress),
    /// Something that does not end it but should be known.
    Warning(Warning),
    /// It goes on in another recording.
    Rotated {
        /// The name of the one that ended; its end may still be being written.
        ended: String,
        /// The name of the next.
        name: String,
    },
    /// It has ended; `join` has the result.
    Finished,
}

/// How far a capture is, counted from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Packets read.
    pub packets: u64,
    /// Bytes of packets read.
    pub bytes: u64,
    /// Connections that carried bytes.
    pub connections: u64,
    /// Those of them that are open.
    pub open_connections: u64,
    /// Exchanges decoded.
    pub exchanges: u64,
    /// Packets that a kernel dropped because the capture was behind.
    pub kernel_dropped: u64,
    /// Packets that an interface or its driver dropped.
    pub interface_dropped: u64,
    /// Bytes missing in connections.
    pub gap_bytes: u64,
    /// Bytes that did not decode, in connections that have ended.
    pub undecodable_bytes: u64,
    /// The time of the last packet.
    pub last_packet: Option<Timestamp>,
    /// How much of the files has been read, from 0 to 1; `None` for a live capture.
    pub file_fraction: Option<f64>,
}

/// Something that does not end a capture but should be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A file ended in the middle of a packet, or of an exchange; what came before was kept.
    FileCut(PathBuf),
    /// A file is unreadable from some place on; what came before was kept.
    FileDamaged(PathBuf),
    /// A file has no packets, or no exchanges.
    NoPackets(PathBuf),
    /// An import was stopped before this file was read to its end; what came before was kept.
    FileNotFinished(PathBuf),
    /// Parts of a file were not understood.
    LeftOut {
        /// Which file.
        path: PathBuf,
        /// How many.
        count: u64,
        /// What they are, in the plural.
        what: &'static str,
        /// The lines on which the first few begin.
        lines: Vec<u64>,
    },
    /// The kernel or an interface drops packets.
    Dropping {
        /// How many so far.
        packets: u64,
    },
    /// Connections of a replay were left out.
    ReplayLeftOut {
        /// How many.
        connections: u64,
    },
    /// A line that a capturing command printed on its standard error.
    CommandSays(String),
    /// Lines of it that were left out.
    CommandSaysMore {
        /// How many.
        lines: u64,
    },
    /// It has printed nothing yet.
    CommandSilent {
        /// For how long.
        so_far: Duration,
    },
    /// It failed and is started again.
    CommandAgain {
        /// What came of it.
        how: String,
        /// How long it waits before.
        after: Duration,
    },
    /// It failed; what came before was kept.
    CommandEnded {
        /// What came of it.
        how: String,
    },
    /// One of several captures cannot be read on; what came before was kept.
    SourceFailed {
        /// Why.
        how: String,
    },
    /// A new recording could not be begun, or an old one not deleted; it is tried again.
    NotRotated {
        /// What the store said.
        reason: String,
    },
    /// An interface ended its capture; what came before was kept.
    InterfaceGone {
        /// Which.
        interface: String,
        /// What libpcap said.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileCut(path) => write!(
                f,
                "{} was cut off at its end; what came before was kept",
                path.display()
            ),
            Self::FileDamaged(path) => write!(
                f,
                "{} is damaged from some place on; what came before was kept",
                path.display()
            ),
            Self::NoPackets(path) => write!(f, "{} has no traffic in it", path.display()),
            Self::FileNotFinished(path) => write!(
                f,
                "{} was not read to its end, because the import was stopped; what came before was kept",
                path.display()
            ),
            Self::LeftOut {
                path,
                count,
                what,
                lines,
            } => {
                let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                let lines = lines.join(", ");
                let path = path.display();
                write!(
                    f,
                    "{path}: left out {count}: {what} (first on line {lines})"
                )
            }
            Self::Dropping { packets } => write!(
                f,
                "{packets} packets were dropped before they could be read; \
                 narrow the capture with --port or --filter"
            ),
            Self::ReplayLeftOut { connections } => {
                write!(f, "connections of a replay were left out: {connections}")
            }
            Self::CommandSays(line) => write!(f, "the command says: {line}"),
            Self::CommandSaysMore { lines } => write!(f, "the command says {lines} more lines"),
            Self::CommandSilent { so_far } => write!(
                f,
                "the command has printed nothing for {} s; it cannot ask for a password here: \
                 let ssh use a key or an agent",
                so_far.as_secs()
            ),
            Self::CommandAgain { how, after } => write!(
                f,
                "the command failed: {how}; it is started again in {} s",
                after.as_secs()
            ),
            Self::CommandEnded { how } => {
                write!(f, "the command failed: {how}; what came before was kept")
            }
            Self::SourceFailed { how } => write!(f, "failed to {how}; what came before was kept"),
            Self::NotRotated { reason } => write!(f, "failed to {reason}; it is tried again"),
            Self::InterfaceGone { interface, reason } => write!(
                f,
                "{interface} ended the capture ({reason}); what came before was kept"
            ),
        }
    }
}

/// The engine's end of the queue.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    sender: Sender<CaptureEvent>,
    /// Makes room: the oldest event goes first.
    receiver: Receiver<CaptureEvent>,
}

impl Events {
    /// A queue, and the end to read it from.
    pub(crate) fn new() -> (Self, Receiver<CaptureEvent>) {
        let (sender, receiver) = crossbeam_channel::bounded(QUEUE);
        (
            Self {
                sender,
                receiver: receiver.clone(),
            },
            receiver,
        )
    }

    /// Tells something, at the cost of the oldest event when nobody reads.
    pub(crate) fn tell(&self, event: CaptureEvent) {
        let mut event = event;
        while let Err(TrySendError::Full(back)) = self.sender.try_send(event) {
            let _ = self.receiver.try_recv();
            event = back;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_nobody_reads_the_oldest_events_go_and_the_last_stays() {
        let (events, receiver) = Events::new();
        for packets in 0..1_000 {
            events.tell(CaptureEvent::Progress(Progress {
                packets,
                ..Progress::default()
            }));
        }
        events.tell(CaptureEvent::Finished);
        let told: Vec<_> = receiver.try_iter().collect();
        assert_eq!(told.len(), QUEUE);
        assert_eq!(told.last(), Some(&CaptureEvent::Finished));
    }
}
