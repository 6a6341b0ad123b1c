//! The front of a message that is alone in its segment, where nobody knows where messages begin: too short to tell
//! that it is one, it is held until the next segment tells. Only of methods that are known: what ends in capitals
//! may end a body as well.

use super::seek::is_message_start;
use super::stream::Side;
use crate::Timestamp;

/// Methods of HTTP (RFC 9110 section 9.3, RFC 5789) and of WebDAV (RFC 4918, RFC 3253, RFC 5323).
const METHODS: [&[u8]; 18] = [
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"PATCH ",
    b"OPTIONS ",
    b"CONNECT ",
    b"TRACE ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"MKCOL ",
    b"COPY ",
    b"MOVE ",
    b"LOCK ",
    b"UNLOCK ",
    b"REPORT ",
    b"SEARCH ",
];

/// How answers begin.
const VERSIONS: [&[u8]; 2] = [b"HTTP/1.1 ", b"HTTP/1.0 "];

/// What is held of a direction.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    bytes: Vec<u8>,
    at: Timestamp,
}

impl Lead {
    /// Looks at bytes in which no message begins: holds them when they are the front of one, perhaps behind what is
    /// held already. `at_segment`: they begin where a packet's bytes begin, and are all of it.
    pub(crate) fn look(&mut self, side: Side, at: Timestamp, bytes: &[u8], at_segment: bool) {
        let goes_on = !self.bytes.is_empty() && is_lead(side, &[&self.bytes, bytes].concat());
        if !goes_on {
            self.bytes.clear();
            self.at = at;
        }
        if goes_on || at_segment && is_lead(side, bytes) {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// What is held and when it came, when `bytes`, which begin the next segment, go on with it.
    pub(crate) fn continued(&mut self, side: Side, bytes: &[u8]) -> Option<(Timestamp, Vec<u8>)> {
        goes_on(side, &self.bytes, bytes).then(|| (self.at, std::mem::take(&mut self.bytes)))
    }

    /// Lets go of what is held.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// How many bytes are held.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Whether two segments that follow each other, of which the first has only `front`, surely begin an HTTP message
/// together: of a method that is known, and `rest` alone begins none.
pub fn is_message_cut(front: &[u8], rest: &[u8]) -> bool {
    goes_on(Side::Requests, front, rest) || goes_on(Side::Responses, front, rest)
}

fn goes_on(side: Side, lead: &[u8], bytes: &[u8]) -> bool {
    let begins = |bytes: &[u8]| is_known(side, bytes) && is_message_start(side, bytes);
    is_lead(side, lead) && !begins(bytes) && begins(&[lead, bytes].concat())
}

/// Whether `bytes` are the front of a message's first line, and too short to be taken for one.
pub(crate) fn is_lead(side: Side, bytes: &[u8]) -> bool {
    let is_front = |known: &&[u8]| known.starts_with(bytes);
    !bytes.is_empty() && beginnings(side).iter().any(is_front)
}

fn is_known(side: Side, bytes: &[u8]) -> bool {
    let begins = |known: &&[u8]| bytes.starts_with(known);
    beginnings(side).iter().any(begins)
}

const fn beginnings(side: Side) -> &'static [&'static [u8]] {
    match side {
        Side::Requests => &METHODS,
        Side::Responses => &VERSIONS,
    }
}
