//! Request and response heads: a start line and its header fields (RFC 9112 sections 3 to 5), borrowed
//! from the bytes they came in.

use super::header::Headers;
use super::line::{is_token_byte, split_line, trim_blanks};

/// A version as it stands in a start line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Before the dot.
    pub major: u8,
    /// After the dot.
    pub minor: u8,
}

impl Version {
    /// A request line without a version: what comes back has no head.
    pub const HTTP_0_9: Self = Self { major: 0, minor: 9 };
    /// HTTP/1.0: one exchange for each connection unless both sides ask for more.
    pub const HTTP_1_0: Self = Self { major: 1, minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_1_1: Self = Self { major: 1, minor: 1 };

    /// Reads `HTTP/1.1`, in any case. A minor number that is missing or unreadable is 0: servers answer
    /// `HTTP/1` and `HTTP/1.` too.
    fn parse(word: &[u8]) -> Option<Self> {
        let (name, number) = word.split_at_checked(5)?;
        if !name.eq_ignore_ascii_case(b"HTTP/") {
            return None;
        }
        let (major, minor) = match number {
            [major, b'.', minor @ b'0'..=b'9'] => (major, minor - b'0'),
            [major] | [major, b'.', ..] => (major, 0),
            _ => return None,
        };
        major.is_ascii_digit().then(|| Self {
            major: major - b'0',
            minor,
        })
    }
}

/// The head of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// Any token: `GET`, `PROPFIND`, `QUERY`.
    pub method: &'a [u8],
    /// The target as sent, in any form (RFC 9112 section 3.2); empty when it is missing.
    pub target: &'a [u8],
    /// The version; [`Version::HTTP_0_9`] when the line has none.
    pub version: Version,
    /// The fields.
    pub headers: Headers<'a>,
}

impl<'a> RequestHead<'a> {
    /// Reads a head; what follows its blank line is left alone. `None`: this is no request.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (line, rest) = split_line(bytes)?;
        let (method, target, version) = parse_request_line(line)?;
        Some(Self {
            method,
            target,
            version,
            headers: Headers::new(rest),
        })
    }
}

/// The head of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The version.
    pub version: Version,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The words after it; may be empty.
    pub reason: &'a [u8],
    /// The fields.
    pub headers: Headers<'a>,
}

impl<'a> ResponseHead<'a> {
    /// Reads a head; what follows its blank line is left alone. `None`: this is no response.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (line, rest) = split_line(bytes)?;
        let (version, status, reason) = parse_status_line(line)?;
        Some(Self {
            version,
            status,
            reason,
            headers: Headers::new(rest),
        })
    }
}

/// The method, target and version of a request line. Blanks within the target are tolerated; without
/// a version only `GET` is a request (HTTP/0.9).
pub(crate) fn parse_request_line(line: &[u8]) -> Option<(&[u8], &[u8], Version)> {
    let line = trim_blanks(line);
    let end = line.iter().position(|byte| !is_token_byte(*byte))?;
    let (method, rest) = line.split_at_checked(end)?;
    if method.is_empty() || !matches!(rest, [b' ' | b'\t', ..]) {
        return None;
    }
    let rest = trim_blanks(rest);
    let (target, version) = split_version(rest);
    if let Some(version) = version {
        return Some((method, trim_blanks(target), version));
    }
    let simple = method == b"GET" && rest.first() == Some(&b'/') && !rest.contains(&b' ');
    simple.then_some((method, rest, Version::HTTP_0_9))
}

/// Takes the version off the end of a request line; the blank before it may be missing.
fn split_version(rest: &[u8]) -> (&[u8], Option<Version>) {
    let word = rest
        .rsplit(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .unwrap_or(rest);
    let glued = word
        .len()
        .checked_sub(8)
        .and_then(|at| word.get(at..))
        .unwrap_or(word);
    for version in [word, glued] {
        if let Some(read) = Version::parse(version) {
            let target = rest.get(..rest.len() - version.len()).unwrap_or_default();
            return (target, Some(read));
        }
    }
    (rest, None)
}

/// The version, status and reason of a status line.
pub(crate) fn parse_status_line(line: &[u8]) -> Option<(Version, u16, &[u8])> {
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t'))?;
    let (word, rest) = line.split_at_checked(end)?;
    let version = Version::parse(word)?;
    let rest = rest.trim_ascii_start();
    let (digits, reason) = rest.split_at_checked(3)?;
    if !matches!(reason, [] | [b' ' | b'\t', ..]) {
        return None;
    }
    let status: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (status >= 100).then(|| (version, status, trim_blanks(reason)))
}

/// Whether a message may begin with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Its whole first line is there and valid.
    Yes,
    /// Nothing speaks against it, but the line is not complete.
    Maybe,
    /// No message begins like this.
    No,
}

