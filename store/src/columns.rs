//! Columns of varints, which blocks of samples and of exchanges are made of: first how many rows there are,
//! then each column after its length. Described in `store/FORMAT.md`.
//! What is done to each column is kept out of line: twenty times in one function took the optimiser minutes.

/// No block has more rows: a larger number is a damaged file.
const MOST_ROWS: u64 = 65_536;

/// A block of so many rows.
pub(crate) fn join(rows: usize, columns: &[Vec<u8>]) -> Vec<u8> {
    let bytes: usize = columns.iter().map(Vec::len).sum();
    let mut block = Vec::with_capacity(bytes + 4 * columns.len() + 10);
    put(&mut block, rows as u64);
    for column in columns {
        // 65,536 varints of at most ten bytes, and texts of 256, stay far below the limit of u32.
        let length = u32::try_from(column.len()).unwrap_or(u32::MAX);
        block.extend_from_slice(&length.to_le_bytes());
        block.extend_from_slice(column);
    }
    block
}

/// How many rows a block has, and its columns; `None` when it is no block of as many columns.
pub(crate) fn split<const COLUMNS: usize>(mut block: &[u8]) -> Option<(u64, [&[u8]; COLUMNS])> {
    let rows = take(&mut block).filter(|rows| *rows <= MOST_ROWS)?;
    let mut columns: [&[u8]; COLUMNS] = [&[]; COLUMNS];
    for column in &mut columns {
        *column = next_column(&mut block)?;
    }
    Some((rows, columns))
}

#[inline(never)]
fn next_column<'a>(block: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = block.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (column, rest) = rest.split_at_checked(length)?;
    *block = rest;
    Some(column)
}

/// Small differences of either sign become small numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
pub(crate) const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ ((difference.cast_signed() >> 63).cast_unsigned())
}

/// What [`zigzag`] was made of.
pub(crate) const fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

/// LEB128: seven bits a byte, low ones first, the high bit set on all but the last.
#[inline(never)]
pub(crate) fn put(column: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        column.push(value as u8 | 0x80);
        value >>= 7;
    }
    column.push(value as u8);
}

/// The next varint of a column; `None` at its end.
#[inline(never)]
pub(crate) fn take(column: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = column.split_first()?;
        *column = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_varint_comes_back(value in any::<u64>()) {
            let mut bytes = Vec::new();
            put(&mut bytes, value);
            prop_assert_eq!(take(&mut bytes.as_slice()), Some(value));
            prop_assert_eq!(unzigzag(zigzag(value)), value);
        }
    }
}
