//! IP fragments put together again, in bounded memory. Times are packet times.

use std::net::IpAddr;

use etherparse::IpNumber;
use reprise_wire::Timestamp;
use rustc_hash::FxHashMap;

use super::Layers;
use super::segment::Path;

/// How many datagrams may be incomplete at a time.
const MOST_DATAGRAMS: usize = 1_000;
/// How many bytes they may hold.
const MOST_BYTES: usize = 16 << 20;
/// How long a datagram may take to arrive, in nanoseconds (RFC 791 suggests 15 s; hosts use 30).
const LONGEST_NANOS: i64 = 30_000_000_000;
/// How many pieces one datagram may come in: 64 KiB over the smallest link in use needs 120.
const MOST_PIECES: usize = 256;
/// The longest datagram IP can describe.
const LONGEST_DATAGRAM: usize = 65_535;

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
}

#[derive(Debug)]
struct Incomplete {
    since: Timestamp,
    pieces: Vec<(usize, Vec<u8>)>,
    end: Option<usize>,
}

impl Fragments {
    /// Adds a piece; gives the datagram back when it was the last one missing. Beyond the caps the
    /// oldest datagrams are forgotten.
    pub fn add(&mut self, fragment: &Fragment<'_>) -> Option<Datagram> {
        let end = fragment.offset.saturating_add(fragment.data.len());
        if end > LONGEST_DATAGRAM || fragment.layers.carrier.missing > 0 {
            return None;
        }
        let at = fragment.layers.carrier.at;
        self.forget_old(at);
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
        if whole.is_some() || packets >= MOST_PIECES {
            self.forget(fragment.key);
        }
        Some(Datagram {
            bytes: whole?,
            packets: packets as u64,
        })
    }

    fn forget_old(&mut self, now: Timestamp) {
        while self.incomplete.len() >= MOST_DATAGRAMS || self.bytes >= MOST_BYTES {
            let Some(oldest) = self.oldest() else { return };
            self.forget(oldest);
        }
        // Rarely more than a handful, so looking for the oldest each time costs nothing.
        while let Some(oldest) = self.oldest() {
            let since = self
                .incomplete
                .get(&oldest)
                .map_or(now, |incomplete| incomplete.since);
            if now.nanos().saturating_sub(since.nanos()) <= LONGEST_NANOS {
                return;
            }
            self.forget(oldest);
        }
    }

    fn oldest(&self) -> Option<DatagramKey> {
        self.incomplete
            .iter()
            .min_by_key(|(key, incomplete)| (incomplete.since, **key))
            .map(|(key, _)| *key)
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
