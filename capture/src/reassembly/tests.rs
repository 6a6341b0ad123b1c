//! Whole conversations through the reassembler: order, holes, ends, and what a table of them forgets.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use proptest::prelude::*;
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
                    Piece::Gap { len, .. } => {
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
    assert_eq!(reassembler.counts().evicted_connections, 15);
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

/// One direction's packets, and which bytes each carries.
fn segments(bytes: &[u8], sequence: u32, size: usize) -> (Vec<Frame>, Vec<Frame>) {
    let mut script = conversation().sequences(sequence, 1).segment_bytes(size);
    script.handshake();
    let opening = script.frames().len();
    script.say(Direction::ToServer, bytes);
    let mut frames = script.into_frames();
    let said = frames.split_off(opening);
    (frames, said)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_order_and_repetition_of_segments_gives_the_bytes_sent(
        bytes in prop::collection::vec(any::<u8>(), 1..400),
        sequence in prop_oneof![any::<u32>(), (0_u32..600).prop_map(|before| u32::MAX - before)],
        size in 1_usize..40,
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        shuffle in any::<u64>(),
    ) {
        let (mut frames, said) = segments(&bytes, sequence, size);
        let mut sent: Vec<_> = said.clone();
        for index in order {
            sent.push(said[index.index(said.len())].clone());
        }
        let mut state = shuffle;
        for index in (1..sent.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sent.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
        }
        for (micros, frame) in (0..).zip(&mut sent) {
            frame.at = at(1_100_000 + micros);
        }
        frames.extend(sent);
        let limits = ReassemblyLimits { hole_segments: 1_000, ..ReassemblyLimits::default() };
        let (everything, reassembler) = reassembled_with(limits, &frames);
        let told: Vec<_> = bytes.iter().map(|byte| Some(*byte)).collect();
        prop_assert_eq!(&only(&everything).to_server.bytes, &told);
        prop_assert_eq!(reassembler.counts().gap_bytes, 0);
        prop_assert_eq!(reassembler.counts().disagreeing_bytes, 0);
    }

    #[test]
    fn whatever_is_dropped_leaves_holes_exactly_there(
        bytes in prop::collection::vec(any::<u8>(), 1..400),
        sequence in any::<u32>(),
        size in 1_usize..40,
        kept in prop::collection::vec(any::<bool>(), 400),
    ) {
        let (mut frames, said) = segments(&bytes, sequence, size);
        let mut expected: Vec<Option<u8>> = Vec::new();
        let mut any_kept = false;
        for (chunk, (frame, keep)) in bytes.chunks(size).zip(said.into_iter().zip(kept)) {
            if keep {
                frames.push(frame);
                any_kept = true;
            }
            expected.extend(chunk.iter().map(|byte| keep.then_some(*byte)));
        }
        // A FIN says how long it was, so that a hole at the end is known, too.
        let mut script = conversation().sequences(sequence, 1);
        script.syn().unseen(Direction::ToServer, u32::try_from(bytes.len()).unwrap());
        script.wait_us(500_000).fin(Direction::ToServer, b"");
        frames.extend(script.into_frames().into_iter().skip(1));
        let limits = ReassemblyLimits { hole_segments: 1_000, ..ReassemblyLimits::default() };
        let (everything, reassembler) = reassembled_with(limits, &frames);
        let holes = expected.iter().filter(|byte| byte.is_none()).count() as u64;
        prop_assert_eq!(reassembler.counts().gap_bytes, holes);
        if any_kept || holes > 0 {
            prop_assert_eq!(&only(&everything).to_server.bytes, &expected);
            prop_assert_eq!(only(&everything).to_server.end, Some(Close::Fin));
        }
    }

    #[test]
    fn no_sequence_of_segments_breaks_it(
        segments in prop::collection::vec(
            (any::<bool>(), 0_u32..4_000, 0_u32..4_000, 0_u8..16, 0_usize..30, 0_u32..3),
            0..80,
        ),
    ) {
        let mut reassembler = Reassembler::new(ReassemblyLimits::default());
        let mut everything = Everything::default();
        let count = segments.len() as u64;
        for (micros, (forth, sequence, acknowledgement, flags, length, path)) in (0..).zip(segments) {
            let (source, destination) =
                if forth { (address(1), address(2)) } else { (address(2), address(1)) };
            let segment = link::Segment {
                at: at(micros * 400_000),
                source: source.into(),
                destination: destination.into(),
                sequence: sequence.wrapping_sub(2_000),
                acknowledgement: (flags & 1 == 0).then_some(acknowledgement.wrapping_sub(2_000)),
                syn: flags & 6 == 6,
                fin: flags & 10 == 10,
                rst: flags & 12 == 12,
                payload: &[b'x'; 30][..length],
                missing: u32::from(flags == 3),
                path,
                replay_marked: false,
            };
            reassembler.push(&segment, &mut |event| everything.event(event));
        }
        reassembler.finish(at(1 << 40), &mut |event| everything.event(event));
        prop_assert!(everything.open.is_empty());
        let counts = reassembler.counts();
        prop_assert_eq!(counts.segments + counts.duplicates + counts.replay_segments, count);
    }
}
