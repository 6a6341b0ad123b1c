//! One packet seen in several places, and the same addresses and ports in use in several networks.

use super::{Everything, address, at, conversation, only, reassembled_with};
use crate::packet_builder::{Conversation, Frame, Framing};
use crate::reassembly::{ReassemblyCounts, ReassemblyLimits};

fn reassembled(frames: &[Frame]) -> (Everything, ReassemblyCounts) {
    let (everything, reassembler) = reassembled_with(ReassemblyLimits::default(), frames);
    (everything, *reassembler.counts())
}

/// A short conversation in a VLAN (0: none), with sequence numbers of its own.
fn in_vlan(vlan: u16, isn: u32, said: &str) -> Vec<Frame> {
    let vlans = if vlan == 0 { vec![] } else { vec![vlan] };
    let mut script = conversation()
        .framing(Framing::Ethernet { vlans })
        .sequences(isn, isn.wrapping_mul(77));
    script.handshake().client(said).server("world").close();
    script.into_frames()
}

/// The packets of both, in turns.
fn interleaved(a: Vec<Frame>, b: Vec<Frame>) -> Vec<Frame> {
    a.into_iter().zip(b).flat_map(|(a, b)| [a, b]).collect()
}

#[test]
fn two_tenants_with_the_same_addresses_and_ports_do_not_mix() {
    let networks = [
        interleaved(
            in_vlan(10, 1_000_000, "hello"),
            in_vlan(20, 3_900_000_000, "other"),
        ),
        interleaved(
            in_vlan(0, 1_000_000, "hello"),
            in_vlan(20, 3_900_000_000, "other"),
        ),
        interleaved(
            in_vlan(0, 1_000_000, "hello")
                .iter()
                .map(|frame| frame.in_vxlan(7))
                .collect(),
            in_vlan(0, 3_900_000_000, "other")
                .iter()
                .map(|frame| frame.in_vxlan(8))
                .collect(),
        ),
    ];
    for frames in networks {
        let (everything, counts) = reassembled(&frames);
        let said: Vec<_> = everything
            .connections
            .iter()
            .map(|one| one.to_server.text())
            .collect();
        assert_eq!(said, ["hello", "other"]);
        assert!(
            everything
                .connections
                .iter()
                .all(|one| one.to_client.text() == "world")
        );
        assert_eq!((counts.duplicates, counts.retransmissions), (0, 0));
        assert_eq!(counts.gap_bytes, 0);
    }
}

#[test]
fn tenants_that_were_connected_before_the_capture_do_not_mix_either() {
    let frames: Vec<_> = interleaved(
        in_vlan(10, 1_000_000, "hello").split_off(3),
        in_vlan(20, 3_900_000_000, "other").split_off(3),
    );
    let (everything, _) = reassembled(&frames);
    let said: Vec<_> = everything
        .connections
        .iter()
        .map(|one| one.to_server.text())
        .collect();
    assert_eq!(said, ["hello", "other"]);
}

#[test]
fn copies_in_a_vlan_or_a_tunnel_beside_the_packet_itself_are_counted_and_change_nothing() {
    let plain = in_vlan(0, 5, "hello");
    let mirrored: Vec<_> = plain.iter().map(|frame| frame.in_vxlan(9)).collect();
    for copies in [in_vlan(42, 5, "hello"), mirrored] {
        for frames in [
            interleaved(plain.clone(), copies.clone()),
            interleaved(copies.clone(), plain.clone()),
            [plain.clone(), copies.clone()].concat(),
        ] {
            let (everything, counts) = reassembled(&frames);
            assert_eq!(only(&everything).to_server.text(), "hello");
            assert_eq!(only(&everything).to_client.text(), "world");
            assert_eq!(counts.duplicates, plain.len() as u64);
            assert_eq!(counts.segments, plain.len() as u64);
        }
    }
}

#[test]
fn what_one_place_did_not_see_is_taken_from_the_other() {
    let mut frames = interleaved(in_vlan(0, 5, "hello"), in_vlan(42, 5, "hello"));
    // The first sight of the request, and the second of the answer.
    frames.remove(6);
    frames.remove(10);
    let (everything, counts) = reassembled(&frames);
    assert_eq!(only(&everything).to_server.text(), "hello");
    assert_eq!(only(&everything).to_client.text(), "world");
    assert_eq!(counts.gap_bytes, 0);
}

#[test]
fn the_two_directions_may_travel_in_different_networks() {
    let there = in_vlan(10, 5, "hello");
    let back = in_vlan(20, 5, "hello");
    // SYN, ACK, request, ACK of the answer, FIN, last ACK come from the client.
    let from_client = [
        true, false, true, true, false, false, true, true, false, true,
    ];
    let frames: Vec<_> = there
        .into_iter()
        .zip(back)
        .zip(from_client)
        .map(|((there, back), client)| if client { there } else { back })
        .collect();
    let (everything, counts) = reassembled(&frames);
    assert_eq!(only(&everything).to_server.text(), "hello");
    assert_eq!(only(&everything).to_client.text(), "world");
    assert_eq!(counts.duplicates, 0);
}

#[test]
fn ports_used_again_in_one_of_two_networks_make_another_connection_there() {
    let mut frames = interleaved(
        in_vlan(10, 1_000_000, "hello"),
        in_vlan(20, 3_900_000_000, "other"),
    );
    let start = at(2_000_000);
    let mut again = Conversation::new(address(40_000), address(80), start)
        .framing(Framing::Ethernet { vlans: vec![20] })
        .sequences(70_000_000, 90_000_000);
    again.handshake().client("again");
    frames.extend(again.into_frames());
    let (everything, _) = reassembled(&frames);
    let said: Vec<_> = everything
        .connections
        .iter()
        .map(|one| one.to_server.text())
        .collect();
    assert_eq!(said, ["hello", "other", "again"]);
}
