//! https targets: whose certificates are trusted, what the server is told, what a certificate tells.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use reprise_measure::{Outcome, SampleFlags};
use reprise_replay::Plan;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http::{OK, samples};
use super::support::{Notes, get, plan_to, play, said, store_with, targets};
use super::wire::serve_wire;

/// A TLS server, and the certificate that makes it trusted.
struct Server {
    address: SocketAddr,
    /// In PEM form.
    certificate: String,
}

/// What a server does once it has a request.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Keep,
    Close,
}

/// Starts a server whose certificate is for `names`; it notes the name it was asked for, and the first line.
fn serve_tls(names: &[&str], answer: String, then: Then, notes: Notes) -> Server {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(names)
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let certificate = own.pem();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(own.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let stream = StreamOwned::new(session, stream.unwrap());
            let (answer, notes) = (answer.clone(), Arc::clone(&notes));
            std::thread::spawn(move || serve_one(stream, &answer, then, &notes));
        }
    });
    Server {
        address,
        certificate,
    }
}

/// Answers requests without a body, until the client leaves.
fn serve_one(
    mut stream: StreamOwned<ServerConnection, std::net::TcpStream>,
    answer: &str,
    then: Then,
    notes: &Notes,
) -> Option<()> {
    let mut seen = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        // one request at a time, so that its end is where the bytes end
        if seen.ends_with(b"\r\n\r\n") {
            let line =
                String::from_utf8_lossy(seen.split(|byte| *byte == b'\r').next()?).into_owned();
            let asked_for = stream.conn.server_name().unwrap_or("nobody").to_owned();
            let spoken = String::from_utf8_lossy(stream.conn.alpn_protocol()?).into_owned();
            notes
                .lock()
                .unwrap()
                .push(format!("{asked_for} {spoken} {line}"));
            seen.clear();
            stream.write_all(answer.as_bytes()).ok()?;
            stream.flush().ok()?;
            if then == Then::Close {
                return None;
            }
        }
        match stream.read(&mut buffer) {
            // an end that was not said is an error to TLS
            Ok(0) => {
                notes.lock().unwrap().push("said to end".to_owned());
                return None;
            }
            Err(_) => return None,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
}

fn plan_for(server: &Server, host: &str) -> Plan {
    let mut plan = plan_to(server.address);
    plan.http[0].url = format!("https://{host}:{}", server.address.port());
    plan.timeout_ms = 5_000;
    plan
}

fn trusting(mut plan: Plan, server: &Server, folder: &tempfile::TempDir) -> Plan {
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &server.certificate).unwrap();
    plan.tls.ca = Some(file.to_str().unwrap().to_owned());
    plan
}

#[test]
fn a_trusted_target_is_sent_to_through_tls_on_as_many_connections_as_recorded() {
    let notes = Notes::default();
    let server = serve_tls(
        &["localhost"],
        OK.to_owned(),
        Then::Keep,
        Arc::clone(&notes),
    );
    let (folder, store) = store_with(&[get(1, 0, "/a"), get(1, 20, "/b"), get(2, 10, "/c")]);
    let plan = trusting(plan_for(&server, "localhost"), &server, &folder);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 3, "{summary:?}");
    let samples = samples(&store, "run");
    let opened = samples
        .iter()
        .filter(|one| one.flags.contains(SampleFlags::CONNECTED));
    assert_eq!(opened.count(), 2);
    let ended = || notes.lock().unwrap().len() == 5;
    for _ in 0..500 {
        if ended() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut notes = notes.lock().unwrap().clone();
    notes.sort();
    let asked = ["a", "b", "c"].map(|path| format!("localhost http/1.1 GET /{path} HTTP/1.1"));
    assert_eq!(notes[..3], asked);
    assert_eq!(notes[3..], ["said to end", "said to end"]);
}

