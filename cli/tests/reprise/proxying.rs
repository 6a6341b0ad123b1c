//! `reprise proxy` from start to Ctrl-C, in front of the sample shop.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::support::controlled::ask;
use crate::support::running::Running;
use crate::support::standing_proxy::{control_address, listens};
use crate::support::{Desk, number, shop, url};

/// Starts a proxy on a free port; where it listens.
fn start(desk: &Desk, flags: &[&str]) -> (Running, String) {
    let mut running = Running::start(desk, &[&["proxy", "--listen", "0"], flags].concat());
    let address = listens(&mut running, "proxy");
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
    fault("5:hang for GET", "say what is spoken");
    fault("5:hang for connection:0", "connection:N (from 1)");
}

#[test]
fn proxies_that_would_forward_to_themselves_are_refused() {
    let desk = Desk::new();
    let free = || {
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    };
    let one = format!("127.0.0.1:{}", free());
    let flags = ["proxy", "--listen", &one, "--to"];
    for to in [&one, &one.replace("127.0.0.1", "localhost")] {
        desk.run(&[&flags[..], &[to]].concat())
            .refused(2, "comes back to it");
    }
    let other = free();
    let ring = format!(
        "[[proxy]]\nname = 'one'\nlisten = '0.0.0.0:{other}'\nto = 'mysql://{one}'\n\
         [[proxy]]\nname = 'two'\nlisten = '{one}'\nto = '127.0.0.1:{other}'\n"
    );
    desk.write("proxies.toml", ring.as_bytes());
    desk.run(&["proxy", "--config", "proxies.toml"])
        .refused(2, "proxy `two`: failed to forward");
}

#[test]
fn a_proxy_that_runs_is_given_orders_by_the_command() {
    let (desk, shop) = (Desk::new(), shop());
    let flags = ["--to", &url(&shop), "--control", "0"];
    let (mut running, address) = start(&desk, &flags);
    let control = control_address(&mut running);
    let at = ["--control", &control];
    let order = |words: &[&str]| desk.answer(&[&["proxy"][..], words, &at].concat());
    order(&["add", "proxy", "100:error(status=503)"]);
    assert!(get(&address, "/").starts_with("HTTP/1.1 503 "));
    let off = order(&["set", "proxy", "1", "--off"]);
    assert_eq!(off["faults"][0]["on"], false);
    assert!(get(&address, "/").starts_with("HTTP/1.1 200 "));
    let other = order(&["set", "proxy", "1", "100:error(status=418)", "--on"]);
    assert_eq!(number(&other, "/faults/0/injected"), 0);
    assert!(get(&address, "/").starts_with("HTTP/1.1 418 "));
    let said = desk.run(&[&["proxy", "list"][..], &at].concat()).ok();
    let fault = "  1  100:error(status=418): 1 injected, on 1 connection\n";
    assert!(said.stdout.ends_with(fault), "{said:?}");
    let removed = order(&["remove", "proxy", "1"]);
    assert_eq!(removed["faults"], serde_json::json!([]));
    order(&["add", "proxy", "100:hang", "--off"]);
    assert_eq!(order(&["reset"])["faults"], serde_json::json!([]));
    assert_eq!(order(&["disable", "proxy"])["enabled"], false);
    assert!(TcpStream::connect(&address).is_err());
    order(&["enable", "proxy"]);
    assert!(get(&address, "/").starts_with("HTTP/1.1 200 "));
    let refused = |words: &[&str], code: i32, fix: &str| {
        desk.run(&[&["proxy"][..], words].concat())
            .refused(code, fix);
    };
    refused(
        &["add", "other", "100:hang", at[0], at[1]],
        2,
        "no proxy `other`",
    );
    refused(&["add", "proxy", "120:hang", at[0], at[1]], 2, "up to 100");
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0));
    refused(&["list", at[0], at[1]], 3, "reprise proxy --control");
}

