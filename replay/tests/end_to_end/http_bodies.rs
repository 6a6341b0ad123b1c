//! Bodies of requests and answers: waiting to be asked for, in chunks, coded, absent, too long to keep.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use reprise_measure::Outcome;
use reprise_replay::Mismatch;
use reprise_store::Store;
use tempfile::TempDir;

use super::http::{OK, samples};
use super::support::{Do, Notes, get, plan_to, play, said, serve, store_with};
use super::wire::serve_wire;

const UPLOAD: &str =
    "POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_body_waits_until_the_target_asks_for_it() {
    let notes = Notes::default();
    let seen = Arc::clone(&notes);
    let address = serve_wire(move |wire| {
        while wire.head().is_some() {
            let silent = wire.is_silent();
            wire.say("HTTP/1.1 100 Continue\r\n\r\n");
            let body = wire.bytes(5).unwrap_or_default();
            seen.lock().unwrap().push(format!("{silent} {body}"));
            wire.say(OK);
        }
    });
    let (_folder, store) = store_with(&[said(1, 0, UPLOAD, OK), said(1, 20, UPLOAD, OK)]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(
        (summary.outcomes.ok, summary.connections),
        (2, 1),
        "{summary:?}"
    );
    assert_eq!(*notes.lock().unwrap(), ["true hello", "true hello"]);
    // the answer begins with its own first byte, not with that of the interim one
    let sample = samples(&store, "run")[0];
    assert!(
        sample.first_byte_us.unwrap() >= sample.sent_us + 150_000,
        "{sample:?}"
    );
}

#[test]
fn a_body_that_is_not_wanted_stays_here_and_costs_the_connection() {
    let notes = Notes::default();
    let seen = Arc::clone(&notes);
    let refusal = "HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno";
    let address = serve_wire(move |wire| {
        let Some(head) = wire.head() else { return };
        if head.starts_with("GET") {
            wire.say(OK);
            return;
        }
        wire.say(refusal);
        let body = wire.bytes(5);
        seen.lock().unwrap().push(format!("{body:?}"));
    });
    let (_folder, store) = store_with(&[said(1, 0, UPLOAD, refusal), get(1, 20, "/next")]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(
        (summary.outcomes.ok, summary.connections),
        (2, 2),
        "{summary:?}"
    );
    assert_eq!(*notes.lock().unwrap(), ["None"]);
}

#[test]
fn a_target_that_never_asks_gets_the_body_after_a_while() {
    let address = serve_wire(|wire| {
        while wire.head().is_some() {
            if wire.bytes(5).as_deref() == Some("hello") {
                wire.say(OK);
            }
        }
    });
    let (_folder, store) = store_with(&[said(1, 0, UPLOAD, OK)]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 1, "{summary:?}");
    assert!(samples(&store, "run")[0].service_us() >= 1_000_000);
}

#[test]
fn a_body_in_chunks_arrives_in_the_chunks_that_were_recorded() {
    let body = "5;x=y\r\nhello\r\n1\r\n \r\n005\r\nworld\r\n0\r\nChecksum: 1\r\n\r\n";
    let request = format!("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    let notes = Notes::default();
    let seen = Arc::clone(&notes);
    let length = body.len();
    let address = serve_wire(move |wire| {
        while wire.head().is_some() {
            let body = wire.bytes(length).unwrap_or_default();
            seen.lock().unwrap().push(body);
            wire.say(OK);
        }
    });
    let (_folder, store) = store_with(&[said(1, 0, &request, OK)]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 1, "{summary:?}");
    assert_eq!(*notes.lock().unwrap(), [body]);
}

#[test]
fn answers_without_a_body_end_where_they_should_and_the_connection_goes_on() {
    let of = |path: &str| match path {
        "/head" => "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        "/none" => "HTTP/1.1 204 No Content\r\n\r\n",
        "/same" => "HTTP/1.1 304 Not Modified\r\nContent-Length: 9999\r\n\r\n",
        "/early" => {
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        }
        _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    };
    let address = serve_wire(move |wire| {
        while let Some(head) = wire.head() {
            wire.say(of(head.split(' ').nth(1).unwrap()));
        }
    });
    let all: Vec<_> = [
        ("HEAD", "/head"),
        ("GET", "/none"),
        ("GET", "/same"),
        ("GET", "/early"),
        ("GET", "/chunks"),
    ]
    .into_iter()
    .zip(0..)
    .map(|((method, path), i)| {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        let recorded = of(path).rsplit("\r\n\r\nHTTP/1.1").next().unwrap();
        let recorded = format!("HTTP/1.1{}", recorded.trim_start_matches("HTTP/1.1"));
        said(1, i * 20, &request, &recorded)
    })
    .collect();
    let (_folder, store) = store_with(&all);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(
        (summary.outcomes.ok, summary.connections),
        (5, 1),
        "{summary:?}"
    );
}

fn coded(coding: &str, content: &[u8]) -> Vec<u8> {
    let body = match coding {
        "gzip" => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            gzip.write_all(content).unwrap();
            gzip.finish().unwrap()
        }
        "deflate" => {
            let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
            zlib.write_all(content).unwrap();
            zlib.finish().unwrap()
        }
        "zstd" => zstd::encode_all(content, 3).unwrap(),
        // one uncompressed metablock each: what there is to send is "hello"
        "br" => b"\x0b\x02\x80hello\x03".to_vec(),
        _ => content.to_vec(),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

/// Plays a GET of each path, all of which were answered with `recorded`, against `address`.
fn ask_each<const N: usize>(
    paths: [&str; N],
    recorded: &str,
    address: SocketAddr,
) -> (TempDir, Store) {
    let asked = (0..).zip(paths).map(|(number, path)| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        said(1, number * 10, &request, recorded)
    });
    let (folder, store) = store_with(&asked.collect::<Vec<_>>());
    play(&plan_to(address), "run", &store);
    (folder, store)
}

fn outcomes(store: &Store) -> Vec<Outcome> {
    let samples = samples(store, "run");
    samples.iter().map(|one| one.outcome).collect()
}

#[test]
fn answers_are_compared_by_what_their_coding_holds() {
    let address = serve_wire(|wire| {
        while let Some(head) = wire.head() {
            let path = head.split(' ').nth(1).unwrap().to_owned();
            let (coding, content) = path[1..].split_once('/').unwrap();
            wire.say(coded(coding, content.as_bytes()));
        }
    });
    let recorded = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let paths = [
        ("/gzip/hello", Outcome::Ok),
        ("/deflate/hello", Outcome::Ok),
        ("/zstd/hello", Outcome::Ok),
        ("/br/hello", Outcome::Ok),
        ("/identity/hello", Outcome::Ok),
        ("/gzip/other", Outcome::Mismatch),
        ("/zstd/other", Outcome::Mismatch),
    ];
    let (_folder, store) = ask_each(paths.map(|(path, _)| path), recorded, address);
    assert_eq!(outcomes(&store), paths.map(|(_, outcome)| outcome));
}

#[test]
fn an_answer_too_long_to_keep_is_compared_by_what_its_coding_holds() {
    let rows: String = (0..80_000).map(|row| format!("row {row}\n")).collect();
    let other = rows.replacen("row 79990\n", "row 70000\n", 1);
    let served = [rows.clone(), other];
    let address = serve_wire(move |wire| {
        while let Some(head) = wire.head() {
            let path = head.split(' ').nth(1).unwrap();
            let (coding, which) = path[1..].split_once('/').unwrap();
            let content = &served[usize::from(which == "other")];
            wire.say(coded(coding, content.as_bytes()));
        }
    });
    let recorded = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{rows}",
        rows.len()
    );
    let paths = [
        ("/identity/same", Outcome::Ok),
        ("/gzip/same", Outcome::Ok),
        ("/deflate/same", Outcome::Ok),
        ("/zstd/same", Outcome::Ok),
        ("/identity/other", Outcome::Mismatch),
        ("/gzip/other", Outcome::Mismatch),
    ];
    let (_folder, store) = ask_each(paths.map(|(path, _)| path), &recorded, address);
    assert_eq!(outcomes(&store), paths.map(|(_, outcome)| outcome));
    let found = Mismatch::all(&store, store.run("run").unwrap().id).unwrap();
    let places: Vec<&str> = found.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["body", "body"]);
}

