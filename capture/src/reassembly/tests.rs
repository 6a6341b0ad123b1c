//! Whole conversations through the reassembler: order, holes, ends, and what a table of them forgets.

mod bounds;
mod networks;
mod overtaking;
mod properties;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reprise_wire::{Close, Direction, Piece, Timestamp};

use super::{ConnectionEvent, Reassembler, ReassemblyLimits, Slot};
use crate::link::{self, Decoded};
use crate::packet_builder::{Conversation, Frame, Framing};

const ISN_AT_WRAP: u32 = u32::MAX - 5;

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn conversation() -> Conversation {
    Conversation::new(address(40_000), address(80), at(1_000_000))
}

/// What one direction of a connection told: bytes, with `None` for each byte of a hole.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    bytes: Vec<Option<u8>>,
    end: Option<Close>,
}

impl Told {
    fn text(&self) -> String {
        self.bytes
            .iter()
            .map(|byte| byte.map_or('.', char::from))
            .collect()
    }
}

/// Everything the reassembler told, by connection in the order of opening.
#[derive(Debug, Default)]
struct Everything {
    connections: Vec<Connection>,
    open: BTreeMap<Slot, usize>,
}

#[derive(Debug)]
struct Connection {
    client: SocketAddr,
    midstream: bool,
    to_server: Told,
    to_client: Told,
    close: Option<Close>,
}

impl Everything {
    fn event(&mut self, event: ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Opened {
                slot,
                client,
                midstream,
                ..
            } => {
                let known = self.open.insert(slot, self.connections.len());
                assert_eq!(known, None, "a slot is not given twice");
                let (to_server, to_client) = (Told::default(), Told::default());
                let close = None;
                self.connections.push(Connection {
                    client,
                    midstream,
                    to_server,
                    to_client,
                    close,
                });
            }
            ConnectionEvent::Piece {
                slot,
                direction,
                piece,
            } => {
                let connection = &mut self.connections[self.open[&slot]];
                let told = match direction {
                    Direction::ToServer => &mut connection.to_server,
                    Direction::ToClient => &mut connection.to_client,
                };
                assert_eq!(told.end, None, "nothing comes after the end");
                match piece {
                    Piece::Chunk { bytes, .. } => {
                        assert!(!bytes.is_empty());
                        told.bytes.extend(bytes.iter().map(|byte| Some(*byte)));
                    }
                    Piece::Gap { len, .. } | Piece::Cut { len, .. } => {
                        assert!(len > 0);
                        told.bytes.extend((0..len).map(|_| None));
                    }
                    Piece::End { close, .. } => told.end = Some(close),
                }
            }
            ConnectionEvent::Closed { slot, close, .. } => {
                let index = self.open.remove(&slot).expect("an open slot is closed");
                let connection = &mut self.connections[index];
                assert!(connection.to_server.end.is_some() && connection.to_client.end.is_some());
                connection.close = Some(close);
            }
        }
    }
}

fn reassembled_with(limits: ReassemblyLimits, frames: &[Frame]) -> (Everything, Reassembler) {
    let mut reassembler = Reassembler::new(limits);
    let mut everything = Everything::default();
    for frame in frames {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        reassembler.push(&segment, &mut |event| everything.event(event));
    }
    let last = frames
        .last()
        .map_or_else(Timestamp::default, |frame| frame.at);
    reassembler.finish(last, &mut |event| everything.event(event));
    assert!(
        everything.open.is_empty(),
        "everything is closed at the end"
    );
    (everything, reassembler)
}

fn reassembled(frames: &[Frame]) -> Everything {
    reassembled_with(ReassemblyLimits::default(), frames).0
}

fn only(everything: &Everything) -> &Connection {
    assert_eq!(everything.connections.len(), 1);
    &everything.connections[0]
}

#[test]
fn a_conversation_in_order_comes_out_as_it_was_said() {
    let mut script = conversation();
    script
        .handshake()
        .client("hello")
        .server("world")
        .client("again")
        .close();
    let everything = reassembled(script.frames());
    let connection = only(&everything);
    assert_eq!(connection.to_server.text(), "helloagain");
    assert_eq!(connection.to_client.text(), "world");
    assert_eq!(connection.close, Some(Close::Fin));
    assert_eq!(connection.client, address(40_000));
    assert!(!connection.midstream);
}

