//! `reprise proxy` from start to Ctrl-C, in front of the sample shop.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, number, shop, url};

/// Starts a proxy on a free port; where it listens.
fn start(desk: &Desk, flags: &[&str]) -> (Running, String) {
    let mut running = Running::start(desk, &[&["proxy", "--listen", "0"], flags].concat());
    let line = running.until("reprise: proxy listens on ");
    let address = line.split(' ').nth(4).unwrap().to_owned();
    (running, address)
}

/// What a client gets for a request, up to the end of the connection.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Interrupts a proxy that was started with `--json`; its answer.
fn interrupt(running: Running) -> Value {
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(0));
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn requests_pass_until_ctrl_c_and_the_answer_counts_them() {
    let (desk, shop) = (Desk::new(), shop());
    let (running, address) = start(&desk, &["--to", &url(&shop), "--json"]);
    assert!(get(&address, "/").starts_with("HTTP/1.1 200 "));
    let answer = interrupt(running);
    assert_eq!(answer["protocol"], "http");
    assert_eq!(answer["listen"], address);
    assert_eq!(number(&answer, "/connections/accepted"), 1);
    assert!(number(&answer, "/bytes/to_client") > 100, "{answer}");
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_proxy_ends_by_itself_after_its_time() {
    let (desk, shop) = (Desk::new(), shop());
    let to = shop.http_addr().to_string();
    let said = desk.run(&["proxy", "--listen", "0", "--to", &to, "--for", "100ms"]);
    let said = said.ok();
    assert!(said.stdout.contains("0 connections"), "{said:?}");
    assert!(said.stderr.contains("(tcp)"), "{said:?}");
}

#[test]
fn an_address_in_use_and_a_host_not_allowed_are_refused_with_the_fix() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    desk.run(&["proxy", "--listen", &listen, "--to", "127.0.0.1:9"])
        .refused(2, "choose another port");
    desk.run(&["proxy", "--listen", "0", "--to", "http://192.0.2.1"])
        .refused(3, "reprise targets allow 192.0.2.1");
    desk.run(&["proxy", "--listen", "0", "--to", "https://127.0.0.1"])
        .refused(2, "--protocol tcp");
    desk.run(&["proxy", "--listen", "0", "--to", "127.0.0.1"])
        .refused(2, "HOST:PORT");
}

#[test]
fn faults_strike_and_are_counted_in_words_and_in_json() {
    let (desk, shop) = (Desk::new(), shop());
    let flags = ["--to", &url(&shop), "--seed", "3", "--json"];
    let fault = ["--fault", "100:error(status=503) for http /cart*"];
    let (running, address) = start(&desk, &[&flags[..], &fault].concat());
    assert!(get(&address, "/").starts_with("HTTP/1.1 200 "));
    assert!(get(&address, "/cart").starts_with("HTTP/1.1 503 "));
    let answer = interrupt(running);
    assert_eq!(number(&answer, "/seed"), 3);
    assert_eq!(number(&answer, "/exchanges"), 2);
    assert_eq!(number(&answer, "/faults/0/injected"), 1);
    assert_eq!(answer["faults"][0]["fault"], fault[1]);
}

#[test]
fn a_fault_that_cannot_be_read_or_never_strikes_is_refused() {
    let desk = Desk::new();
    let fault = |fault: &str, fix: &str| {
        let arguments = ["proxy", "--listen", "0", "--to", "127.0.0.1:9"];
        desk.run(&[&arguments[..], &["--fault", fault]].concat())
            .refused(2, fix);
    };
    fault("20:slow(ms=3)", "use dummy, delay");
    fault("120:hang", "up to 100");
    fault("5:error(status=503)", "use --protocol http");
}
