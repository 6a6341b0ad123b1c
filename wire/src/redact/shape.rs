//! Pseudonyms that keep the shape of what they replace, so that a target still takes them: a card passes
//! its check, an e-mail address is one. Those with room for it carry a mark that real values never have
//! (a range no bank issues, a reserved domain), so that a replaced value is known without the key.

mod check;

use super::pseudonym::{Pseudonyms, is_pseudonym};
use check::{is_hex, is_number_like, is_uuid, remainder_97};

pub(super) use check::{
    is_card, is_domain, is_email, is_iban, is_local, is_marked_card, is_marked_iban, luhn,
};

/// After the first digit of a card: no bank issues these ranges.
const CARD_MARK: &[u8] = b"00000";
/// RFC 2606 section 2 keeps `.test` free.
const EMAIL_MARK: &[u8] = b"@rp.test";
/// The first group of a UUID, and the beginning of a hexadecimal text of this length at least.
const HEX_MARK: &[u8] = b"00000000";
const LEAST_MARKED_HEX: usize = 16;
/// How many characters after an IBAN's check digits are zeros, or `X` for letters: no bank's code.
const IBAN_MARK: usize = 4;

/// Whether a value is a pseudonym, of any shape that has a mark.
pub(super) fn is_replaced(value: &[u8]) -> bool {
    is_pseudonym(value)
        || value.ends_with(EMAIL_MARK)
        || ((is_uuid(value) || (is_hex(value) && value.len() >= LEAST_MARKED_HEX))
            && value.starts_with(HEX_MARK))
        || (is_card(value) && is_marked_card(value))
        || (is_iban(value) && is_marked_iban(value))
}

/// Whether a value has a shape whose pseudonyms carry no mark.
pub(super) fn is_unmarked_shape(value: &[u8]) -> bool {
    is_number_like(value) || is_hex(value)
}

impl Pseudonyms {
    /// The pseudonym of the value's own shape.
    pub(super) fn shaped(&self, value: &[u8]) -> Vec<u8> {
        if is_uuid(value) {
            self.uuid(value)
        } else if is_card(value) {
            self.card(value)
        } else if is_iban(value) {
            self.iban(value)
        } else if is_email(value) {
            self.email(value)
        } else if is_number_like(value) {
            self.digits(value)
        } else if is_hex(value) {
            self.hex(value)
        } else {
            self.of(value)
        }
    }

    /// A card number with its separators, its first digit and a check digit that holds.
    pub(super) fn card(&self, value: &[u8]) -> Vec<u8> {
        let number: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        let random = self.bytes(&number).map(|byte| b'0' + byte % 10);
        let first = number.first().copied().unwrap_or(b'4');
        let mut digits: Vec<u8> = std::iter::once(first)
            .chain(CARD_MARK.iter().copied())
            .chain(random)
            .take(number.len())
            .collect();
        for check in b'0'..=b'9' {
            if let Some(last) = digits.last_mut() {
                *last = check;
            }
            if luhn(&digits) {
                break;
            }
        }
        put_digits(value, digits)
    }

    /// An IBAN of the same country with its blanks, and check digits that hold.
    pub(super) fn iban(&self, value: &[u8]) -> Vec<u8> {
        let plain: Vec<u8> = value.iter().copied().filter(|byte| *byte != b' ').collect();
        let random = self.bytes(&plain);
        let (head, account) = plain.split_at_checked(4).unwrap_or((&plain, &[]));
        let country = head.get(..2).unwrap_or(head);
        let account: Vec<u8> = account
            .iter()
            .zip(random)
            .enumerate()
            .map(
                |(place, (byte, random))| match (byte.is_ascii_digit(), place < IBAN_MARK) {
                    (true, true) => b'0',
                    (false, true) => b'X',
                    (true, false) => b'0' + random % 10,
                    (false, false) => b'A' + random % 26,
                },
            )
            .collect();
        let mut new = [country, b"00", &account].concat();
        let check = 98 - remainder_97(&new).unwrap_or(0);
        for (place, digit) in new.iter_mut().skip(2).zip(format!("{check:02}").bytes()) {
            *place = digit;
        }
        let mut characters = new.into_iter();
        value
            .iter()
            .map(|byte| match byte {
                b' ' => b' ',
                other => characters.next().unwrap_or(*other),
            })
            .collect()
    }

    /// An e-mail address of the same length, or of the least that has room for the mark.
    pub(super) fn email(&self, value: &[u8]) -> Vec<u8> {
        let local = value.len().saturating_sub(EMAIL_MARK.len()).max(3);
        self.letters(value)
            .take(local)
            .chain(EMAIL_MARK.iter().copied())
            .collect()
    }

