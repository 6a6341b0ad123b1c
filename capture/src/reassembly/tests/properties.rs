//! What holds for any order, any repetition, any loss and any nonsense.

use proptest::prelude::*;
use reprise_wire::{Close, Direction};

use super::{Everything, address, at, conversation, only, reassembled_with};
use crate::link::{Path, Segment};
use crate::packet_builder::Frame;
use crate::reassembly::{Reassembler, ReassemblyLimits};

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
            let segment = Segment {
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
                path: Path {
                    interface: path & 1,
                    network: path >> 1,
                },
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
