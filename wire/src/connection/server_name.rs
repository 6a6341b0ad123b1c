//! The name a TLS client asks for: what a user who records behind the terminator has to look for.

/// Names longer than DNS allows are none.
const LONGEST: usize = 253;

/// The server name in a ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3), as far as the first bytes of
/// the connection hold it.
pub(super) fn server_name(first_bytes: &[u8]) -> Option<String> {
    const SERVER_NAME: usize = 0;
    let mut hello = Reader(first_bytes);
    // A handshake record; the handshake header; version and random.
    (hello.number(1)? == 0x16).then_some(())?;
    hello.skip(4)?;
    (hello.number(1)? == 1).then_some(())?;
    hello.skip(3 + 2 + 32)?;
    for bytes_of_length in [1, 2, 1] {
        // Session id, cipher suites, compression methods.
        let length = hello.number(bytes_of_length)?;
        hello.skip(length)?;
    }
    hello.skip(2)?;
    loop {
        let (kind, length) = (hello.number(2)?, hello.number(2)?);
        if kind != SERVER_NAME {
            hello.skip(length)?;
            continue;
        }
        // A list whose first entry is a host name (type 0).
        hello.skip(2)?;
        (hello.number(1)? == 0).then_some(())?;
        let length = hello.number(2)?;
        let name = hello.0.get(..length)?;
        let is_name = (1..=LONGEST).contains(&length)
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte));
        return is_name.then(|| String::from_utf8_lossy(name).to_ascii_lowercase());
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn skip(&mut self, length: usize) -> Option<()> {
        self.0 = self.0.get(length..)?;
        Some(())
    }

    /// A big-endian number of so many bytes.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let (number, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(
            number
                .iter()
                .fold(0, |value, byte| value << 8 | usize::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello with two extensions, the name the second.
    fn hello(name: &[u8]) -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap();
        let extension = [
            &[0, 0, 0, length + 5, 0, length + 3, 0, 0, length][..],
            name,
        ]
        .concat();
        let extensions = [&[0, 23, 0, 2, 9, 9][..], &extension].concat();
        let body = [
            &[3, 3][..],
            &[7; 32],
            &[2, 1, 1],
            &[0, 2, 0x13, 1],
            &[1, 0],
            &[0, u8::try_from(extensions.len()).unwrap()],
            &extensions,
        ]
        .concat();
        let length = u8::try_from(body.len()).unwrap();
        [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length][..], &body].concat()
    }

    #[test]
    fn the_name_is_found_behind_other_extensions() {
        assert_eq!(
            server_name(&hello(b"Shop.Example.org")).unwrap(),
            "shop.example.org"
        );
    }

    #[test]
    fn a_hello_cut_anywhere_or_with_nonsense_for_a_name_has_none() {
        let whole = hello(b"shop");
        for cut in 0..whole.len() {
            assert_eq!(server_name(&whole[..cut]), None, "cut at {cut}");
        }
        assert_eq!(server_name(&hello(b"<script>")), None);
        assert_eq!(server_name(b"GET / HTTP/1.1\r\n\r\n"), None);
    }
}
