//! GoReplay's files: pairing, parts, what is broken, and the way there and back.

use proptest::prelude::*;
use reprise_capture::{ExportFormat, Warning};
use reprise_wire::Flags;

use crate::support::{Bench, Kept, gzip, talks};

const SEPARATOR: &str = "\n🐵🙈🙉\n";
const GET: &str = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Records, each with its first line and message.
fn file(records: &[(&str, &str)]) -> String {
    let records = records
        .iter()
        .map(|(line, message)| format!("{line}\n{message}{SEPARATOR}"));
    records.collect()
}

#[test]
fn requests_and_answers_are_paired_by_their_ids_and_replayed_answers_left_out() {
    let bench = Bench::new();
    let text = file(&[
        (
            "1 d1a40050c0a8010700000001 1700000000000000000 1000000",
            GET,
        ),
        ("1 d1a40050c0a8010700000002 1700000001000000000", GET),
        (
            "2 d1a40050c0a8010700000002 1700000001500000000 250000000",
            OK,
        ),
        // Some versions write the server's address into answers.
        ("2 d1a400500a00000100000001 1700000002000000000 0", OK),
        ("3 d1a40050c0a8010700000002 1700000003000000000 0", OK),
    ]);
    let (recording, warnings) = bench.import("a.gor", text.as_bytes());
    let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("left out 1: answers to replayed requests"),
        "{said:?}"
    );
    assert_eq!((recording.exchanges.http, recording.connections), (2, 1));
    let kept = bench.kept(&recording);
    let [first, second] = kept.as_slice() else {
        panic!("{kept:?}")
    };
    assert_eq!(first.client.to_string(), "192.168.1.7:53668");
    assert_eq!(first.request_last_us, first.at_us + 1_000);
    assert_eq!(first.response_first_us, Some(first.at_us + 2_000_000));
    assert_eq!(second.response_last_us, Some(second.at_us + 750_000));
}

#[test]
fn a_file_of_requests_alone_can_be_replayed_and_one_with_answers_says_which_are_missing() {
    let bench = Bench::new();
    let ids = [
        "932079936fa4306fc308d67588178d17d823647c",
        "832079936fa4306fc308d67588178d17d823647c",
    ];
    let alone = file(&[
        (&format!("1 {} 1700000000000000000", ids[0]), GET),
        (&format!("1 {} 1700000000000000001", ids[1]), GET),
    ]);
    let (recording, _) = bench.import("alone.gor", alone.as_bytes());
    assert_eq!(
        (recording.connections, recording.loss.unpaired_requests),
        (2, 0)
    );
    let flags = |kept: &[Kept]| kept.iter().map(|kept| kept.flags).collect::<Vec<_>>();
    assert_eq!(flags(&bench.kept(&recording)), [Flags::ANSWER_NOT_KEPT; 2]);

    let some = file(&[
        (&format!("1 {} 1700000000000000000", ids[0]), GET),
        (&format!("1 {} 1700000000000000001", ids[1]), GET),
        (&format!("2 {} 1700000000000000002 5", ids[1]), OK),
    ]);
    let (recording, _) = bench.import("some.gor", some.as_bytes());
    assert_eq!(recording.loss.unpaired_requests, 1);
    assert_eq!(flags(&bench.kept(&recording)), [Flags::empty(); 2]);
}

#[test]
fn an_answer_may_be_in_the_next_part() {
    let bench = Bench::new();
    let first = file(&[("1 d1a40050c0a8010700000001 1700000000000000000", GET)]);
    let second = file(&[("2 d1a40050c0a8010700000001 1700000000500000000 1", OK)]);
    let parts = vec![
        bench.file("traffic_1.gor.gz", &gzip(second.as_bytes())),
        bench.file("traffic_0.gor.gz", &gzip(first.as_bytes())),
    ];
    let (recording, warnings) = bench.import_files(parts, "parts");
    assert_eq!(warnings, []);
    let kept = bench.kept(&recording);
    assert_eq!((kept.len(), kept[0].status), (1, Some(200)));
}

#[test]
fn a_cut_file_keeps_what_came_before_and_says_so() {
    let bench = Bench::new();
    let text = file(&[
        ("1 d1a40050c0a8010700000001 1700000000000000000", GET),
        ("2 d1a40050c0a8010700000001 1700000000500000000 1", OK),
        (
            "1 d1a40050c0a8010700000002 1700000001000000000",
            "POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n123456789",
        ),
    ]);
    let (recording, warnings) = bench.import("cut.gor", &text.as_bytes()[..text.len() - 20]);
    assert!(
        matches!(warnings[..], [Warning::FileCut(_)]),
        "{warnings:?}"
    );
    let kept = bench.kept(&recording);
    assert_eq!((kept.len(), kept[0].status), (2, Some(200)));
    assert!(kept[1].flags.contains(Flags::REQUEST_TRUNCATED));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_exported_and_imported_is_the_same(talks in talks()) {
        let bench = Bench::new();
        let first = bench.record("first", &talks);
        let (bytes, exports) = bench.export(&first, ExportFormat::Gor);
        let expected: Vec<Kept> = bench.kept(&first).into_iter().map(without_host).collect();
        prop_assert_eq!(exports.exchanges, expected.len() as u64);
        let (second, warnings) = bench.import("second.gor", &bytes);
        prop_assert_eq!(warnings, []);
        let has_answers = expected.iter().any(|kept| kept.response.is_some());
        let read = bench.kept(&second).into_iter().map(without_host).map(|mut kept| {
            // A file without any answer does not know that it has lost one.
            kept.flags.set(Flags::ANSWER_NOT_KEPT, has_answers && kept.flags.contains(Flags::ANSWER_NOT_KEPT));
            kept
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), expected);
    }
}

/// The format has the server's port only.
fn without_host(mut kept: Kept) -> Kept {
    kept.server.set_ip([0, 0, 0, 0].into());
    kept
}
