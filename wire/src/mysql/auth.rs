//! Answers to the server's scramble, for a client that knows the password, and the server's check of them.
//! Source: MySQL "Native Authentication" and "Caching_sha2_password information".

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The `mysql_native_password` answer: SHA1(password) XOR SHA1(scramble, SHA1(SHA1(password))).
/// Empty for an empty password.
pub fn native_password(password: &[u8], scramble: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let once = Sha1::digest(password);
    let twice = Sha1::digest(once);
    let mixed = Sha1::new()
        .chain_update(scramble)
        .chain_update(twice)
        .finalize();
    once.iter().zip(mixed.iter()).map(|(a, b)| a ^ b).collect()
}

/// The `caching_sha2_password` answer of the fast path: SHA256(password) XOR
/// SHA256(SHA256(SHA256(password)), scramble). Empty for an empty password.
pub fn caching_sha2_password(password: &[u8], scramble: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let once = Sha256::digest(password);
    let twice = Sha256::digest(once);
    let mixed = Sha256::new()
        .chain_update(twice)
        .chain_update(scramble)
        .finalize();
    once.iter().zip(mixed.iter()).map(|(a, b)| a ^ b).collect()
}

/// What the server says in `AuthRequest::More` during `caching_sha2_password`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CachingSha2 {
    /// The answer was right: OK follows.
    FastPathDone,
    /// The server does not have this password cached: it wants the password itself, over TLS or RSA.
    FullExchange,
}

impl CachingSha2 {
    /// Reads the data of an `AuthRequest::More`; `None` for anything else, such as the server's RSA key.
    pub fn decode(data: &[u8]) -> Option<Self> {
        match data {
            [3] => Some(Self::FastPathDone),
            [4] => Some(Self::FullExchange),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn an_empty_password_has_an_empty_answer() {
        assert!(native_password(b"", b"scramble").is_empty());
        assert!(caching_sha2_password(b"", b"scramble").is_empty());
    }

    #[test]
    fn the_native_answer_undoes_to_the_hash_the_server_keeps() {
        let scramble = b"abcdefghijklmnopqrst";
        let answer = native_password(b"secret", scramble);
        let stored = Sha1::digest(Sha1::digest(b"secret"));
        let mixed = Sha1::new()
            .chain_update(scramble)
            .chain_update(stored)
            .finalize();
        let once: Vec<u8> = answer
            .iter()
            .zip(mixed.iter())
            .map(|(a, b)| a ^ b)
            .collect();
        assert_eq!(Sha1::digest(&once), stored);
        // PASSWORD('secret') as MariaDB prints it, without the star.
        assert_eq!(hex(&stored), "14e65567abdb5135d0cfd9a70b3032c179a49ee7");
    }

    #[test]
    fn the_sha2_answer_undoes_to_the_hash_the_server_keeps() {
        let scramble = b"abcdefghijklmnopqrst";
        let answer = caching_sha2_password(b"secret", scramble);
        let stored = Sha256::digest(Sha256::digest(b"secret"));
        let mixed = Sha256::new()
            .chain_update(stored)
            .chain_update(scramble)
            .finalize();
        let once: Vec<u8> = answer
            .iter()
            .zip(mixed.iter())
            .map(|(a, b)| a ^ b)
            .collect();
        assert_eq!(once, Sha256::digest(b"secret").to_vec());
    }
}
