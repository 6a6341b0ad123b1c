//! A recording as packets again: every exchange on TCP connections with handshakes, right checksums and segments
//! of a usual size, at its recorded times, to the nanosecond. Wireshark, tshark and this crate read the same
//! exchanges from it.
//!
//! Exchanges come in the order in which they began, packets leave in order of time: those of answers that are
//! still to come wait.

mod http;
mod mysql;
mod strand;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{self, Write};

use reprise_store::Connection;
use reprise_wire::{Direction, Flags, Protocol, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{ExchangeWriter, Exported, Written};
use crate::LinkType;
use crate::packet_builder::{Frame, PcapOptions, write_frame, write_pcap};
use strand::{Addresses, Strand};

/// Times to the nanosecond.
const OPTIONS: PcapOptions = PcapOptions {
    big_endian: false,
    nanoseconds: true,
};

/// Writes a capture.
#[derive(Debug, Default)]
pub(crate) struct PcapWriter {
    packets: Packets,
    /// The open strands of each recorded connection. There is one unless what was recorded cannot have been on
    /// one connection: what others' formats say, or what follows an exchange without an answer.
    strands: FxHashMap<u32, Vec<Strand>>,
    taken: FxHashSet<Addresses>,
    /// How many strands there were.
    begun: u32,
}

/// Packets that wait for their time.
#[derive(Debug, Default)]
struct Packets {
    waiting: BinaryHeap<Reverse<(Timestamp, u64)>>,
    frames: BTreeMap<u64, Frame>,
    number: u64,
}

/// One message on its way.
#[derive(Clone, Copy, Debug)]
struct Said<'a> {
    direction: Direction,
    bytes: &'a [u8],
    /// How many bytes after those were not kept: their place in the stream stays empty.
    missing: u64,
    first: Timestamp,
    last: Timestamp,
}

impl ExchangeWriter for PcapWriter {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = out;
        write_pcap(&mut out, LinkType::ETHERNET, OPTIONS, &[])
    }

    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written> {
        self.packets.write_before(exchange.at(0), out)?;
        let connection = exchange.connection;
        let request = request(exchange);
        let bytes = request.as_deref().unwrap_or_default();
        let request = request.as_ref().map(|_| Said {
            direction: Direction::ToServer,
            bytes,
            missing: missing(
                exchange,
                REQUEST_CUT,
                exchange.row.request_bytes,
                exchange.request,
            ),
            first: exchange.at(0),
            last: exchange.at(exchange.row.request_last_us),
        });
        let mut said: Vec<Said<'_>> = request.into_iter().collect();
        said.extend(answer(exchange));
        self.say(exchange, &said);
        if exchange.is_last {
            for mut strand in self.strands.remove(&connection.id.0).unwrap_or_default() {
                strand.close(exchange.at(0), &mut self.packets);
                self.taken.remove(&strand.addresses());
            }
        }
        Ok(Written::Yes)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.packets
            .write_before(Timestamp::from_nanos(i64::MAX), out)
    }
}

/// What is set when the end of a message was not kept.
const REQUEST_CUT: Flags = Flags::GAP_IN_REQUEST.union(Flags::REQUEST_OVER_CAP);
const RESPONSE_CUT: Flags = Flags::GAP_IN_RESPONSE.union(Flags::RESPONSE_OVER_CAP);

/// How many bytes are missing after those that were kept. Redaction changes lengths too, and leaves no hole.
fn missing(exchange: &Exported<'_>, cut: Flags, wire_len: Option<u64>, kept: Option<&[u8]>) -> u64 {
    let wire_len = wire_len.filter(|_| exchange.row.flags.intersects(cut));
    let kept = kept.map_or(0, <[u8]>::len) as u64;
    wire_len.map_or(0, |wire_len| wire_len.saturating_sub(kept))
}

/// The request as it is on the wire.
fn request(exchange: &Exported<'_>) -> Option<Vec<u8>> {
    let bytes = exchange.request?;
    Some(match exchange.row.protocol {
        Protocol::Http => bytes.to_vec(),
        Protocol::Mysql => mysql::packets(bytes),
    })
}

