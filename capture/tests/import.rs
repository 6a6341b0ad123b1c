//! Capture files all the way into a store: what is kept, what is counted, what is refused.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reprise_capture::packet_builder::{
    Conversation, Frame, Framing, PcapOptions, write_pcap, write_pcapng,
};
use reprise_capture::{
    CaptureError, CaptureEvent, ImportConfig, LinkType, Redaction, Warning, import,
};
use reprise_store::{ExchangeId, Ledger, Recording, Store};
use reprise_wire::redact::{RedactionKey, Rules};
use reprise_wire::{Direction, Timestamp};
use tempfile::TempDir;

const REQUEST: &str = "GET /cart/7 HTTP/1.1\r\nHost: shop\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Bench {
    folder: TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        Self { folder, store }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn import(&self, files: Vec<PathBuf>, name: &str) -> (Recording, Vec<Warning>) {
        let config = ImportConfig {
            files,
            name: name.to_owned(),
            ..ImportConfig::default()
        };
        let handle = import(config, &self.store).unwrap();
        let events: Vec<_> = handle
            .events()
            .iter()
            .take_while(|event| *event != CaptureEvent::Finished)
            .collect();
        let warnings = events
            .into_iter()
            .filter_map(|event| match event {
                CaptureEvent::Warning(warning) => Some(warning),
                _ => None,
            })
            .collect();
        (handle.join().unwrap(), warnings)
    }

    fn refusal(&self, files: Vec<PathBuf>) -> CaptureError {
        let config = ImportConfig {
            files,
            name: "refused".to_owned(),
            ..ImportConfig::default()
        };
        let error = import(config, &self.store).unwrap_err();
        assert!(
            self.store.recordings().unwrap().is_empty(),
            "nothing is left behind"
        );
        error
    }
}