#[test]
fn sequence_numbers_wrap_in_the_middle_of_a_conversation() {
    let mut script = conversation()
        .sequences(ISN_AT_WRAP, ISN_AT_WRAP)
        .segment_bytes(3);
    script
        .handshake()
        .client("abcdefghij")
        .server("klmnopqrst")
        .close();
    let mut frames = script.into_frames();
    frames.swap(4, 6);
    frames.swap(9, 10);
    let everything = reassembled(&frames);
    assert_eq!(only(&everything).to_server.text(), "abcdefghij");
    assert_eq!(only(&everything).to_client.text(), "klmnopqrst");
}

#[test]
fn a_hole_the_other_side_acknowledged_is_told_before_its_answer() {
    let mut script = conversation();
    script.handshake().client("one");
    script
        .unseen(Direction::ToClient, 4)
        .client("two")
        .server("2222")
        .close();
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).to_server.text(), "onetwo");
    assert_eq!(only(&everything).to_client.text(), "....2222");
    assert_eq!(only(&everything).to_client.end, Some(Close::Fin));
}

#[test]
fn a_hole_nobody_acknowledges_is_given_up_after_two_seconds_of_packet_time() {
    let mut script = conversation();
    script.handshake().say(Direction::ToServer, b"ab");
    script
        .unseen(Direction::ToServer, 2)
        .say(Direction::ToServer, b"ef");
    let before = script.frames().len();
    script.wait_us(2_100_000).keep_alive(Direction::ToServer);
    let everything = reassembled(&script.frames()[..before]);
    assert_eq!(
        only(&everything).to_server.text(),
        "ab..ef",
        "given up at the end at the latest"
    );
    let (_, reassembler) = reassembled_with(ReassemblyLimits::default(), script.frames());
    assert_eq!(reassembler.counts().gap_bytes, 2);
}

#[test]
fn a_connection_opened_before_the_capture_starts_at_the_first_bytes_seen() {
    let mut script = conversation();
    script
        .client("POST / HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\n\r\n");
    let everything = reassembled(script.frames());
    let connection = only(&everything);
    assert!(connection.midstream);
    assert_eq!(connection.client, address(40_000));
    assert_eq!(connection.close, Some(Close::CaptureEnd));
}

#[test]
fn who_answers_in_http_is_the_server_whatever_the_ports() {
    let mut script = Conversation::new(address(80), address(40_000), at(0));
    script.server("HTTP/1.1 200 OK\r\n\r\n");
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).client, address(80));
}

#[test]
fn who_asks_in_http_is_the_client_whoever_opened_the_connection() {
    let mut script = conversation();
    script
        .handshake()
        .server("GET / HTTP/1.1\r\n\r\n")
        .client("HTTP/1.1 200 OK\r\n\r\n");
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).client, address(80));
    assert!(only(&everything).to_server.text().starts_with("GET"));
}

#[test]
fn a_syn_ack_says_who_the_server_is_and_where_both_sides_begin() {
    let mut script = Conversation::new(address(80), address(40_000), at(0));
    script
        .syn()
        .syn_ack()
        .acknowledge(Direction::ToServer)
        .unseen(Direction::ToServer, 3);
    script
        .say(Direction::ToServer, b"def")
        .acknowledge(Direction::ToClient);
    let everything = reassembled(&script.frames()[1..]);
    assert_eq!(only(&everything).client, address(80));
    assert_eq!(only(&everything).to_server.text(), "...def");
    assert!(!only(&everything).midstream);
}

#[test]
fn a_keep_alive_adds_nothing() {
    let mut script = conversation();
    script
        .handshake()
        .client("ab")
        .keep_alive(Direction::ToServer);
    script.acknowledge(Direction::ToClient).client("cd").close();
    assert_eq!(only(&reassembled(script.frames())).to_server.text(), "abcd");
}