#[test]
fn large_bodies_go_through_tls_both_ways() {
    let body = "x".repeat(3 << 20);
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = serve_tls(&["localhost"], answer.clone(), Then::Keep, Notes::default());
    // the server looks for the end of the head alone, so that the body is one long header field
    let request = format!("GET /a HTTP/1.1\r\nHost: a\r\nX: {body}\r\n\r\n");
    let (folder, store) = store_with(&[said(1, 0, &request, &answer)]);
    let plan = trusting(plan_for(&server, "localhost"), &server, &folder);
    play(&plan, "run", &store);
    let sample = samples(&store, "run").pop().unwrap();
    assert_eq!(sample.outcome, Outcome::Ok, "{sample:?}");
    assert!(sample.sent_bytes > 3 << 20 && sample.received_bytes > 3 << 20);
}

#[test]
fn a_certificate_that_is_not_trusted_or_for_another_host_lets_nothing_out() {
    let notes = Notes::default();
    let server = serve_tls(
        &["other.example"],
        OK.to_owned(),
        Then::Keep,
        Arc::clone(&notes),
    );
    let (folder, store) = store_with(&[get(1, 0, "/a")]);
    let untrusted = plan_for(&server, "localhost");
    let for_another = trusting(untrusted.clone(), &server, &folder);
    for (run, plan) in [("untrusted", untrusted), ("another", for_another)] {
        let unreachable = targets(&plan, &store).reach(&plan, Duration::from_secs(5));
        let why = unreachable.unwrap_err().to_string();
        assert!(why.contains("certificate"), "{why}");
        let summary = play(&plan, run, &store).summary;
        assert_eq!(summary.outcomes.refused, 1, "{summary:?}");
    }
    assert!(notes.lock().unwrap().is_empty());
}

#[test]
fn a_target_that_answers_in_the_clear_is_told_from_one_whose_tls_is_broken() {
    let address = serve_wire(|wire| wire.say(OK));
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let mut plan = plan_to(address);
    plan.http[0].url = format!("https://localhost:{}", address.port());
    let reached = targets(&plan, &store).reach(&plan, Duration::from_secs(5));
    let why = reached.unwrap_err().to_string();
    assert!(why.contains("does not speak TLS"), "{why}");
}

#[test]
fn any_certificate_will_do_when_asked_and_the_plan_keeps_that() {
    let server = serve_tls(
        &["other.example", "*.b.example"],
        OK.to_owned(),
        Then::Keep,
        Notes::default(),
    );
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let mut plan = plan_for(&server, "127.0.0.1");
    plan.tls.insecure = true;
    let reached = targets(&plan, &store).reach(&plan, Duration::from_secs(5));
    assert_eq!(reached.unwrap()[0].names, ["other.example", "*.b.example"]);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 1, "{summary:?}");
    let kept = Plan::from_json(store.run("run").unwrap().plan).unwrap();
    assert!(kept.tls.insecure);
}

#[test]
fn a_target_that_ends_tls_between_requests_is_connected_to_again() {
    let server = serve_tls(&["localhost"], OK.to_owned(), Then::Close, Notes::default());
    let (folder, store) = store_with(&[get(1, 0, "/a"), get(1, 200, "/b")]);
    let plan = trusting(plan_for(&server, "localhost"), &server, &folder);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 2, "{summary:?}");
}

#[test]
fn a_file_without_certificates_is_named() {
    let server = serve_tls(&["localhost"], OK.to_owned(), Then::Keep, Notes::default());
    let (folder, store) = store_with(&[get(1, 0, "/a")]);
    let mut plan = plan_for(&server, "localhost");
    for file in ["empty.pem", "missing.pem"] {
        let path = folder.path().join(file);
        if file.starts_with("empty") {
            std::fs::write(&path, "nothing").unwrap();
        }
        plan.tls.ca = Some(path.to_str().unwrap().to_owned());
        let error = targets(&plan, &store).reach(&plan, Duration::from_secs(5));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(file) && error.contains("PEM"), "{error}");
    }
}
