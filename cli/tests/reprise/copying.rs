//! A recording copied to another file is the same recording, or the part of it that was asked for.

use reprise_store::Store;

use crate::support::{Desk, RECORDING, number};

#[test]
fn a_copy_has_the_same_connections_exchanges_and_bytes() {
    let desk = Desk::with_recording();
    let other = desk.path("handed-over.reprise");
    let to = other.to_str().unwrap();
    let copied = desk.answer(&["copy", RECORDING, "--to", to]);
    let original = desk.answer(&["show", RECORDING]);
    assert!(number(&original, "/exchanges/http") > 0, "{original}");
    for field in ["exchanges", "connections", "messages", "loss", "redacted"] {
        assert_eq!(copied[field], original[field], "{field}");
    }
    for field in [
        "name",
        "source",
        "started_at",
        "duration_ms",
        "state",
        "raw",
    ] {
        assert_eq!(
            copied["recording"][field], original["recording"][field],
            "{field}"
        );
    }

    let read = |path: &std::path::Path| {
        let store = Store::open_existing(path).unwrap();
        let recording = store.recording(RECORDING).unwrap();
        let names = store.operations(recording.id).unwrap();
        let name = |id| names.iter().find(|row| row.id == id).unwrap().text.clone();
        let exchanges: Vec<_> = store
            .requests(recording.id, true)
            .map(|exchange| {
                let exchange = exchange.unwrap();
                let row = exchange.row;
                let times = (
                    row.at_us,
                    row.request_last_us,
                    row.response_first_us,
                    row.response_last_us,
                );
                let said = (row.status, row.flags, row.statement_id, row.summary);
                let sizes = (row.request_bytes, row.response_bytes);
                let bytes = (exchange.request, exchange.response);
                (
                    row.id,
                    row.connection,
                    name(row.operation),
                    times,
                    said,
                    sizes,
                    bytes,
                )
            })
            .collect();
        (store.connections(recording.id).unwrap(), exchanges)
    };
    let (connections, exchanges) = read(&desk.library());
    let (copied_connections, copied_exchanges) = read(&other);
    assert_eq!(copied_connections, connections);
    assert_eq!(copied_exchanges.len(), exchanges.len());
    for (copied, original) in copied_exchanges.iter().zip(&exchanges) {
        assert_eq!(copied, original);
    }
}

#[test]
fn a_name_that_is_taken_there_is_refused_and_another_can_be_given() {
    let desk = Desk::with_recording();
    let other = desk.path("archive.reprise");
    let to = other.to_str().unwrap();
    desk.run(&["copy", RECORDING, "--to", to]).ok();
    desk.run(&["copy", RECORDING, "--to", to])
        .refused(2, RECORDING);
    desk.run(&["copy", RECORDING, "--to", to, "--as", "friday-again"])
        .ok();
    desk.run(&["copy", "nobody", "--to", to])
        .refused(2, "nobody");
    let said = desk.run(&["--file", to, "recordings"]).ok();
    assert!(said.stdout.contains("friday-again"), "{}", said.stdout);
}

#[test]
fn a_part_is_copied_with_the_connections_it_needs() {
    let desk = Desk::with_recording();
    let other = desk.path("part.reprise");
    let to = other.to_str().unwrap();
    let original = desk.answer(&["show", RECORDING]);
    let posts = desk.run(&["exchanges", RECORDING, "--json", "--where", "method:POST"]);
    let posts = posts.ok().stdout.lines().count() as u64;
    let copied = desk.answer(&["copy", RECORDING, "--to", to, "--where", "method:POST"]);
    assert!(
        posts > 0 && number(&copied, "/exchanges/http") == posts,
        "{copied}"
    );
    assert_eq!(number(&copied, "/messages/http_requests"), posts);
    assert!(number(&copied, "/connections") <= number(&original, "/connections"));
    assert!(number(&copied, "/bytes/captured") < number(&original, "/bytes/captured"));
    let all = desk
        .run(&["--file", to, "exchanges", RECORDING, "--json"])
        .ok();
    assert!(
        all.stdout.lines().all(|line| line.contains("POST")),
        "{}",
        all.stdout
    );
}

#[test]
fn a_trimmed_recording_begins_with_its_part_and_the_whole_comes_back() {
    let desk = Desk::with_recording();
    let whole = desk.answer(&["show", RECORDING]);
    desk.run(&["trim", RECORDING]).refused(2, "--between");
    let nothing = desk.run(&["trim", RECORDING, "--where", "status:599"]);
    let nothing = nothing.with_code(2);
    assert!(nothing.stderr.contains("left as it is"), "{nothing:?}");
    assert_eq!(desk.answer(&["show", RECORDING]), whole);
    let lasted_ms = number(&whole, "/recording/duration_ms");
    let half = format!("{}ms..", lasted_ms / 2);
    let trimmed = desk.answer(&["trim", RECORDING, "--between", &half]);
    let left = number(&trimmed, "/exchanges/http");
    assert!(
        left > 0 && left < number(&whole, "/exchanges/http"),
        "{trimmed}"
    );
    let lasts_ms = number(&trimmed, "/recording/duration_ms");
    assert!(lasts_ms <= lasted_ms / 2 + 1, "{trimmed}");
    let first = desk.run(&["exchanges", RECORDING, "--json"]).ok();
    let first: serde_json::Value =
        serde_json::from_str(first.stdout.lines().next().unwrap()).unwrap();
    assert!(number(&first, "/at_us") < lasted_ms * 500, "{first}");

    let binned = format!("{RECORDING}-whole");
    desk.run(&["bin", "restore", &binned]).ok();
    let back = desk.answer(&["show", &binned]);
    for field in ["exchanges", "connections", "messages"] {
        assert_eq!(back[field], whole[field], "{field}");
    }
}
