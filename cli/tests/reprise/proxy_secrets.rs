//! `reprise proxy --record` of traffic full of planted secrets: while it records, and afterwards, none of them is
//! anywhere in the bytes of a file that the proxy wrote, in any spelling.

#[path = "../../../capture/tests/planted/mod.rs"]
mod planted;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use reprise_store::Store;
use serde_json::Value;

use crate::support::running::Running;
use crate::support::standing_proxy::listens;
use crate::support::{Desk, number};
use planted::Traffic;
use planted::search::{RULES, all_are_said, found_in, found_unpacked};

/// What one side says at a time.
struct Said {
    to_server: bool,
    bytes: Vec<u8>,
}

/// What is said on each connection, in turns.
fn scripts(traffic: &Traffic) -> Vec<Vec<Said>> {
    let pcap = traffic.pcap();
    let mut connections: BTreeMap<u16, Vec<Said>> = BTreeMap::new();
    let mut rest = &pcap[24..];
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let length = u32::from_le_bytes(head[8..12].try_into().unwrap());
        let (packet, after) = after.split_at(usize::try_from(length).unwrap());
        rest = after;
        let ip = &packet[14..];
        let tcp = &ip[usize::from(ip[0] & 15) * 4..];
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        let to_server = port(0) >= 40_000;
        let said = connections
            .entry(port(if to_server { 0 } else { 2 }))
            .or_default();
        match said.last_mut() {
            _ if payload.is_empty() => {}
            Some(last) if last.to_server == to_server => last.bytes.extend_from_slice(payload),
            _ => said.push(Said {
                to_server,
                bytes: payload.to_vec(),
            }),
        }
    }
    connections.into_values().collect()
}

/// Says what one side says and hears what the other does, to the end.
fn play(mut stream: TcpStream, script: &[Said], is_server: bool) {
    for said in script {
        if said.to_server == is_server {
            let mut heard = vec![0; said.bytes.len()];
            stream.read_exact(&mut heard).unwrap();
            assert!(heard == said.bytes, "the proxy changed what was said");
        } else {
            stream.write_all(&said.bytes).unwrap();
        }
    }
    // the other side may have gone already
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
}

/// A desk on which a proxy recorded traffic, and the proxy's answer. `meanwhile` is called after each connection.
fn recorded(
    traffic: &Traffic,
    scheme: &str,
    flags: &[&str],
    meanwhile: impl Fn(&Desk),
) -> (Desk, Value) {
    let desk = Desk::new();
    desk.write("rules.toml", RULES.as_bytes());
    fs::create_dir(desk.path("temporary")).unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("{scheme}://{}", server.local_addr().unwrap());
    let first = ["proxy", "--listen", "0", "--record", "passed", "--json"];
    let mut command = desk.command(&[&first[..], &["--to", &to], flags].concat());
    command.env("TMPDIR", desk.path("temporary"));
    let mut running = Running::of(command);
    let address = listens(&mut running, "proxy");
    for script in scripts(traffic) {
        thread::scope(|scope| {
            scope.spawn(|| play(server.accept().unwrap().0, &script, true));
            play(TcpStream::connect(&address).unwrap(), &script, false);
        });
        meanwhile(&desk);
    }
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(0), "{stdout}");
    (desk, serde_json::from_str(&stdout).unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The planted secrets in any file on the desk.
fn found_on(desk: &Desk, traffic: &Traffic) -> Vec<String> {
    let look = |path: PathBuf| {
        // a log may go away between listing and reading
        let bytes = fs::read(&path).unwrap_or_default();
        found_in(&bytes, &path.display().to_string(), traffic)
    };
    files(&desk.path("")).into_iter().flat_map(look).collect()
}

/// Those in what the one recording gives back.
fn found_recorded(desk: &Desk, traffic: &Traffic) -> Vec<String> {
    let store = Store::open(desk.library()).unwrap();
    let recording = store.recordings().unwrap().remove(0);
    found_unpacked(&store, &recording, traffic)
}

fn nothing_is_found(traffic: &Traffic, scheme: &str) {
    let rules = ["--rules", "rules.toml"];
    let (raw, said) = recorded(traffic, scheme, &["--store-raw"], |_| {});
    all_are_said(&found_recorded(&raw, traffic), traffic);
    let (desk, answer) = recorded(traffic, scheme, &rules, |desk| {
        assert_eq!(
            found_on(desk, traffic),
            Vec::<String>::new(),
            "while recording"
        );
    });
    for counted in ["/recording/exchanges/http", "/recording/exchanges/mysql"] {
        assert_eq!(number(&answer, counted), number(&said, counted), "{answer}");
    }
    assert_eq!(number(&answer, "/recording/loss/gap_bytes"), 0, "{answer}");
    assert_eq!(found_recorded(&desk, traffic), Vec::<String>::new());
    assert_eq!(found_on(&desk, traffic), Vec::<String>::new());
    assert_eq!(
        found_in(answer.to_string().as_bytes(), "answer", traffic),
        Vec::<String>::new()
    );
}

#[test]
fn a_proxy_writes_no_secret_of_http() {
    nothing_is_found(&planted::http::traffic(), "http");
}

#[test]
fn a_proxy_writes_no_secret_of_mysql() {
    nothing_is_found(
        &planted::mysql::traffic(planted::mysql::Packing::Plain),
        "mysql",
    );
}

#[test]
fn a_proxy_writes_no_secret_of_compressed_mysql() {
    nothing_is_found(
        &planted::mysql::traffic(planted::mysql::Packing::Compressed),
        "mysql",
    );
}
