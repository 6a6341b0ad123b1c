//! Secrets in JSON: values of members whose names say so, at any depth. The bytes around them stay as
//! they are, and text that is not JSON passes unchanged.

use super::{Pass, keys};

/// Deeper nesting is left alone.
const DEPTH: usize = 128;

/// One open object or array.
#[derive(Clone, Copy)]
struct Level {
    object: bool,
    /// In an object: whether the next string is a name.
    name_next: bool,
    /// Whether what is inside belongs to a secret member.
    secret: bool,
}

/// A JSON text with its secrets replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut kept = 0;
    let mut levels: Vec<Level> = Vec::new();
    let mut member: &[u8] = b"";
    let mut secret = false;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => {
                if levels.len() >= DEPTH {
                    break;
                }
                let within = levels.last().is_some_and(|level| level.secret);
                let object = *byte == b'{';
                levels.push(Level {
                    object,
                    name_next: object,
                    secret: secret || within,
                });
                secret = false;
            }
            b'}' | b']' => {
                levels.pop();
            }
            b',' => {
                if let Some(level) = levels.last_mut() {
                    level.name_next = level.object;
                }
                secret = false;
            }
            b'"' => {
                let (inner, end) = string(text, at)?;
                let is_name = levels.last().is_some_and(|level| level.name_next);
                if is_name {
                    member = inner;
                    secret = keys::is_secret(member);
                    if let Some(level) = levels.last_mut() {
                        level.name_next = false;
                    }
                } else if (secret || levels.last().is_some_and(|level| level.secret))
                    && let Some(pseudonym) = pass.replace("json_secret", &unescape(inner))
                {
                    out.extend_from_slice(text.get(kept..=at)?);
                    out.extend_from_slice(pseudonym.as_bytes());
                    kept = end;
                }
                at = end;
            }
            b'0'..=b'9' if secret && keys::is_secret_number(member) => {
                let digits = text
                    .get(at..)?
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                let number = text.get(at..at + digits)?;
                pass.hit("json_secret");
                out.extend_from_slice(text.get(kept..at)?);
                out.extend_from_slice(&pass.pseudonyms.digits(number, digits));
                kept = at + digits;
                at = kept - 1;
            }
            _ => {}
        }
        at += 1;
    }
    (kept > 0).then(|| {
        out.extend_from_slice(text.get(kept..).unwrap_or_default());
        out
    })
}

/// The inside of the string that opens at `start`, and where its closing quote is.
fn string(text: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let inside = start + 1;
    let mut at = inside;
    loop {
        match text.get(at)? {
            b'"' => return Some((text.get(inside..at)?, at)),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A string's value with its escapes resolved, as far as they are well-formed (RFC 8259 section 7).
fn unescape(inner: &[u8]) -> Vec<u8> {
    if !inner.contains(&b'\\') {
        return inner.to_vec();
    }
    let quoted = [b"\"", inner, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map_or_else(|_| inner.to_vec(), String::into_bytes)
}
