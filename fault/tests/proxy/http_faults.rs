//! What each HTTP fault is to a client, in front of a small server that speaks HTTP.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use reprise_fault::ProxyProtocol;
use reprise_wire::http::{ReadCaps, RequestReader, ResponseReader};

use crate::support::{Standing, eventually, read_all};

/// The targets of the requests that reached the server.
type Seen = Arc<Mutex<Vec<String>>>;

/// A server that answers every request with its body, or with its target when it has none.
fn server() -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Seen::default();
    let noting = Arc::clone(&seen);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let seen = Arc::clone(&noting);
            thread::spawn(move || serve(stream.unwrap(), &seen));
        }
    });
    (address, seen)
}

fn serve(mut stream: TcpStream, seen: &Seen) {
    let mut reader = RequestReader::new(ReadCaps::default());
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let mut bytes = &buffer[..count];
        while !bytes.is_empty() {
            let progress = reader.feed(bytes).unwrap();
            bytes = &bytes[progress.consumed..];
            if !progress.done {
                continue;
            }
            let target = String::from_utf8_lossy(reader.head().unwrap().target).into_owned();
            let body = match reader.body() {
                b"" => target.clone().into_bytes(),
                body => body.to_vec(),
            };
            seen.lock().unwrap().push(target);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream
                .write_all(&[head.as_bytes(), &body].concat())
                .unwrap();
            reader.reset();
        }
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// Sends a request and reads its answer; status, and body or why there is none.
fn ask(client: &mut TcpStream, request: &str) -> (Option<u16>, Result<String, String>) {
    client.write_all(request.as_bytes()).unwrap();
    let method = request.split(' ').next().unwrap();
    let mut reader = ResponseReader::new(method.as_bytes(), ReadCaps::default());
    let mut buffer = [0; 8192];
    loop {
        match client.read(&mut buffer) {
            Ok(0) => {
                let ended = reader.close().map_err(|error| error.to_string());
                let body = String::from_utf8_lossy(reader.body()).into_owned();
                return (reader.status(), ended.map(|()| body));
            }
            Ok(count) => {
                if reader.feed(&buffer[..count]).unwrap().done {
                    let body = String::from_utf8_lossy(reader.body()).into_owned();
                    return (reader.status(), Ok(body));
                }
            }
            Err(error) => return (reader.status(), Err(error.to_string())),
        }
    }
}

fn standing(faults: &[&str]) -> (Standing, Seen) {
    let (address, seen) = server();
    (
        Standing::misbehaving(address, ProxyProtocol::Http, faults),
        seen,
    )
}

#[test]
fn a_status_is_answered_in_the_servers_place_and_the_connection_goes_on() {
    let (standing, seen) = standing(&["100:error(status=503,body=\"no, not now\") for /api/*"]);
    let mut client = standing.connect();
    assert_eq!(
        ask(&mut client, &get("/a")),
        (Some(200), Ok("/a".to_owned()))
    );
    let struck = (Some(503), Ok("no, not now".to_owned()));
    assert_eq!(ask(&mut client, &get("/api/7")), struck);
    let post = "POST /api/8 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(ask(&mut client, post), struck);
    assert_eq!(
        ask(&mut client, &get("/b")),
        (Some(200), Ok("/b".to_owned()))
    );
    assert_eq!(*seen.lock().unwrap(), ["/a", "/b"]);
    assert_eq!(standing.proxy.counts().exchanges, 4);
    assert_eq!(standing.proxy.faults()[0].injected, 2);
}

#[test]
fn any_status_is_answered_and_those_without_a_body_have_none() {
    let (standing, _) = standing(&[
        "100:error(status=302) for /moved",
        "100:error(status=204) for /nothing",
        "100:error(status=304) for /same",
        "100:error(status=205) for /reset",
    ]);
    let mut client = standing.connect();
    for (path, status, body) in [
        ("/moved", 302, "302 Found\n"),
        ("/nothing", 204, ""),
        ("/same", 304, ""),
        ("/reset", 205, ""),
        ("/", 200, "/"),
    ] {
        let answer = ask(&mut client, &get(path));
        assert_eq!(answer, (Some(status), Ok(body.to_owned())), "{path}");
    }
}

#[test]
fn a_request_asks_for_its_fault_by_a_field_of_its_head() {
    let (standing, seen) = standing(&["100:error(status=503) for http header:X-Fault=no* POST"]);
    let mut client = standing.connect();
    let asked = |method: &str, field: &str| {
        format!(
            "{method} / HTTP/1.1\r\nHost: a\r\n{field}Content-Length: 14\r\n\r\nx-fault: no\r\n\r"
        )
    };
    // the body is none of its business
    for (method, field, status) in [
        ("POST", "x-fault: not now\r\n", 503),
        ("POST", "x-fault: later\r\n", 200),
        ("POST", "", 200),
        ("PUT", "X-Fault: no\r\n", 200),
    ] {
        assert_eq!(ask(&mut client, &asked(method, field)).0, Some(status));
    }
    assert_eq!(seen.lock().unwrap().len(), 3);
    assert_eq!(standing.proxy.faults()[0].injected, 1);
}

#[test]
fn what_can_do_nothing_to_an_opening_is_not_asked_about_it() {
    let (standing, _) = standing(&[
        "100:error(status=503) for CONNECT",
        "100:truncate(bytes=0) for CONNECT",
        "100:abort for CONNECT",
        "100:delay(ms=1) for CONNECT",
    ]);
    assert_eq!(ask(&mut standing.connect(), &get("/")).0, Some(200));
    let counted = standing.proxy.faults().into_iter();
    let counted: Vec<_> = counted.map(|one| (one.injected, one.passed)).collect();
    assert_eq!(counted, [(0, 0), (0, 0), (0, 0), (1, 0)]);
}

#[test]
fn pipelined_requests_get_their_answers_in_order_with_the_made_up_ones_between() {
    let (standing, _) = standing(&["100:error(status=429) for /no"]);
    let mut client = standing.connect();
    let all = [get("/1"), get("/no"), get("/2")].concat();
    client.write_all(all.as_bytes()).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let heard = String::from_utf8(read_all(&client)).unwrap();
    let statuses: Vec<&str> = heard
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["200", "429", "200"]);
    assert!(heard.ends_with("/2"), "{heard}");
}

