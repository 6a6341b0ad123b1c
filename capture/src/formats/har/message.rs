//! The request and the response of an entry as HTTP/1.1 text. What HTTP/2 has of its own goes; the framing fits
//! the body that the archive has, whatever the header says.

use std::borrow::Cow;

use reprise_wire::http::{Field, Message, StartLine, Version, is_token};
use serde_json::Value;

use super::entry::Target;
use super::fields::{bytes, text};
use crate::formats::base64;

/// A message, and how many bytes of its body the archive leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) missing: u64,
}

/// A body, as far as the archive has it.
enum Body {
    Known(Vec<u8>),
    /// Of this many bytes.
    Missing(u64),
}

/// The request; `None` without a method.
pub(super) fn request(request: &Value, target: &Target<'_>) -> Option<Text> {
    let method = text(request, "method").trim();
    if method.is_empty() || method.contains(char::is_whitespace) {
        return None;
    }
    let mut fields = fields(request);
    if !fields.iter().any(|field| field.is("Host")) {
        let named = pseudo(request, ":authority").unwrap_or(target.host);
        fields.insert(0, field("Host", named.as_bytes().to_vec()));
    }
    let start = StartLine::Request {
        method: Cow::Borrowed(method.as_bytes()),
        target: Cow::Owned(
            target
                .target
                .replace(char::is_whitespace, "%20")
                .into_bytes(),
        ),
        version: version(request),
    };
    let body = request_body(request);
    let announced = fields.iter().any(|field| field.is("Content-Length"));
    let framed = announced || !matches!(&body, Body::Known(body) if body.is_empty());
    Some(encode(start, fields, body, framed))
}

/// The answer to a request with `method`; `None` when the status says that none came.
pub(super) fn response(response: &Value, method: &str) -> Option<Text> {
    let status = u16::try_from(bytes(response, "status")?).ok()?;
    if !(100..1_000).contains(&status) {
        return None;
    }
    let mut fields = fields(response);
    let reason: String = text(response, "statusText")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let start = StartLine::Response {
        version: version(response),
        status,
        reason: Cow::Owned(reason.trim().as_bytes().to_vec()),
    };
    if method == "HEAD" || matches!(status, 100..=199 | 204 | 304) {
        return Some(headless(start, fields));
    }
    let body = response_body(response);
    if let Body::Known(body) = &body
        && !is_still_coded(body)
    {
        fields.retain(|field| !field.is("Content-Encoding"));
    }
    Some(encode(start, fields, body, true))
}

/// A message that has no body whatever its header announces.
fn headless(start: StartLine<'_>, headers: Vec<Field<'_>>) -> Text {
    let message = Message {
        start,
        headers,
        body: Cow::Borrowed(b""),
        trailers: Vec::new(),
        chunked: false,
        complete: true,
    };
    let bytes = message.encode();
    Text { bytes, missing: 0 }
}

fn encode(start: StartLine<'_>, mut headers: Vec<Field<'_>>, body: Body, framed: bool) -> Text {
    let (body, missing) = match body {
        Body::Known(body) => (body, 0),
        Body::Missing(missing) => (Vec::new(), missing),
    };
    let is_chunked = |field: &Field<'_>| {
        let value = field.value.to_ascii_lowercase();
        field.is("Transfer-Encoding") && value.ends_with(b"chunked")
    };
    let chunked = missing == 0 && headers.iter().any(is_chunked);
    if !chunked {
        headers.retain(|field| !field.is("Transfer-Encoding"));
    }
    if framed && !chunked {
        let length = body.len() as u64 + missing;
        set_length(&mut headers, length);
    }
    let message = Message {
        start,
        headers,
        body: Cow::Owned(body),
        trailers: Vec::new(),
        chunked,
        complete: true,
    };
    let bytes = message.encode();
    Text { bytes, missing }
}

/// Makes the header announce `length` once, where it announced a length before.
fn set_length(headers: &mut Vec<Field<'_>>, length: u64) {
    let value = length.to_string().into_bytes();
    let place = headers.iter().position(|field| field.is("Content-Length"));
    let Some(place) = place else {
        headers.push(field("Content-Length", value));
        return;
    };
    let mut number = 0;
    headers.retain(|field| {
        number += 1;
        !field.is("Content-Length") || number == place + 1
    });
    if let Some(field) = headers.get_mut(place) {
        field.value = Cow::Owned(value);
    }
}