#[test]
fn an_answer_too_long_to_keep_is_read_to_its_end_and_counted() {
    let body = "long ".repeat(200_000);
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let served = answer.clone();
    let address = serve_wire(move |wire| {
        while wire.head().is_some() {
            wire.say(&served);
        }
    });
    let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    let (_folder, store) =
        store_with(&[said(1, 0, request, &answer), said(1, 50, request, &answer)]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(
        (summary.outcomes.ok, summary.connections),
        (2, 1),
        "{summary:?}"
    );
    assert_eq!(summary.over_cap, 2);
    assert_eq!(summary.received_bytes, 2 * answer.len() as u64);
}

#[test]
fn a_token_behind_a_long_page_and_one_behind_a_long_file_are_the_targets_own() {
    let page = |token: &str| {
        let rows = "<tr><td>one of many rows</td></tr>".repeat(20_000);
        let body = format!("{rows}<form><input type=hidden name=csrf value={token}></form>");
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let upload = |token: &str| {
        let file = "x".repeat(1_500_000);
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n{file}\r\n--b\r\n\
             Content-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--b--\r\n"
        );
        let length = body.len();
        format!(
            "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
    };
    let get = "GET /upload HTTP/1.1\r\nHost: a\r\n\r\n";
    let (recorded, own) = ("a1b2c3d4e5f60718", "f9e8d7c6b5a49382");
    let (_folder, store) = store_with(&[
        said(1, 0, get, &page(recorded)),
        said(1, 20, &upload(recorded), OK),
    ]);
    let address = serve(move |request| {
        Do::Answer(match request.starts_with("GET") {
            true => page(own),
            false if request.contains(own) => OK.to_owned(),
            false => "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".to_owned(),
        })
    });
    let summary = play(&plan_to(address), "run", &store).summary;
    // the page is too long to be compared part by part
    assert_eq!(
        (summary.outcomes.ok, summary.outcomes.mismatch),
        (1, 1),
        "{summary:?}"
    );
}
