//! A recording copied to another file is the same recording.

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
