//! Where values stand in HTTP messages: query, header fields, forms, JSON, multipart in requests;
//! header fields, hidden inputs, JSON in answers. Only looks, changes nothing.

use std::borrow::Cow;

use reprise_wire::http::{Message, StartLine, decode_content};
use serde_json::Value;

use super::values::{Origin, Place};

/// Bodies beyond this are not searched; bytes.
const SEARCHED: usize = 256 << 10;

/// Shorter values are everywhere by chance.
const SHORTEST: usize = 8;

/// A value in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Where it stands.
    pub(crate) place: Place,
    /// The field's name: of the parameter, the header, or the JSON key.
    pub(crate) name: String,
    /// The bytes as they stand there.
    pub(crate) raw: Vec<u8>,
    /// What they mean, decoded.
    pub(crate) value: Vec<u8>,
}

/// A value in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) value: Vec<u8>,
}

/// Every value a request carries that could have come from an answer; cookies apart.
pub(crate) fn carried(request: &Message<'_>) -> Vec<Carried> {
    let mut found = Vec::new();
    if let StartLine::Request { target, .. } = &request.start {
        let (path, query) = split_once(target, b'?').unwrap_or((target, b""));
        found.push(Carried {
            place: Place::Target,
            name: "path".to_owned(),
            raw: path.to_vec(),
            value: path.to_vec(),
        });
        pairs(query, Place::Target, &mut found);
    }
    for field in &request.headers {
        if NEVER_VALUES.iter().any(|name| field.is(name)) {
            continue;
        }
        // credentials follow the name of their scheme
        let value = match split_once(&field.value, b' ') {
            Some((_, credentials)) if field.is("Authorization") => credentials,
            _ => &field.value,
        };
        found.push(Carried {
            place: Place::Header,
            name: String::from_utf8_lossy(&field.name).to_ascii_lowercase(),
            raw: value.to_vec(),
            value: value.to_vec(),
        });
    }
    body_values(request, &mut found);
    found.retain(|carried| carried.value.len() >= SHORTEST);
    found
}

/// Fields whose values come from the client's program, not from an answer.
const NEVER_VALUES: [&str; 18] = [
    "Host",
    "Cookie",
    "User-Agent",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Transfer-Encoding",
    "Origin",
    "Cache-Control",
    "Pragma",
    "Expect",
    "Date",
    "Range",
    "Keep-Alive",
    "Upgrade-Insecure-Requests",
];

fn body_values(request: &Message<'_>, found: &mut Vec<Carried>) {
    if request.body.is_empty() || request.body.len() > SEARCHED {
        return;
    }
    let kind = request
        .header("Content-Type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with(b"application/x-www-form-urlencoded") {
        pairs(&request.body, Place::Form, found);
    } else if is_json(&kind) {
        let Ok(json) = serde_json::from_slice::<Value>(&request.body) else {
            return;
        };
        strings(&json, &mut String::new(), &mut |path, text| {
            let name = path.rsplit('.').next().unwrap_or(path).to_owned();
            // as written by nearly every serialiser; one that escapes more keeps its recorded value
            let raw = Value::from(text)
                .to_string()
                .trim_matches('"')
                .as_bytes()
                .to_vec();
            found.push(Carried {
                place: Place::Json,
                name,
                raw,
                value: text.into(),
            });
        });
    } else if kind.starts_with(b"multipart/form-data") {
        multipart(&request.body, found);
    }
}

/// `name=value&...`, percent-encoded.
fn pairs(text: &[u8], place: Place, found: &mut Vec<Carried>) {
    for pair in text.split(|byte| *byte == b'&') {
        let Some((name, raw)) = split_once(pair, b'=') else {
            continue;
        };
        let name = String::from_utf8_lossy(&percent_decoded(name)).into_owned();
        found.push(Carried {
            place,
            name,
            raw: raw.to_vec(),
            value: percent_decoded(raw),
        });
    }
}

/// The plain fields of a multipart form (RFC 7578): those without a file name.
fn multipart(body: &[u8], found: &mut Vec<Carried>) {
    let mut rest = body;
    while let Some(at) = find(rest, b"form-data; name=\"") {
        rest = rest.get(at + 17..).unwrap_or_default();
        let Some((name, after)) = split_once(rest, b'"') else {
            return;
        };
        if let Some(content) = after.strip_prefix(b"\r\n\r\n")
            && let Some(end) = find(content, b"\r\n--")
            && let Some(value) = content.get(..end)
        {
            found.push(Carried {
                place: Place::Multipart,
                name: String::from_utf8_lossy(name).into_owned(),
                raw: value.to_vec(),
                value: value.to_vec(),
            });
        }
        rest = after;
    }
}

