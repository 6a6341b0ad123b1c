//! `reprise proxy --record` where TLS is spoken: before the proxy, behind it, on both sides, or through it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rcgen::{BasicConstraints, IsCa};
use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::mysql::Client;
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::support::recording_proxy::{
    asked, exchanges, get, interrupt, mysql_to, nothing_lost, start,
};
use crate::support::running::Running;
use crate::support::standing_proxy::listens;
use crate::support::tls::{self, Own};
use crate::support::{Desk, number};

/// A server that answers requests on TLS.
fn secure_server(own: &Own) -> SocketAddr {
    tls::server(own, |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let body = "x".repeat(300_000);
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.conn.send_close_notify();
        let _ = stream.flush();
        // what is left unread would make the end a reset
        let _ = stream.read(&mut [0; 64]);
    })
}

fn secure_client(own: &Own, address: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(own.certificate()).unwrap();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(session, TcpStream::connect(address).unwrap())
}

/// What a client without TLS is answered; an error where the proxy resets it, be it before it has asked.
fn asked_in_plain(address: &str) -> std::io::Result<Vec<u8>> {
    let mut client = TcpStream::connect(address)?;
    client.write_all(get("/").as_bytes())?;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer)?;
    Ok(answer)
}

#[test]
fn http_in_tls_is_understood_where_the_proxy_has_a_certificate_of_its_own() {
    let desk = Desk::new();
    let (own, behind) = (Own::new(&desk, "own"), Own::new(&desk, "behind"));
    let port = secure_server(&behind).port();
    let to = format!("https://localhost:{port}");
    let shown = ["--tls-cert", &own.certificate, "--tls-key", &own.key];
    let flags = [
        &["--to", &to, "--ca", &behind.certificate][..],
        &shown,
        &["--fault", "100:error(status=418) for http /tea"],
    ];
    let (running, address) = start(&desk, &flags.concat());
    let whole = asked(secure_client(&own, &address), &get("/"));
    assert!(whole.starts_with("HTTP/1.1 200 ") && whole.len() > 300_000);
    let tea = asked(secure_client(&own, &address), &get("/tea"));
    assert!(tea.starts_with("HTTP/1.1 418 "), "{tea}");
    let answer = interrupt(running);
    nothing_lost(&answer);
    assert_eq!(number(&answer, "/connections/opaque"), 0);
    assert_eq!(answer["trouble"], Value::Null);
    let seen = exchanges(&desk);
    assert_eq!(
        seen,
        [
            ("GET /".into(), 200.into()),
            ("GET /tea".into(), 418.into())
        ]
    );
}

#[test]
fn a_target_whose_certificate_nobody_signed_is_not_spoken_to_and_the_answer_says_why() {
    let desk = Desk::new();
    let (own, behind) = (Own::new(&desk, "own"), Own::new(&desk, "behind"));
    let to = format!("https://localhost:{}", secure_server(&behind).port());
    let (running, address) = start(&desk, &["--to", &to, "--ca", &own.certificate]);
    assert!(asked_in_plain(&address).is_err());
    let answer = interrupt(running);
    let trouble = answer["trouble"].as_str().unwrap();
    assert!(
        trouble.contains("TLS with the target") && trouble.contains("certificate"),
        "{trouble}"
    );
    assert_eq!(number(&answer, "/connections/unreachable"), 1);
}

#[test]
fn a_certificate_that_is_its_own_authority_is_trusted_where_it_is_named_and_for_its_host_only() {
    let desk = Desk::new();
    // as `openssl req -x509` makes them
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    for (host, trusted) in [("localhost", true), ("elsewhere.example", false)] {
        let behind = Own::made(&desk, host, &[host, "127.0.0.1"], authority);
        let to = format!("https://localhost:{}", secure_server(&behind).port());
        let flags = ["--to", &to, "--ca", &behind.certificate];
        let mut running =
            Running::start(&desk, &[&["proxy", "--listen", "0"][..], &flags].concat());
        let answer = asked_in_plain(&listens(&mut running, "proxy"));
        assert_eq!(
            answer.is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200 ")),
            trusted,
            "{host}"
        );
        running.signal("-INT");
        assert_eq!(running.end().0, Some(0));
    }
}

