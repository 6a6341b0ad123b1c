//! What makes a value a card, an IBAN, an e-mail address, a UUID, digits.

use super::{CARD_MARK, IBAN_MARK};

/// 13 to 19 digits, perhaps with blanks or dashes, with their check digit.
pub(in crate::redact) fn is_card(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    (13..=19).contains(&digits)
        && matches!(value.first(), Some(b'3'..=b'6'))
        && value.last().is_some_and(u8::is_ascii_digit)
        && value
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'))
        && luhn(value)
}

/// Whether a card number is one of ours.
pub(in crate::redact) fn is_marked_card(number: &[u8]) -> bool {
    number
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .skip(1)
        .take(CARD_MARK.len())
        .eq(CARD_MARK)
}

/// ISO/IEC 7812-1 annex B.
pub(in crate::redact) fn luhn(number: &[u8]) -> bool {
    let digits = number.iter().rev().filter(|byte| byte.is_ascii_digit());
    let sum: u32 = digits
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = digit * 2;
            match (place % 2, doubled) {
                (0, _) => digit,
                (_, 10..) => doubled - 9,
                _ => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 13616: two letters, two digits, 11 to 30 letters and digits, with their check digits.
pub(in crate::redact) fn is_iban(value: &[u8]) -> bool {
    let mut plain = value.iter().filter(|byte| **byte != b' ');
    let head = [plain.next(), plain.next(), plain.next(), plain.next()];
    let [
        Some(b'A'..=b'Z'),
        Some(b'A'..=b'Z'),
        Some(b'0'..=b'9'),
        Some(b'0'..=b'9'),
    ] = head
    else {
        return false;
    };
    (11..=30).contains(&plain.count()) && remainder_97(value) == Some(1)
}

/// Whether an IBAN is one of ours.
pub(in crate::redact) fn is_marked_iban(value: &[u8]) -> bool {
    let account = value.iter().filter(|byte| **byte != b' ').skip(4);
    account
        .take(IBAN_MARK)
        .all(|byte| matches!(byte, b'0' | b'X'))
}

/// The first four characters moved behind the rest, letters as 10 to 35, modulo 97; `None` when there is
/// anything but capitals, digits and blanks.
pub(super) fn remainder_97(text: &[u8]) -> Option<u32> {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b' ').collect();
    let (head, rest) = plain.split_at_checked(4)?;
    rest.iter()
        .chain(head)
        .try_fold(0_u32, |value, byte| match byte {
            b'0'..=b'9' => Some((value * 10 + u32::from(byte - b'0')) % 97),
            b'A'..=b'Z' => Some((value * 100 + u32::from(byte - b'A') + 10) % 97),
            _ => None,
        })
}

/// One `@`, with what mail servers take before and after it.
pub(in crate::redact) fn is_email(value: &[u8]) -> bool {
    let Some((local, domain)) =
        memchr::memchr(b'@', value).and_then(|at| Some((value.get(..at)?, value.get(at + 1..)?)))
    else {
        return false;
    };
    let labels: Vec<&[u8]> = domain.split(|byte| *byte == b'.').collect();
    (1..=64).contains(&local.len())
        && local.iter().all(|byte| is_local(*byte))
        && labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty() && label.len() <= 63 && label.iter().all(|byte| is_domain(*byte))
        })
}

/// What stands before the `@`.
pub(in crate::redact) const fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
}

/// What stands in a label after the `@`.
pub(in crate::redact) const fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Digits, perhaps with what telephone numbers and amounts have between them.
pub(super) fn is_number_like(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let only_digits = digits == value.len();
    digits > 0
        && (only_digits || digits >= 6)
        && value
            .iter()
            .all(|byte| byte.is_ascii_digit() || b" +-()./".contains(byte))
}

/// Hexadecimal digits, letters among them, all of one case.
pub(super) fn is_hex(value: &[u8]) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.iter().any(wanted);
    value.len() >= 8
        && value.iter().all(u8::is_ascii_hexdigit)
        && has(u8::is_ascii_digit)
        && !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}
