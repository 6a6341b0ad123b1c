//! Where the body of a message ends (RFC 9112 section 6.3), and whether the connection goes on after it
//! (section 9.3).

use super::head::{RequestHead, ResponseHead, Version};
use super::header::Headers;

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body.
    None,
    /// It has this many bytes.
    Length(u64),
    /// It comes in chunks, a last one of size 0, then trailers.
    Chunked,
    /// It ends when the sender closes.
    UntilClose,
    /// From here on the connection carries something else, both ways.
    Tunnel,
}

/// What a head says about its body and its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyFraming {
    /// How the end is known.
    pub framing: Framing,
    /// The head contradicts itself: two lengths, a length beside chunks, an unreadable length.
    pub conflicting: bool,
    /// The connection may be used for another exchange after this message.
    pub keep_alive: bool,
}

/// What matters of a request when its answer is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerTo {
    /// `HEAD`: the answer has a head only, whatever it announces.
    Head,
    /// `CONNECT`: after a 2xx answer the connection is a tunnel.
    Connect,
    /// An HTTP/0.9 request: the answer is a body without a head.
    Simple,
    /// Any other request, or an unknown one.
    #[default]
    Other,
}

impl AnswerTo {
    /// What an answer to `method` is to.
    pub fn method(method: &[u8]) -> Self {
        match method {
            b"HEAD" => Self::Head,
            b"CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

impl BodyFraming {
    /// The framing of a request: a body only when it is announced.
    pub fn of_request(head: &RequestHead<'_>) -> Self {
        let fields = FramingFields::gather(&head.headers);
        let framing = match fields.transfer {
            Transfer::Chunked => Framing::Chunked,
            Transfer::Other | Transfer::None => fields.length.map_or(Framing::None, length),
        };
        let conflicting = fields.conflicting() || fields.transfer == Transfer::Other;
        Self {
            framing,
            conflicting,
            keep_alive: fields.keep_alive(head.version),
        }
    }

    /// The framing of a response to a request of the kind `answer_to`.
    pub fn of_response(answer_to: AnswerTo, head: &ResponseHead<'_>) -> Self {
        let fields = FramingFields::gather(&head.headers);
        let framing = match (head.status, answer_to) {
            (101, _) | (200..=299, AnswerTo::Connect) => Framing::Tunnel,
            (100..=199 | 204 | 304, _) | (_, AnswerTo::Head) => Framing::None,
            _ => match (fields.transfer, fields.length) {
                (Transfer::Chunked, _) => Framing::Chunked,
                (Transfer::None, Some(bytes)) => length(bytes),
                (Transfer::Other, _) | (Transfer::None, None) => Framing::UntilClose,
            },
        };
        let keep_alive = fields.keep_alive(head.version)
            && !matches!(framing, Framing::UntilClose | Framing::Tunnel);
        Self {
            framing,
            conflicting: fields.conflicting(),
            keep_alive,
        }
    }
}

/// A length of 0 is no body.
const fn length(bytes: u64) -> Framing {
    if bytes == 0 {
        Framing::None
    } else {
        Framing::Length(bytes)
    }
}

/// The last transfer coding of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Transfer {
    #[default]
    None,
    Chunked,
    Other,
}

/// The fields that frame a message, gathered in one pass.
#[derive(Clone, Copy, Debug, Default)]
struct FramingFields {
    transfer: Transfer,
    length: Option<u64>,
    unreadable_length: bool,
    differing_lengths: bool,
    close: bool,
    persistent: bool,
}

impl FramingFields {
    fn gather(headers: &Headers<'_>) -> Self {
        let mut fields = Self::default();
        for header in headers {
            match header.name.len() {
                14 if header.is("Content-Length") => fields.add_lengths(&header.unfolded()),
                17 if header.is("Transfer-Encoding") => fields.add_codings(&header.unfolded()),
                10 if header.is("Connection") => fields.add_options(&header.unfolded()),
                16 if header.is("Proxy-Connection") => fields.add_options(&header.unfolded()),
                _ => {}
            }
        }
        fields
    }

    /// One number, or a list of equal ones, as careless intermediaries join them. Of differing ones
    /// the first holds; one that is no number at all counts as absent.
    fn add_lengths(&mut self, value: &[u8]) {
        for number in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            match (parse_length(number), self.length) {
                (None, _) => self.unreadable_length = true,
                (Some(bytes), None) => self.length = Some(bytes),
                (Some(bytes), Some(known)) => self.differing_lengths |= bytes != known,
            }
        }
    }

    fn add_codings(&mut self, value: &[u8]) {
        for coding in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            let name = coding
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or(coding)
                .trim_ascii();
            if name.eq_ignore_ascii_case(b"chunked") {
                self.transfer = Transfer::Chunked;
            } else if !name.is_empty() && !name.eq_ignore_ascii_case(b"identity") {
                self.transfer = Transfer::Other;
            }
        }
    }

