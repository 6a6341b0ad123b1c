//! What is written for programs that send: curl, run for real against a server that looks, and vegeta.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use reprise_capture::ExportFormat;
use reprise_wire::http::{Message, StartLine};
use serde_json::Value;

use crate::support::{Bench, Talk};

/// Requests whose bytes a shell, or curl, would like to change.
fn requests(port: u16) -> Vec<Vec<u8>> {
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let post = |fields: &str, body: &[u8]| {
        let length = body.len();
        let head = format!("POST /p HTTP/1.1\r\n{host}{fields}Content-Length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    };
    let long: Vec<u8> = (0..200_000_u32)
        .map(|n| b"abcdefg\n"[n as usize % 8])
        .collect();
    let every: Vec<u8> = (0..=255).collect();
    vec![
        format!("GET /a/../b?x={{1}}[2]&y='$HOME'\"`id`\\ HTTP/1.1\r\n{host}\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{host}User-Agent: it's; $(x)\r\nX-Empty:\r\nCookie: a=1; b=%27\r\n\r\n").into_bytes(),
        format!("DELETE /d HTTP/1.1\r\n{host}Accept: @x\r\n\r\n").into_bytes(),
        post("Content-Type: text/plain\r\n", b"@/etc/passwd\n\ttab 'quoted' \xc3\xbc %s \\n $x\n"),
        post("", &every),
        post("Content-Type: application/octet-stream\r\n", b"\r\n\0"),
        post("X: y\r\n", &long),
    ]
}

/// A message as what matters of it: curl orders fields in its own way and frames bodies itself.
fn parts(bytes: &[u8]) -> (String, Vec<(String, String)>, Vec<u8>) {
    let message = Message::parse(bytes).unwrap();
    let StartLine::Request { method, target, .. } = &message.start else {
        panic!("no request: {message:?}");
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut fields: Vec<_> = message
        .headers
        .iter()
        .map(|field| (text(&field.name).to_lowercase(), text(&field.value)))
        .collect();
    fields.sort();
    let start = format!("{} {}", text(method), text(target));
    (start, fields, message.body.into_owned())
}

#[test]
fn curl_sends_what_was_recorded() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let requests = requests(listener.local_addr().unwrap().port());
    let count = requests.len();
    let server = thread::spawn(move || (0..count).map(|_| receive(&listener)).collect::<Vec<_>>());
    let bench = Bench::new();
    let recording = bench.record("requests", &talks(&requests));
    let (script, exports) = bench.export(&recording, ExportFormat::Curl);
    assert_eq!(exports.exchanges, count as u64);
    let file = bench.file("requests.sh", &script);
    let said = Command::new("sh")
        .arg(file)
        .env("HOME", "/nowhere")
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let received = server.join().unwrap();
    for (sent, received) in requests.iter().zip(&received) {
        assert_eq!(parts(received), parts(sent));
    }
}

/// The next request, whole; answered.
fn receive(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 65_536];
        let read = stream.read(&mut buffer).unwrap();
        bytes.extend_from_slice(&buffer[..read]);
        let Some(head) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else {
            assert!(read > 0, "a request without an end");
            continue;
        };
        let message = Message::parse(&bytes).unwrap();
        let length = message.header("content-length").unwrap_or(b"0");
        let length: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
        if bytes.len() >= head + 4 + length {
            break;
        }
    }
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer).unwrap();
    bytes
}

fn talks(requests: &[Vec<u8>]) -> Vec<Talk> {
    let talks = requests.iter().map(|request| Talk {
        connection: 1,
        request: request.clone(),
        response: Some(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        waits_us: [1; 4],
    });
    talks.collect()
}

#[test]
fn vegeta_gets_one_object_a_line_with_nothing_it_does_not_know() {
    use base64::Engine as _;
    let bench = Bench::new();
    let requests = requests(80);
    let recording = bench.record("requests", &talks(&requests));
    let (lines, exports) = bench.export(&recording, ExportFormat::Vegeta);
    assert_eq!(exports.exchanges, requests.len() as u64);
    let lines = String::from_utf8(lines).unwrap();
    let targets: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(targets.len(), requests.len());
    for (target, request) in targets.iter().zip(&requests) {
        let (start, fields, body) = parts(request);
        let target = target.as_object().unwrap();
        let known = ["method", "url", "body", "header"];
        assert!(
            target.keys().all(|key| known.contains(&key.as_str())),
            "{target:?}"
        );
        let url = target["url"].as_str().unwrap();
        let path = url.strip_prefix("http://127.0.0.1:80").unwrap();
        assert_eq!(
            format!("{} {path}", target["method"].as_str().unwrap()),
            start
        );
        let encoded = target.get("body").map_or("", |body| body.as_str().unwrap());
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .unwrap();
        assert_eq!(decoded, body);
        let mut header: Vec<(String, String)> = Vec::new();
        for (name, values) in target["header"].as_object().unwrap() {
            for value in values.as_array().unwrap() {
                header.push((name.to_lowercase(), value.as_str().unwrap().to_owned()));
            }
        }
        header.sort();
        let framed = |(name, _): &(String, String)| name == "content-length";
        let fields: Vec<_> = fields.into_iter().filter(|field| !framed(field)).collect();
        assert_eq!(header, fields);
    }
}
