//! E-mail addresses, by their `@`.

use std::ops::Range;

use super::{run, run_before};
use crate::redact::shape::{is_domain, is_email, is_local, is_replaced};

/// Tells the place of every address that is no pseudonym.
pub(super) fn find(bytes: &[u8], mut tell: impl FnMut(Range<usize>)) {
    for at in memchr::memchr_iter(b'@', bytes) {
        let local = run_before(bytes, at, is_local).min(64);
        let domain = run(bytes, at + 1, |byte| is_domain(byte) || byte == b'.');
        let mut end = at + 1 + domain;
        // A sentence may end with an address.
        while end > at && matches!(bytes.get(end - 1), Some(b'.' | b'-')) {
            end -= 1;
        }
        let range = at - local..end;
        if bytes
            .get(range.clone())
            .is_some_and(|address| is_email(address) && !is_replaced(address))
        {
            tell(range);
        }
    }
}
