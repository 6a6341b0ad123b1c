//! What stands in a secret's place: `rp_` and 24 characters of base32 of HMAC-SHA-256 of the decoded
//! value. It does not depend on where the value stood.

use std::hash::BuildHasher as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rustc_hash::FxBuildHasher;
use sha2::Sha256;

/// Every pseudonym begins with this.
const PREFIX: &[u8] = b"rp_";
/// How many characters follow, at 5 bits each.
const LENGTH: usize = 24;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The secret that pseudonyms are made with. It is kept outside the recording's file.
#[derive(Clone)]
pub struct RedactionKey([u8; 32]);

impl RedactionKey {
    /// Takes 32 bytes from a source of randomness.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedactionKey(..)")
    }
}

/// Values whose pseudonyms are remembered: a session's cookie comes with each of its requests.
const REMEMBERED: usize = 512;
/// Longer values are not.
const LONGEST_REMEMBERED: usize = 256;

/// Pseudonyms made lately, each in the place that its value's hash gives it.
pub(super) struct Remembered {
    places: Vec<Option<Made>>,
}

/// A value and its pseudonym.
#[derive(Clone)]
struct Made {
    value: Box<[u8]>,
    pseudonym: Vec<u8>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            places: vec![None; REMEMBERED],
        }
    }
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Remembered(..)")
    }
}

impl Remembered {
    /// The pseudonym of a value.
    pub(super) fn of(&mut self, value: &[u8], pseudonyms: &Pseudonyms) -> Vec<u8> {
        if value.len() > LONGEST_REMEMBERED {
            return pseudonyms.of(value);
        }
        let hash = FxBuildHasher.hash_one(value);
        let index = usize::try_from(hash % REMEMBERED as u64).unwrap_or(0);
        let Some(place) = self.places.get_mut(index) else {
            return pseudonyms.of(value);
        };
        match place {
            Some(made) if *made.value == *value => made.pseudonym.clone(),
            _ => {
                let pseudonym = pseudonyms.of(value);
                *place = Some(Made {
                    value: value.into(),
                    pseudonym: pseudonym.clone(),
                });
                pseudonym
            }
        }
    }
}

/// Makes pseudonyms with one key.
#[derive(Clone)]
pub(super) struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(..)")
    }
}

impl Pseudonyms {
    pub(super) fn new(key: &RedactionKey) -> Self {
        // A key shorter than HMAC's block is filled up with zeros (RFC 2104 section 2).
        let mut block = [0; 64];
        for (byte, key) in block.iter_mut().zip(key.0) {
            *byte = key;
        }
        Self(Hmac::new(&block.into()))
    }

    /// The pseudonym of a value.
    pub(super) fn of(&self, value: &[u8]) -> Vec<u8> {
        // What `sized` gives for this length, which one block is enough for.
        let mut pseudonym = Vec::with_capacity(PREFIX.len() + LENGTH);
        pseudonym.extend_from_slice(PREFIX);
        pseudonym.extend(self.first_block(value).into_iter().take(LENGTH).map(base32));
        pseudonym
    }

    fn first_block(&self, value: &[u8]) -> [u8; 32] {
        let mut keyed = self.0.clone();
        keyed.update(value);
        keyed.finalize().into_bytes().into()
    }

    /// A pseudonym of exactly `len` bytes, for places whose length must stay.
    pub(super) fn sized(&self, value: &[u8], len: usize) -> Vec<u8> {
        PREFIX
            .iter()
            .copied()
            .chain(self.letters(value))
            .take(len)
            .collect()
    }

    /// An endless run of letters and digits 2 to 7 that depends on the value.
    pub(super) fn letters(&self, value: &[u8]) -> impl Iterator<Item = u8> + use<> {
        self.bytes(value).map(base32)
    }

    /// An endless stream of bytes that depends on the value: HMAC of the value and a counter.
    pub(super) fn bytes(&self, value: &[u8]) -> impl Iterator<Item = u8> + use<> {
        let first = self.first_block(value);
        let base = self.0.clone();
        (0_u32..).flat_map(move |block| {
            if block == 0 {
                return first;
            }
            let mut keyed = base.clone();
            keyed.update(&first);
            keyed.update(&block.to_be_bytes());
            keyed.finalize().into_bytes().into()
        })
    }
}

fn base32(byte: u8) -> u8 {
    BASE32.get(usize::from(byte & 31)).copied().unwrap_or(b'a')
}

const fn is_base32(byte: &u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'2'..=b'7')
}

/// Whether `value` is a pseudonym and nothing else.
pub fn is_pseudonym(value: &[u8]) -> bool {
    value
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.len() >= LENGTH && rest.iter().all(is_base32))
}

/// What of a value tells it from others: all of it, but of a pseudonym only what every pseudonym of the same secret
/// begins with. One that keeps the secret's length goes on, as that of a JWT does where no name says that it is one.
pub fn without_filling(value: &[u8]) -> &[u8] {
    if is_pseudonym(value) {
        value.get(..PREFIX.len() + LENGTH).unwrap_or(value)
    } else {
        value
    }
}

/// Every pseudonym in `bytes`, in order.
pub fn find_pseudonyms(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memmem::find_iter(bytes, PREFIX).filter_map(|start| {
        let found = bytes.get(start..)?;
        let rest = found.get(PREFIX.len()..)?;
        let run = rest.iter().take_while(|byte| is_base32(byte)).count();
        (run >= LENGTH)
            .then(|| found.get(..PREFIX.len() + run))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_pseudonym_is_the_one_that_would_be_made() {
        let pseudonyms = Pseudonyms::new(&RedactionKey::new([7; 32]));
        let mut remembered = Remembered::default();
        for number in (0..2_000_u32).chain(0..2_000).chain([7, 7, 8, 7]) {
            let value = number.to_string();
            let pseudonym = remembered.of(value.as_bytes(), &pseudonyms);
            assert_eq!(pseudonym, pseudonyms.of(value.as_bytes()));
        }
        let long = [9; 300];
        assert_eq!(remembered.of(&long, &pseudonyms), pseudonyms.of(&long));
    }

    #[test]
    fn pseudonyms_of_one_secret_are_known_for_the_same_whatever_their_length() {
        let pseudonyms = Pseudonyms::new(&RedactionKey::new([7; 32]));
        let (one, other) = (&b"eyJhbGciOiJIUzI1NiJ9.e30.one"[..], b"other");
        let long = pseudonyms.sized(one, 200);
        assert_eq!(long.len(), 200);
        assert_eq!(without_filling(&long), pseudonyms.of(one));
        assert_eq!(without_filling(&pseudonyms.of(one)), pseudonyms.of(one));
        assert_ne!(without_filling(&long), pseudonyms.of(other));
        assert_eq!(
            without_filling(b"rp_no pseudonym, however long it is"),
            b"rp_no pseudonym, however long it is"
        );
    }

    #[test]
    fn a_pseudonym_is_the_same_however_many_blocks_were_made_for_it() {
        let pseudonyms = Pseudonyms::new(&RedactionKey::new([7; 32]));
        for value in [&b""[..], b"s1", &[9; 300]] {
            let pseudonym = pseudonyms.of(value);
            assert!(is_pseudonym(&pseudonym));
            assert_eq!(pseudonym, pseudonyms.sized(value, PREFIX.len() + LENGTH));
            assert!(pseudonyms.sized(value, 200).starts_with(&pseudonym));
        }
    }
}