fn pcap(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = PcapOptions {
        nanoseconds: true,
        ..PcapOptions::default()
    };
    write_pcap(&mut bytes, LinkType::ETHERNET, options, frames).unwrap();
    bytes
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

/// `exchanges` on one connection from `port`, a millisecond apart.
fn shopping(port: u16, exchanges: usize, start_us: i64) -> Conversation {
    let start = Timestamp::from_micros(1_700_000_000_000_000 + start_us);
    let mut script = Conversation::new(address(port), address(80), start);
    script.handshake();
    for _ in 0..exchanges {
        script
            .client(REQUEST)
            .wait_us(500)
            .server(ANSWER)
            .wait_us(500);
    }
    script.close();
    script
}

/// Where every packet of a ledger went.
fn accounted(loss: &Ledger) -> u64 {
    loss.decoded_packets
        + loss.unsupported_link
        + loss.not_tcp
        + loss.malformed_packets
        + loss.fragments
        + loss.duplicate_packets
        + loss.replay_marked
        + loss.filtered
}

#[test]
fn a_capture_becomes_exchanges_with_their_times() {
    let bench = Bench::new();
    let path = bench.file("shop.pcap", &pcap(shopping(40_000, 3, 0).frames()));
    let (recording, warnings) = bench.import(vec![path], "monday");
    assert_eq!(warnings, []);
    assert_eq!(
        (recording.name.as_str(), recording.source.as_str()),
        ("monday", "shop.pcap")
    );
    assert_eq!(recording.connections, 1);
    assert_eq!(recording.exchanges.http, 3);
    assert_eq!(
        (
            recording.messages.http_requests,
            recording.messages.http_responses
        ),
        (3, 3)
    );
    let page = bench
        .store
        .exchanges(recording.id, ExchangeId(0), 10)
        .unwrap();
    assert_eq!(page.len(), 3);
    // The acknowledgement and the wait lie between request and answer: 10 + 10 + 500 us.
    assert_eq!(page[0].latency_us(), Some(520));
    assert_eq!(page[0].at_us, 30);
    let payloads = bench.store.payloads(recording.id, page[0].id).unwrap();
    assert_eq!(payloads.request.unwrap().bytes, REQUEST.as_bytes());
    assert_eq!(payloads.response.unwrap().bytes, ANSWER.as_bytes());
}

#[test]
fn secrets_are_replaced_before_they_are_stored_and_the_hits_counted() {
    let bench = Bench::new();
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let mut script = Conversation::new(address(40_000), address(80), start);
    let request = "GET / HTTP/1.1\r\nHost: shop\r\nCookie: session=topsecret\r\n\r\n";
    script.handshake().client(request).server(ANSWER).close();
    let files = vec![bench.file("secret.pcap", &pcap(script.frames()))];
    let key = RedactionKey::new([7; 32]);
    let redaction = Some(Redaction {
        key,
        rules: Rules::default(),
    });
    let name = "redacted".to_owned();
    let config = ImportConfig {
        files,
        name,
        redaction,
        ..ImportConfig::default()
    };
    let recording = import(config, &bench.store).unwrap().join().unwrap();
    assert_eq!(
        recording.redacted.values().sum::<u64>(),
        1,
        "{:?}",
        recording.redacted
    );
    let payloads = bench.store.payloads(recording.id, ExchangeId(1)).unwrap();
    let stored = String::from_utf8(payloads.request.unwrap().bytes).unwrap();
    assert!(
        stored.contains("Cookie: session=rp_") && !stored.contains("topsecret"),
        "{stored}"
    );
}

#[test]
fn every_packet_is_accounted_for() {
    let bench = Bench::new();
    let mut frames = shopping(40_000, 5, 0).into_frames();
    frames.extend(shopping(40_001, 2, 10_000).into_frames());
    let mut replayed = Conversation::new(address(40_002), address(80), frames[9].at)
        .dscp(reprise_wire::REPLAY_DSCP);
    replayed.handshake().client(REQUEST).server(ANSWER).close();
    frames.extend(replayed.into_frames());
    let lost = frames.remove(8);
    frames[20].snap(60);
    let frame = |ether_type: [u8; 2], rest: &[u8]| {
        let mut data = vec![0; 12];
        data.extend_from_slice(&ether_type);
        data.extend_from_slice(rest);
        Frame {
            wire_len: u32::try_from(data.len()).unwrap(),
            data,
            ..lost.clone()
        }
    };
    frames.push(frame([8, 6], &[0; 46]));
    frames.push(frame([8, 0], &[0x45, 0, 0]));
    let mut fragment = vec![
        0x45, 0, 0, 28, 0, 9, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ];
    fragment.extend_from_slice(&[1; 8]);
    frames.push(frame([8, 0], &fragment));
    let mut strange = frame([8, 0], &[]);
    strange.link = LinkType(9_999);
    frames.push(strange);
    let mut copies = shopping(40_003, 1, 20_000)
        .framing(Framing::ETHERNET)
        .into_frames();
    for copy in &mut copies {
        copy.interface = 3;
    }
    let originals = shopping(40_003, 1, 20_000).into_frames();
    frames.extend(
        originals
            .into_iter()
            .zip(copies)
            .flat_map(|(original, copy)| [original, copy]),
    );
    let mut bytes = Vec::new();
    write_pcapng(&mut bytes, &frames).unwrap();
    let path = bench.file("mixed.pcapng", &bytes);
    let (recording, warnings) = bench.import(vec![path], "mixed");
    let loss = &recording.loss;
    assert_eq!(loss.packets, frames.len() as u64);
    assert_eq!(loss.packets, accounted(loss), "{loss:?}");
    assert_eq!(
        (loss.not_tcp, loss.malformed_packets, loss.fragments),
        (1, 1, 1)
    );
    assert_eq!((loss.unsupported_link, loss.truncated_packets), (1, 1));
    assert!(loss.duplicate_packets > 0 && loss.replay_marked > 0 && loss.gap_bytes > 0);
    assert_eq!(warnings, [Warning::ReplayLeftOut { connections: 1 }]);
}

#[test]
fn the_same_file_gives_the_same_exchanges_in_the_same_order() {
    let bench = Bench::new();
    let mut frames: Vec<_> = (0..20)
        .flat_map(|port| shopping(41_000 + port, 4, i64::from(port) * 37).into_frames())
        .collect();
    frames.sort_by_key(|frame| frame.at);
    let path = bench.file("many.pcap", &pcap(&frames));
    let rows = |name: &str| {
        let (recording, _) = bench.import(vec![path.clone()], name);
        let page = bench
            .store
            .exchanges(recording.id, ExchangeId(0), 1_000)
            .unwrap();
        page.into_iter()
            .map(|row| (row.connection, row.at_us))
            .collect::<Vec<_>>()
    };
    let first = rows("first");
    assert_eq!(first.len(), 80);
    assert_eq!(first, rows("second"));
}

#[test]
fn files_are_read_in_the_order_of_their_packets_and_connections_go_on_from_one_to_the_next() {
    let bench = Bench::new();
    let frames = shopping(40_000, 2, 0).into_frames();
    let (early, late) = frames.split_at(4);
    let late = bench.file("a-late.pcap", &pcap(late));
    let early = bench.file("b-early.pcap", &pcap(early));
    let (recording, _) = bench.import(vec![late, early], "both");
    assert_eq!((recording.connections, recording.exchanges.http), (1, 2));
    assert_eq!(recording.loss.gap_bytes, 0);
}

#[test]
fn the_directions_of_a_connection_may_be_in_different_files() {
    let bench = Bench::new();
    let whole = [shopping(40_000, 40, 0), shopping(40_001, 40, 700)].map(Conversation::into_frames);
    let mut frames = whole.concat();
    frames.sort_by_key(|frame| frame.at);
    let is_of_server = |frame: &Frame| frame.data.get(34..36) == Some(&80_u16.to_be_bytes()[..]);
    let (answers, requests): (Vec<_>, Vec<_>) = frames.iter().cloned().partition(is_of_server);
    assert!(!answers.is_empty() && !requests.is_empty());
    let files = vec![
        bench.file("answers.pcap", &pcap(&answers)),
        bench.file("requests.pcap", &pcap(&requests)),
    ];
    let (parts, warnings) = bench.import(files, "parts");
    let (one, _) = bench.import(vec![bench.file("one.pcap", &pcap(&frames))], "one");
    assert_eq!(warnings, []);
    assert_eq!(parts.exchanges.http, 80);
    assert_eq!(parts.exchanges, one.exchanges);
    assert_eq!(parts.loss, one.loss);
    let rows = |recording: &Recording| {
        let page = bench.store.exchanges(recording.id, ExchangeId(0), 1_000);
        let rows = page.unwrap().into_iter();
        rows.map(|row| (row.connection, row.at_us, row.latency_us()))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&parts), rows(&one));
}

