//! How what a request carries is written where memory does not have to hold it. Read back by the same
//! process only: no version, and what does not read is a damaged file.

use crate::http::places::beside::Slot;
use crate::http::values::{Beside, Carry, Fill, Part};
use crate::http::writing::{Alphabet, Writing};
use crate::prepare::steps::take;

/// Appends a carry.
pub(super) fn write_carry(carry: &Carry, to: &mut Vec<u8>) {
    let (part, header) = match carry.part {
        Part::Target => (0, 0),
        Part::Header(header) => (1, header),
        Part::Body => (2, 0),
    };
    let (fill, number) = of_fill(carry.fill);
    let (writing, from, end) = match &carry.writing {
        Writing::Plain => (0, 0, 0),
        Writing::Percent => (1, 0, 0),
        Writing::Form => (2, 0, 0),
        Writing::JsonText => (3, 0, 0),
        Writing::JsonNumber => (4, 0, 0),
        Writing::Base64(alphabet, inner) => {
            let alphabet = match alphabet {
                Alphabet::Standard => 5,
                Alphabet::StandardNoPad => 6,
                Alphabet::UrlSafe => 7,
                Alphabet::UrlSafeNoPad => 8,
            };
            (alphabet, inner.start, inner.end)
        }
    };
    to.extend([part, fill, writing, 0]);
    to.extend(header.to_le_bytes());
    to.extend(number.to_le_bytes());
    for number in [from, end, carry.recorded.len()] {
        to.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }
    to.extend(carry.before_end.to_le_bytes());
    to.extend_from_slice(&carry.recorded);
}

