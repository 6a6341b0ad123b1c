//! A writer killed at any moment leaves a file that opens, with everything it had committed.
//! Without the test harness, because the same program is also the writer that gets killed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reprise_store::{Ledger, RecordingId, RecordingState, RunState, Store, Totals};
use support::*;

const KILLS: u64 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, word, path] if word == "write-until-killed" => write_until_killed(path.as_ref()),
        _ => twenty_killed_writers_leave_twenty_whole_files(),
    }
}

/// Commits small and large batches for ever, printing the last number of each once it is committed.
fn write_until_killed(path: &Path) {
    let store = Store::open(path).unwrap();
    let recording = store.create_recording(&new_recording("r")).unwrap();
    let connection = recording.add_connection(&new_connection()).unwrap();
    let run = store.create_run(new_run("a")).unwrap();
    let mut number = 0;
    for batch in [1, 40, 3_000, 7].into_iter().cycle() {
        for _ in 0..batch {
            number += 1;
            recording
                .add_exchange(connection, &mut exchange(number))
                .unwrap();
            run.add_samples(&[sample(number)]).unwrap();
        }
        let loss = Ledger {
            packets: number.into(),
            ..Ledger::default()
        };
        recording
            .checkpoint(&Totals {
                loss,
                ..Totals::default()
            })
            .unwrap();
        recording.commit().unwrap();
        println!("{number}");
        std::io::stdout().flush().unwrap();
    }
}

fn twenty_killed_writers_leave_twenty_whole_files() {
    for kill in 0..KILLS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.reprise");
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["write-until-killed".as_ref(), path.as_os_str()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        // The moment: after some commits, and then somewhere within the next ones.
        let commits = (kill * 7) % 11;
        let seen = lines
            .by_ref()
            .take(1 + usize::try_from(commits).unwrap())
            .last()
            .unwrap();
        let mut committed: u32 = seen.unwrap().parse().unwrap();
        std::thread::sleep(Duration::from_micros(kill * kill * 97 % 40_000));
        writer.kill().unwrap();
        writer.wait().unwrap();
        // What it had still said; its last line may be cut.
        for line in lines.map_while(Result::ok) {
            committed = line.parse().unwrap_or(committed).max(committed);
        }
        check(&path, committed);
    }
    println!("killed {KILLS} writers; every file was whole");
}

fn check(path: &Path, committed: u32) {
    let store = Store::open_existing(path).unwrap();
    let recording = store.recording("r").unwrap();
    assert_eq!(recording.state, RecordingState::Interrupted);
    let mut read = 0;
    for exchange in store.requests(recording.id, true) {
        let exchange = exchange.unwrap();
        read += 1;
        assert_eq!(exchange.row.id.0, read);
        assert_eq!(exchange.request, Some(request_bytes(read)));
        assert_eq!(exchange.response, Some(response_bytes(read)));
    }
    assert!(
        read >= committed,
        "{committed} were committed and {read} are there"
    );
    // The counts are those of the rows that are there, not of an earlier or later moment.
    assert_eq!(recording.exchanges.http, u64::from(read));
    let operations = store.operations(recording.id).unwrap();
    assert_eq!(
        operations.iter().map(|o| o.exchanges).sum::<u64>(),
        u64::from(read)
    );
    let rate = store.rate(recording.id, 1_000).unwrap();
    assert_eq!(
        rate.iter().map(|point| point.exchanges).sum::<u64>(),
        u64::from(read)
    );
    assert!(recording.loss.packets >= u64::from(committed));

    let run = store.run("a").unwrap();
    assert_eq!(
        (run.state, run.recording),
        (RunState::Interrupted, RecordingId(1))
    );
    let samples: Vec<_> = store.samples(run.id).map(Result::unwrap).collect();
    assert_eq!(samples.len() as u64, run.samples);
    assert!(samples.len() >= committed as usize);
    assert!(
        samples
            .iter()
            .zip(1..)
            .all(|(read, number)| *read == sample(number))
    );

    let sql = rusqlite::Connection::open(path).unwrap();
    let verdict: String = sql
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}
