//! The loss ledger: every packet and byte that did not become an exchange, by reason.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What was seen and what of it was lost. Packets in = decoded + every kind of drop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// Packets read.
    pub packets: u64,
    /// Packets that carried TCP we followed.
    pub decoded_packets: u64,
    /// Packets the kernel dropped because the capture was behind.
    pub kernel_dropped: u64,
    /// Packets the interface or its driver dropped.
    pub interface_dropped: u64,
    /// Packets cut by the snap length.
    pub truncated_packets: u64,
    /// Packets of a link type that is not understood.
    pub unsupported_link: u64,
    /// Packets that are not TCP.
    pub not_tcp: u64,
    /// Packets that contradict themselves.
    pub malformed_packets: u64,
    /// Packets cut off the end of a file, or blocks that could not be read.
    pub unreadable_records: u64,
    /// Times that a command which captures had to be started again: what was said between was not seen.
    pub restarts: u64,
    /// IP fragments that could not be put together.
    pub fragments: u64,
    /// Packets seen twice: the same packet on two interfaces, or a retransmission.
    pub duplicate_packets: u64,
    /// Packets that a replay marked as its own and that were left out.
    pub replay_marked: u64,
    /// Packets that a filter left out after they were read.
    pub filtered: u64,
    /// Bytes that one side acknowledged and the capture never saw.
    pub gap_bytes: u64,
    /// Bytes that did not decode as the connection's protocol.
    pub undecodable_bytes: u64,
    /// Requests whose answer was not seen.
    pub unpaired_requests: u64,
    /// Answers whose request was not seen.
    pub unpaired_responses: u64,
    /// Requests seen in part: with a hole in them, or cut before their announced end.
    pub incomplete_requests: u64,
    /// Answers seen in part.
    pub incomplete_responses: u64,
    /// Messages longer than a cap, kept cut.
    pub over_cap: u64,
    /// Connections that carried bytes and were closed early to keep memory bounded.
    pub evicted_connections: u64,
    /// What was let go to keep memory bounded, by reason: `idle`, `table_full` and `memory` (connections),
    /// `half_open` (connections that never carried a byte), `holes` (holes in connections that were not
    /// waited for any longer), `fragments` (datagrams).
    pub evicted: BTreeMap<String, u64>,
    /// Connections that speak something we do not decode, by what they speak.
    pub spoken: BTreeMap<String, u64>,
    /// Connections of TLS by the name that the client asked for; the first names only, when there are many.
    pub tls_names: BTreeMap<String, u64>,
}

impl Ledger {
    /// What came after `earlier`, of which this is a continuation.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            packets: self.packets.saturating_sub(earlier.packets),
            decoded_packets: self.decoded_packets.saturating_sub(earlier.decoded_packets),
            kernel_dropped: self.kernel_dropped.saturating_sub(earlier.kernel_dropped),
            interface_dropped: self
                .interface_dropped
                .saturating_sub(earlier.interface_dropped),
            truncated_packets: self
                .truncated_packets
                .saturating_sub(earlier.truncated_packets),
            unsupported_link: self
                .unsupported_link
                .saturating_sub(earlier.unsupported_link),
            not_tcp: self.not_tcp.saturating_sub(earlier.not_tcp),
            malformed_packets: self
                .malformed_packets
                .saturating_sub(earlier.malformed_packets),
            unreadable_records: self
                .unreadable_records
                .saturating_sub(earlier.unreadable_records),
            restarts: self.restarts.saturating_sub(earlier.restarts),
            fragments: self.fragments.saturating_sub(earlier.fragments),
            duplicate_packets: self
                .duplicate_packets
                .saturating_sub(earlier.duplicate_packets),
            replay_marked: self.replay_marked.saturating_sub(earlier.replay_marked),
            filtered: self.filtered.saturating_sub(earlier.filtered),
            gap_bytes: self.gap_bytes.saturating_sub(earlier.gap_bytes),
            undecodable_bytes: self
                .undecodable_bytes
                .saturating_sub(earlier.undecodable_bytes),
            unpaired_requests: self
                .unpaired_requests
                .saturating_sub(earlier.unpaired_requests),
            unpaired_responses: self
                .unpaired_responses
                .saturating_sub(earlier.unpaired_responses),
            incomplete_requests: self
                .incomplete_requests
                .saturating_sub(earlier.incomplete_requests),
            incomplete_responses: self
                .incomplete_responses
                .saturating_sub(earlier.incomplete_responses),
            over_cap: self.over_cap.saturating_sub(earlier.over_cap),
            evicted_connections: self
                .evicted_connections
                .saturating_sub(earlier.evicted_connections),
            evicted: named_since(&self.evicted, &earlier.evicted),
            spoken: named_since(&self.spoken, &earlier.spoken),
            tls_names: named_since(&self.tls_names, &earlier.tls_names),
        }
    }
}

/// The same for counts by name.
pub(super) fn named_since(
    now: &BTreeMap<String, u64>,
    earlier: &BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let more = now.iter().map(|(name, count)| {
        let before = earlier.get(name).copied().unwrap_or(0);
        (name.clone(), count.saturating_sub(before))
    });
    more.filter(|(_, count)| *count > 0).collect()
}

impl AddAssign<&Self> for Ledger {
    fn add_assign(&mut self, other: &Self) {
        self.packets += other.packets;
        self.decoded_packets += other.decoded_packets;
        self.kernel_dropped += other.kernel_dropped;
        self.interface_dropped += other.interface_dropped;
        self.truncated_packets += other.truncated_packets;
        self.unsupported_link += other.unsupported_link;
        self.not_tcp += other.not_tcp;
        self.malformed_packets += other.malformed_packets;
        self.unreadable_records += other.unreadable_records;
        self.restarts += other.restarts;
        self.fragments += other.fragments;
        self.duplicate_packets += other.duplicate_packets;
        self.replay_marked += other.replay_marked;
        self.filtered += other.filtered;
        self.gap_bytes += other.gap_bytes;
        self.undecodable_bytes += other.undecodable_bytes;
        self.unpaired_requests += other.unpaired_requests;
        self.unpaired_responses += other.unpaired_responses;
        self.incomplete_requests += other.incomplete_requests;
        self.incomplete_responses += other.incomplete_responses;
        self.over_cap += other.over_cap;
        self.evicted_connections += other.evicted_connections;
        for (name, count) in &other.tls_names {
            *self.tls_names.entry(name.clone()).or_default() += count;
        }
        for (reason, count) in &other.evicted {
            *self.evicted.entry(reason.clone()).or_default() += count;
        }
        for (spoken, connections) in &other.spoken {
            *self.spoken.entry(spoken.clone()).or_default() += connections;
        }
    }
}

/// Messages seen whole on the wire, paired or not; those seen in part are in the [`Ledger`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Messages {
    /// HTTP requests.
    pub http_requests: u64,
    /// HTTP answers, interim ones included.
    pub http_responses: u64,
    /// MySQL commands.
    pub mysql_commands: u64,
    /// MySQL replies.
    pub mysql_replies: u64,
}

impl Messages {
    /// What came after `earlier`, of which this is a continuation.
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            http_requests: self.http_requests.saturating_sub(earlier.http_requests),
            http_responses: self.http_responses.saturating_sub(earlier.http_responses),
            mysql_commands: self.mysql_commands.saturating_sub(earlier.mysql_commands),
            mysql_replies: self.mysql_replies.saturating_sub(earlier.mysql_replies),
        }
    }
}
