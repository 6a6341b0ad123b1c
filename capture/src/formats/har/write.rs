//! A recording's HTTP exchanges as an HTTP Archive 1.2.

use std::borrow::Cow;
use std::io::{self, Write};

use reprise_wire::http::{self, Field, Message, StartLine};
use reprise_wire::{Flags, Protocol};
use serde_json::{Map, Value, json};

use super::entry::Target;
use super::message::{self, Text};
use super::{OWN, details};
use crate::formats::{ExchangeWriter, Exported, Written, base64, moment, url};

/// Decoded bodies beyond this are written as they were sent.
const LONGEST_BODY: usize = 64 << 20;

/// What is set when the end of a message was not kept.
const CUT_REQUEST: Flags = Flags::GAP_IN_REQUEST.union(Flags::REQUEST_OVER_CAP);
const CUT_RESPONSE: Flags = Flags::GAP_IN_RESPONSE.union(Flags::RESPONSE_OVER_CAP);

/// Writes an archive entry by entry.
#[derive(Debug, Default)]
pub(crate) struct HarWriter {
    entries: u64,
}

impl ExchangeWriter for HarWriter {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let creator = json!({"name": "Reprise", "version": env!("CARGO_PKG_VERSION")});
        write!(
            out,
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":["
        )
    }

    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written> {
        if exchange.row.protocol != Protocol::Http {
            return Ok(Written::No("MySQL exchanges (an archive holds HTTP only)"));
        }
        let request = exchange.request.unwrap_or_default();
        let Some(entry) = Message::parse(request)
            .ok()
            .and_then(|request| entry(exchange, &request))
        else {
            return Ok(Written::No("exchanges without a request"));
        };
        let separator: &[u8] = if self.entries == 0 { b"\n" } else { b",\n" };
        out.write_all(separator)?;
        serde_json::to_writer(&mut *out, &entry)?;
        self.entries += 1;
        Ok(Written::Yes)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]}}\n")
    }
}

fn entry(exchange: &Exported<'_>, request: &Message<'_>) -> Option<Value> {
    let StartLine::Request { method, target, .. } = &request.start else {
        return None;
    };
    let url = url::absolute(exchange, request, target);
    let mut asked = json!({
        "method": lossy(method),
        "url": url,
        "httpVersion": http_version(&request.start),
        "cookies": details::request_cookies(request),
        "headers": headers(&request.headers),
        "queryString": details::query(&url),
    });
    put_sizes(&mut asked, exchange.request, request.body.len());
    if !request.body.is_empty() {
        put(&mut asked, "postData", details::post_data(request));
    }
    let answer = exchange
        .response
        .and_then(|bytes| Message::parse(bytes).ok());
    let answered = match &answer {
        Some(answer) => response(answer, exchange.response),
        None => no_response(),
    };
    let own = own(exchange, &asked, &answered);
    let server = exchange.connection.server;
    let mut entry = times(exchange);
    put(&mut entry, "request", asked);
    put(&mut entry, "response", answered);
    put(&mut entry, "cache", json!({}));
    put(
        &mut entry,
        "serverIPAddress",
        server.ip().to_string().into(),
    );
    put(
        &mut entry,
        "connection",
        exchange.connection.id.0.to_string().into(),
    );
    put(&mut entry, OWN, own);
    Some(entry)
}