#[test]
fn a_keep_alive_repeats_a_byte_from_before_the_capture() {
    let mut script = conversation();
    script.keep_alive(Direction::ToServer);
    script.acknowledge(Direction::ToClient);
    script.wait_us(30_000_000).keep_alive(Direction::ToServer);
    script.client("cd").server("ef").close();
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).to_server.text(), "cd");
    assert_eq!(only(&everything).to_client.text(), "ef");
}

#[test]
fn a_first_byte_that_begins_a_message_with_the_next_segment_is_none_of_a_keep_alive() {
    const REQUEST: &str = "GET /a HTTP/1.1\r\n\r\n";
    let talk = |mut script: Conversation, first: &str, rest: &str| {
        script
            .client(first)
            .client(rest)
            .server("HTTP/1.1 200 OK\r\n\r\n");
        let limits = ReassemblyLimits::default();
        let (everything, reassembler) = reassembled_with(limits, script.frames());
        let one = only(&everything);
        let counts = reassembler.counts();
        assert_eq!(counts.gap_bytes, 0);
        (one.to_server.text(), one.client, counts.outside)
    };
    // the server's port is the higher one
    let there = || Conversation::new(address(80), address(40_000), at(1_000_000));
    let (said, client, outside) = talk(there(), "G", &REQUEST[1..]);
    assert_eq!((said.as_str(), client, outside), (REQUEST, address(80), 0));
    let (said, client, outside) = talk(there(), "G", REQUEST);
    assert_eq!((said.as_str(), client, outside), (REQUEST, address(80), 1));
    let (said, _, outside) = talk(conversation(), "G", "something else");
    assert_eq!((said.as_str(), outside), ("something else", 1));
}

#[test]
fn a_first_byte_that_the_other_side_waits_for_is_none_of_a_keep_alive() {
    let mut script = conversation();
    script.client("abc").server("d").server("ef").close();
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).to_client.text(), "def");
    let mut script = conversation();
    script.client("abc").keep_alive(Direction::ToClient);
    script.server("ef").close();
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).to_client.text(), "ef");
}

#[test]
fn a_fin_may_carry_the_last_bytes_and_leaves_the_other_direction_open() {
    let mut script = conversation();
    script
        .handshake()
        .fin(Direction::ToServer, b"bye")
        .server("a long")
        .server(" answer");
    script.fin(Direction::ToClient, b"!");
    let everything = reassembled(script.frames());
    assert_eq!(only(&everything).to_server.text(), "bye");
    assert_eq!(only(&everything).to_client.text(), "a long answer!");
    assert_eq!(only(&everything).close, Some(Close::Fin));
}

#[test]
fn a_reset_ends_both_directions_but_not_what_was_overtaken_by_it() {
    let mut script = conversation();
    script
        .handshake()
        .client("ask")
        .say(Direction::ToClient, b"ans")
        .say(Direction::ToClient, b"wer");
    script.reset(Direction::ToServer);
    let mut frames = script.into_frames();
    let last = frames.len() - 1;
    frames.swap(last, last - 1);
    let everything = reassembled(&frames);
    assert_eq!(only(&everything).to_client.text(), "answer");
    assert_eq!(only(&everything).to_client.end, Some(Close::Reset));
    assert_eq!(only(&everything).close, Some(Close::Reset));
}

#[test]
fn a_reset_to_nobody_opens_no_connection() {
    let mut script = conversation();
    script.reset(Direction::ToClient);
    assert!(reassembled(script.frames()).connections.is_empty());
}

#[test]
fn ports_used_again_make_another_connection() {
    let mut first = conversation();
    first.handshake().client("first").close();
    let mut second = Conversation::new(address(40_000), address(80), at(1_500_000));
    second = second.sequences(900_000, 800_000);
    second.handshake().client("second");
    let mut frames = first.into_frames();
    frames.extend(second.into_frames());
    let everything = reassembled(&frames);
    assert_eq!(everything.connections.len(), 2);
    assert_eq!(everything.connections[0].to_server.text(), "first");
    assert_eq!(everything.connections[1].to_server.text(), "second");
}