#[test]
fn a_share_of_requests_fails_whatever_the_connections() {
    let (standing, _) = standing(&["20:error(status=500)"]);
    let mut statuses = BTreeMap::new();
    for _ in 0..40 {
        let mut client = standing.connect();
        for _ in 0..10 {
            *statuses.entry(ask(&mut client, &get("/")).0).or_insert(0) += 1;
        }
    }
    // binomial: 400 draws at 20 % have a standard deviation of 8
    let failed = statuses[&Some(500)];
    assert!((40..120).contains(&failed), "{statuses:?}");
    let fault = &standing.proxy.faults()[0];
    assert_eq!((fault.injected, fault.passed), (failed, 400 - failed));
}

#[test]
fn a_body_is_cut_shorter_than_announced_or_announced_wrong() {
    let (standing, _) = standing(&[
        "100:truncate(bytes=4) for /cut*",
        "100:wrong_length(by=3) for /longer*",
        "100:wrong_length(by=-3) for /shorter*",
    ]);
    let (status, body) = ask(&mut standing.connect(), &get("/cut-me"));
    assert_eq!(status, Some(200));
    assert!(body.is_err(), "{body:?}");
    let (_, body) = ask(&mut standing.connect(), &get("/shorter"));
    assert_eq!(body.as_deref(), Ok("/shor"));
    let mut client = standing.connect();
    client
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let (_, body) = ask(&mut client, &get("/longer"));
    assert!(body.is_err(), "{body:?}");
}

#[test]
fn a_header_is_left_out_and_a_body_damaged() {
    let (standing, _) = standing(&["100:drop_header(name=content-type)", "100:corrupt for /b*"]);
    let mut client = standing.connect();
    client.write_all(get("/a").as_bytes()).unwrap();
    let mut head = [0; 1024];
    let count = client.read(&mut head).unwrap();
    let head = String::from_utf8_lossy(&head[..count]).into_owned();
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
        "{head}"
    );
    let (_, body) = ask(&mut standing.connect(), &get("/bb"));
    assert_ne!(body.unwrap(), "/bb");
}

#[test]
fn delays_come_before_the_server_is_asked_or_after_it_has_answered() {
    let (standing, seen) = standing(&[
        "100:delay(ms=120) for /before",
        "100:delay(ms=120,when=after) for /after",
    ]);
    for path in ["/before", "/after"] {
        let mut client = standing.connect();
        let begun = Instant::now();
        client.write_all(get(path).as_bytes()).unwrap();
        let asked = loop {
            if seen.lock().unwrap().iter().any(|target| target == path) {
                break begun.elapsed();
            }
            thread::sleep(Duration::from_millis(1));
        };
        client.read_exact(&mut [0; 8]).unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(120), "{path}");
        assert_eq!(
            asked >= Duration::from_millis(120),
            path == "/before",
            "{path}"
        );
    }
}