/// Takes a carry off the front.
pub(super) fn read_carry(rest: &mut &[u8]) -> Option<Carry> {
    let [part, fill, writing, _] = take(rest)?;
    let header = u16::from_le_bytes(take(rest)?);
    let [number, from, end, length, before_end] = numbers(rest)?;
    let (recorded, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    let base64 = |alphabet| Writing::Base64(alphabet, from as usize..end as usize);
    Some(Carry {
        part: match part {
            0 => Part::Target,
            1 => Part::Header(header),
            _ => Part::Body,
        },
        before_end,
        writing: match writing {
            0 => Writing::Plain,
            1 => Writing::Percent,
            2 => Writing::Form,
            3 => Writing::JsonText,
            4 => Writing::JsonNumber,
            5 => base64(Alphabet::Standard),
            6 => base64(Alphabet::StandardNoPad),
            7 => base64(Alphabet::UrlSafe),
            _ => base64(Alphabet::UrlSafeNoPad),
        },
        recorded: recorded.into(),
        fill: fill_of(fill, number),
    })
}

/// Appends a word.
pub(super) fn write_word(word: &[u8], to: &mut Vec<u8>) {
    let length = u32::try_from(word.len()).unwrap_or(u32::MAX);
    to.extend(length.to_le_bytes());
    to.extend_from_slice(word);
}

/// Takes a word off the front.
pub(super) fn read_word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let [length] = numbers(rest)?;
    let (word, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(word)
}

/// Appends what stands beside a value.
pub(super) fn write_beside(beside: &Beside, to: &mut Vec<u8>) {
    to.extend(beside.recorded.to_le_bytes());
    let Some((slot, fill)) = &beside.filled else {
        to.push(0);
        return;
    };
    let (kind, segment, name) = match slot {
        Slot::Segment(number) => (1, *number, ""),
        Slot::Field(name) => (2, 0, &**name),
        Slot::About(stem) => (3, 0, &**stem),
    };
    let (fill, number) = of_fill(*fill);
    to.extend([kind, fill]);
    for number in [number, segment] {
        to.extend(number.to_le_bytes());
    }
    write_word(name.as_bytes(), to);
}

/// Takes what stands beside a value off the front.
pub(super) fn read_beside(rest: &mut &[u8]) -> Option<Beside> {
    let recorded = u64::from_le_bytes(take(rest)?);
    let [kind] = take(rest)?;
    let filled = if kind == 0 {
        None
    } else {
        let [fill] = take(rest)?;
        let [number, segment] = numbers(rest)?;
        let name = std::str::from_utf8(read_word(rest)?).ok()?;
        let slot = match kind {
            1 => Slot::Segment(segment),
            2 => Slot::Field(name.into()),
            _ => Slot::About(name.into()),
        };
        Some((slot, fill_of(fill, number)))
    };
    Some(Beside { recorded, filled })
}

fn of_fill(fill: Fill) -> (u8, u32) {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    match fill {
        Fill::Value(value) => (0, number(value)),
        Fill::Secret(secret) => (1, number(secret)),
        Fill::User => (2, 0),
        Fill::Password => (3, 0),
        Fill::OfAnother(number) => (4, number),
    }
}

const fn fill_of(fill: u8, number: u32) -> Fill {
    match fill {
        0 => Fill::Value(number as usize),
        1 => Fill::Secret(number as usize),
        2 => Fill::User,
        3 => Fill::Password,
        _ => Fill::OfAnother(number),
    }
}

/// Takes numbers off the front.
pub(super) fn numbers<const N: usize>(rest: &mut &[u8]) -> Option<[u32; N]> {
    let mut all = [0; N];
    for number in &mut all {
        *number = u32::from_le_bytes(take(rest)?);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fill() -> impl Strategy<Value = Fill> {
        prop_oneof![
            (0..9_usize).prop_map(Fill::Value),
            (0..9_usize).prop_map(Fill::Secret),
            Just(Fill::User),
            Just(Fill::Password),
            any::<u32>().prop_map(Fill::OfAnother)
        ]
    }

    fn beside() -> impl Strategy<Value = Beside> {
        let slot = prop_oneof![
            any::<u32>().prop_map(Slot::Segment),
            ".{0,9}".prop_map(|name| Slot::Field(name.into())),
            ".{0,9}".prop_map(|stem| Slot::About(stem.into()))
        ];
        let filled = proptest::option::of((slot, fill()));
        (any::<u64>(), filled).prop_map(|(recorded, filled)| Beside { recorded, filled })
    }

    fn carry() -> impl Strategy<Value = Carry> {
        let part = prop_oneof![
            Just(Part::Target),
            any::<u16>().prop_map(Part::Header),
            Just(Part::Body)
        ];
        let alphabet = prop_oneof![
            Just(Alphabet::Standard),
            Just(Alphabet::StandardNoPad),
            Just(Alphabet::UrlSafe),
            Just(Alphabet::UrlSafeNoPad)
        ];
        let writing = prop_oneof![
            Just(Writing::Plain),
            Just(Writing::Percent),
            Just(Writing::Form),
            Just(Writing::JsonText),
            Just(Writing::JsonNumber),
            (alphabet, 0..70_000_usize).prop_map(|(one, at)| Writing::Base64(one, at..at + 7)),
        ];
        let recorded = proptest::collection::vec(any::<u8>(), 0..40);
        (part, any::<u32>(), writing, recorded, fill()).prop_map(
            |(part, before_end, writing, recorded, fill)| Carry {
                part,
                before_end,
                writing,
                recorded: recorded.into(),
                fill,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(all in proptest::collection::vec(carry(), 0..5)) {
            let mut bytes = Vec::new();
            for carry in &all {
                write_carry(carry, &mut bytes);
            }
            let mut rest = bytes.as_slice();
            for carry in all {
                prop_assert_eq!(read_carry(&mut rest), Some(carry));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn what_stands_beside_is_read_back(all in proptest::collection::vec(beside(), 0..5)) {
            let mut bytes = Vec::new();
            for one in &all {
                write_beside(one, &mut bytes);
            }
            let mut rest = bytes.as_slice();
            for one in all {
                prop_assert_eq!(read_beside(&mut rest), Some(one));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn damaged_bytes_are_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut rest = bytes.as_slice();
            while read_carry(&mut rest).is_some() {}
            let mut rest = bytes.as_slice();
            while read_beside(&mut rest).is_some() {}
        }
    }
}
