//! What is held is bounded whatever comes: by count and by bytes, never by time.

use super::{Everything, address, at, conversation, reassembled_with};
use crate::link::{self, Decoded, Path, Segment};
use crate::packet_builder::Conversation;
use crate::reassembly::{ConnectionEvent, Reassembler, ReassemblyLimits};
use reprise_wire::{Close, Direction, Piece};

/// The SYN of a client that will never say more.
fn syn(number: u32, micros: i64) -> Segment<'static> {
    let [a, b, c, d] = number.to_be_bytes();
    let client = std::net::SocketAddr::from(([10, a, b, c], u16::from(d) + 1_024));
    Segment {
        at: at(micros),
        source: client.into(),
        destination: address(80).into(),
        sequence: number.wrapping_mul(2_654_435_761),
        acknowledgement: None,
        syn: true,
        fin: false,
        rst: false,
        payload: b"",
        missing: 0,
        path: Path::default(),
        replay_marked: false,
    }
}

#[test]
fn a_flood_of_half_open_connections_takes_the_place_of_none_that_carries_bytes() {
    let limits = ReassemblyLimits {
        connections: 1_000,
        ..ReassemblyLimits::default()
    };
    let mut reassembler = Reassembler::new(limits);
    let mut everything = Everything::default();
    let mut script = conversation();
    script
        .handshake()
        .client("be")
        .wait_us(60_000_000)
        .client("fore");
    let frames = script.into_frames();
    let segments: Vec<_> = frames
        .iter()
        .map(|frame| match link::decode(&frame.packet()) {
            Decoded::Segment(segment) => segment,
            other => panic!("no segment: {other:?}"),
        })
        .collect();
    let (before, after) = segments.split_at(5);
    for segment in before {
        reassembler.push(segment, &mut |event| everything.event(event));
    }
    for number in 0..200_000 {
        let segment = syn(number, 2_000_000 + i64::from(number) * 50);
        reassembler.push(&segment, &mut |event| everything.event(event));
        assert!(reassembler.remembered() <= limits.connections);
    }
    for segment in after {
        reassembler.push(segment, &mut |event| everything.event(event));
    }
    reassembler.finish(at(70_000_000), &mut |event| everything.event(event));
    assert_eq!(everything.connections.len(), 1);
    assert_eq!(everything.connections[0].to_server.text(), "before");
    assert!(reassembler.counts().half_open > 198_000);
    assert_eq!(reassembler.counts().evicted_table_full, 0);
}

#[test]
fn many_connections_each_with_a_hole_hold_no_more_than_all_together_may() {
    let limits = ReassemblyLimits {
        total_bytes: 100_000,
        ..ReassemblyLimits::default()
    };
    let mut reassembler = Reassembler::new(limits);
    let mut everything = Everything::default();
    for port in 1_001..=11_000 {
        let mut script = Conversation::new(address(port), address(80), at(1_000_000));
        script
            .handshake()
            .unseen(Direction::ToServer, 5)
            .say(Direction::ToServer, &[b'x'; 100]);
        for frame in script.frames() {
            let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
                panic!("the builder builds TCP");
            };
            let segment = Segment {
                at: at(1_000_000),
                ..segment
            };
            reassembler.push(&segment, &mut |event| everything.event(event));
            assert!(reassembler.waiting_bytes() <= limits.total_bytes);
        }
    }
    assert!(reassembler.counts().memory_gaps > 9_000);
    reassembler.finish(at(1_000_000), &mut |event| everything.event(event));
    assert_eq!(reassembler.waiting_bytes(), 0);
    assert_eq!(everything.connections.len(), 10_000);
    let whole = format!(".....{}", "x".repeat(100));
    assert!(
        everything
            .connections
            .iter()
            .all(|one| one.to_server.text() == whole)
    );
}

#[test]
fn where_too_much_waits_the_largest_is_given_up_first() {
    let limits = ReassemblyLimits {
        total_bytes: 10_000,
        ..ReassemblyLimits::default()
    };
    let mut frames = Vec::new();
    for (port, size) in [(1, 500), (2, 8_000), (3, 500), (4, 1_400)] {
        let mut script = Conversation::new(address(port), address(80), at(1_000_000));
        script
            .handshake()
            .unseen(Direction::ToServer, 1)
            .say(Direction::ToServer, &vec![b'x'; size]);
        frames.extend(script.into_frames());
    }
    // What comes late finds the hole open, but where it was given up.
    for port in [1, 2, 3, 4] {
        let mut script =
            Conversation::new(address(port), address(80), at(1_000_500)).sequences(1_001, 5_001);
        script.say(Direction::ToServer, b"!");
        frames.extend(script.into_frames());
    }
    let (everything, reassembler) = reassembled_with(limits, &frames);
    let begins: Vec<_> = everything
        .connections
        .iter()
        .map(|one| one.to_server.text()[..1].to_owned())
        .collect();
    assert_eq!(
        begins,
        [".", "!", "!", "!"],
        "the largest was told first, with its hole"
    );
    assert_eq!(reassembler.counts().memory_gaps, 1);
}

#[test]
fn a_direction_of_many_gigabytes_keeps_its_place() {
    let mut script = conversation();
    script.handshake();
    for _ in 0..20 {
        script.unseen(Direction::ToServer, 1 << 29).client("here");
        script.wait_us(1_000_000);
    }
    let (mut missing, mut told) = (0, 0);
    let mut note = |event: ConnectionEvent<'_>| {
        if let ConnectionEvent::Piece { piece, .. } = event {
            match piece {
                Piece::Gap { len, .. } => missing += len,
                Piece::Chunk { bytes, .. } => told += bytes.len(),
                Piece::Cut { .. } | Piece::End { .. } => {}
            }
        }
    };
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    for frame in script.frames() {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        // every packet twice: numbers of long ago come again, what they number does not
        reassembler.push(&segment, &mut note);
        reassembler.push(&segment, &mut note);
    }
    reassembler.finish(at(60_000_000), &mut note);
    assert_eq!((missing, told), (20 << 29, 20 * b"here".len()));
}

#[test]
fn what_was_let_go_and_why_is_counted() {
    let limits = ReassemblyLimits {
        idle_nanos: 10_000_000_000,
        half_open_nanos: 1_000_000_000,
        ..ReassemblyLimits::default()
    };
    let mut silent = conversation();
    silent.handshake().client("x");
    let mut half = Conversation::new(address(2), address(80), at(1_000_000));
    half.syn();
    let mut busy = Conversation::new(address(3), address(80), at(1_000_000));
    busy.handshake().client("y");
    for _ in 0..20 {
        busy.wait_us(1_000_000).client("y");
    }
    let frames = [silent.into_frames(), half.into_frames(), busy.into_frames()].concat();
    let (everything, reassembler) = reassembled_with(limits, &frames);
    assert_eq!(everything.connections[0].close, Some(Close::Evicted));
    assert_eq!(everything.connections[1].close, Some(Close::CaptureEnd));
    let counts = reassembler.counts();
    assert_eq!(
        (
            counts.evicted_idle,
            counts.half_open,
            counts.evicted_table_full
        ),
        (1, 1, 0)
    );
}
