//! Names that say their value is a secret: of headers, query and form fields, JSON members.

/// A name that contains one of these, letters only and in any case, holds a secret. By first letter,
/// because every name in every message is looked at.
const fn within(first: u8) -> &'static [&'static [u8]] {
    match first {
        b'a' => &[b"apikey", b"accesskey", b"authorization"],
        b'c' => &[b"credential", b"csrf"],
        b'p' => &[b"password", b"passwd", b"passphrase", b"privatekey"],
        b's' => &[b"secret", b"sessionid", b"signature"],
        b't' => &[b"token"],
        b'x' => &[b"xsrf"],
        _ => &[],
    }
}

/// A name that is one of these holds a secret.
const WHOLE: [&[u8]; 14] = [
    b"pass", b"pwd", b"pw", b"pin", b"otp", b"cvv", b"cvc", b"cvv2", b"jwt", b"auth", b"sid",
    b"ssn", b"session", b"bearer",
];

/// A longer name is data used as a key, not a field's name.
const LONGEST: usize = 64;

/// Whether a value under this name is a secret.
pub(super) fn is_secret(name: &[u8]) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let mut letters = [0; LONGEST];
    let plain = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let mut length = 0;
    for (letter, byte) in letters.iter_mut().zip(plain) {
        *letter = byte.to_ascii_lowercase();
        length += 1;
    }
    let mut rest = letters.get(..length).unwrap_or_default();
    if WHOLE.contains(&rest) {
        return true;
    }
    while let Some((first, after)) = rest.split_first() {
        if within(*first).iter().any(|part| rest.starts_with(part)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a number under this name is a secret: `max_tokens` is none, `pin` is.
pub(super) fn is_secret_number(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [
        &b"pin"[..],
        b"otp",
        b"cvv",
        b"cvc",
        b"cvv2",
        b"password",
        b"passcode",
        b"ssn",
    ]
    .contains(&name.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "password",
            "userPassword",
            "X-Api-Key",
            "csrf_token",
            "pwd",
            "access-key",
            "sid",
        ] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
        for name in ["passenger", "author", "page", "q", "pinned", "id", "bypass"] {
            assert!(!is_secret(name.as_bytes()), "{name}");
        }
    }
}
