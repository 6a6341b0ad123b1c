//! Secrets in forms: `application/x-www-form-urlencoded` (also the query of a URL) and
//! `multipart/form-data` (RFC 7578).

use memchr::memmem;

use super::{Pass, keys, url};

/// An urlencoded form with its secrets replaced; `None` when there are none.
pub(super) fn redact(form: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(form.len() + 32);
    let mut changed = false;
    for (number, pair) in form.split(|byte| *byte == b'&').enumerate() {
        if number > 0 {
            out.push(b'&');
        }
        let secret = memchr::memchr(b'=', pair)
            .and_then(|equals| pair.split_at_checked(equals + 1))
            .filter(|(name, _)| keys::is_secret(&url::decode(name)));
        let replaced = secret.and_then(|(name, value)| {
            Some((name, pass.replace("form_secret", &url::decode(value))?))
        });
        match replaced {
            Some((name, pseudonym)) => {
                changed = true;
                out.extend_from_slice(name);
                out.extend_from_slice(pseudonym.as_bytes());
            }
            None => out.extend_from_slice(pair),
        }
    }
    changed.then_some(out)
}

/// A multipart form with its secret fields replaced; `None` when there are none.
pub(super) fn redact_multipart(
    body: &[u8],
    content_type: &[u8],
    pass: &mut Pass<'_>,
) -> Option<Vec<u8>> {
    let boundary = boundary(content_type)?;
    let mut out = Vec::with_capacity(body.len() + 32);
    let mut kept = 0;
    let mut changed = false;
    for at in memmem::find_iter(body, b"\r\n\r\n") {
        let head_start = body
            .get(kept..at)
            .and_then(|before| memmem::rfind(before, &boundary))
            .map_or(kept, |found| kept + found);
        let Some(head) = body.get(head_start..at) else {
            continue;
        };
        if !field_name(head).is_some_and(keys::is_secret) {
            continue;
        }
        let start = at + 4;
        let Some(rest) = body.get(start..) else {
            continue;
        };
        let Some(length) = memmem::find(rest, &[b"\r\n", &boundary[..]].concat()) else {
            continue;
        };
        let Some(value) = rest.get(..length) else {
            continue;
        };
        if let Some(pseudonym) = pass.replace("form_secret", value) {
            out.extend_from_slice(body.get(kept..start).unwrap_or_default());
            out.extend_from_slice(pseudonym.as_bytes());
            kept = start + length;
            changed = true;
        }
    }
    out.extend_from_slice(body.get(kept..).unwrap_or_default());
    changed.then_some(out)
}

/// `--` and the boundary that a Content-Type names.
fn boundary(content_type: &[u8]) -> Option<Vec<u8>> {
    let at = memmem::find(&content_type.to_ascii_lowercase(), b"boundary=")? + b"boundary=".len();
    let value = content_type
        .get(at..)?
        .split(|byte| *byte == b';')
        .next()?
        .trim_ascii();
    let value = value
        .strip_prefix(b"\"")
        .map_or(value, |inner| inner.strip_suffix(b"\"").unwrap_or(inner));
    (!value.is_empty()).then(|| [b"--", value].concat())
}

/// The `name="..."` of a part's Content-Disposition, unless it is a file.
fn field_name(head: &[u8]) -> Option<&[u8]> {
    if memmem::find(head, b"filename").is_some() {
        return None;
    }
    let start = memmem::find(head, b"name=\"")? + b"name=\"".len();
    head.get(start..)?.split(|byte| *byte == b'"').next()
}
