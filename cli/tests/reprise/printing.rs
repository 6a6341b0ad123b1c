//! Where answers go: a reader that has seen enough is no failure, a disk that is full is one.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use reprise_fixtures::captures;
use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, shop, url};

#[test]
fn a_reader_that_goes_away_ends_a_listing_quietly() {
    let desk = Desk::new();
    desk.put(captures::shop());
    // Long enough that no pipe holds it all.
    desk.run(&["import", "shop.pcap.gz", "--name", RECORDING])
        .ok();
    for json in [&[][..], &["--json"]] {
        let arguments = [&["exchanges", RECORDING, "--limit", "0"], json].concat();
        let mut command = desk.command(&arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        reader.read_line(&mut line).unwrap();
        drop(reader);
        let mut words = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut words)
            .unwrap();
        assert_eq!(words, "");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{json:?}");
        assert!(!line.is_empty());
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_storage_failure_that_says_so() {
    let desk = Desk::with_recording();
    for json in [&[][..], &["--json"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = desk.command(&[&["recordings"][..], json].concat());
        let child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{words}");
        assert!(
            words.starts_with("reprise: failed to write to standard output: "),
            "{words}"
        );
    }
}

#[test]
fn a_page_that_cannot_be_written_does_not_cost_the_run_s_answer() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let replay = [
        "replay", RECORDING, "--http", &url, "--speed", "20", "--json",
    ];
    // a folder that goes while the run is on: one that is not there is refused before
    let folder = desk.library().with_file_name("gone");
    std::fs::create_dir(&folder).unwrap();
    let page = folder.join("run.html").display().to_string();
    let goes = format!("rmdir '{}'", folder.display());
    let flags = ["--html", page.as_str(), "--before", &goes];
    let said = desk.run(&[&replay[..], &flags].concat()).with_code(4);
    assert!(said.stderr.contains("gone/run.html"), "{said:?}");
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&run);
}
