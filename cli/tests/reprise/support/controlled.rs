//! Asking what is controlled over HTTP with JSON: proxies, a run.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// The status and what is answered to a request, `GET /api/run`, of whoever has this token.
pub(crate) fn ask(address: &str, request: &str, body: &str, token: Option<&str>) -> (u16, Value) {
    let authorization = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let mut client = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        client,
        "{request} HTTP/1.1\r\nHost: {address}\r\n{authorization}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}