#[test]
fn a_file_that_was_cut_off_keeps_what_it_has_and_says_so() {
    let bench = Bench::new();
    let whole = pcap(shopping(40_000, 3, 0).frames());
    let path = bench.file("cut.pcap", &whole[..whole.len() - 100]);
    let (recording, warnings) = bench.import(vec![path.clone()], "cut");
    assert_eq!(recording.exchanges.http, 3);
    assert_eq!(recording.loss.unreadable_records, 1);
    assert_eq!(warnings, [Warning::FileCut(path)]);
}

#[test]
fn a_file_without_packets_becomes_an_empty_recording_with_a_warning() {
    let bench = Bench::new();
    let path = bench.file("none.pcap", &pcap(&[]));
    let (recording, warnings) = bench.import(vec![path.clone()], "none");
    assert_eq!((recording.connections, recording.loss.packets), (0, 0));
    assert_eq!(warnings, [Warning::NoPackets(path)]);
}

#[test]
fn a_lost_answer_shifts_no_other() {
    let bench = Bench::new();
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let mut script = Conversation::new(address(40_000), address(80), start);
    script.handshake();
    for number in 0..5_u32 {
        script.client(format!("GET /item/{number} HTTP/1.1\r\nHost: shop\r\n\r\n"));
        let body = format!("item {number}");
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if number == 2 {
            script.unseen(Direction::ToClient, u32::try_from(answer.len()).unwrap());
            script.acknowledge(Direction::ToServer);
        } else {
            script.server(answer);
        }
    }
    script.close();
    let path = bench.file("lost.pcap", &pcap(script.frames()));
    let (recording, _) = bench.import(vec![path], "lost");
    for row in bench
        .store
        .exchanges(recording.id, ExchangeId(0), 10)
        .unwrap()
    {
        let payloads = bench.store.payloads(recording.id, row.id).unwrap();
        let number = row.summary.rsplit('/').next().unwrap().to_owned();
        match payloads.response {
            Some(answer) => assert!(answer.bytes.ends_with(format!("item {number}").as_bytes())),
            None => assert_eq!(number, "2"),
        }
    }
    assert_eq!(recording.loss.unpaired_requests, 1);
}

#[test]
fn the_first_messages_of_a_capture_are_found_wherever_they_are_cut() {
    let bench = Bench::new();
    let mut frames = Vec::new();
    let cuts = 1..20;
    for (port, cut) in (40_000..).zip(cuts.clone()) {
        let start = Timestamp::from_micros(1_700_000_000_000_000 + i64::from(port) * 1_000);
        let mut script = Conversation::new(address(port), address(80), start);
        script.client(&REQUEST[..cut]).client(&REQUEST[cut..]);
        script.server(&ANSWER[..cut]).server(&ANSWER[cut..]).close();
        frames.extend(script.into_frames());
    }
    let path = bench.file("cuts.pcap", &pcap(&frames));
    let (recording, _) = bench.import(vec![path], "cuts");
    assert_eq!(recording.exchanges.http, cuts.len() as u64);
    assert_eq!(recording.loss.undecodable_bytes, 0);
    for row in bench
        .store
        .exchanges(recording.id, ExchangeId(0), 100)
        .unwrap()
    {
        assert_eq!(row.request_bytes, Some(REQUEST.len() as u64));
        assert_eq!(row.response_bytes, Some(ANSWER.len() as u64));
    }
}

#[test]
fn what_cannot_be_imported_is_refused_and_nothing_is_left_behind() {
    let bench = Bench::new();
    let text = bench.file(
        "notes.txt",
        b"these are not packets, whatever the name says",
    );
    assert!(matches!(
        bench.refusal(vec![text]),
        CaptureError::Foreign(_)
    ));
    let empty = bench.file("empty.pcap", b"");
    assert!(matches!(bench.refusal(vec![empty]), CaptureError::Empty(_)));
    let missing = Path::new("/nowhere/x.pcap").to_path_buf();
    assert!(matches!(
        bench.refusal(vec![missing]),
        CaptureError::Io { .. }
    ));
    assert!(matches!(bench.refusal(Vec::new()), CaptureError::NoFiles));
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let bench = Bench::new();
    let path = bench.file("shop.pcap", &pcap(shopping(40_000, 1, 0).frames()));
    bench.import(vec![path.clone()], "taken");
    let config = ImportConfig {
        files: vec![path],
        name: "taken".to_owned(),
        ..ImportConfig::default()
    };
    assert!(matches!(
        import(config, &bench.store).unwrap_err(),
        CaptureError::Store(_)
    ));
}