    /// Other digits in the places of the digits; the first is no zero, and the whole is no card.
    pub(super) fn digits(&self, value: &[u8]) -> Vec<u8> {
        let number: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        let mut random = self.bytes(&number);
        let first = random.next().unwrap_or(0);
        let first = if number.len() >= 13 {
            b'7' + first % 3
        } else {
            b'1' + first % 9
        };
        let later = random.map(|byte| b'0' + byte % 10);
        put_digits(value, std::iter::once(first).chain(later))
    }

    fn hex(&self, value: &[u8]) -> Vec<u8> {
        let random = self.bytes(value).map(hex_digit);
        let mark: &[u8] = if value.len() >= LEAST_MARKED_HEX {
            HEX_MARK
        } else {
            b""
        };
        let capitals = value.iter().any(u8::is_ascii_uppercase);
        let digits = mark.iter().copied().chain(random).take(value.len());
        digits
            .map(|digit| {
                if capitals {
                    digit.to_ascii_uppercase()
                } else {
                    digit
                }
            })
            .collect()
    }

    fn uuid(&self, value: &[u8]) -> Vec<u8> {
        let lower = value.to_ascii_lowercase();
        let capitals = value.iter().any(u8::is_ascii_uppercase);
        let mut digits = HEX_MARK
            .iter()
            .copied()
            .chain(self.bytes(&lower).map(hex_digit));
        lower
            .iter()
            .enumerate()
            .map(|(place, byte)| {
                let new = match (place, byte) {
                    (_, b'-') => return b'-',
                    // The version and the variant stay.
                    (14 | 19, kept) => *kept,
                    (_, other) => digits.next().unwrap_or(*other),
                };
                if capitals {
                    new.to_ascii_uppercase()
                } else {
                    new
                }
            })
            .collect()
    }
}

fn hex_digit(byte: u8) -> u8 {
    match byte & 15 {
        digit @ 0..=9 => b'0' + digit,
        letter => b'a' + letter - 10,
    }
}

/// `value` with these digits in the places of its own.
fn put_digits(value: &[u8], digits: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut digits = digits.into_iter();
    value
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' => digits.next().unwrap_or(*byte),
            other => *other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::RedactionKey;

    fn shaped(value: &str) -> String {
        let pseudonyms = Pseudonyms::new(&RedactionKey::new([3; 32]));
        String::from_utf8(pseudonyms.shaped(value.as_bytes())).unwrap()
    }

    #[test]
    fn check_digits_are_checked() {
        assert!(luhn(b"4111 1111 1111 1111") && !luhn(b"4111111111111112"));
        assert!(
            is_iban(b"DE89 3704 0044 0532 0130 00") && !is_iban(b"DE88 3704 0044 0532 0130 00")
        );
    }

    #[test]
    fn a_shape_is_kept_with_its_length_and_known_again() {
        for value in [
            "4111 1111-1111 1111",
            "378282246310005",
            "DE89 3704 0044 0532 0130 00",
            "GB82WEST12345698765432",
            "ada.lovelace@example.com",
            "123e4567-e89b-12d3-a456-426614174000",
            "5F4DCC3B5AA765D61D8327DEB882CF99",
        ] {
            let new = shaped(value);
            assert_ne!(new, value);
            assert_eq!(new.len(), value.len(), "{new}");
            assert!(
                is_replaced(new.as_bytes()) && !is_replaced(value.as_bytes()),
                "{new}"
            );
            for check in [is_card, is_iban, is_email, is_uuid, is_hex] {
                assert_eq!(check(new.as_bytes()), check(value.as_bytes()), "{new}");
            }
        }
    }

    #[test]
    fn digits_stay_digits_where_they_stood() {
        let new = shaped("+33 (6) 12-34-56");
        let layout = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "9");
        assert_eq!(layout(&new), "+99 (9) 99-99-99");
        assert_ne!(new, "+33 (6) 12-34-56");
        assert_eq!(shaped("7").len(), 1);
        assert!(shaped("4111111111111112").starts_with(['7', '8', '9']));
    }

    #[test]
    fn the_same_number_has_the_same_pseudonym_however_it_is_parted() {
        let plain: String = shaped("4111 1111 1111 1111").replace(' ', "");
        assert_eq!(shaped("4111111111111111"), plain);
    }

    #[test]
    fn what_has_no_shape_becomes_a_plain_pseudonym() {
        for value in ["hunter22", "ann", "a@b", "deadbeef@"] {
            assert!(is_pseudonym(shaped(value).as_bytes()), "{value}");
        }
    }
}
