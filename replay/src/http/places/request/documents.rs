//! JSON within a field of another kind: the variables of a GraphQL query in a URL, a form's field with a document.

use std::ops::Range;

use super::super::json::{Kind, leaves};
use crate::http::writing::Writing;

/// A value of such a document.
pub(super) struct Inner {
    /// The document's field and the keys in it, joined by dots.
    pub(super) path: String,
    /// Where it stands, in the field as it is written.
    pub(super) range: Range<usize>,
}

/// The ids, tokens and words of the document that a field called `name` holds: what is written within it as it is read.
pub(super) fn inner_values(name: &str, raw: &[u8], value: &[u8], writing: &Writing) -> Vec<Inner> {
    let mut found = Vec::new();
    if !value.trim_ascii_start().starts_with(b"{") {
        return found;
    }
    let escapes = matches!(writing, Writing::Percent | Writing::Form);
    // how much of both has been passed
    let (mut read, mut written) = (0, 0);
    leaves(value, &mut |leaf| {
        while read < leaf.range.start {
            let is_escape = escapes && raw.get(written) == Some(&b'%');
            written += if is_escape { 3 } else { 1 };
            read += 1;
        }
        let range = written..written + leaf.range.len();
        let is_same = raw.get(range.clone()) == value.get(leaf.range.clone());
        let text = value.get(leaf.range.clone()).unwrap_or_default();
        let is_plain = !text.is_empty() && text.iter().all(is_unreserved);
        if leaf.kind != Kind::Word && is_same && is_plain {
            let path = format!("{name}.{}", leaf.path);
            found.push(Inner { path, range });
        }
    });
    found
}

/// Whether a byte stands for itself in URLs (RFC 3986 section 2.3) and in JSON.
fn is_unreserved(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(byte)
}
