//! Packets captured in another order than they passed: what answers before what is asked.

use proptest::prelude::*;

use super::*;

/// Three questions, each with its answer; the packets after the handshake apart.
fn questions() -> (Vec<Frame>, Vec<Frame>) {
    let mut script = conversation().segment_bytes(4);
    script.handshake();
    let opening = script.frames().len();
    for (question, answer) in [
        ("one?", "first answer"),
        ("two?", "2nd"),
        ("three?", "the third"),
    ] {
        script.client(question).server(answer);
    }
    let mut frames = script.into_frames();
    let said = frames.split_off(opening);
    (frames, said)
}

fn told(frames: &[Frame]) -> (String, String, u64) {
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), frames);
    let one = only(&everything);
    let gap_bytes = reassembler.counts().gap_bytes;
    assert_eq!(
        reassembler.counts().overtaking,
        0,
        "nothing waits at the end"
    );
    assert_eq!(reassembler.counts().segments, frames.len() as u64);
    (one.to_server.text(), one.to_client.text(), gap_bytes)
}

/// The frames at the times at which the capture has them.
fn captured(mut opening: Vec<Frame>, said: Vec<Frame>) -> Vec<Frame> {
    for (micros, mut frame) in (0..).zip(said) {
        frame.at = at(1_100_000 + micros);
        opening.push(frame);
    }
    opening
}

fn whole() -> (String, String, u64) {
    (
        "one?two?three?".into(),
        "first answer2ndthe third".into(),
        0,
    )
}

#[test]
fn an_answer_captured_before_its_question_costs_no_byte_of_either() {
    let (opening, mut said) = questions();
    // Each direction on a tap of its own, and the clock of the client's behind by one packet.
    let is_question = |frame: &Frame| {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        segment.payload.ends_with(b"?") || segment.payload == b"thre"
    };
    let mut place = 0;
    while place + 3 < said.len() {
        if is_question(&said[place]) {
            // Behind the server's acknowledgement and the first packet of its answer.
            said[place..place + 3].rotate_left(1);
            place += 2;
        }
        place += 1;
    }
    assert_eq!(told(&captured(opening, said)), whole());
}

#[test]
fn bytes_captured_before_their_syn_cost_nothing_that_stands_before_them() {
    let mut script = conversation().segment_bytes(4);
    script.handshake();
    script.client("one?two?three?").server("first answer");
    let said = script.into_frames();
    let expected = (String::from("one?two?three?"), String::from("first answer"));
    // The second, then the third packet of the question before everything else; so of the answer.
    for (from, to) in [(4, 0), (5, 0), (6, 1), (8, 1), (8, 0)] {
        let mut frames = said.clone();
        frames[from..]
            .iter_mut()
            .for_each(|frame| frame.at = at(1_100_000));
        let early = frames.remove(from);
        frames.insert(to, early);
        let frames = captured(Vec::new(), frames);
        let (to_server, to_client, gap_bytes) = told(&frames);
        assert_eq!((to_server, to_client), expected, "{from} before {to}");
        assert_eq!(gap_bytes, 0);
    }
}

#[test]
fn of_a_connection_without_a_syn_the_first_packets_may_change_places() {
    let mut script = conversation().segment_bytes(4);
    script.handshake();
    let opening = script.frames().len();
    script.client("one?two?").server("answer");
    let mut said = script.into_frames().split_off(opening);
    said.swap(0, 1);
    let (to_server, to_client, gap_bytes) = told(&captured(Vec::new(), said.clone()));
    assert_eq!(
        (&*to_server, &*to_client, gap_bytes),
        ("one?two?", "answer", 0)
    );
    // Nor is a copy of one seen elsewhere another connection's.
    let mut elsewhere: Vec<Frame> = said.iter().map(|frame| frame.clone().in_vxlan(7)).collect();
    elsewhere.extend(said);
    elsewhere.sort_by_key(|frame| frame.at);
    let (everything, reassembler) = reassembled_with(
        ReassemblyLimits::default(),
        &captured(Vec::new(), elsewhere),
    );
    assert_eq!(only(&everything).to_server.text(), "one?two?");
    assert_eq!(reassembler.counts().duplicates, 4, "those that carry bytes");
}