#[test]
fn an_answer_comes_as_fast_as_its_limit() {
    let (standing, _) = standing(&["100:rate_limit(rate=100) for POST"]);
    let body = "x".repeat(40 << 10);
    let request = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let begun = Instant::now();
    let (_, heard) = ask(&mut standing.connect(), &request);
    assert!(heard.unwrap() == body);
    assert!(
        begun.elapsed() >= Duration::from_millis(350),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn what_is_not_http_is_passed_on_as_bytes_and_said() {
    let (address, server) = crate::support::server(|mut stream| {
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).unwrap();
        stream.write_all(b"\x16\x03\x03back").unwrap();
        hello
    });
    let standing = Standing::misbehaving(address, ProxyProtocol::Http, &["100:error(status=503)"]);
    let mut client = standing.connect();
    client.write_all(b"\x16\x03\x01ab").unwrap();
    assert_eq!(read_all(&client), b"\x16\x03\x03back");
    assert_eq!(server.join().unwrap(), *b"\x16\x03\x01ab");
    // while it is open already
    eventually(|| standing.proxy.counts().opaque == 1);
    assert_eq!(standing.proxy.counts().open, 1);
    drop(client);
    standing.idle();
    assert_eq!(standing.proxy.counts().opaque, 1);
    assert_eq!(standing.proxy.faults()[0].injected, 0);
}

#[test]
fn http_2_is_bytes_from_its_beginning() {
    const BEGINS: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let (address, server) = crate::support::server(|mut stream| {
        let mut heard = [0; BEGINS.len()];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(b"\0\0\0\x04\0\0\0\0\0").unwrap();
        heard
    });
    let standing = Standing::misbehaving(address, ProxyProtocol::Http, &["100:error(status=503)"]);
    let mut client = standing.connect();
    for piece in BEGINS.chunks(10) {
        client.write_all(piece).unwrap();
    }
    assert_eq!(read_all(&client), b"\0\0\0\x04\0\0\0\0\0");
    assert_eq!(server.join().unwrap(), BEGINS);
    assert_eq!(standing.proxy.counts().opaque, 1);
    assert_eq!(standing.proxy.faults()[0].injected, 0);
}

#[test]
fn a_request_behind_one_that_is_never_answered_does_not_keep_its_connection_open() {
    let (address, server) = crate::support::server(|mut stream| {
        let mut asked = [0; 16];
        stream.read_exact(&mut asked).unwrap();
        // it dies in the middle
    });
    let faults = ["100:error(status=503) for http /second"];
    let standing = Standing::misbehaving(address, ProxyProtocol::Http, &faults);
    let mut client = standing.connect();
    let both = [get("/first"), get("/second")].concat();
    client.write_all(both.as_bytes()).unwrap();
    server.join().unwrap();
    let mut rest = Vec::new();
    // however it ends: it does
    let _ = client.read_to_end(&mut rest);
    drop(client);
    standing.idle();
}

/// A request, and nobody there any more for its answer.
fn ask_and_leave(standing: &Standing, request: &str) -> TcpStream {
    let mut client = standing.connect();
    client.write_all(request.as_bytes()).unwrap();
    client
}

#[test]
fn nothing_is_held_for_a_client_that_has_left() {
    let hour = [
        "100:delay(ms=3600000) for /before",
        "100:delay(ms=3600000,when=after) for /after",
        "100:delay(ms=3600000) for /both",
        "100:error(status=503) for /both",
    ];
    let (standing, seen) = standing(&hour);
    let mut struck = 0;
    for path in ["/before", "/after", "/both"] {
        let clients: Vec<TcpStream> = (0..20)
            .map(|_| ask_and_leave(&standing, &get(path)))
            .collect();
        struck += 20;
        eventually(|| standing.proxy.counts().exchanges == struck);
        thread::sleep(Duration::from_millis(30));
        assert_eq!(standing.proxy.counts().open, 20, "{path}");
        drop(clients);
        standing.idle();
    }
    // what was sent arrives, as it would after any delay
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().filter(|path| *path == "/before").count(), 20);
}

#[test]
fn nothing_is_held_for_a_client_that_has_said_more_and_left() {
    let faults = ["100:delay(ms=3600000) for /", "100:error(status=503) for /"];
    let (standing, _) = standing(&faults);
    let client = ask_and_leave(&standing, &get("/"));
    eventually(|| standing.proxy.counts().exchanges == 1);
    (&client).write_all(get("/next").as_bytes()).unwrap();
    drop(client);
    standing.idle();
}

#[test]
fn a_client_that_leaves_before_it_is_connected_holds_nothing() {
    for fault in ["100:delay(ms=3600000) for CONNECT", "100:hang for CONNECT"] {
        let (standing, _) = standing(&[fault]);
        let client = standing.connect();
        eventually(|| standing.proxy.faults()[0].injected == 1);
        drop(client);
        standing.idle();
    }
}
