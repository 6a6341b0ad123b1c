//! IP fragments put together again, in bounded memory. Times are packet times.

use std::net::IpAddr;

use etherparse::IpNumber;
use reprise_wire::Timestamp;
use rustc_hash::FxHashMap;

use super::Layers;
use super::segment::Path;

/// How many pieces one datagram may come in: 64 KiB over the smallest link in use needs 120.
const MOST_PIECES: usize = 256;
/// The longest datagram IP can describe.
const LONGEST_DATAGRAM: usize = 65_535;

/// How much of datagrams that are not whole is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentLimits {
    /// How many datagrams may be incomplete at a time; the oldest are given up beyond it.
    pub datagrams: usize,
    /// How many bytes they may hold.
    pub bytes: usize,
    /// How long a datagram may take to arrive, in nanoseconds of packet time.
    pub nanos: i64,
}

impl Default for FragmentLimits {
    /// RFC 791 suggests to wait for 15 s; hosts wait for 30.
    fn default() -> Self {
        Self {
            datagrams: 1_000,
            bytes: 16 << 20,
            nanos: 30_000_000_000,
        }
    }
}

/// One piece of an IP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    pub(super) key: DatagramKey,
    pub(super) offset: usize,
    pub(super) more: bool,
    pub(super) data: &'a [u8],
    pub(super) protocol: IpNumber,
    pub(super) layers: Layers,
}

/// What the fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DatagramKey {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) identification: u32,
    pub(super) path: Path,
}

/// A datagram that is whole again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// The bytes after the IP header.
    pub bytes: Vec<u8>,
    /// How many packets it took.
    pub packets: u64,
}

/// The datagrams of which a part has been seen.
#[derive(Debug, Default)]
pub struct Fragments {
    incomplete: FxHashMap<DatagramKey, Incomplete>,
    bytes: usize,
    given_up: u64,
    limits: FragmentLimits,
}

#[derive(Debug)]
struct Incomplete {
    since: Timestamp,
    pieces: Vec<(usize, Vec<u8>)>,
    end: Option<usize>,
}

impl Fragments {
    /// Starts with none.
    pub fn new(limits: FragmentLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Bytes kept of datagrams that are not whole.
    pub const fn held_bytes(&self) -> usize {
        self.bytes
    }

    /// How many datagrams were given up because they took too long, or were too many or too large.
    pub const fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Adds a piece; gives the datagram back when it was the last one missing. Beyond the caps the
    /// oldest datagrams are forgotten.
    pub fn add(&mut self, fragment: &Fragment<'_>) -> Option<Datagram> {
        let end = fragment.offset.saturating_add(fragment.data.len());
        if end > LONGEST_DATAGRAM || fragment.layers.carrier.missing > 0 {
            return None;
        }
        let at = fragment.layers.carrier.at;
        self.forget_old(at, fragment.data.len());
        self.bytes += fragment.data.len();
        let incomplete = self
            .incomplete
            .entry(fragment.key)
            .or_insert_with(|| Incomplete {
                since: at,
                pieces: Vec::new(),
                end: None,
            });
        if !fragment.more {
            incomplete.end = Some(end);
        }
        incomplete
            .pieces
            .push((fragment.offset, fragment.data.to_vec()));
        let packets = incomplete.pieces.len();
        let whole = incomplete.whole();
        if whole.is_some() {
            self.forget(fragment.key);
        } else if packets >= MOST_PIECES {
            self.give_up(fragment.key);
        }
        Some(Datagram {
            bytes: whole?,
            packets: packets as u64,
        })
    }

    /// Makes room for `more` bytes.
    fn forget_old(&mut self, now: Timestamp, more: usize) {
        while self.incomplete.len() >= self.limits.datagrams
            || self.bytes + more > self.limits.bytes
        {
            let Some(oldest) = self.oldest() else { return };
            self.give_up(oldest);
        }
        // Rarely more than a handful, so looking for the oldest each time costs nothing.
        while let Some(oldest) = self.oldest() {
            let since = self
                .incomplete
                .get(&oldest)
                .map_or(now, |incomplete| incomplete.since);
            if now.nanos().saturating_sub(since.nanos()) <= self.limits.nanos {
                return;
            }
            self.give_up(oldest);
        }
    }

    fn oldest(&self) -> Option<DatagramKey> {
        self.incomplete
            .iter()
            .min_by_key(|(key, incomplete)| (incomplete.since, **key))
            .map(|(key, _)| *key)
    }

    fn give_up(&mut self, key: DatagramKey) {
        self.given_up += 1;
        self.forget(key);
    }

    fn forget(&mut self, key: DatagramKey) {
        if let Some(incomplete) = self.incomplete.remove(&key) {
            let freed: usize = incomplete.pieces.iter().map(|(_, bytes)| bytes.len()).sum();
            self.bytes = self.bytes.saturating_sub(freed);
        }
    }
}

impl Incomplete {
    /// The datagram, when no byte of it is missing. Of overlapping pieces the first to arrive wins.
    fn whole(&self) -> Option<Vec<u8>> {
        let end = self.end?;
        if self
            .pieces
            .iter()
            .map(|(_, piece)| piece.len())
            .sum::<usize>()
            < end
        {
            return None;
        }
        let mut bytes = vec![0; end];
        let mut covered = vec![false; end];
        for (offset, piece) in &self.pieces {
            let places = bytes.iter_mut().zip(&mut covered).skip(*offset);
            for ((place, covered), byte) in places.zip(piece) {
                if !*covered {
                    (*place, *covered) = (*byte, true);
                }
            }
        }
        covered.iter().all(|covered| *covered).then_some(bytes)
    }
}
