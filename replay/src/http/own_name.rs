//! What a copy calls itself where the recording signed up: a name can be taken once.

/// The longest that stands before the `@` of an address (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// Whether a value is an address of e-mail.
pub(crate) fn is_address(value: &[u8]) -> bool {
    parts_of_address(value).is_some()
}

/// What stands before the `@` of an address of e-mail, and after it.
fn parts_of_address(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = value.iter().position(|byte| *byte == b'@')?;
    let (local, host) = (value.get(..at)?, value.get(at + 1..)?);
    let fits = |byte: &u8| (byte.is_ascii_graphic() || *byte >= 0x80) && !b"@/:,;<>".contains(byte);
    let is_host = host.contains(&b'.') && host.iter().all(fits);
    let is_local = !local.is_empty() && local.iter().all(fits);
    (is_host && is_local).then_some((local, host))
}

/// The name of a copy other than the first: `ann+3@example.com`, which is still the mailbox of the same person, and `annx3`.
pub(crate) fn own_name(recorded: &[u8], copy: u32) -> Vec<u8> {
    let Some((local, host)) = parts_of_address(recorded) else {
        let is_lower = recorded.iter().any(u8::is_ascii_lowercase);
        let sign = if is_lower { 'x' } else { 'X' };
        return [recorded, format!("{sign}{copy}").as_bytes()].concat();
    };
    let sign = if local.contains(&b'+') { '-' } else { '+' };
    let own = format!("{sign}{copy}");
    let kept = LONGEST_LOCAL.saturating_sub(own.len());
    let cut = local.get(..kept).filter(|cut| cut.is_ascii());
    [cut.unwrap_or(local), own.as_bytes(), b"@", host].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(recorded: &str, copy: u32) -> String {
        String::from_utf8(own_name(recorded.as_bytes(), copy)).unwrap()
    }

    #[test]
    fn an_address_stays_one_of_the_same_mailbox_and_a_name_stays_a_word() {
        assert_eq!(own("ann@example.com", 3), "ann+3@example.com");
        assert_eq!(own("ann+news@example.com", 3), "ann+news-3@example.com");
        assert_eq!(own("user1", 12), "user1x12");
        assert_eq!(own("ANN", 2), "ANNX2");
        let long = format!("{}@example.com", "a".repeat(64));
        assert_eq!(own(&long, 10), format!("{}+10@example.com", "a".repeat(61)));
    }

    #[test]
    fn an_address_has_one_sign_and_a_domain() {
        for address in ["a@b.c", "ann.o+x@mail.example.org", "ä@b.example"] {
            assert!(is_address(address.as_bytes()), "{address}");
        }
        for other in [
            "ann",
            "@b.c",
            "a@b",
            "a b@c.d",
            "a@b@c.d",
            "sip:a@b.c",
            "a@b.c/x",
        ] {
            assert!(!is_address(other.as_bytes()), "{other}");
        }
    }
}
