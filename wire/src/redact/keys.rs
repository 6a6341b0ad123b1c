//! Names that say their value is a secret: of headers, query and form fields, JSON members.

/// A name that contains one of these, letters only and in any case, holds a secret.
const WITHIN: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "csrf",
    "xsrf",
    "authorization",
    "sessionid",
    "signature",
];

/// A name that is one of these holds a secret.
const WHOLE: [&str; 14] = [
    "pass", "pwd", "pw", "pin", "otp", "cvv", "cvc", "cvv2", "jwt", "auth", "sid", "ssn",
    "session", "bearer",
];

/// Whether a value under this name is a secret.
pub(super) fn is_secret(name: &[u8]) -> bool {
    // A longer name is data used as a key, not a field's name.
    if name.len() > 64 {
        return false;
    }
    let name: String = name
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    WHOLE.contains(&name.as_str()) || WITHIN.iter().any(|part| name.contains(part))
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