/// Every wrong request is answered with why it is wrong.
fn refuses_what_makes_no_sense(at: &str, fault: &str) {
    for (request, body, status, why) in [
        (
            "POST /api/proxies/shop/faults",
            "{\"fault\": \"101:hang\"}",
            400,
            "up to 100",
        ),
        (
            "POST /api/proxies/other/faults",
            fault,
            400,
            "use --protocol http",
        ),
        (
            "POST /api/proxies/shop/faults",
            "{\"falt\": 1}",
            400,
            "falt",
        ),
        (
            "PUT /api/proxies/shop/faults/9",
            fault,
            404,
            "none with this number",
        ),
        ("PUT /api/proxies/shop/faults/1", "{}", 400, "lease_ms"),
        (
            "POST /api/proxies/shop/faults",
            "{\"fault\": \"5:hang\", \"lease_ms\": 0}",
            400,
            "has ended already",
        ),
        // fields by their place
        (
            "POST /api/proxies/shop/faults",
            "[\"5:hang\", true, null]",
            400,
            "no JSON object: write {\"fault\"",
        ),
        ("POST /api/proxies/shop/faults", "", 400, "write {\"fault\""),
        ("PUT /api/proxies/shop", "{}", 400, "{\"enabled\": false}"),
        ("GET /api/proxies/none", "", 404, "no proxy `none`"),
        ("PATCH /api/proxies", "", 405, "GET /api/proxies"),
        ("GET /", "", 404, "GET /api/proxies"),
        (
            "GET /api/proxies HTTP/1.1\r\nOrigin: http://evil.example\r\nX:",
            "",
            403,
            "--control-token",
        ),
    ] {
        let (got, answer) = ask(at, request, body, None);
        assert_eq!(got, status, "{request}: {answer}");
        assert!(
            answer["error"].as_str().unwrap().contains(why),
            "{request}: {answer}"
        );
    }
}

/// Clients of Vaurien's API find it.
fn speaks_as_vaurien_does(at: &str, listens: &str) {
    let slow = "{\"name\": \"error\", \"warmup\": 1}";
    let (status, said) = ask(at, "PUT /behavior", slow, None);
    assert_eq!((status, &said["status"]), (200, &Value::from("ok")));
    assert_eq!(ask(at, "GET /behavior", "", None).1["behavior"], "error");
    assert!(get(listens, "/").starts_with("HTTP/1.1 200 "));
    assert!(get(listens, "/").starts_with("HTTP/1.1 503 "));
    let (status, said) = ask(at, "PUT /behavior", "{\"name\": \"nope\"}", None);
    assert_eq!((status, &said["status"]), (400, &Value::from("error")));
    ask(at, "PUT /behavior", "{\"name\": \"dummy\"}", None);
    assert!(get(listens, "/").starts_with("HTTP/1.1 200 "));
}

/// All proxies as they stand when the last client's leaving has come through.
fn once_nobody_is_connected(at: &str) -> (u16, Value) {
    loop {
        let all = ask(at, "GET /api/proxies", "", None);
        let mut proxies = all.1.as_array().unwrap().iter();
        if proxies.all(|proxy| number(proxy, "/connections/open") == 0) {
            return all;
        }
    }
}