#[test]
fn tls_flags_that_make_no_sense_are_refused() {
    let desk = Desk::new();
    let own = Own::new(&desk, "own");
    let refused = |flags: &[&str], fix: &str| {
        let first = ["proxy", "--listen", "0", "--to"];
        desk.run(&[&first[..], flags].concat()).refused(2, fix);
    };
    let to = "http://127.0.0.1:9";
    let missing = ["--tls-cert", "no.pem", "--tls-key", &own.key];
    refused(&[&[to][..], &missing].concat(), "no.pem");
    let swapped = ["--tls-cert", &own.key, "--tls-key", &own.certificate];
    refused(&[&[to][..], &swapped].concat(), "PEM");
    refused(&[to, "--insecure"], "https://HOST");
    refused(
        &["redis://127.0.0.1:9", "--ca", &own.certificate],
        "mysql://HOST",
    );
}

/// A MariaDB that speaks TLS with this certificate.
fn secure_mariadb(behind: &Own) -> Mariadb {
    mariadb::start_with(&[
        "--skip-log-bin",
        &format!("--ssl-cert={}", behind.certificate),
        &format!("--ssl-key={}", behind.key),
    ])
    .unwrap()
}

/// What MariaDB's own command says of these statements, with these flags about TLS.
fn mariadb_command(address: &str, tls: &[&str], sql: &str) -> String {
    let port = address.rsplit_once(':').unwrap().1;
    let output = Command::new("mariadb")
        .args(["--no-defaults", "--host=127.0.0.1", "--protocol=tcp"])
        .args(["--force", "-N"])
        .args(tls)
        .args([&format!("--port={port}"), &format!("--user={MYSQL_USER}")])
        .arg(format!("--password={MYSQL_PASSWORD}"))
        .args(["-e", sql, MYSQL_DATABASE])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

const SHOW_TLS: &str = "SHOW STATUS LIKE 'Ssl_version'";

#[test]
fn mysql_in_tls_is_understood_where_the_proxy_has_a_certificate_of_its_own() {
    let desk = Desk::new();
    let (own, behind) = (Own::new(&desk, "own"), Own::new(&desk, "behind"));
    let server = secure_mariadb(&behind);
    let to = mysql_to(&server);
    let shown = ["--tls-cert", &own.certificate, "--tls-key", &own.key];
    let flags = [
        &["--to", &to, "--ca", &behind.certificate][..],
        &shown,
        &["--fault", "100:error(code=1205) for mysql UPDATE"],
        &[
            "--fault",
            "100:truncate(rows=1,inside=true) for mysql DELETE",
        ],
    ];
    let (running, address) = start(&desk, &flags.concat());
    let trusting = format!("--ssl-ca={}", own.certificate);
    let trusting = ["--ssl-verify-server-cert", &trusting];
    let sql = format!(
        "{SHOW_TLS}; CREATE TABLE t (id INT); SELECT REPEAT('long ', 100000); UPDATE t SET id = 2"
    );
    let said = mariadb_command(&address, &trusting, &sql);
    // the server's own word for it: behind the proxy it is encrypted too
    assert!(said.contains("TLSv1."), "{said}");
    assert!(said.contains("ERROR 1205 (HY000)"), "{said}");
    assert!(said.len() > 500_000);
    let sql = format!("{SHOW_TLS}; UPDATE t SET id = 3");
    let plain = mariadb_command(&address, &["--skip-ssl"], &sql);
    assert!(
        !plain.contains("TLSv1.") && plain.contains("ERROR 1205"),
        "{plain}"
    );
    let answer = interrupt(running);
    nothing_lost(&answer);
    assert_eq!(number(&answer, "/connections/opaque"), 0);
    let seen = exchanges(&desk);
    let count = |word: &str| seen.iter().filter(|(said, _)| said.contains(word)).count();
    assert_eq!((count("UPDATE"), count("REPEAT")), (2, 1), "{seen:?}");
}

/// The statements a client is to see struck, whatever is encrypted.
const STRUCK: &str = "CREATE TABLE IF NOT EXISTS t (id INT); SELECT 1 AS one; UPDATE t SET id = 2";

#[test]
fn a_client_in_plain_reaches_mysql_in_tls() {
    let desk = Desk::new();
    let behind = Own::new(&desk, "behind");
    let server = secure_mariadb(&behind);
    let to = mysql_to(&server);
    let fault = ["--fault", "100:error(code=1205) for mysql UPDATE"];
    let flags = [&["--to", &to, "--ca", &behind.certificate][..], &fault];
    let (running, address) = start(&desk, &flags.concat());
    let sql = format!("{SHOW_TLS}; {STRUCK}");
    for compress in [&[][..], &["--compress"]] {
        let said = mariadb_command(&address, &[&["--skip-ssl"], compress].concat(), &sql);
        assert!(
            said.contains("TLSv1.") && said.contains("ERROR 1205"),
            "{said}"
        );
        assert!(said.contains("\n1\n"), "{said}");
    }
    // one that would rather have TLS is offered none
    let said = mariadb_command(&address, &["--ssl"], "SELECT 1 AS one");
    assert_eq!(said.trim(), "1");
    let address: SocketAddr = address.parse().unwrap();
    let wrong = Client::connect(address, "nobody", "wrong", MYSQL_DATABASE).unwrap_err();
    assert!(wrong.to_string().contains("1045"), "{wrong}");
    let answer = interrupt(running);
    nothing_lost(&answer);
    assert_eq!(number(&answer, "/connections/opaque"), 0);
}

#[test]
fn a_client_in_tls_reaches_a_mysql_that_has_none() {
    let (desk, server) = (
        Desk::new(),
        mariadb::start_with(&["--skip-log-bin", "--skip-ssl"]),
    );
    let (own, server) = (Own::new(&desk, "own"), server.unwrap());
    let to = mysql_to(&server);
    let flags = [
        &["--to", &to, "--tls-cert", &own.certificate][..],
        &["--tls-key", &own.key],
        &["--fault", "100:error(code=1205) for mysql UPDATE"],
        &[
            "--fault",
            "100:truncate(rows=1,inside=true) for mysql DELETE",
        ],
    ];
    let (running, address) = start(&desk, &flags.concat());
    let trusting = format!("--ssl-ca={}", own.certificate);
    let trusting = ["--ssl-verify-server-cert", &trusting];
    let sql = format!("{SHOW_TLS}; {STRUCK}");
    for flags in [&trusting[..], &["--ssl", "--compress"], &["--skip-ssl"]] {
        let said = mariadb_command(&address, flags, &sql);
        assert!(
            !said.contains("TLSv1.") && said.contains("ERROR 1205"),
            "{said}"
        );
        assert!(said.contains("\n1\n"), "{said}");
    }
    // a result is cut inside of a row, within TLS
    let returning = "INSERT INTO t VALUES (7), (8), (9); DELETE FROM t RETURNING id";
    let cut = mariadb_command(&address, &["--ssl", "--quick"], returning);
    assert!(cut.contains("7\n") && !cut.contains("9\n"), "{cut}");
    assert!(cut.contains("ERROR 2013 (HY000)"), "{cut}");
    let answer = interrupt(running);
    assert_eq!(number(&answer, "/connections/opaque"), 0);
}

#[test]
fn tls_that_passes_gets_faults_of_bytes_only_and_the_answer_says_so() {
    let desk = Desk::new();
    let behind = Own::new(&desk, "behind");
    let server = secure_mariadb(&behind);
    let to = mysql_to(&server);
    let faults = [
        "--fault",
        "100:error(code=1205) for mysql UPDATE",
        "--fault",
        "100:latency(ms=20)",
        "--fault",
        "100:slicer(bytes=100,delay_us=1,stream=both)",
    ];
    let (running, address) = start(&desk, &[&["--to", &to][..], &faults].concat());
    let sql = format!("{SHOW_TLS}; CREATE TABLE t (id INT); UPDATE t SET id = 2");
    let said = mariadb_command(&address, &["--ssl"], &sql);
    assert!(said.contains("TLSv1.") && !said.contains("ERROR"), "{said}");
    let answer = interrupt(running);
    assert_eq!(number(&answer, "/connections/opaque"), 1);
    assert_eq!(number(&answer, "/faults/0/injected"), 0);
    assert_eq!(number(&answer, "/faults/1/injected"), 1);
    assert_eq!(number(&answer, "/faults/2/injected"), 1);
    // the recording says what it could not read
    assert_eq!(number(&answer, "/recording/loss/spoken/mysql_over_tls"), 1);
    desk.run(&["delete", "passed"]).ok();
    let corrupt = ["--fault", "100:corrupt(bytes=9)"];
    let (running, address) = start(&desk, &[&["--to", &to][..], &corrupt].concat());
    let said = mariadb_command(&address, &["--ssl"], "SELECT 1");
    assert!(said.contains("ERROR 20"), "{said}");
    assert!(number(&interrupt(running), "/faults/0/injected") > 0);
}