/// Whether a request begins with `bytes`.
pub(crate) fn request_start(bytes: &[u8]) -> Start {
    if let Some((line, _)) = split_line(bytes) {
        return parse_request_line(line).map_or(Start::No, |_| Start::Yes);
    }
    match bytes.iter().position(|byte| !is_token_byte(*byte)) {
        None if bytes.len() <= LONGEST_METHOD => Start::Maybe,
        Some(1..=LONGEST_METHOD) => match bytes.iter().find(|byte| !is_token_byte(**byte)) {
            Some(b' ' | b'\t') => Start::Maybe,
            _ => Start::No,
        },
        _ => Start::No,
    }
}

/// Whether a response begins with `bytes`.
pub(crate) fn response_start(bytes: &[u8]) -> Start {
    if let Some((line, _)) = split_line(bytes) {
        return parse_status_line(line).map_or(Start::No, |_| Start::Yes);
    }
    let fits = bytes
        .iter()
        .zip(b"HTTP/")
        .all(|(a, b)| a.eq_ignore_ascii_case(b));
    match bytes.get(5) {
        None | Some(b'0'..=b'9') if fits => Start::Maybe,
        _ => Start::No,
    }
}

/// Methods are not limited by any standard; the longest registered one has 17 letters.
const LONGEST_METHOD: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_lines_are_read_leniently() {
        let read = |line: &'static str| {
            parse_request_line(line.as_bytes()).map(|(m, t, v)| {
                (
                    m.escape_ascii().to_string(),
                    t.escape_ascii().to_string(),
                    v,
                )
            })
        };
        let http =
            |method: &str, target: &str, version| Some((method.into(), target.into(), version));
        assert_eq!(read("GET / HTTP/1.1"), http("GET", "/", Version::HTTP_1_1));
        assert_eq!(read("get / http/1.0"), http("get", "/", Version::HTTP_1_0));
        assert_eq!(
            read("M-SEARCH  *  HTTP/1.1 "),
            http("M-SEARCH", "*", Version::HTTP_1_1)
        );
        assert_eq!(
            read("GET /a b c HTTP/1.1"),
            http("GET", "/a b c", Version::HTTP_1_1)
        );
        assert_eq!(read("GET HTTP/1.1"), http("GET", "", Version::HTTP_1_1));
        assert_eq!(read("GET /old"), http("GET", "/old", Version::HTTP_0_9));
        assert_eq!(read("PUT / HTTP/1."), http("PUT", "/", Version::HTTP_1_0));
        assert_eq!(read("PUT /aHTTP/1.1"), http("PUT", "/a", Version::HTTP_1_1));
        assert_eq!(read("PUT /a"), None);
        assert_eq!(read("EHLO example.org"), None);
        assert_eq!(read("OPTIONS rtsp://h/a RTSP/1.0"), None);
        assert_eq!(read("G\u{e9}T / HTTP/1.1"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn status_lines_are_read_with_and_without_a_reason() {
        let ok = parse_status_line(b"HTTP/1.1 200 OK").unwrap();
        assert_eq!(ok, (Version::HTTP_1_1, 200, &b"OK"[..]));
        assert_eq!(parse_status_line(b"HTTP/1.1 999").unwrap().1, 999);
        assert_eq!(parse_status_line(b"HTTP/1.1 20"), None);
        assert_eq!(parse_status_line(b"HTTP/1.1 2000 OK"), None);
        assert_eq!(parse_status_line(b"HTTP/1.1 099 x"), None);
    }

    #[test]
    fn a_beginning_is_not_judged_before_its_line_is_there() {
        assert_eq!(request_start(b"PROP"), Start::Maybe);
        assert_eq!(request_start(b"GET /very-long"), Start::Maybe);
        assert_eq!(request_start(b"GET / HTTP/1.1\r\n"), Start::Yes);
        assert_eq!(request_start(b"\x16\x03\x01"), Start::No);
        assert_eq!(response_start(b"HTT"), Start::Maybe);
        assert_eq!(response_start(b"HTTP/1.1 2"), Start::Maybe);
        assert_eq!(response_start(b"SSH-2.0-OpenSSH"), Start::No);
        assert_eq!(response_start(b"HTTP/1.1 200 OK\r\n"), Start::Yes);
    }
}
