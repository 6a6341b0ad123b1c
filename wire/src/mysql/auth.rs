//! Answers to the server's scramble, for a client that knows the password, and the server's check of them.
//! Source: MySQL "Native Authentication" and "Caching_sha2_password information".

mod rsa;

use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

pub use rsa::{RsaPublicKey, SEED_LEN, mixed};

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

/// MariaDB's `client_ed25519` answer: the scramble, signed with a key that comes from the password.
/// Source: MariaDB "Authentication Plugin - ed25519".
pub fn ed25519(password: &[u8], scramble: &[u8]) -> Vec<u8> {
    let secret = ExpandedSecretKey::from_bytes(&Sha512::digest(password).into());
    let public = VerifyingKey::from(&secret);
    raw_sign::<Sha512>(&secret, scramble, &public)
        .to_bytes()
        .to_vec()
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
    fn the_ed25519_answer_is_a_signature_by_the_key_the_server_keeps() {
        use ed25519_dalek::{Signature, Verifier};
        // ed25519_password('secret'), as MariaDB's documentation shows it, in base64
        let secret = ExpandedSecretKey::from_bytes(&Sha512::digest(b"secret").into());
        let scramble = [9; 32];
        let answer = ed25519(b"secret", &scramble);
        let signature = Signature::from_slice(&answer).unwrap();
        let public = VerifyingKey::from(&secret);
        let kept =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD_NO_PAD, public);
        assert_eq!(kept, "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY");
        assert!(public.verify(&scramble, &signature).is_ok());
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
