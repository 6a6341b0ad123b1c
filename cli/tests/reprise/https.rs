//! https targets on the command line: trust by file or by flag, and a certificate that gives production away.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::{Desk, RECORDING, conserved};

/// A TLS server whose certificate is for `names`; its address, and the certificate in PEM form.
fn server(names: &[&str]) -> (SocketAddr, String) {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let own = CertificateParams::new(names).unwrap();
    let own = own.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(own.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for tcp in listener.incoming().flatten() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            thread::spawn(move || answer(StreamOwned::new(session, tcp)));
        }
    });
    (address, own.pem())
}

/// Answers every request that fits one read, until the client leaves.
fn answer(mut stream: StreamOwned<ServerConnection, std::net::TcpStream>) {
    let mut buffer = [0; 16_384];
    while matches!(stream.read(&mut buffer), Ok(read) if read > 0) {
        let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        if stream.write_all(ok).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

const FLAGS: [&str; 4] = ["--speed", "50", "--where", "operation:/search"];

#[test]
fn a_target_is_trusted_by_its_authority_or_on_ones_own_word() {
    let desk = Desk::with_recording();
    let (address, certificate) = server(&["localhost"]);
    desk.write("ca.pem", certificate.as_bytes());
    let url = format!("https://localhost:{}", address.port());
    let replay = [&["replay", RECORDING, "--http", &url][..], &FLAGS].concat();
    desk.run(&replay).refused(3, "certificate");
    let run = desk.answer(&[&replay[..], &["--ca", "ca.pem", "--run", "trusted"]].concat());
    conserved(&run);
    assert_eq!(run["run"]["insecure"], false);
    assert_eq!(run["outcomes"]["refused"], 0);
    let said = desk.run(&[&replay[..], &["--insecure", "--run", "any"]].concat());
    let said = said.ok();
    assert!(
        said.stdout.contains("certificates were not verified"),
        "{said:?}"
    );
    let kept = desk.run(&["report", "any"]).ok();
    assert!(
        kept.stdout.contains("certificates were not verified"),
        "{kept:?}"
    );
    let trusted = desk.run(&["report", "trusted"]).ok();
    assert!(!trusted.stdout.contains("not verified"), "{trusted:?}");
}

#[test]
fn a_port_of_this_machine_that_leads_to_the_recorded_host_is_refused() {
    let desk = Desk::new();
    let har = r#"{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
        "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 5,
        "request": {"method": "GET", "url": "http://shop.example.org/", "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Host", "value": "shop.example.org"}], "queryString": [], "cookies": [],
            "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [],
            "cookies": [], "content": {"size": 2, "mimeType": "text/plain", "text": "ok"},
            "redirectURL": "", "headersSize": -1, "bodySize": 2},
        "cache": {}, "timings": {"send": 1, "wait": 3, "receive": 1}}]}}"#;
    desk.write("a.har", har.as_bytes());
    desk.run(&["import", "a.har", "--name", "web"]).ok();
    let (address, _) = server(&["shop.example.org"]);
    let url = format!("https://{address}");
    let replay = ["replay", "web", "--http", &url, "--insecure"];
    desk.run(&replay).refused(3, "--allow-recorded-server");
    assert!(desk.answers(&["runs"]).is_empty());
    let said = desk
        .run(&[&replay[..], &["--allow-recorded-server"]].concat())
        .ok();
    assert!(
        said.stderr.contains("certificate for shop.example.org"),
        "{said:?}"
    );
}