/// The answer as it is on the wire; within one of MySQL's the client may send files.
fn answer<'a>(exchange: &'a Exported<'_>) -> Vec<Said<'a>> {
    let row = &exchange.row;
    let Some((bytes, first)) = exchange.response.zip(row.response_first_us) else {
        return Vec::new();
    };
    let (first, last) = (
        exchange.at(first),
        exchange.at(row.response_last_us.unwrap_or(first)),
    );
    let turns = match (row.protocol, exchange.request) {
        (Protocol::Mysql, Some(command)) => mysql::turns(command, bytes),
        _ => vec![(Direction::ToClient, bytes)],
    };
    let missing = missing(exchange, RESPONSE_CUT, row.response_bytes, Some(bytes));
    let end = turns.len().saturating_sub(1);
    let said = |(number, (direction, bytes)): (usize, (Direction, &'a [u8]))| Said {
        direction,
        bytes,
        missing: if number == end { missing } else { 0 },
        first: if number == 0 { first } else { last },
        last: if number == 0 && end > 0 { first } else { last },
    };
    turns.into_iter().enumerate().map(said).collect()
}

impl PcapWriter {
    /// Puts an exchange on a strand of its connection that can take it, or on a new one.
    fn say(&mut self, exchange: &Exported<'_>, said: &[Said<'_>]) {
        let is_mysql = exchange.row.protocol == Protocol::Mysql;
        let connection = exchange.connection;
        let strands = self.strands.entry(connection.id.0).or_default();
        let fitting = strands.iter().position(|strand| {
            // A MySQL connection has its state, and stays one whatever the times say.
            is_mysql
                || said
                    .iter()
                    .all(|said| strand.can_say(said.direction, said.first))
        });
        let place = fitting.unwrap_or_else(|| {
            let addresses = free(&mut self.taken, connection);
            self.begun = self.begun.wrapping_add(1);
            let mut strand = Strand::new(addresses, self.begun, exchange.at(0));
            let midstream = exchange.request.is_none();
            begin(&mut strand, exchange, midstream, &mut self.packets);
            strands.push(strand);
            strands.len().saturating_sub(1)
        });
        let Some(strand) = strands.get_mut(place) else {
            return;
        };
        strand.forget_before(exchange.at(0));
        for said in said {
            strand.say(*said, &mut self.packets);
        }
        if !is_mysql && http::ends(exchange) {
            let mut strand = strands.swap_remove(place);
            strand.close(exchange.at(0), &mut self.packets);
            self.taken.remove(&strand.addresses());
        }
    }
}

/// What comes before the first exchange of a strand. One whose beginning was not captured has none.
fn begin(strand: &mut Strand, exchange: &Exported<'_>, midstream: bool, packets: &mut Packets) {
    match exchange.row.protocol {
        Protocol::Http if midstream => {}
        Protocol::Http => strand.handshake(packets),
        Protocol::Mysql => {
            if let Some(login) = mysql::login(exchange.connection) {
                strand.handshake(packets);
                for (direction, bytes) in &login {
                    strand.say_at_once(*direction, bytes, packets);
                }
            }
        }
    }
}

/// The recorded addresses, or with another port of the client while those are taken.
fn free(taken: &mut FxHashSet<Addresses>, connection: &Connection) -> Addresses {
    let mut addresses = Addresses {
        client: connection.client,
        server: connection.server,
    };
    for _ in 0..u16::MAX {
        if taken.insert(addresses) {
            break;
        }
        let port = addresses.client.port().checked_add(1).unwrap_or(1_024);
        addresses.client.set_port(port);
    }
    addresses
}

impl Packets {
    fn push(&mut self, frame: Frame) {
        self.number += 1;
        self.waiting.push(Reverse((frame.at, self.number)));
        self.frames.insert(self.number, frame);
    }

    /// Writes the packets from before `time`.
    fn write_before(&mut self, time: Timestamp, mut out: &mut dyn Write) -> io::Result<()> {
        while let Some(Reverse((at, number))) = self.waiting.peek().copied() {
            if at >= time {
                return Ok(());
            }
            self.waiting.pop();
            if let Some(frame) = self.frames.remove(&number) {
                write_frame(&mut out, OPTIONS, &frame)?;
            }
        }
        Ok(())
    }
}
