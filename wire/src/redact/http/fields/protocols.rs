//! `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4): scripts cannot set any other field of a WebSocket's request, so
//! that tokens travel among the names of protocols.

use crate::redact::Pass;
use crate::redact::edits::Edits;
use crate::redact::pass::Place;

/// What the rule is looked up under.
const TOKEN: &[u8] = b"token";
/// The parts of a protocol's name are words; what has a longer one is a token.
const LONGEST_WORD: usize = 16;
/// What a token follows.
const ANNOUNCING: [&[u8]; 8] = [
    b"bearer",
    b"token",
    b"access_token",
    b"access-token",
    b"authorization",
    b"auth",
    b"jwt",
    b"api-key",
];

/// The list with its tokens replaced; `None` when there are none.
pub(super) fn redact(list: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(list);
    let mut start = 0;
    let mut announced = false;
    for item in list.split(|byte| *byte == b',') {
        let token = item.trim_ascii();
        let at = start + (item.len() - item.trim_ascii_start().len());
        start += item.len() + 1;
        if (announced || is_token(token))
            && let Some(rule) = pass.rule(|table| &mut table.header, TOKEN, false)
            && let Some(new) = pass.replace(rule, token, Place::Header(b"sec-websocket-protocol"))
        {
            edits.put(at..at + token.len(), &new);
        }
        announced = ANNOUNCING
            .iter()
            .any(|word| token.eq_ignore_ascii_case(word));
    }
    edits.finish()
}

fn is_token(item: &[u8]) -> bool {
    let is_uuid = item.len() == 36
        && item
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    is_uuid
        || item
            .split(|byte| !byte.is_ascii_alphanumeric())
            .any(|word| word.len() > LONGEST_WORD)
}