    fn add_options(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.persistent |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    fn conflicting(&self) -> bool {
        self.unreadable_length
            || self.differing_lengths
            || (self.transfer != Transfer::None && self.length.is_some())
    }

    fn keep_alive(&self, version: Version) -> bool {
        !self.close && (version >= Version::HTTP_1_1 || self.persistent)
    }
}

/// Digits only (no sign), any number of leading zeros, at most 64 bits.
fn parse_length(number: &[u8]) -> Option<u64> {
    if number.is_empty() {
        return None;
    }
    number.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(fields: &str) -> BodyFraming {
        let head = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n");
        BodyFraming::of_request(&RequestHead::parse(head.as_bytes()).unwrap())
    }

    fn response(answer_to: AnswerTo, status: u16, fields: &str) -> BodyFraming {
        let head = format!("HTTP/1.1 {status} x\r\n{fields}\r\n\r\n");
        BodyFraming::of_response(answer_to, &ResponseHead::parse(head.as_bytes()).unwrap())
    }

    #[test]
    fn a_request_has_a_body_only_when_it_announces_one() {
        assert_eq!(request("Host: h").framing, Framing::None);
        assert_eq!(request("content-length: 7").framing, Framing::Length(7));
        assert_eq!(
            request("Content-Length: 00000000000000000000000007").framing,
            Framing::Length(7)
        );
        assert_eq!(
            request("Transfer-Encoding: Chunked").framing,
            Framing::Chunked
        );
        assert_eq!(
            request("Transfer-Encoding:\r\n chunked").framing,
            Framing::Chunked
        );
        assert_eq!(
            request("Transfer-Encoding: gzip, chunked").framing,
            Framing::Chunked
        );
        assert_eq!(
            request("Transfer-Encoding: chunked, identity").framing,
            Framing::Chunked
        );
    }

    #[test]
    fn identical_lengths_agree_and_differing_ones_are_flagged() {
        let same = request("Content-Length: 5, 5\r\nContent-Length: 5");
        assert_eq!(
            (same.framing, same.conflicting),
            (Framing::Length(5), false)
        );
        let two = request("Content-Length: 5\r\nContent-Length: 6");
        assert_eq!((two.framing, two.conflicting), (Framing::Length(5), true));
        let both = request("Content-Length: 5\r\nTransfer-Encoding: chunked");
        assert_eq!((both.framing, both.conflicting), (Framing::Chunked, true));
    }

    #[test]
    fn a_length_that_is_no_number_counts_as_absent() {
        for bad in ["-1", "+5", "5x", "", "18446744073709551616"] {
            let got = request(&format!("Content-Length: {bad}"));
            assert_eq!(
                (got.framing, got.conflicting),
                (Framing::None, true),
                "{bad:?}"
            );
        }
        let huge = request("Content-Length: 18446744073709551615");
        assert_eq!(huge.framing, Framing::Length(u64::MAX));
        let answer = response(AnswerTo::Other, 200, "Content-Length: -1");
        assert_eq!(
            (answer.framing, answer.conflicting),
            (Framing::UntilClose, true)
        );
    }

    #[test]
    fn the_framing_of_an_answer_depends_on_what_it_answers() {
        let length = "Content-Length: 9";
        assert_eq!(
            response(AnswerTo::Other, 200, length).framing,
            Framing::Length(9)
        );
        assert_eq!(response(AnswerTo::Head, 200, length).framing, Framing::None);
        assert_eq!(
            response(AnswerTo::Connect, 200, length).framing,
            Framing::Tunnel
        );
        assert_eq!(
            response(AnswerTo::Connect, 407, length).framing,
            Framing::Length(9)
        );
        assert_eq!(
            response(AnswerTo::Other, 101, length).framing,
            Framing::Tunnel
        );
        for status in [100, 103, 204, 304] {
            assert_eq!(
                response(AnswerTo::Other, status, length).framing,
                Framing::None
            );
        }
        assert_eq!(
            response(AnswerTo::Other, 200, "A: b").framing,
            Framing::UntilClose
        );
        let gzip = response(
            AnswerTo::Other,
            200,
            "Transfer-Encoding: gzip\r\nContent-Length: 3",
        );
        assert_eq!(
            (gzip.framing, gzip.conflicting),
            (Framing::UntilClose, true)
        );
    }

    #[test]
    fn a_connection_goes_on_unless_one_side_says_otherwise() {
        assert!(response(AnswerTo::Other, 200, "Content-Length: 1").keep_alive);
        assert!(!response(AnswerTo::Other, 200, "A: b").keep_alive);
        assert!(!response(AnswerTo::Other, 204, "Connection: Close").keep_alive);
        assert!(request("Connection: upgrade, keep-alive").keep_alive);
        let old = RequestHead::parse(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        assert!(!BodyFraming::of_request(&old).keep_alive);
        let kept = RequestHead::parse(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").unwrap();
        assert!(BodyFraming::of_request(&kept).keep_alive);
    }
}
