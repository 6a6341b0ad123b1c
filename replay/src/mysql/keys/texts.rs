//! Keys that are texts or bytes (a session's id, a UUID): each copy makes rows under texts of its own, of the same
//! shape, and says those wherever the recorded ones stood, however they are written there. They look random, so that
//! nothing else is called like them.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::written_id::WrittenId;
use crate::http::places::guess::{Strength, strength};

/// So many texts are remembered at least, and twice as many at most; the oldest go first.
const MOST: usize = 100_000;

/// How far apart the texts of two copies are: as good as anywhere.
const APART: u64 = 0x9E37_79B9_7F4A_7C15;

/// What the copies inserted, by copy and recorded text.
#[derive(Debug, Default)]
pub(super) struct Texts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    new: FxHashMap<(u32, Text), Text>,
    old: FxHashMap<(u32, Text), Text>,
}

type Text = Box<[u8]>;

impl Texts {
    /// What a copy says in place of a recorded text that it has inserted.
    pub(super) fn own(&self, copy: u32, recorded: &[u8]) -> Option<Text> {
        let (written, id) = WrittenId::read(recorded);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (copy, Text::from(id));
        let own = kept.new.get(&key).or_else(|| kept.old.get(&key));
        own.map(|own| written.write(own))
    }

    /// Notes that a copy inserts a row under a text, and answers its own; `None` when it is left as it is: where it
    /// does not look random, and bytes where the column does not hold bytes.
    pub(super) fn insert(&self, copy: u32, recorded: &[u8], holds_bytes: bool) -> Option<Text> {
        let (written, id) = WrittenId::read(recorded);
        let fits = written != WrittenId::Bytes || holds_bytes;
        if !fits || strength(&id, "") != Some(Strength::Strong) {
            return None;
        }
        let own: Text = own_text(&id, copy).into();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.new.len() >= MOST {
            kept.old = std::mem::take(&mut kept.new);
        }
        let anew = written.write(&own);
        kept.new.insert((copy, id.into()), own);
        Some(anew)
    }
}

/// A text of the same shape: digits stay digits, hexadecimal stays so, letters keep their case.
fn own_text(recorded: &[u8], copy: u32) -> Vec<u8> {
    let letters = || recorded.iter().filter(|byte| byte.is_ascii_alphabetic());
    let lower_hex = letters().all(|byte| matches!(byte, b'a'..=b'f'));
    let upper_hex = letters().all(|byte| matches!(byte, b'A'..=b'F'));
    let mut carry = u64::from(copy).wrapping_mul(APART);
    let mut own = recorded.to_vec();
    for byte in own.iter_mut().rev() {
        let alphabet: &[u8] = match byte {
            b'0'..=b'9' | b'a'..=b'f' if lower_hex => b"0123456789abcdef",
            b'0'..=b'9' | b'A'..=b'F' if upper_hex => b"0123456789ABCDEF",
            b'0'..=b'9' => b"0123456789",
            b'a'..=b'z' => b"abcdefghijklmnopqrstuvwxyz",
            b'A'..=b'Z' => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            _ => continue,
        };
        let signs = alphabet.len() as u64;
        let place = alphabet.iter().position(|sign| sign == byte).unwrap_or(0) as u64;
        let moved = place + carry % signs;
        carry = carry / signs + moved / signs;
        let sign = alphabet.get((moved % signs) as usize);
        *byte = sign.copied().unwrap_or(*byte);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_has_texts_of_its_own_and_of_the_same_shape() {
        let uuid = b"3f2b8c1e-9d4a-4f6b-8e2d-7a1c5b9f0e3d";
        let mut seen = std::collections::BTreeSet::new();
        for copy in 0..1_000 {
            let own = own_text(uuid, copy);
            assert_eq!(own.len(), uuid.len());
            for (one, other) in own.iter().zip(uuid) {
                let same = if *other == b'-' {
                    *one == b'-'
                } else {
                    matches!(one, b'0'..=b'9' | b'a'..=b'f')
                };
                assert!(same, "{}", own.escape_ascii());
            }
            seen.insert(own);
        }
        assert_eq!(seen.len(), 1_000);
        let own = own_text(b"Zk4-xQ9_pL2", 3);
        let shape = |text: &[u8]| -> Vec<u8> {
            let class = |byte: &u8| match byte {
                b'0'..=b'9' => b'0',
                b'a'..=b'z' => b'a',
                b'A'..=b'Z' => b'A',
                other => *other,
            };
            text.iter().map(class).collect()
        };
        assert_eq!(shape(&own), shape(b"Zk4-xQ9_pL2"));
    }

    #[test]
    fn only_what_looks_random_is_changed_and_only_in_the_copy_that_inserted_it() {
        let texts = Texts::default();
        let token = b"9f86d081884c7d659a2feaa0c55ad015";
        let own = texts.insert(2, token, false).unwrap();
        assert_ne!(&*own, token);
        assert_eq!(texts.own(2, token), Some(own));
        assert_eq!(texts.own(1, token), None);
        assert_eq!(texts.insert(2, b"books", false), None);
        assert_eq!(texts.insert(2, b"2026-11-21", false), None);
    }

    #[test]
    fn an_id_that_was_inserted_as_bytes_is_the_same_written_otherwise() {
        let texts = Texts::default();
        let bytes = *b"\x3f\x2b\x8c\x1e\x9d\x4a\x4f\x6b\x8e\x2d\x7a\x1c\x5b\x9f\x0e\x3d";
        assert_eq!(texts.insert(1, &bytes, false), None);
        let own = texts.insert(1, &bytes, true).unwrap();
        assert!(own.len() == 16 && *own != bytes);
        let digits =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
        assert_eq!(
            texts.own(1, digits(&bytes).as_bytes()).as_deref(),
            Some(digits(&own).as_bytes())
        );
        let uuid = texts
            .own(1, b"3f2b8c1e-9d4a-4f6b-8e2d-7a1c5b9f0e3d")
            .unwrap();
        let hyphens = |text: &[u8]| text.iter().filter(|byte| **byte == b'-').count();
        assert!(uuid.len() == 36 && hyphens(&uuid) == 4);
    }
}
