//! A whole message taken apart for reading and rewriting, and put together again. Borrows from the stored
//! bytes; only what is changed is owned.

use std::borrow::Cow;

use super::chunked::Chunked;
use super::error::HttpError;
use super::framing::{AnswerTo, BodyFraming, Framing};
use super::head::{RequestHead, ResponseHead, Version, parse_request_line};
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
        let is_response = bytes
            .get(..5)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/"));
        let (start, headers, framing) = if is_response {
            parse_response(head)?
        } else {
            parse_request(head)?
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
            } if is_simple(method, target) => [method.clone(), target.clone(), Cow::Borrowed(b"")],
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

/// Whether a line of these alone is read as an HTTP/0.9 request. One that says `HTTP/0.9` itself may not be.
fn is_simple(method: &[u8], target: &[u8]) -> bool {
    let line = [method, target].join(&b' ');
    parse_request_line(&line) == Some((method, target, Version::HTTP_0_9))
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
    let fields = headers.iter().map(|header| Field {
        name: Cow::Borrowed(header.name),
        value: header.unfolded(),
    });
    // nearly all messages have a few
    let mut all = Vec::with_capacity(8);
    all.extend(fields);
    all
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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_version_that_a_request_says_is_kept_unless_the_line_is_read_the_same_without_it() {
        let written = |line: &str| {
            let bytes = format!("{line}\r\n\r\n");
            let encoded = Message::parse(bytes.as_bytes()).unwrap().encode();
            let line = encoded.strip_suffix(b"\r\n\r\n").unwrap();
            String::from_utf8(line.to_vec()).unwrap()
        };
        assert_eq!(written("GET /old"), "GET /old");
        assert_eq!(written("GET /old HTTP/0.9"), "GET /old");
        for kept in [
            "PUT /old HTTP/0.9",
            "GET /aHTTP/1.1 HTTP/0.9",
            "GET a b HTTP/0.9",
        ] {
            assert_eq!(written(kept), kept);
        }
    }

    #[test]
    fn a_stored_response_is_taken_apart() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n\
            3\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        assert_eq!(message.body.as_ref(), b"abcde");
        assert_eq!(message.header("a"), Some(&b"b c"[..]));
        assert_eq!(message.trailers.len(), 1);
        assert!(message.chunked && message.complete);
    }

    #[test]
    fn the_body_is_all_that_follows_the_head_however_it_was_framed() {
        let until_close = Message::parse(b"HTTP/1.0 200 OK\r\n\r\nall").unwrap();
        assert_eq!(until_close.body.as_ref(), b"all");
        let head = Message::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").unwrap();
        assert!(head.body.is_empty() && head.complete);
        let cut = Message::parse(b"GET / HTTP/1.1\r\nHost: s").unwrap();
        assert_eq!((cut.header("host"), cut.complete), (Some(&b"s"[..]), false));
    }

    #[test]
    fn a_body_that_is_replaced_takes_its_length_with_it() {
        let bytes = b"POST / HTTP/1.1\r\nContent-Length: 3\r\nX: y\r\n\r\nabc";
        let mut message = Message::parse(bytes).unwrap();
        message.set_body(b"longer".to_vec());
        let expected = b"POST / HTTP/1.1\r\nContent-Length: 6\r\nX: y\r\n\r\nlonger";
        assert_eq!(message.encode(), expected);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        assert_eq!(Message::parse(b"\x16\x03\x01"), Err(HttpError::NoRequest));
        assert_eq!(
            Message::parse(b"HTTP/1.1 OK\r\n\r\n"),
            Err(HttpError::NoResponse)
        );
        assert!(Message::parse(b"").is_err());
    }

    fn word(pattern: &'static str) -> impl Strategy<Value = Cow<'static, [u8]>> {
        pattern.prop_map(|word: String| Cow::Owned(word.into_bytes()))
    }

    fn start_line() -> impl Strategy<Value = StartLine<'static>> {
        let version = prop::sample::select(vec![Version::HTTP_1_0, Version::HTTP_1_1]);
        prop_oneof![
            (word("[A-Z-]{3,9}"), word("/[!-~]{0,30}"), version.clone()).prop_map(
                |(method, target, version)| StartLine::Request {
                    method,
                    target,
                    version
                }
            ),
            (100_u16..=999, word("([A-Za-z]+( [a-z]+)?)?"), version).prop_map(
                |(status, reason, version)| StartLine::Response {
                    version,
                    status,
                    reason
                }
            ),
        ]
    }

    fn fields(most: usize) -> impl Strategy<Value = Vec<Field<'static>>> {
        let value = vec(any::<u8>(), 0..20).prop_map(|bytes| {
            let kept: Vec<u8> = bytes
                .into_iter()
                .filter(|byte| !matches!(byte, b'\r' | b'\n'))
                .collect();
            Cow::Owned(kept.trim_ascii().to_vec())
        });
        vec(
            (word("X-[a-zA-Z]{1,8}"), value).prop_map(|(name, value)| Field { name, value }),
            0..most,
        )
    }

    fn message() -> impl Strategy<Value = Message<'static>> {
        let body = vec(any::<u8>(), 0..100);
        (start_line(), fields(6), body, any::<bool>(), fields(3)).prop_map(
            |(start, mut headers, body, chunked, trailers)| {
                let has_body = !matches!(
                    start,
                    StartLine::Response {
                        status: 100..=199 | 204 | 304,
                        ..
                    }
                );
                let chunked = chunked && has_body;
                if chunked {
                    headers.push(Field {
                        name: Cow::Borrowed(b"Transfer-Encoding"),
                        value: Cow::Borrowed(b"chunked"),
                    });
                }
                let trailers = if chunked { trailers } else { Vec::new() };
                Message {
                    start,
                    headers,
                    body: Cow::Owned(body),
                    trailers,
                    chunked,
                    complete: true,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn encode_then_parse_is_identity(message in message()) {
            let bytes = message.encode();
            prop_assert_eq!(Message::parse(&bytes).unwrap(), message);
        }

        #[test]
        fn parse_then_encode_settles_after_one_turn(bytes in vec(any::<u8>(), 0..200)) {
            let bytes = [b"GET / HTTP/1.1\r\n", &bytes[..]].concat();
            let once = Message::parse(&bytes).unwrap().encode();
            let read = Message::parse(&once).unwrap();
            prop_assert_eq!(read.encode(), once.clone());
        }
    }
}
