//! Texts in UTF-16, as XML and JSON of some systems are.

/// Which byte of two comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// The order of the bytes of content that is seen to be UTF-16: by its mark, or by a zero beside each of its first letters.
pub(super) fn order_of(content: &[u8]) -> Option<Order> {
    match content {
        [0xFF, 0xFE, ..] => Some(Order::Little),
        [0xFE, 0xFF, ..] => Some(Order::Big),
        [first, 0, second, 0, ..] if first.is_ascii_graphic() && *second != 0 => {
            Some(Order::Little)
        }
        [0, first, 0, second, ..] if first.is_ascii_graphic() && *second != 0 => Some(Order::Big),
        _ => None,
    }
}

/// The text in UTF-8, with its mark if it has one.
pub(super) fn decode(content: &[u8], order: Order) -> String {
    let (pairs, _) = content.as_chunks::<2>();
    let units = pairs.iter().map(|pair| match order {
        Order::Little => u16::from_le_bytes(*pair),
        Order::Big => u16::from_be_bytes(*pair),
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// A text in UTF-8 as UTF-16.
pub(super) fn encode(text: &[u8], order: Order) -> Vec<u8> {
    String::from_utf8_lossy(text)
        .encode_utf16()
        .flat_map(|unit| match order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        })
        .collect()
}
