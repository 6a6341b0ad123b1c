//! Secrets in HTML that a form sends back: hidden fields and meta tags whose names say so.

use memchr::memmem;

use super::{Pass, keys};

/// A page with the values of its secret fields replaced; `None` when there are none.
pub(super) fn redact(page: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut kept = 0;
    for at in memchr::memchr_iter(b'<', page) {
        let Some(tag) = page.get(at + 1..) else { break };
        let value_of = if starts(tag, b"input") {
            "value"
        } else if starts(tag, b"meta") {
            "content"
        } else {
            continue;
        };
        let Some(tag) = memchr::memchr(b'>', tag).and_then(|end| tag.get(..end)) else {
            continue;
        };
        let is_secret = attribute(tag, "name").is_some_and(|(_, name)| keys::is_secret(name));
        let Some((start, value)) = attribute(tag, value_of).filter(|_| is_secret) else {
            continue;
        };
        if let Some(pseudonym) = pass.replace("html_secret", &unescape(value)) {
            let start = at + 1 + start;
            out.extend_from_slice(page.get(kept..start)?);
            out.extend_from_slice(pseudonym.as_bytes());
            kept = start + value.len();
        }
    }
    (kept > 0).then(|| {
        out.extend_from_slice(page.get(kept..).unwrap_or_default());
        out
    })
}

fn starts(tag: &[u8], name: &[u8]) -> bool {
    tag.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// A quoted attribute's value and where it starts in the tag.
fn attribute<'a>(tag: &'a [u8], name: &str) -> Option<(usize, &'a [u8])> {
    memmem::find_iter(tag, name.as_bytes()).find_map(|at| {
        let before = tag.get(at.checked_sub(1)?)?;
        if !before.is_ascii_whitespace() {
            return None;
        }
        let after = tag.get(at + name.len()..)?;
        let (quote, rest) = match after {
            [b'=', quote @ (b'"' | b'\''), rest @ ..] => (*quote, rest),
            _ => return None,
        };
        let value = rest.get(..memchr::memchr(quote, rest)?)?;
        Some((at + name.len() + 2, value))
    })
}

/// The five escapes that values of hidden fields have.
fn unescape(value: &[u8]) -> Vec<u8> {
    if !value.contains(&b'&') {
        return value.to_vec();
    }
    let text = String::from_utf8_lossy(value);
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    pairs
        .iter()
        .fold(text.into_owned(), |text, (escape, plain)| {
            text.replace(escape, plain)
        })
        .into_bytes()
}
