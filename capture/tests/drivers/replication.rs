//! A replica's connection: what it asks first is recorded, the stream of the binary log is named and left.

use std::process::Stdio;

use reprise_store::ExchangeId;
use reprise_wire::Flags;

use crate::bench::Bench;
use crate::programs::client;

#[test]
fn a_binary_log_read_over_the_network_is_named_in_the_ledger() {
    let bench = Bench::start(&["--log-bin=binlog", "--server-id=1"]);
    let create = "CREATE TABLE replicated AS SELECT seq, REPEAT('x', 900) FROM seq_1_to_900";
    client(&bench, "mariadb", &["shop", "-e", create], Stdio::null());
    let binlog = ["--read-from-remote-server", "--raw", "binlog.000001"];
    let to = format!("--result-file={}", bench.path("copy-").display());
    client(
        &bench,
        "mariadb-binlog",
        &[&binlog[..], &[&to]].concat(),
        Stdio::null(),
    );
    let recorded = bench.stop();
    let loss = &recorded.recording.loss;
    assert_eq!(loss.spoken, [("mysql_replication".to_owned(), 1)].into());
    assert_eq!((loss.undecodable_bytes, loss.unpaired_requests), (0, 0));
    let rows = recorded
        .store
        .exchanges(recorded.recording.id, ExchangeId(0), 1_000)
        .unwrap();
    let last = rows.last().unwrap();
    assert_eq!(last.summary, "COM_BINLOG_DUMP");
    assert!(last.flags.contains(Flags::UPGRADED));
}
