//! Which part of a path is a value, and of what kind. Words stay; numbers, identifiers, dates, hashes and
//! tokens become their kind. Decided segment by segment, so equal requests always get equal names.

/// A segment longer than this is no name.
const LONGEST_NAME: usize = 80;

/// The separators within a segment: `order-17`, `app.3f9ab2c4.js`, `id=9`.
const SEPARATORS: &[u8; 8] = b"-_.,=:~@";

/// Appends the template of one path segment.
pub(super) fn push_template(segment: &str, out: &mut String) {
    // Path parameters (`;jsessionid=...`) are values by nature.
    let segment = segment.split(';').next().unwrap_or(segment);
    if is_version(segment) {
        out.push_str(segment);
        return;
    }
    if let Some(kind) = kind_of_segment(segment) {
        out.push_str(kind);
        return;
    }
    if let Some((kind, extension)) = kind_before_extension(segment) {
        out.push_str(kind);
        out.push('.');
        out.push_str(extension);
        return;
    }
    let mut rest = segment;
    while !rest.is_empty() {
        if let Some((kind, after)) = strip_date(rest).or_else(|| strip_uuid(rest)) {
            out.push_str(kind);
            rest = after;
            continue;
        }
        let is_separator = |byte: &u8| SEPARATORS.contains(byte);
        let end = rest.bytes().position(|byte| is_separator(&byte));
        let end = end.unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(kind_of_part(part).unwrap_or(part));
        let mut following = after.chars();
        out.extend(following.next());
        rest = following.as_str();
    }
}

/// `v2`, `v1.41`: names of an interface, not values.
fn is_version(segment: &str) -> bool {
    segment.len() <= 8
        && segment.strip_prefix(['v', 'V']).is_some_and(|number| {
            number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
}

/// The kind of a segment that is one value as a whole.
fn kind_of_segment(segment: &str) -> Option<&'static str> {
    let bytes = segment.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) && !bytes.is_empty() {
        return Some("{id}");
    }
    if is_uuid(bytes) {
        return Some("{uuid}");
    }
    if is_email(segment) {
        return Some("{email}");
    }
    if is_number_list(bytes) {
        return Some("{number}");
    }
    if is_jwt(segment) || is_opaque_token(bytes) {
        return Some("{token}");
    }
    (has_escaped_text(bytes) || bytes.len() > LONGEST_NAME).then_some("{text}")
}

/// The kind of a random value that has separators of its own and an extension after it (`.json`), with that extension.
fn kind_before_extension(segment: &str) -> Option<(&'static str, &str)> {
    let (value, extension) = segment.rsplit_once('.')?;
    let is_extension = (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kind = kind_of_segment(value).filter(|kind| matches!(*kind, "{uuid}" | "{token}"))?;
    is_extension.then_some((kind, extension))
}

/// The kind of a piece between separators.
fn kind_of_part(part: &str) -> Option<&'static str> {
    let bytes = part.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    if digits == bytes.len() {
        return Some("{id}");
    }
    if bytes.len() >= 8 && bytes.iter().all(u8::is_ascii_hexdigit) {
        return Some("{hash}");
    }
    let upper = bytes.iter().any(u8::is_ascii_uppercase);
    let lower = bytes.iter().any(u8::is_ascii_lowercase);
    let plain = bytes.iter().all(u8::is_ascii_alphanumeric);
    let mixed = bytes.len() >= 10 && upper && lower;
    let long = bytes.len() >= 16 && digits >= 2;
    let restless = bytes.len() >= 8 && changes(bytes) >= 4;
    (plain && (mixed || long || restless)).then_some("{token}")
}

/// How often `bytes` change between digits, upper case, lower case and anything else.
fn changes(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .filter(|(a, b)| class(**a) != class(**b))
        .count()
}

/// Digit 0, upper case 1, lower case 2, anything else 3.
const fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}