#[test]
fn a_connection_that_is_amid_its_talk_is_not_waited_for() {
    let mut script = conversation();
    script
        .client("one?")
        .server("first")
        .client("two?")
        .server("2nd");
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    let mut told = Everything::default();
    for (number, frame) in script.frames().iter().enumerate() {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        reassembler.push(&segment, &mut |event| told.event(event));
        let begun = number >= 4;
        assert_eq!(told.connections.len(), usize::from(begun), "{number}");
        assert_eq!(reassembler.counts().overtaking == 0, begun);
    }
    assert_eq!(only(&told).to_server.text(), "one?two?");
    assert_eq!(only(&told).to_client.text(), "first2nd");
}

#[test]
fn a_syn_long_after_bytes_from_before_the_capture_opens_another_connection() {
    for wait in [1_000, 50_000, 90_000] {
        let mut old = conversation();
        old.unseen(Direction::ToServer, 1 << 20).client("old");
        let mut frames = old.into_frames();
        let mut new = Conversation::new(address(40_000), address(80), at(1_000_000 + wait));
        new.handshake().client("new");
        frames.extend(new.into_frames());
        let everything = reassembled(&frames);
        let told: Vec<String> = everything
            .connections
            .iter()
            .map(|one| one.to_server.text())
            .collect();
        assert_eq!(told, ["old", "new"]);
    }
}

#[test]
fn what_does_not_come_for_long_after_its_acknowledgement_is_lost() {
    let (opening, mut said) = questions();
    let late = said.remove(0);
    let mut frames = captured(opening, said);
    let after = frames.len();
    frames.push(Frame {
        at: at(2_100_000),
        ..late
    });
    let (to_server, to_client, gap_bytes) = told(&frames);
    assert_eq!(to_server, "....two?three?");
    assert_eq!(to_client, whole().1);
    assert_eq!(gap_bytes, 4);
    frames[after].at = at(1_150_000);
    assert_eq!(told(&frames), whole());
}

#[test]
fn what_was_lost_first_is_told_first() {
    let mut script = conversation();
    script.handshake().client("1");
    script
        .unseen(Direction::ToClient, 9)
        .acknowledge(Direction::ToServer);
    script.wait_us(900_000).unseen(Direction::ToServer, 5);
    script.server("answer");
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    let mut gaps = Vec::new();
    let mut note = |event: ConnectionEvent<'_>| {
        if let ConnectionEvent::Piece {
            direction,
            piece: Piece::Gap { len, .. },
            ..
        } = event
        {
            gaps.push((direction, len));
        }
    };
    for frame in script.frames() {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        reassembler.push(&segment, &mut note);
    }
    reassembler.finish(at(9_000_000), &mut note);
    assert_eq!(gaps, [(Direction::ToClient, 9), (Direction::ToServer, 5)]);
}

#[test]
fn a_connection_of_which_packets_are_really_lost_is_soon_not_waited_for() {
    let mut script = conversation();
    script.handshake();
    script.client("first").server("first");
    for _ in 0..20 {
        script
            .wait_us(300_000)
            .unseen(Direction::ToServer, 5)
            .server("answer");
    }
    let frames = script.into_frames();
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), &frames);
    assert_eq!(reassembler.counts().gap_bytes, 100);
    assert_eq!(only(&everything).to_client.text().len(), 125);
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    let mut waited = 0;
    for frame in &frames {
        let Decoded::Segment(segment) = link::decode(&frame.packet()) else {
            panic!("the builder builds TCP");
        };
        reassembler.push(&segment, &mut |_| {});
        waited += u64::from(reassembler.counts().overtaking > 0);
    }
    assert!(
        (8..=24).contains(&waited),
        "{waited} times something waited"
    );
}

#[test]
fn one_direction_alone_is_soon_not_waited_for() {
    let mut script = conversation();
    script.syn();
    script.unseen(Direction::ToClient, 1);
    for _ in 0..20 {
        script.say(Direction::ToServer, b"ask?");
        script.wait_us(300_000).unseen(Direction::ToClient, 400);
    }
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), script.frames());
    assert_eq!(only(&everything).to_server.text(), "ask?".repeat(20));
    // The last of the answers was never acknowledged.
    assert_eq!(reassembler.counts().gap_bytes, 19 * 400);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn both_directions_in_any_order_give_what_was_said(shuffle in any::<u64>(), far in 1_usize..20) {
        let (opening, mut said) = questions();
        let mut state = shuffle;
        for index in (1..said.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let back = usize::try_from(state >> 33).unwrap() % far;
            said.swap(index, index.saturating_sub(back));
        }
        prop_assert_eq!(told(&captured(opening, said)), whole());
    }
}
