//! Packets to the recorder, with every one accounted for: decoded, or dropped for a reason.

use std::collections::BTreeMap;

use reprise_store::{Ledger, Recording, RecordingWriter};
use reprise_wire::Timestamp;

use crate::event::Progress;
use crate::link::{self, Decoded, Fragments};
use crate::reassembly::{Reassembler, ReassemblyCounts, ReassemblyLimits};
use crate::{CaptureError, Packet, Recorder};

/// The way of a packet through this crate, link header to recorder.
#[derive(Debug)]
pub struct Ingest {
    fragments: Fragments,
    reassembler: Reassembler,
    recorder: Recorder,
    seen: Seen,
    lost_before: LostBefore,
    last_packet: Option<Timestamp>,
}

/// Packets lost before they came here: what the kernel, the interfaces and the files say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LostBefore {
    /// Packets that a kernel dropped because the capture was behind.
    pub kernel_dropped: u64,
    /// Packets that an interface or its driver dropped.
    pub interface_dropped: u64,
    /// Records of files that could not be read.
    pub unreadable_records: u64,
    /// How often a command that captures was started again.
    pub restarts: u64,
}

/// Where packets went that never became a segment, and how many were put together to one.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    packets: u64,
    bytes: u64,
    truncated: u64,
    unsupported_link: u64,
    not_tcp: u64,
    malformed: u64,
    /// Fragments of datagrams that are not whole.
    fragments: u64,
    /// Fragments beyond the first of datagrams that were put together to a segment.
    joined: u64,
}

/// What was let go, by reason, as the ledger names them.
fn evicted(counts: &ReassemblyCounts, fragments: u64) -> BTreeMap<String, u64> {
    let reasons = [
        ("idle", counts.evicted_idle),
        ("table_full", counts.evicted_table_full),
        ("half_open", counts.half_open),
        ("holes", counts.memory_gaps),
        ("fragments", fragments),
    ];
    let seen = reasons.into_iter().filter(|(_, count)| *count > 0);
    seen.map(|(reason, count)| (reason.to_owned(), count))
        .collect()
}

impl Ingest {
    /// Feeds `recorder`.
    pub fn new(recorder: Recorder, limits: ReassemblyLimits) -> Self {
        Self {
            fragments: Fragments::new(limits.fragments),
            reassembler: Reassembler::new(limits),
            recorder,
            seen: Seen::default(),
            lost_before: LostBefore::default(),
            last_packet: None,
        }
    }

    /// Takes one packet.
    pub fn packet(&mut self, packet: &Packet<'_>) {
        self.seen.packets += 1;
        self.seen.bytes += packet.data.len() as u64;
        self.seen.truncated += u64::from(packet.is_truncated());
        self.last_packet = self.last_packet.max(Some(packet.at));
        match link::decode(packet) {
            Decoded::Fragment(fragment) => {
                self.seen.fragments += 1;
                let Some(datagram) = self.fragments.add(&fragment) else {
                    return;
                };
                self.seen.fragments = self.seen.fragments.saturating_sub(datagram.packets);
                let decoded = link::decode_datagram(&fragment, &datagram.bytes);
                self.decoded(&decoded, datagram.packets);
            }
            decoded => self.decoded(&decoded, 1),
        }
    }

    fn decoded(&mut self, decoded: &Decoded<'_>, packets: u64) {
        match decoded {
            Decoded::Segment(segment) => {
                self.seen.joined += packets.saturating_sub(1);
                let recorder = &mut self.recorder;
                self.reassembler
                    .push(segment, &mut |event| recorder.event(event));
            }
            Decoded::NotTcp => self.seen.not_tcp += packets,
            Decoded::UnsupportedLink => self.seen.unsupported_link += packets,
            // A datagram that is whole has no fragments left; a tunnel in it is not followed.
            Decoded::Fragment(_) => self.seen.fragments += packets,
            Decoded::Malformed => self.seen.malformed += packets,
        }
    }

    /// Says what was lost before packets came here, in all.
    pub const fn set_lost_before(&mut self, lost: LostBefore) {
        self.lost_before = lost;
    }

