//! Recordings as packets: the way there and back, with what only packets can show.

use proptest::prelude::*;
use std::net::SocketAddr;

use reprise_capture::packet_builder::{Conversation, PcapOptions, write_pcap};
use reprise_capture::{ExportFormat, LinkType};
use reprise_wire::Flags;
use reprise_wire::mysql::{Command, OkPacket, Query, write_packet};

use crate::support::{BEGAN, Bench, Kept, Talk, talks};

/// What is compared when connections may have been split: the format keeps the rest.
fn comparable(kept: Vec<Kept>) -> Vec<Kept> {
    let kept = kept.into_iter().map(|mut kept| {
        kept.client.set_port(0);
        kept
    });
    kept.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_exported_and_imported_is_the_same(talks in talks()) {
        let bench = Bench::new();
        let first = bench.record("first", &talks);
        let (bytes, exports) = bench.export(&first, ExportFormat::Pcap);
        let expected = comparable(bench.kept(&first));
        prop_assert_eq!(exports.exchanges, expected.len() as u64);
        let (second, warnings) = bench.import("second.pcap", &bytes);
        prop_assert_eq!(warnings, []);
        prop_assert_eq!(second.loss.gap_bytes, 0);
        prop_assert_eq!(second.loss.undecodable_bytes, 0);
        prop_assert_eq!(comparable(bench.kept(&second)), expected);
    }
}

fn talk(connection: u16, response: &str) -> Talk {
    Talk {
        connection,
        request: b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n".to_vec(),
        response: Some(response.as_bytes().to_vec()),
        waits_us: [10, 20, 30, 40],
    }
}

#[test]
fn large_answers_are_cut_into_segments_and_a_capped_one_leaves_a_hole() {
    let bench = Bench::new();
    let body = "x".repeat(11 << 20);
    let large = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let first = bench.record("first", &[talk(1, &large), talk(1, ok)]);
    let (bytes, _) = bench.export(&first, ExportFormat::Pcap);
    let (second, _) = bench.import("second.pcap", &bytes);
    let (expected, read) = (bench.kept(&first), bench.kept(&second));
    assert!(expected[0].flags.contains(Flags::RESPONSE_OVER_CAP));
    let length = |kept: &[Kept]| {
        kept.iter()
            .map(|kept| kept.response.as_ref().map(|p| p.wire_len))
            .collect::<Vec<_>>()
    };
    assert_eq!(length(&read), length(&expected));
    assert!(second.loss.gap_bytes > 0);
    assert_eq!(read[1], expected[1]);
    assert_eq!(second.connections, 1);
}

#[test]
fn connections_that_cannot_be_one_are_told_apart() {
    let bench = Bench::new();
    let until_close = "HTTP/1.0 200 OK\r\n\r\nall";
    let first = bench.record("first", &[talk(1, until_close)]);
    // Entries of one HTTP/2 connection overlap.
    let entry = |at: &str| {
        format!(
            r#"{{"startedDateTime":"2023-11-14T22:13:20.{at}Z","connection":"1",
            "request":{{"method":"GET","url":"http://shop/{at}","headers":[]}},
            "response":{{"status":200,"headers":[],"content":{{"size":1,"text":"x"}}}},
            "timings":{{"send":1,"wait":900,"receive":1}}}}"#
        )
    };
    let archive = format!(
        r#"{{"log":{{"entries":[{},{}]}}}}"#,
        entry("000"),
        entry("500")
    );
    let (overlapping, _) = bench.import("h2.har", archive.as_bytes());
    assert_eq!(overlapping.connections, 1);
    for recording in [first, overlapping] {
        let (bytes, _) = bench.export(&recording, ExportFormat::Pcap);
        let name = format!("{}-again", recording.name);
        let (again, _) = bench.import(&name, &bytes);
        assert_eq!(
            comparable(bench.kept(&again)),
            comparable(bench.kept(&recording))
        );
    }
}

#[test]
fn a_file_that_a_client_sent_within_a_reply_is_its_own_again() {
    let packet = |mut sequence: u8, payload: &[u8]| {
        let mut bytes = Vec::new();
        write_packet(&mut bytes, &mut sequence, payload);
        bytes
    };
    let query = |sql: &str| packet(0, &Command::Query(Query::plain(sql.as_bytes())).encode());
    let ok = OkPacket::default().encode();
    let client = SocketAddr::from(([10, 0, 0, 1], 40_000));
    let server = SocketAddr::from(([10, 0, 0, 2], 3306));
    let mut conversation = Conversation::new(client, server, BEGAN);
    conversation
        .client(query("LOAD DATA LOCAL INFILE '/tmp/x' INTO TABLE item"))
        .server(packet(1, b"\xfb/tmp/x"))
        .client([packet(2, b"1\tone\n"), packet(3, b"")].concat())
        .server(packet(4, &ok))
        .client(query("SELECT 1"))
        .server(packet(1, &ok));
    let mut bytes = Vec::new();
    let options = PcapOptions::default();
    write_pcap(
        &mut bytes,
        LinkType::ETHERNET,
        options,
        conversation.frames(),
    )
    .unwrap();
    let bench = Bench::new();
    let (first, _) = bench.import("first.pcap", &bytes);
    let (bytes, _) = bench.export(&first, ExportFormat::Pcap);
    let (second, _) = bench.import("second.pcap", &bytes);
    let kept = bench.kept(&first);
    assert_eq!(kept.len(), 2);
    assert_eq!(bench.kept(&second), kept);
}