#[test]
fn proxies_of_a_file_are_controlled_while_they_run() {
    let (desk, shop) = (Desk::new(), shop());
    let file = format!(
        "control = '127.0.0.1:0'\n[[proxy]]\nname = 'shop'\nlisten = '0'\nto = '{}'\nseed = 5\n\
         [[proxy]]\nname = 'other'\nlisten = '0'\nto = '127.0.0.1:9'\nfaults = ['100:blackout']\n",
        url(&shop)
    );
    desk.write("proxies.toml", file.as_bytes());
    let mut running = Running::start(&desk, &["proxy", "--config", "proxies.toml", "--json"]);
    let at = &control_address(&mut running);
    let (status, all) = ask(at, "GET /api/proxies", "", None);
    assert_eq!((status, all.as_array().unwrap().len()), (200, 2));
    assert_eq!(all[1]["faults"][0]["fault"], "100:blackout");
    let listens = all[0]["listen"].as_str().unwrap();
    assert!(get(listens, "/").starts_with("HTTP/1.1 200 "));

    let fault = "{\"fault\": \"100:error(status=503)\"}";
    let (status, added) = ask(at, "POST /api/proxies/shop/faults", fault, None);
    assert_eq!((status, number(&added, "/id")), (201, 1));
    assert!(get(listens, "/").starts_with("HTTP/1.1 503 "));
    let (status, off) = ask(
        at,
        "PUT /api/proxies/shop/faults/1",
        "{\"on\": false}",
        None,
    );
    assert_eq!(
        (status, &off["on"], number(&off, "/injected")),
        (200, &Value::Bool(false), 1)
    );
    assert!(get(listens, "/").starts_with("HTTP/1.1 200 "));

    let before = once_nobody_is_connected(at);
    refuses_what_makes_no_sense(at, fault);
    assert_eq!(ask(at, "GET /api/proxies", "", None), before);

    speaks_as_vaurien_does(at, listens);
    let (status, all) = ask(at, "POST /api/reset", "", None);
    assert_eq!(
        (status, all[1]["faults"].as_array().unwrap().len()),
        (200, 0)
    );
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn one_wrong_proxy_of_a_file_is_named_and_none_is_opened() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap().to_string();
    drop(free);
    for (second, why) in [
        (
            "listen = '0'\nto = '127.0.0.1:9'\nfaults = ['5:error(status=503)']",
            "--protocol http",
        ),
        (
            "listen = '0'\nto = '127.0.0.1:9'\nfaults = ['5:eror']",
            "no fault named `eror`",
        ),
        (
            "listen = '0'\nto = '192.0.2.1:9'",
            "reprise targets allow 192.0.2.1",
        ),
        (
            "listen = '0'\nto = '127.0.0.1:9'\nfaults = ['5:hang for GET']",
            "say what is spoken",
        ),
        (
            &format!("listen = '{taken}'\nto = '127.0.0.1:9'"),
            "choose another port",
        ),
    ] {
        let file = format!(
            "[[proxy]]\nname = 'good'\nlisten = '{listen}'\nto = '127.0.0.1:9'\n\
             [[proxy]]\nname = 'second'\n{second}\n"
        );
        desk.write("proxies.toml", file.as_bytes());
        let said = desk.run(&["proxy", "--config", "proxies.toml"]);
        assert!(said.stderr.contains("proxy `second`: "), "{}", said.stderr);
        assert!(said.stderr.contains(why), "{}", said.stderr);
        assert!(TcpStream::connect(&listen).is_err(), "{second}");
    }
    desk.write(
        "proxies.toml",
        b"[[proxy]]\nname = ' '\nlisten = '0'\nto = '127.0.0.1:9'\n",
    );
    desk.run(&["proxy", "--config", "proxies.toml"])
        .refused(2, "write one, as in name");
}

#[test]
fn control_off_this_machine_needs_a_token_and_then_insists_on_it() {
    let desk = Desk::new();
    let proxy = [
        "proxy",
        "--listen",
        "0",
        "--to",
        "127.0.0.1:9",
        "--control",
        "0.0.0.0:0",
    ];
    desk.run(&proxy).refused(3, "--control-token");
    let flags = [&proxy[..], &["--control-token", "s3cret"]].concat();
    let mut running = Running::start(&desk, &flags);
    let line = running.until("reprise: control at http://");
    let port = line
        .split([':', '/'])
        .find_map(|part| part.parse::<u16>().ok())
        .unwrap();
    let at = format!("127.0.0.1:{port}");
    assert_eq!(ask(&at, "GET /api/proxies", "", None).0, 401);
    let with = |token| ask(&at, "GET /api/proxies", "", Some(token)).0;
    assert_eq!(with("s3crex"), 401);
    assert_eq!(with("s3cret"), 200);
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0));
}
