//! The parts of an entry that repeat, taken apart, what its header and URL say: cookies, query, posted data.

use std::borrow::Cow;

use reprise_wire::http::Message;
use serde_json::{Value, json};

use crate::formats::base64;

/// The cookies of a request.
pub(super) fn request_cookies(request: &Message<'_>) -> Value {
    let named = request.headers.iter().filter(|field| field.is("Cookie"));
    let cookies = named.flat_map(|field| {
        let pairs = field.value.split(|byte| *byte == b';');
        pairs.filter_map(cookie).collect::<Vec<_>>()
    });
    cookies.collect()
}

/// The cookies that a response sets, with the attributes that archives have.
pub(super) fn response_cookies(response: &Message<'_>) -> Value {
    let named = response
        .headers
        .iter()
        .filter(|field| field.is("Set-Cookie"));
    let cookies = named.filter_map(|field| {
        let mut parts = field.value.split(|byte| *byte == b';');
        let mut cookie = cookie(parts.next()?)?;
        let Value::Object(fields) = &mut cookie else {
            return None;
        };
        for attribute in parts {
            let (name, value) = pair(attribute);
            match name.to_ascii_lowercase().as_str() {
                "path" => fields.insert("path".to_owned(), value.into()),
                "domain" => fields.insert("domain".to_owned(), value.into()),
                "httponly" => fields.insert("httpOnly".to_owned(), true.into()),
                "secure" => fields.insert("secure".to_owned(), true.into()),
                _ => None,
            };
        }
        Some(cookie)
    });
    cookies.collect()
}

/// The parameters of a URL, decoded.
pub(super) fn query(url: &str) -> Value {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let listed = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        json!({"name": decoded(name), "value": decoded(value)})
    });
    listed.collect()
}

/// The body of a request. The format knows only text; binary bodies are marked as ours alone are.
pub(super) fn post_data(request: &Message<'_>) -> Value {
    let kind = request.header("content-type").unwrap_or_default();
    let mime = String::from_utf8_lossy(kind);
    match std::str::from_utf8(&request.body) {
        Ok(text) => json!({"mimeType": mime, "text": text}),
        Err(_) => json!({
            "mimeType": mime,
            "text": base64::encode(&request.body),
            "encoding": "base64",
        }),
    }
}

fn cookie(bytes: &[u8]) -> Option<Value> {
    let (name, value) = pair(bytes);
    (!name.is_empty()).then(|| json!({"name": name, "value": value}))
}

fn pair(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    let (name, value) = text.split_once('=').unwrap_or((&text, ""));
    (name.trim().to_owned(), value.trim().to_owned())
}

/// A part of a query with its percent-encoding undone, where it has one.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let value = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = after;
        match (first, value) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
