//! What a GraphQL request asks for. All of them go to one path, so that only their content tells one from another.

mod document;
#[cfg(test)]
mod tests;

use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::segment::push_template;
use crate::http::{Message, decode_content};
use crate::redact;

/// Content beyond this is not looked at.
const MOST_CONTENT: usize = 1 << 20;

/// How far into a multipart form the part is looked for that holds the request.
const MOST_BEFORE_REQUEST: usize = 4_096;

/// Of the requests of a batch as many are named.
const MOST_NAMES: usize = 3;

/// A name longer than this is none that somebody wrote.
const LONGEST_NAME: usize = 80;

/// As many digits of a hash stand for a document that is known by it alone.
const HASH_DIGITS: usize = 12;

/// A request, as far as it says what it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    operation_name: Option<String>,
    query: Option<String>,
    variables: Option<IgnoredAny>,
    extensions: Option<Extensions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extensions {
    persisted_query: Option<Persisted>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Persisted {
    sha256_hash: Option<String>,
}

/// The name of what `message`, a whole request, asks for; `None`: it is no GraphQL.
pub(super) fn name(message: &[u8]) -> Option<String> {
    let message = message.trim_ascii_start();
    let line = message.get(..memchr::memchr(b'\n', message)?)?;
    let query = line.split(|byte| *byte == b' ').nth(1)?;
    let query = query.splitn(2, |byte| *byte == b'?').nth(1);
    if let Some(name) = query.and_then(of_query) {
        return Some(name);
    }
    if !line.starts_with(b"POST ") || !may_be(message) {
        return None;
    }
    let message = Message::parse(message).ok()?;
    let coding = message.header("Content-Encoding").unwrap_or_default();
    let content = decode_content(coding, &message.body, MOST_CONTENT).ok()?;
    let kind = message.header("Content-Type").unwrap_or_default();
    if kind.starts_with(b"application/graphql") && memmem::find(kind, b"json").is_none() {
        return shown(document::name(&content.bytes)?);
    }
    if kind.starts_with(b"multipart/") {
        return of_json(request_of_form(&content.bytes)?);
    }
    of_json(&content.bytes)
}

/// Whether it is worth a closer look: most requests are not.
fn may_be(message: &[u8]) -> bool {
    let within =
        |text: &[u8], words: &[&[u8]]| words.iter().any(|word| memmem::find(text, word).is_some());
    let end = memmem::find(message, b"\r\n\r\n").unwrap_or(message.len());
    let (head, body) = message.split_at_checked(end).unwrap_or((message, b""));
    if within(head, &[b"application/graphql"]) {
        return true;
    }
    let body = body.get(..MOST_CONTENT).unwrap_or(body);
    within(head, &[b"json", b"multipart/form-data"])
        && (within(head, &[b"ontent-Encoding:", b"ontent-encoding:"])
            || within(
                body,
                &[b"\"query\"", b"\"operationName\"", b"\"sha256Hash\""],
            ))
}

/// Of a request that stands in a URL.
fn of_query(query: &[u8]) -> Option<String> {
    let mut asked = Asked::default();
    for pair in query.split(|byte| *byte == b'&') {
        let at = memchr::memchr(b'=', pair).unwrap_or(pair.len());
        let (key, value) = pair.split_at_checked(at)?;
        let value = || {
            let value = redact::decode(value.get(1..).unwrap_or_default(), true);
            String::from_utf8(value).ok()
        };
        match key {
            b"operationName" => asked.operation_name = value(),
            b"query" => asked.query = value(),
            b"variables" => asked.variables = Some(IgnoredAny),
            b"extensions" => asked.extensions = serde_json::from_str(&value()?).ok(),
            _ => {}
        }
    }
    asked.name()
}

/// What the first part named `operations` of a form holds (the GraphQL multipart request specification).
fn request_of_form(form: &[u8]) -> Option<&[u8]> {
    let beginning = form.get(..MOST_BEFORE_REQUEST).unwrap_or(form);
    let named = memmem::find(beginning, b"name=\"operations\"")?;
    let part = form.get(named..)?;
    part.get(memmem::find(part, b"\r\n\r\n")? + 4..)
}

/// Of a request or a batch of them; what follows it is not looked at.
fn of_json(content: &[u8]) -> Option<String> {
    let content = content.trim_ascii_start();
    if content.first() == Some(&b'[') {
        return of_batch(&first::<Vec<Asked>>(content)?);
    }
    first::<Asked>(content)?.name()
}

fn first<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Option<T> {
    serde_json::Deserializer::from_slice(content)
        .into_iter()
        .next()?
        .ok()
}

/// Different ones, in order: `Me+Orders+...`.
fn of_batch(batch: &[Asked]) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for asked in batch {
        let name = asked.name()?;
        if names.contains(&name) {
            continue;
        }
        if names.len() == MOST_NAMES {
            names.push("...".to_owned());
            break;
        }
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join("+"))
}

impl Asked {
    fn name(&self) -> Option<String> {
        let document = self.query.as_deref().map(str::as_bytes);
        let document = document.and_then(document::name);
        let persisted = self.extensions.as_ref();
        let hash =
            persisted.and_then(|asked| asked.persisted_query.as_ref()?.sha256_hash.as_deref());
        if document.is_none() && hash.is_none() && self.variables.is_none() {
            return None;
        }
        let given = self.operation_name.as_deref();
        given
            .filter(|name| document::is_name(name.as_bytes()))
            .or(document)
            .and_then(shown)
            .or_else(|| shown_hash(hash?))
    }
}

/// The name without what is a value in it.
fn shown(name: &str) -> Option<String> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let mut shown = String::with_capacity(name.len());
    push_template(name, &mut shown);
    Some(shown)
}

fn shown_hash(hash: &str) -> Option<String> {
    let digits = hash.get(..HASH_DIGITS)?;
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| digits.to_ascii_lowercase())
}
