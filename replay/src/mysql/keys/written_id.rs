//! An id that looks random, in the ways it is written: as bytes, as hexadecimal digits, as a UUID. All are one id.

use std::borrow::Cow;

use super::literal::{bytes_of, hex_of};

/// Longer values are no ids; bytes.
const LONGEST: usize = 64;

/// Fewer digits are a word or a number.
const FEWEST_DIGITS: usize = 16;

/// Where a UUID has its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// How an id is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrittenId {
    /// As its bytes.
    Bytes,
    /// As hexadecimal digits, in upper case or not.
    Hex { upper: bool },
    /// As a UUID, in upper case or not.
    Uuid { upper: bool },
    /// As any text.
    Text,
}

impl WrittenId {
    /// How a value is written, and the one text that stands for it: lower-case digits where it is bytes, digits or a
    /// UUID.
    pub(super) fn read(value: &[u8]) -> (Self, Cow<'_, [u8]>) {
        let is_text = value.iter().all(u8::is_ascii_graphic);
        if !is_text && value.len() <= LONGEST {
            return (Self::Bytes, hex_of(value).into_bytes().into());
        }
        let hyphen = |at: &usize| value.get(*at) == Some(&b'-');
        let is_uuid = value.len() == 36 && HYPHENS.iter().all(hyphen);
        let digits: Cow<'_, [u8]> = if is_uuid {
            value.iter().copied().filter(|byte| *byte != b'-').collect()
        } else {
            value.into()
        };
        let all = |of: fn(&u8) -> bool| digits.iter().all(of);
        let lower = all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let upper = !lower && all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        let whole = digits.len() >= FEWEST_DIGITS && digits.len().is_multiple_of(2);
        if !(lower || upper) || !whole || (is_uuid && digits.len() != 32) {
            return (Self::Text, value.into());
        }
        let digits = digits.to_ascii_lowercase().into();
        match is_uuid {
            true => (Self::Uuid { upper }, digits),
            false => (Self::Hex { upper }, digits),
        }
    }

    /// The id that `known` stands for, written like this.
    pub(super) fn write(self, known: &[u8]) -> Box<[u8]> {
        let cased = |digits: Vec<u8>, upper: bool| match upper {
            true => digits.to_ascii_uppercase(),
            false => digits,
        };
        match self {
            Self::Text => known.into(),
            Self::Bytes => bytes_of(known).map_or_else(|| known.into(), Vec::into_boxed_slice),
            Self::Hex { upper } => cased(known.to_vec(), upper).into(),
            Self::Uuid { upper } => {
                let mut uuid = known.to_vec();
                for at in HYPHENS {
                    uuid.insert(at.min(uuid.len()), b'-');
                }
                cased(uuid, upper).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_digits_and_a_uuid_are_one_id() {
        let known = b"3f2b8c1e9d4a4f6b8e2d7a1c5b9f0e3d";
        let bytes = bytes_of(known).unwrap();
        for (value, written) in [
            (&bytes[..], WrittenId::Bytes),
            (known, WrittenId::Hex { upper: false }),
            (
                b"3F2B8C1E9D4A4F6B8E2D7A1C5B9F0E3D",
                WrittenId::Hex { upper: true },
            ),
            (
                b"3f2b8c1e-9d4a-4f6b-8e2d-7a1c5b9f0e3d",
                WrittenId::Uuid { upper: false },
            ),
            (
                b"3F2B8C1E-9D4A-4F6B-8E2D-7A1C5B9F0E3D",
                WrittenId::Uuid { upper: true },
            ),
        ] {
            let (is, stands) = WrittenId::read(value);
            assert_eq!((is, &*stands), (written, &known[..]));
            assert_eq!(&*is.write(&stands), value);
        }
        for text in [&b"abc"[..], b"cafe", b"3F2b8c1e9d4a4f6b", b"Zk4-xQ9_pL2"] {
            assert_eq!(WrittenId::read(text), (WrittenId::Text, text.into()));
        }
    }

    proptest! {
        #[test]
        fn a_value_is_written_as_it_was_read(value: Vec<u8>) {
            let (written, stands) = WrittenId::read(&value);
            prop_assert_eq!(&*written.write(&stands), &value[..]);
        }
    }
}
