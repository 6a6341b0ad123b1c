//! Encrypting a password for a server's RSA key: the full `caching_sha2_password` exchange without TLS.
//! OAEP with SHA-1, which the protocol fixes. Source: RFC 8017 section 7.1.1; RFC 5280 section 4.1 for the
//! key's form; MySQL "Caching_sha2_password information".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use sha1::{Digest, Sha1};

use crate::mysql::Malformed;

/// Bytes of a SHA-1 hash, and of the seed that OAEP needs.
pub const SEED_LEN: usize = 20;

/// A server's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    modulus: BigUint,
    exponent: BigUint,
    /// Bytes of the modulus.
    len: usize,
}

/// DER tags.
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// What is no such key.
const KEY: Malformed = Malformed {
    what: "server's RSA key",
};

impl RsaPublicKey {
    /// Reads a key in PEM form, a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// It is none, or an RSA key of less than 1,024 or more than 16,384 bits.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(pem).map_err(|_| KEY)?;
        let lines = text.lines().map(str::trim);
        let body: String = lines.filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(body).map_err(|_| KEY)?;
        let (info, _) = element(&der, SEQUENCE)?;
        let (_, after_algorithm) = element(info, SEQUENCE)?;
        let (bits, _) = element(after_algorithm, BIT_STRING)?;
        let key = bits.strip_prefix(&[0]).ok_or(KEY)?;
        let (key, _) = element(key, SEQUENCE)?;
        let (modulus, rest) = element(key, INTEGER)?;
        let (exponent, _) = element(rest, INTEGER)?;
        let modulus = BigUint::from_bytes_be(modulus);
        let bits = modulus.bits();
        if !(1_024..=16_384).contains(&bits) {
            return Err(KEY);
        }
        Ok(Self {
            len: usize::try_from(bits.div_ceil(8)).map_err(|_| KEY)?,
            modulus,
            exponent: BigUint::from_bytes_be(exponent),
        })
    }

    /// Encrypts a message with a seed that nobody can guess and that is used once; `None` when it is too
    /// long for the key.
    pub fn encrypt(&self, message: &[u8], seed: [u8; SEED_LEN]) -> Option<Vec<u8>> {
        let block_len = self.len.checked_sub(SEED_LEN + 1)?;
        let padding = block_len.checked_sub(SEED_LEN + 1 + message.len())?;
        let mut block = Sha1::digest(b"").to_vec();
        block.resize(SEED_LEN + padding, 0);
        block.push(1);
        block.extend_from_slice(message);
        mask(&mut block, &seed);
        let mut seed = seed.to_vec();
        mask(&mut seed, &block);
        let encoded = [&[0], &seed[..], &block].concat();
        let number = BigUint::from_bytes_be(&encoded).modpow(&self.exponent, &self.modulus);
        let digits = number.to_bytes_be();
        let mut out = vec![0; self.len.checked_sub(digits.len())?];
        out.extend_from_slice(&digits);
        Some(out)
    }
}

/// What a `caching_sha2_password` server wants encrypted: the password with its closing zero, mixed with
/// the scramble.
pub fn mixed(password: &[u8], scramble: &[u8]) -> Vec<u8> {
    let scramble = scramble.iter().cycle();
    let password = password.iter().chain(&[0]);
    password.zip(scramble).map(|(a, b)| a ^ b).collect()
}

/// Mixes `bytes` with what MGF1 makes of `seed`.
fn mask(bytes: &mut [u8], seed: &[u8]) {
    for (counter, chunk) in (0_u32..).zip(bytes.chunks_mut(SEED_LEN)) {
        let hash = Sha1::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in chunk.iter_mut().zip(hash) {
            *byte ^= mask;
        }
    }
}

/// The contents of the DER element in front, and what follows it.
fn element(der: &[u8], tag: u8) -> Result<(&[u8], &[u8]), Malformed> {
    let (&found, rest) = der.split_first().ok_or(KEY)?;
    let (&first, rest) = rest.split_first().ok_or(KEY)?;
    if found != tag {
        return Err(KEY);
    }
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest
            .split_at_checked(usize::from(first & 0x7F))
            .filter(|(digits, _)| digits.len() <= 4)
            .ok_or(KEY)?;
        let len = digits
            .iter()
            .fold(0_usize, |len, digit| len << 8 | usize::from(*digit));
        (len, rest)
    };
    rest.split_at_checked(len).ok_or(KEY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEM: &str = include_str!("rsa/key.pem");

    /// The key's private exponent, in hexadecimal.
    const PRIVATE: &str = include_str!("rsa/private_exponent.txt");

    /// Undoes OAEP.
    fn decrypt(key: &RsaPublicKey, encrypted: &[u8]) -> Vec<u8> {
        let private = BigUint::parse_bytes(PRIVATE.trim().as_bytes(), 16).unwrap();
        let number = BigUint::from_bytes_be(encrypted).modpow(&private, &key.modulus);
        let digits = number.to_bytes_be();
        let mut encoded = vec![0; key.len - digits.len()];
        encoded.extend(digits);
        assert_eq!(encoded[0], 0);
        let (seed, block) = encoded[1..].split_at_mut(SEED_LEN);
        mask(seed, block);
        mask(block, seed);
        assert_eq!(block[..SEED_LEN], Sha1::digest(b"")[..]);
        let rest = &block[SEED_LEN..];
        let one = rest.iter().position(|byte| *byte != 0).unwrap();
        assert_eq!(rest[one], 1);
        rest[one + 1..].to_vec()
    }

    #[test]
    fn what_is_encrypted_is_what_the_owner_of_the_key_decrypts() {
        let key = RsaPublicKey::from_pem(PEM.as_bytes()).unwrap();
        let message = mixed(b"secret", b"abcdefghijklmnopqrst");
        let encrypted = key.encrypt(&message, [7; SEED_LEN]).unwrap();
        assert_eq!(encrypted.len(), 256);
        assert_eq!(decrypt(&key, &encrypted), message);
        assert_ne!(key.encrypt(&message, [8; SEED_LEN]).unwrap(), encrypted);
        assert_eq!(key.encrypt(&[0; 215], [7; SEED_LEN]), None);
        assert_eq!(
            message,
            [
                b's' ^ b'a',
                b'e' ^ b'b',
                b'c' ^ b'c',
                b'r' ^ b'd',
                b'e' ^ b'e',
                b't' ^ b'f',
                b'g'
            ]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_key_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = RsaPublicKey::from_pem(&bytes);
            let pem = STANDARD.encode(&bytes);
            let _ = RsaPublicKey::from_pem(pem.as_bytes());
        }
    }
}