#[test]
fn bytes_in_the_syn_are_the_first_bytes() {
    let mut script = conversation();
    script
        .syn()
        .syn_ack()
        .say(Direction::ToServer, b"rest")
        .close();
    let mut frames = script.into_frames();
    // The SYN itself carries what the sequence numbers of the builder do not know of yet.
    let mut with_data = conversation().sequences(997, 5_000);
    with_data.syn().say(Direction::ToServer, b"ab");
    frames[0] = joined(&with_data.frames()[0], &with_data.frames()[1]);
    let everything = reassembled(&frames);
    assert_eq!(only(&everything).to_server.text(), "ab.rest");
}

/// The headers of one packet with the payload of another.
fn joined(headers: &Frame, payload: &Frame) -> Frame {
    let mut frame = headers.clone();
    frame.data.extend_from_slice(&payload.data[54..]);
    let length = u16::try_from(frame.data.len() - 14).unwrap();
    frame.data[16..18].copy_from_slice(&length.to_be_bytes());
    frame.wire_len = u32::try_from(frame.data.len()).unwrap();
    frame
}

#[test]
fn a_cut_packet_leaves_a_hole_where_it_was_cut() {
    let mut script = conversation();
    script.handshake().client("0123456789").server("ok");
    let mut frames = script.into_frames();
    frames[3].snap(54 + 4);
    let everything = reassembled(&frames);
    assert_eq!(only(&everything).to_server.text(), "0123......");
}

#[test]
fn copies_on_another_interface_are_counted_and_change_nothing() {
    let both = |interface| {
        let mut script = conversation().framing(Framing::LinuxCooked2 { interface });
        script.handshake().client("hello").server("world").close();
        script.into_frames()
    };
    let frames: Vec<_> = both(2)
        .into_iter()
        .zip(both(3))
        .flat_map(|(a, b)| [a, b])
        .collect();
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), &frames);
    assert_eq!(only(&everything).to_server.text(), "hello");
    let counts = reassembler.counts();
    assert_eq!(counts.duplicates, frames.len() as u64 / 2);
    assert_eq!(counts.retransmissions, 0);
}

#[test]
fn a_replay_s_connections_are_left_out_and_counted() {
    let mut script = conversation().dscp(reprise_wire::REPLAY_DSCP);
    script
        .handshake()
        .client("GET / HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\n\r\n")
        .close();
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), script.frames());
    assert!(everything.connections.is_empty());
    assert_eq!(reassembler.counts().replay_connections, 1);
    assert_eq!(
        reassembler.counts().replay_segments,
        script.frames().len() as u64
    );
}

#[test]
fn beyond_the_cap_the_least_recently_active_connections_are_closed_and_counted() {
    let limits = ReassemblyLimits {
        connections: 10,
        ..ReassemblyLimits::default()
    };
    let mut frames = Vec::new();
    for port in 1..=25 {
        let start = at(1_000_000 + i64::from(port) * 100);
        let mut script = Conversation::new(address(port), address(80), start);
        script.handshake().client("x");
        frames.extend(script.into_frames());
    }
    let (everything, reassembler) = reassembled_with(limits, &frames);
    assert_eq!(everything.connections.len(), 25);
    assert_eq!(reassembler.counts().evicted_table_full, 15);
    assert_eq!(everything.connections[0].close, Some(Close::Evicted));
    assert_eq!(everything.connections[24].close, Some(Close::CaptureEnd));
}

#[test]
fn what_waits_behind_a_hole_is_bounded() {
    let limits = ReassemblyLimits {
        hole_bytes: 100,
        ..ReassemblyLimits::default()
    };
    let mut script = conversation().segment_bytes(10);
    script
        .handshake()
        .unseen(Direction::ToServer, 5)
        .say(Direction::ToServer, &[b'x'; 200]);
    let (everything, reassembler) = reassembled_with(limits, script.frames());
    assert_eq!(reassembler.counts().memory_gaps, 1);
    assert_eq!(
        only(&everything).to_server.text(),
        format!(".....{}", "x".repeat(200))
    );
}