/// The header, without what belongs to HTTP/2 alone. Chrome joins equal fields by line ends.
fn fields(message: &Value) -> Vec<Field<'_>> {
    let listed = message.get("headers").and_then(Value::as_array);
    let mut fields = Vec::new();
    for header in listed.into_iter().flatten() {
        let name = text(header, "name").trim();
        // pseudo-fields begin with a colon
        if !is_token(name.as_bytes()) {
            continue;
        }
        let joined = text(header, "value").trim();
        for value in joined.split(['\n', '\r']) {
            let value = value.trim_matches([' ', '\t']);
            if value.contains('\0') || (value.is_empty() && !joined.is_empty()) {
                continue;
            }
            fields.push(Field {
                name: Cow::Borrowed(name.as_bytes()),
                value: Cow::Borrowed(value.as_bytes()),
            });
        }
    }
    fields
}

/// The value of a field that HTTP/2 has instead of a start line.
fn pseudo<'a>(message: &'a Value, name: &str) -> Option<&'a str> {
    let listed = message.get("headers").and_then(Value::as_array)?;
    let found = listed.iter().find(|header| text(header, "name") == name)?;
    Some(text(found, "value")).filter(|value| !value.is_empty())
}

fn field(name: &'static str, value: Vec<u8>) -> Field<'static> {
    Field {
        name: Cow::Borrowed(name.as_bytes()),
        value: Cow::Owned(value),
    }
}

fn version(message: &Value) -> Version {
    let named = text(message, "httpVersion").to_ascii_lowercase();
    if named == "http/1.0" {
        return Version::HTTP_1_0;
    }
    Version::HTTP_1_1
}

fn request_body(request: &Value) -> Body {
    let Some(data) = request.get("postData").filter(|data| data.is_object()) else {
        return match bytes(request, "bodySize") {
            Some(missing) if missing > 0 => Body::Missing(missing),
            _ => Body::Known(Vec::new()),
        };
    };
    if let Some(known) = data.get("text").and_then(Value::as_str) {
        return Body::Known(text_bytes(known, text(data, "encoding")));
    }
    let params = data.get("params").and_then(Value::as_array);
    Body::Known(params.map(|params| form(params)).unwrap_or_default())
}

fn response_body(response: &Value) -> Body {
    let content = response.get("content").unwrap_or(&Value::Null);
    if let Some(known) = content.get("text").and_then(Value::as_str) {
        return Body::Known(text_bytes(known, text(content, "encoding")));
    }
    let sizes = [bytes(content, "size"), bytes(response, "bodySize")];
    match sizes.into_iter().flatten().max() {
        Some(missing) if missing > 0 => Body::Missing(missing),
        _ => Body::Known(Vec::new()),
    }
}

fn text_bytes(text: &str, encoding: &str) -> Vec<u8> {
    let decoded = encoding
        .eq_ignore_ascii_case("base64")
        .then(|| base64::decode(text))
        .flatten();
    decoded.unwrap_or_else(|| text.as_bytes().to_vec())
}

/// Whether a body is compressed still, against the habit of archives to hold it decoded.
fn is_still_coded(body: &[u8]) -> bool {
    body.starts_with(&[0x1f, 0x8b]) || body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

/// Parameters as `application/x-www-form-urlencoded`.
fn form(params: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for param in params {
        if !out.is_empty() {
            out.push(b'&');
        }
        put_encoded(&mut out, text(param, "name"));
        out.push(b'=');
        put_encoded(&mut out, text(param, "value"));
    }
    out
}

fn put_encoded(out: &mut Vec<u8>, text: &str) {
    // Firefox lists them encoded, Chrome decoded: what is encoded stays as it is.
    let is_encoded = text.contains('%') && !text.contains(' ');
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~*".contains(&byte);
        match byte {
            b' ' => out.push(b'+'),
            _ if plain || (is_encoded && matches!(byte, b'%' | b'+')) => out.push(byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
}
