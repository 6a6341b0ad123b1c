//! A message of HTTP: its first line, its fields, its content as text where it is text.

use reprise_wire::http::{self, Field, Message, StartLine};

use super::shortened;
use crate::transcript::is_text;

/// Text of content beyond this is left to the bytes.
const TEXT_BYTES: usize = 256 * 1024;
/// A field's value beyond this is cut.
const VALUE_BYTES: usize = 4 * 1024;
/// Fields beyond these are left out.
const FIELDS: usize = 500;
/// Content is not decoded further than this.
pub(super) const DECODED_BYTES: usize = 32 * 1024 * 1024;

/// A message, taken apart.
#[derive(Debug)]
pub struct HttpMessage {
    /// Its first line: `GET / HTTP/1.1`.
    pub start: String,
    /// The fields of its head and its trailers, in order.
    pub fields: Vec<HttpField>,
    /// How many fields are left out here.
    pub more_fields: u64,
    /// Its content.
    pub content: Content,
}

/// A field of a message.
#[derive(Debug)]
pub struct HttpField {
    /// As sent.
    pub name: String,
    /// On one line.
    pub value: String,
    /// Bytes of the value that are left out here; 0 when it is whole.
    pub cut_bytes: u64,
}

/// What a message carries.
#[derive(Debug)]
pub struct Content {
    /// Its media type as stated; may be empty.
    pub media_type: String,
    /// Its codings as stated: `gzip`; empty without any.
    pub coding: String,
    /// Its bytes once decoded.
    pub bytes: u64,
    /// Its text, if it is text.
    pub text: Option<String>,
    /// Whether all of it is in the text.
    pub is_whole: bool,
    /// Why it could not be decoded.
    pub problem: Option<String>,
}

/// Takes a message apart; `None` when it is none.
pub(super) fn message(bytes: &[u8]) -> Option<HttpMessage> {
    let message = Message::parse(bytes).ok()?;
    let all = message.headers.len() + message.trailers.len();
    let fields = message.headers.iter().chain(&message.trailers);
    Some(HttpMessage {
        start: first_line(&message.start),
        fields: fields.take(FIELDS).map(field).collect(),
        more_fields: all.saturating_sub(FIELDS) as u64,
        content: content(&message),
    })
}

/// The content of a message as it was meant: without chunks and codings.
pub(super) fn decoded(message: &Message<'_>) -> Result<(Vec<u8>, bool), http::ContentError> {
    let coding = message.header("content-encoding").unwrap_or_default();
    let decoded = http::decode_content(coding, &message.body, DECODED_BYTES)?;
    Ok((decoded.bytes.into_owned(), decoded.complete))
}

fn first_line(start: &StartLine<'_>) -> String {
    let text = |bytes: &[u8]| shortened(bytes, VALUE_BYTES).0;
    match start {
        StartLine::Request {
            method,
            target,
            version,
        } => format!(
            "{} {} HTTP/{}.{}",
            text(method),
            text(target),
            version.major,
            version.minor
        ),
        StartLine::Response {
            version,
            status,
            reason,
        } => format!(
            "HTTP/{}.{} {status} {}",
            version.major,
            version.minor,
            text(reason)
        ),
    }
}

fn field(field: &Field<'_>) -> HttpField {
    let cut = field.value.len().saturating_sub(VALUE_BYTES);
    HttpField {
        name: shortened(&field.name, VALUE_BYTES).0,
        value: shortened(&field.value, VALUE_BYTES).0,
        cut_bytes: cut as u64,
    }
}

fn content(message: &Message<'_>) -> Content {
    let stated = |name| {
        let value = message.header(name).unwrap_or_default();
        shortened(value, VALUE_BYTES).0
    };
    let media_type = stated("content-type");
    let (bytes, complete, problem) = match decoded(message) {
        Ok((bytes, complete)) => (bytes, complete && message.complete, None),
        Err(error) => (
            message.body.to_vec(),
            true,
            Some(format!("failed to {error}")),
        ),
    };
    let readable = problem.is_none() && is_text(media_type.as_bytes(), &bytes);
    let (text, cut) = shortened(&bytes, TEXT_BYTES);
    Content {
        coding: stated("content-encoding"),
        bytes: bytes.len() as u64,
        text: (readable && !bytes.is_empty()).then_some(text),
        is_whole: complete && !cut,
        problem,
        media_type,
    }
}