/// 8-4-4-4-12 hexadecimal digits (RFC 9562), perhaps in braces.
fn is_uuid(bytes: &[u8]) -> bool {
    let bare = bytes
        .strip_prefix(b"{")
        .and_then(|bytes| bytes.strip_suffix(b"}"))
        .unwrap_or(bytes);
    bare.len() == 36
        && bare.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_email(segment: &str) -> bool {
    if memchr::memchr2(b'@', b'%', segment.as_bytes()).is_none() {
        return false;
    }
    let at = segment
        .split_once('@')
        .or_else(|| segment.split_once("%40"));
    at.is_some_and(|(user, host)| {
        user.bytes().any(|byte| byte.is_ascii_alphabetic())
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
    })
}

/// Signed or decimal numbers and lists of them: `-3`, `48.85,2.35`. Plain digits are an id.
fn is_number_list(bytes: &[u8]) -> bool {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    unsigned.first().is_some_and(u8::is_ascii_digit)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'))
        && !is_date(bytes)
        && (bytes.contains(&b'.') || bytes.contains(&b',') || unsigned.len() < bytes.len())
}

/// Three base64url parts, the first a JSON object (RFC 7519).
fn is_jwt(segment: &str) -> bool {
    segment.starts_with("eyJ") && segment.split('.').count() >= 2 && segment.len() >= 20
}

/// Random text over the base64url alphabet that holds `-` or `_` as digits, not as separators: too many
/// changes between letters and digits for words.
fn is_opaque_token(bytes: &[u8]) -> bool {
    if bytes.len() < 20 {
        return false;
    }
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    let classes = (0..3)
        .filter(|wanted| bytes.iter().any(|byte| class(*byte) == *wanted))
        .count();
    bytes.iter().all(alphabet) && classes == 3 && changes(bytes) * 3 >= bytes.len()
}

/// Escaped blanks or bytes beyond ASCII: typed text.
fn has_escaped_text(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| !byte.is_ascii())
        || bytes.windows(3).any(|window| {
            matches!(window, [b'%', b'2', b'0'] | [b'%', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', _])
        })
}

/// A date at the front (`2026-11-21`) and what follows it, when that is no digit.
fn strip_date(text: &str) -> Option<(&'static str, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let alone = !rest.starts_with(|next: char| next.is_ascii_digit());
    (alone && is_date(date.as_bytes())).then_some(("{date}", rest))
}

/// A UUID at the front and what follows it, when that is neither letter nor digit.
fn strip_uuid(text: &str) -> Option<(&'static str, &str)> {
    let (uuid, rest) = text.split_at_checked(36)?;
    let alone = !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    (alone && is_uuid(uuid.as_bytes())).then_some(("{uuid}", rest))
}

fn is_date(bytes: &[u8]) -> bool {
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(segment: &str) -> String {
        let mut out = String::new();
        push_template(segment, &mut out);
        out
    }

    #[test]
    fn values_become_their_kind() {
        for (segment, expected) in [
            ("17", "{id}"),
            ("-3", "{number}"),
            ("48.85,2.35", "{number}"),
            ("550e8400-e29b-41d4-a716-446655440000", "{uuid}"),
            ("2026-11-21", "{date}"),
            ("d41d8cd98f00b204e9800998ecf8427e", "{hash}"),
            ("ann@example.org", "{email}"),
            ("ann%40example.org", "{email}"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "{token}"),
            ("dQw4w9WgXcQ", "{token}"),
            ("p8d4003oiu", "{token}"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "{token}"),
            ("V1StGXR8_Z5jdHi6B-myT", "{token}"),
            ("caf%C3%A9", "{text}"),
            ("two%20words", "{text}"),
        ] {
            assert_eq!(template(segment), expected, "{segment}");
        }
    }

    #[test]
    fn values_within_a_segment_are_found() {
        for (segment, expected) in [
            ("order-17", "order-{id}"),
            ("12345.jpg", "{id}.jpg"),
            ("0af2c1d9-3c68-4c92-ad19-9f0b7c5e11aa.json", "{uuid}.json"),
            (
                "photo_0af2c1d9-3c68-4c92-ad19-9f0b7c5e11aa_s.png",
                "photo_{uuid}_s.png",
            ),
            ("V1StGXR8_Z5jdHi6B-myT.pdf", "{token}.pdf"),
            ("app.3f9ab2c4.js", "app.{hash}.js"),
            ("report-2026-11-21.pdf", "report-{date}.pdf"),
            ("id=9", "id={id}"),
            ("page;jsessionid=0A1B2C3D4E", "page"),
        ] {
            assert_eq!(template(segment), expected, "{segment}");
        }
    }

    #[test]
    fn names_stay() {
        for name in [
            "",
            "cart",
            "v2",
            "v1.41",
            "oauth2",
            "api-v1",
            "favicon.ico",
            "index.html",
            "2fa",
            "feedface",
            "a-long-title-made-of-plain-words",
            "well-known",
            "@handle",
            "SelfServicePortal",
        ] {
            assert_eq!(template(name), name);
        }
    }
}
