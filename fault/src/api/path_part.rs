//! The parts of a path, such as a proxy's name, percent-encoded (RFC 3986 section 2.1).

/// The parts of a path, read; what cannot be read stays as it is.
pub fn parts(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.map(read).collect()
}

fn read(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                bytes.push(digit(*high) << 4 | digit(*low));
                rest = after;
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

/// What a hexadecimal digit stands for.
fn digit(digit: u8) -> u8 {
    let value = char::from(digit).to_digit(16);
    value
        .and_then(|value| u8::try_from(value).ok())
        .unwrap_or(0)
}

/// Writes one, so that it is read as it was.
pub fn written(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            // unreserved (section 2.3)
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_with_anything_in_it_is_one_part() {
        assert_eq!(written("the shop/db"), "the%20shop%2Fdb");
        assert_eq!(read("the%20shop%2fdb"), "the shop/db");
        assert_eq!(read("100%"), "100%");
        assert_eq!(read("%zz%+f"), "%zz%+f");
    }

    proptest! {
        #[test]
        fn any_name_reads_back_as_itself(name in "\\PC{0,20}") {
            prop_assert_eq!(read(&written(&name)), name);
        }
    }
}