    /// Closes what packets opened, so that exchanges from elsewhere can follow on new connections.
    pub(crate) fn close_connections(&mut self) {
        let at = self.last_packet.unwrap_or_default();
        let recorder = &mut self.recorder;
        self.reassembler
            .finish(at, &mut |event| recorder.event(event));
    }

    /// Where what has no packets goes, once [`Ingest::close_connections`] was called.
    pub(crate) const fn recorder(&mut self) -> &mut Recorder {
        &mut self.recorder
    }

    /// Counts bytes of a file that has no packets, up to traffic at `last`.
    pub(crate) fn told(&mut self, bytes: u64, last: Option<Timestamp>) {
        self.seen.bytes += bytes;
        self.last_packet = self.last_packet.max(last);
    }

    /// Whether storing has failed; [`Ingest::finish`] has the reason.
    pub const fn has_failed(&self) -> bool {
        self.recorder.has_failed()
    }

    /// What reassembly saw.
    pub fn counts(&self) -> &ReassemblyCounts {
        self.reassembler.counts()
    }

    /// Where it stands.
    pub fn progress(&self) -> Progress {
        Progress {
            packets: self.seen.packets,
            bytes: self.seen.bytes,
            connections: self.recorder.connections(),
            exchanges: self.recorder.exchanges(),
            open_connections: self.recorder.open_connections(),
            kernel_dropped: self.lost_before.kernel_dropped,
            interface_dropped: self.lost_before.interface_dropped,
            gap_bytes: self.counts().gap_bytes,
            undecodable_bytes: self.recorder.undecodable_bytes(),
            last_packet: self.last_packet,
            file_fraction: None,
        }
    }

    /// Ends the recording and goes on in the one of `writer`.
    pub fn rotate(&mut self, writer: RecordingWriter) {
        let ledger = self.ledger();
        self.recorder
            .rotate(writer, self.seen.bytes, self.last_packet, ledger);
    }

    /// Hands over what has gathered and what is known so far.
    pub fn checkpoint(&mut self) {
        let ledger = self.ledger();
        self.recorder
            .checkpoint(self.seen.bytes, self.last_packet, ledger);
    }

    /// Hands over what has gathered.
    pub fn hand_over(&mut self) {
        self.recorder.hand_over();
    }

    /// The packets' part of the ledger: `packets` is the sum of `decoded_packets`,
    /// `unsupported_link`, `not_tcp`, `malformed_packets`, `fragments`, `duplicate_packets` and
    /// `replay_marked`. Truncated packets are among them; those lost before are not.
    pub fn ledger(&self) -> Ledger {
        let counts = self.counts();
        Ledger {
            packets: self.seen.packets,
            decoded_packets: counts.segments + counts.overtaking + self.seen.joined,
            kernel_dropped: self.lost_before.kernel_dropped,
            interface_dropped: self.lost_before.interface_dropped,
            truncated_packets: self.seen.truncated,
            unsupported_link: self.seen.unsupported_link,
            not_tcp: self.seen.not_tcp,
            malformed_packets: self.seen.malformed,
            unreadable_records: self.lost_before.unreadable_records,
            restarts: self.lost_before.restarts,
            fragments: self.seen.fragments,
            duplicate_packets: counts.duplicates,
            replay_marked: counts.replay_segments,
            gap_bytes: counts.gap_bytes,
            evicted: evicted(counts, self.fragments.given_up()),
            evicted_connections: counts.evicted_idle + counts.evicted_table_full,
            ..Ledger::default()
        }
    }

    /// Closes what is open and ends the recording.
    ///
    /// # Errors
    /// Something could not be stored. What was committed before is kept.
    pub fn finish(self) -> Result<Recording, CaptureError> {
        self.end(true)
    }

    /// Closes what is open and ends the recording, marked as interrupted: its source has more.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn interrupt(self) -> Result<Recording, CaptureError> {
        self.end(false)
    }

    fn end(mut self, complete: bool) -> Result<Recording, CaptureError> {
        self.close_connections();
        let ledger = self.ledger();
        self.recorder
            .finish(self.seen.bytes, self.last_packet, ledger, complete)
    }
}
