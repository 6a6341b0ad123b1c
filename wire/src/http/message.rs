//! A whole message taken apart for reading and rewriting, and put together again. Borrows from the stored
//! bytes; only what is changed is owned.

use std::borrow::Cow;

use super::chunked::Chunked;
use super::error::HttpError;
use super::framing::{AnswerTo, BodyFraming, Framing};
use super::head::{RequestHead, ResponseHead, Start, Version, response_start};
use super::header::Headers;
use super::line::HeadEnd;

/// A stored message, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its first line.
    pub start: StartLine<'a>,
    /// Its fields, in order, duplicates kept; folded values on one line.
    pub headers: Vec<Field<'a>>,
    /// Its content: chunk framing removed, still content-encoded.
    pub body: Cow<'a, [u8]>,
    /// The fields after a chunked body.
    pub trailers: Vec<Field<'a>>,
    /// Whether the body is in chunks; [`encode`](Self::encode) writes it as one chunk.
    pub chunked: bool,
    /// False when the head or the last chunk is cut off.
    pub complete: bool,
}

/// A first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// Of a request.
    Request {
        /// Any token.
        method: Cow<'a, [u8]>,
        /// As sent.
        target: Cow<'a, [u8]>,
        /// [`Version::HTTP_0_9`] stands for a line without one.
        version: Version,
    },
    /// Of a response.
    Response {
        /// The version.
        version: Version,
        /// 100 to 999.
        status: u16,
        /// May be empty.
        reason: Cow<'a, [u8]>,
    },
}

/// One field of a [`Message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// As sent.
    pub name: Cow<'a, [u8]>,
    /// On one line, without blanks around it.
    pub value: Cow<'a, [u8]>,
}

impl Field<'_> {
    /// Whether the name is `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl<'a> Message<'a> {
    /// Takes apart the bytes of one message, as an exchange keeps them: everything after the head is its
    /// body, however the body was framed.
    ///
    /// # Errors
    /// The bytes begin with neither a request line nor a status line.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, HttpError> {
        let found = HeadEnd::default().find(bytes);
        let (head, rest) = found
            .and_then(|end| bytes.split_at_checked(end))
            .unwrap_or((bytes, b""));
        let (start, headers, framing) = if response_start(bytes) == Start::No {
            parse_request(head)?
        } else {
            parse_response(head)?
        };
        let mut message = Self {
            start,
            headers: fields(&headers),
            body: Cow::Borrowed(rest),
            trailers: Vec::new(),
            chunked: false,
            complete: found.is_some(),
        };
        if framing == Framing::Chunked && !rest.is_empty() {
            message.remove_chunks(rest);
        }
        Ok(message)
    }

    /// Replaces the chunked body by what its chunks hold.
    fn remove_chunks(&mut self, framed: &'a [u8]) {
        let mut parts: Vec<&'a [u8]> = Vec::new();
        let mut chunked = Chunked::new();
        let read = chunked.advance(framed, |part| parts.push(part));
        self.chunked = true;
        self.complete &= matches!(read, (_, Ok(true)));
        self.trailers = chunked
            .trailers_of(framed)
            .map(|block| fields(&block))
            .unwrap_or_default();
        self.body = match parts.as_slice() {
            [one] => Cow::Borrowed(one),
            many => Cow::Owned(many.concat()),
        };
    }

    /// The value of the first field with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|field| field.is(name))
            .map(|field| field.value.as_ref())
    }

    /// Puts `body` in place of the content; a Content-Length follows.
    pub fn set_body(&mut self, body: impl Into<Cow<'a, [u8]>>) {
        self.body = body.into();
        let length = self.body.len().to_string();
        for field in self
            .headers
            .iter_mut()
            .filter(|field| field.is("Content-Length"))
        {
            field.value = Cow::Owned(length.clone().into_bytes());
        }
    }

    /// The bytes of the message. Line ends are CRLF, a chunked body is one chunk; all else is as it was.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 64 * (self.headers.len() + 2));
        self.start.encode(&mut out);
        encode_fields(&self.headers, &mut out);
        if !self.chunked {
            out.extend_from_slice(&self.body);
            return out;
        }
        if !self.body.is_empty() {
            out.extend_from_slice(format!("{:x}\r\n", self.body.len()).as_bytes());
            out.extend_from_slice(&self.body);
            out.extend_from_slice(b"\r\n");
        }
        if self.complete {
            out.extend_from_slice(b"0\r\n");
            encode_fields(&self.trailers, &mut out);
        }
        out
    }
}

impl StartLine<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        let parts: [Cow<'_, [u8]>; 3] = match self {
            Self::Request {
                method,
                target,
                version: Version::HTTP_0_9,
            } => [method.clone(), target.clone(), Cow::Borrowed(b"")],
            Self::Request {
                method,
                target,
                version,
            } => [
                method.clone(),
                target.clone(),
                Cow::Owned(version_word(*version)),
            ],
            Self::Response {
                version,
                status,
                reason,
            } => [
                Cow::Owned(version_word(*version)),
                Cow::Owned(status.to_string().into_bytes()),
                reason.clone(),
            ],
        };
        let line = parts.join(&b' ');
        out.extend_from_slice(line.trim_ascii_end());
        out.extend_from_slice(b"\r\n");
    }
}

type Parsed<'a> = (StartLine<'a>, Headers<'a>, Framing);

fn parse_request(head: &[u8]) -> Result<Parsed<'_>, HttpError> {
    let parsed = RequestHead::parse(head).ok_or(HttpError::NoRequest)?;
    let start = StartLine::Request {
        method: Cow::Borrowed(parsed.method),
        target: Cow::Borrowed(parsed.target),
        version: parsed.version,
    };
    Ok((
        start,
        parsed.headers,
        BodyFraming::of_request(&parsed).framing,
    ))
}

fn parse_response(head: &[u8]) -> Result<Parsed<'_>, HttpError> {
    let parsed = ResponseHead::parse(head).ok_or(HttpError::NoResponse)?;
    let start = StartLine::Response {
        version: parsed.version,
        status: parsed.status,
        reason: Cow::Borrowed(parsed.reason),
    };
    Ok((
        start,
        parsed.headers,
        BodyFraming::of_response(AnswerTo::Other, &parsed).framing,
    ))
}

fn fields<'a>(headers: &Headers<'a>) -> Vec<Field<'a>> {
    headers
        .iter()
        .map(|header| Field {
            name: Cow::Borrowed(header.name),
            value: header.unfolded(),
        })
        .collect()
}

fn encode_fields(fields: &[Field<'_>], out: &mut Vec<u8>) {
    for field in fields {
        out.extend_from_slice(&field.name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(&field.value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

fn version_word(version: Version) -> Vec<u8> {
    format!("HTTP/{}.{}", version.major, version.minor).into_bytes()
}