/// When the exchange began and how long its parts took, in milliseconds.
fn times(exchange: &Exported<'_>) -> Value {
    let row = exchange.row;
    let send = row.request_last_us;
    let first = row.response_first_us.unwrap_or(send);
    let last = row.response_last_us.unwrap_or(first);
    let started = exchange.at(0);
    json!({
        "startedDateTime": moment::to_iso(started),
        "time": milliseconds(last),
        "timings": {
            "blocked": -1,
            "dns": -1,
            "connect": -1,
            "send": milliseconds(send),
            "wait": milliseconds(first.saturating_sub(send)),
            "receive": milliseconds(last.saturating_sub(first)),
            "ssl": -1,
        },
    })
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
fn milliseconds(us: i64) -> Value {
    json!(us.max(0) as f64 / 1_000.0)
}

fn response(answer: &Message<'_>, bytes: Option<&[u8]>) -> Value {
    let (status, reason) = match &answer.start {
        StartLine::Response { status, reason, .. } => (*status, lossy(reason)),
        StartLine::Request { .. } => (0, Cow::Borrowed("")),
    };
    let location = answer.header("location").unwrap_or_default();
    let mut value = json!({
        "status": status,
        "statusText": reason,
        "httpVersion": http_version(&answer.start),
        "cookies": details::response_cookies(answer),
        "headers": headers(&answer.headers),
        "content": content(answer),
        "redirectURL": lossy(location),
    });
    put_sizes(&mut value, bytes, answer.body.len());
    value
}

/// What stands for an answer that never came, as browsers write it.
fn no_response() -> Value {
    json!({
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    })
}

/// The body with its content coding undone: as text where it is text.
fn content(answer: &Message<'_>) -> Value {
    let coding = answer.header("content-encoding").unwrap_or_default();
    let decoded = http::decode_content(coding, &answer.body, LONGEST_BODY)
        .ok()
        .filter(|decoded| decoded.complete);
    let body: &[u8] = decoded
        .as_ref()
        .map_or(&answer.body, |decoded| &decoded.bytes);
    let kind = answer.header("content-type").unwrap_or(b"x-unknown");
    let mut content = json!({"size": body.len(), "mimeType": lossy(kind)});
    let saved = body.len() as i128 - answer.body.len() as i128;
    if saved != 0 {
        put(
            &mut content,
            "compression",
            json!(i64::try_from(saved).unwrap_or(0)),
        );
    }
    match std::str::from_utf8(body) {
        Ok(text) => put(&mut content, "text", text.into()),
        Err(_) => {
            put(&mut content, "text", base64::encode(body).into());
            put(&mut content, "encoding", "base64".into());
        }
    }
    content
}

/// What reading the entry back would not give: addresses always, a message only when it would differ.
fn own(exchange: &Exported<'_>, asked: &Value, answered: &Value) -> Value {
    let row = exchange.row;
    let connection = exchange.connection;
    let mut own = json!({
        "client": connection.client.to_string(),
        "server": connection.server.to_string(),
    });
    let method = asked
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let url = asked.get("url").and_then(Value::as_str).unwrap_or_default();
    let request = Target::of(method, url).and_then(|target| message::request(asked, &target));
    let response = message::response(answered, method);
    let messages = [
        (
            "request",
            request,
            exchange.request,
            row.request_bytes,
            CUT_REQUEST,
        ),
        (
            "response",
            response,
            exchange.response,
            row.response_bytes,
            CUT_RESPONSE,
        ),
    ];
    for (name, read, stored, wire_len, cut) in messages {
        let Some(stored) = stored else { continue };
        let wire_len = wire_len.unwrap_or(0);
        let differs = wire_len.checked_sub(stored.len() as u64);
        let missing = differs.filter(|_| row.flags.intersects(cut)).unwrap_or(0);
        let bytes = stored.to_vec();
        if missing > 0 || read != Some(Text { bytes, missing }) {
            put(&mut own, name, base64::encode(stored).into());
        }
        if missing > 0 {
            put(&mut own, &format!("{name}Missing"), missing.into());
        }
        if differs != Some(0) {
            put(&mut own, &format!("{name}Bytes"), wire_len.into());
        }
    }
    if !row.flags.is_empty() {
        put(&mut own, "flags", row.flags.bits().into());
    }
    own
}

fn put_sizes(value: &mut Value, bytes: Option<&[u8]>, content: usize) {
    let all = bytes.map_or(0, <[u8]>::len);
    let head = bytes.map_or(0, head_len);
    put(value, "headersSize", head.into());
    let body = if content == 0 {
        0
    } else {
        all.saturating_sub(head)
    };
    put(value, "bodySize", body.into());
}

/// Bytes up to and with the blank line.
fn head_len(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4)
}

fn headers(fields: &[Field<'_>]) -> Value {
    let listed = fields
        .iter()
        .map(|field| json!({"name": lossy(&field.name), "value": lossy(&field.value)}));
    listed.collect()
}

fn http_version(start: &StartLine<'_>) -> String {
    let (StartLine::Request { version, .. } | StartLine::Response { version, .. }) = start;
    format!("HTTP/{}.{}", version.major, version.minor)
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        let map: &mut Map<String, Value> = map;
        map.insert(key.to_owned(), value);
    }
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