/// Every value of an answer that a later request could carry; cookies apart.
pub(crate) fn offered(answer: &Message<'_>) -> Vec<Offered> {
    let header = |name: &str| {
        answer
            .headers
            .iter()
            .find(|field| field.is(name))
            .map(|field| field.value.as_ref())
    };
    let mut found: Vec<Offered> = answer
        .headers
        .iter()
        .filter(|field| may_offer(&field.name.to_ascii_lowercase()))
        .map(|field| Offered {
            origin: Origin::Header(String::from_utf8_lossy(&field.name).to_ascii_lowercase()),
            value: field.value.to_vec(),
        })
        .collect();
    for_each_in_body(
        &answer.body,
        header("Content-Type").unwrap_or_default(),
        header("Content-Encoding"),
        &mut |origin, value| {
            found.push(Offered {
                origin,
                value: value.to_vec(),
            })
        },
    );
    found.retain(|offered| offered.value.len() >= SHORTEST);
    found
}

/// The value at `origin` of an answer given in parts.
pub(crate) fn take(
    origin: &Origin,
    header: impl Fn(&str) -> Option<Vec<u8>>,
    body: &[u8],
) -> Option<Vec<u8>> {
    if let Origin::Header(name) = origin {
        return header(name);
    }
    let kind = header("Content-Type").unwrap_or_default();
    let mut found = None;
    for_each_in_body(
        body,
        &kind,
        header("Content-Encoding").as_deref(),
        &mut |at, value| {
            if found.is_none() && at == *origin {
                found = Some(value.to_vec());
            }
        },
    );
    found
}

fn may_offer(name: &[u8]) -> bool {
    name == b"location" || find(name, b"csrf").is_some() || find(name, b"token").is_some()
}

fn for_each_in_body(
    body: &[u8],
    content_type: &[u8],
    coding: Option<&[u8]>,
    found: &mut dyn FnMut(Origin, &[u8]),
) {
    let kind = content_type.to_ascii_lowercase();
    let html = kind.starts_with(b"text/html") || kind.starts_with(b"application/xhtml");
    if !(html || is_json(&kind)) {
        return;
    }
    let plain = match coding {
        None => Cow::Borrowed(body.get(..SEARCHED).unwrap_or(body)),
        Some(coding) => match decode_content(coding, body, SEARCHED) {
            Ok(decoded) => decoded.bytes,
            Err(_) => return,
        },
    };
    if html {
        inputs(&plain, found);
    } else if let Ok(json) = serde_json::from_slice::<Value>(&plain) {
        strings(&json, &mut String::new(), &mut |path, text| {
            found(Origin::Json(path.to_owned()), text.as_bytes());
        });
    }
}

fn is_json(kind: &[u8]) -> bool {
    kind.starts_with(b"application/json") || find(kind, b"+json").is_some()
}

/// Named `value`s of input elements and `content`s of meta elements.
fn inputs(page: &[u8], found: &mut dyn FnMut(Origin, &[u8])) {
    let mut rest = page;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let word = rest.get(..5).unwrap_or_default().to_ascii_lowercase();
        let attribute = match word.as_slice() {
            b"input" => "value",
            word if word.starts_with(b"meta") => "content",
            _ => continue,
        };
        let end = rest
            .iter()
            .position(|byte| *byte == b'>')
            .unwrap_or(rest.len());
        let tag = rest.get(..end).unwrap_or_default();
        if let (Some(name), Some(value)) = (attribute_of(tag, "name"), attribute_of(tag, attribute))
        {
            let name = String::from_utf8_lossy(name).into_owned();
            found(Origin::Input(name), value);
        }
    }
}

/// The quoted value of an attribute of a tag.
fn attribute_of<'a>(tag: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let wanted = format!("{name}=");
    let mut from = 0;
    loop {
        let here = tag.get(from..)?;
        let at = here
            .windows(wanted.len())
            .position(|part| part.eq_ignore_ascii_case(wanted.as_bytes()))?;
        let starts_a_word = here
            .get(at.checked_sub(1)?)
            .is_some_and(u8::is_ascii_whitespace);
        let after = here.get(at + wanted.len()..)?;
        if starts_a_word && let Some(quote @ (b'"' | b'\'')) = after.first() {
            let inside = after.get(1..)?;
            let end = inside.iter().position(|byte| byte == quote)?;
            return inside.get(..end);
        }
        from += at + wanted.len();
    }
}

/// Every string of a JSON document with its path.
fn strings(json: &Value, path: &mut String, found: &mut dyn FnMut(&str, &str)) {
    let length = path.len();
    let mut enter = |path: &mut String, key: &str, value: &Value| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        strings(value, path, found);
        path.truncate(length);
    };
    match json {
        Value::String(text) => found(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                enter(path, &index.to_string(), item);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                enter(path, key, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        let digits = rest
            .as_slice()
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match (
            byte,
            digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()),
        ) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = rest.as_slice().get(2..).unwrap_or_default().iter();
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
    }
    out
}

fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let found = text.iter().position(|byte| *byte == at)?;
    Some((text.get(..found)?, text.get(found + 1..)?))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests;
