//! Blocks of samples: columns of varints, each as a difference where neighbours are alike, then zstd.
//! The layout is described in `store/FORMAT.md`; a change of it takes a new codec version.

use reprise_measure::{Outcome, Sample, SampleFlags};

/// Samples in one block; a block is a few hundred kilobytes before compression.
pub(crate) const BLOCK_SAMPLES: usize = 8_192;

/// No block has more: a larger number is a damaged file.
const MOST: u64 = 65_536;

/// The columns, in order; each is preceded by its length in bytes (u32, little-endian).
const COLUMNS: usize = 16;

/// Packs samples. Any values survive, sensible ones become small.
pub(crate) fn pack(samples: &[Sample]) -> Vec<u8> {
    let mut columns: [Vec<u8>; COLUMNS] = std::array::from_fn(|_| Vec::new());
    let mut before = Before::default();
    for sample in samples {
        let values = columns_of(sample, &mut before);
        for (column, value) in columns.iter_mut().zip(values) {
            if let Some(value) = value {
                put(column, value);
            }
        }
    }
    let mut bytes = Vec::new();
    put(&mut bytes, samples.len() as u64);
    for column in columns {
        // 65,536 varints of at most ten bytes stay far below the limit of u32.
        bytes.extend_from_slice(
            &u32::try_from(column.len())
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        bytes.extend_from_slice(&column);
    }
    bytes
}

/// Unpacks a block; `None` when it is not one.
pub(crate) fn unpack(mut bytes: &[u8]) -> Option<Vec<Sample>> {
    let count = take(&mut bytes).filter(|count| *count <= MOST)?;
    let mut columns: [&[u8]; COLUMNS] = [&[]; COLUMNS];
    for column in &mut columns {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        (*column, bytes) = rest.split_at_checked(length)?;
    }
    let mut before = Before::default();
    (0..count)
        .map(|_| sample_of(&mut columns, &mut before))
        .collect()
}

/// What differences are taken to.
#[derive(Default)]
struct Before {
    exchange: u64,
    lane: u64,
    copy: u64,
    intended: u64,
}

/// The values of a sample, one for each column; `None` leaves the column as it is.
fn columns_of(sample: &Sample, before: &mut Before) -> [Option<u64>; COLUMNS] {
    let step = |from: &mut u64, to: u64| {
        let difference = zigzag(to.wrapping_sub(*from));
        *from = to;
        Some(difference)
    };
    let after = |from: u64, to: u64| Some(zigzag(to.wrapping_sub(from)));
    [
        step(&mut before.exchange, sample.exchange.into()),
        step(&mut before.lane, sample.lane.into()),
        step(&mut before.copy, sample.copy.into()),
        Some(sample.operation.into()),
        step(&mut before.intended, sample.intended_us),
        after(sample.intended_us, sample.ready_us),
        after(sample.ready_us, sample.sent_us),
        Some(sample.first_byte_us.is_some().into()),
        sample
            .first_byte_us
            .and_then(|first| after(sample.sent_us, first)),
        after(sample.sent_us, sample.done_us),
        Some(sample.outcome as u64),
        Some(sample.status.into()),
        Some(sample.flags.bits().into()),
        Some(sample.sent_bytes.into()),
        Some(sample.received_bytes.into()),
        Some(sample.faults.into()),
    ]
}

fn sample_of(columns: &mut [&[u8]; COLUMNS], before: &mut Before) -> Option<Sample> {
    let [
        exchange,
        lane,
        copy,
        operation,
        intended,
        ready,
        sent,
        has_first_byte,
        first_byte,
        done,
        outcome,
        status,
        flags,
        sent_bytes,
        received_bytes,
        faults,
    ] = columns;
    let step = |column: &mut &[u8], from: &mut u64| {
        *from = from.wrapping_add(unzigzag(take(column)?));
        Some(*from)
    };
    let after = |column: &mut &[u8], from: u64| Some(from.wrapping_add(unzigzag(take(column)?)));
    let small = |column: &mut &[u8]| u32::try_from(take(column)?).ok();
    let exchange = u32::try_from(step(exchange, &mut before.exchange)?).ok()?;
    let lane = u32::try_from(step(lane, &mut before.lane)?).ok()?;
    let copy = u32::try_from(step(copy, &mut before.copy)?).ok()?;
    let intended_us = step(intended, &mut before.intended)?;
    let ready_us = after(ready, intended_us)?;
    let sent_us = after(sent, ready_us)?;
    let first_byte_us = match take(has_first_byte)? {
        0 => None,
        _ => Some(after(first_byte, sent_us)?),
    };
    Some(Sample {
        exchange,
        lane,
        copy,
        operation: small(operation)?,
        intended_us,
        ready_us,
        sent_us,
        first_byte_us,
        done_us: after(done, sent_us)?,
        outcome: *Outcome::ALL.get(usize::try_from(take(outcome)?).ok()?)?,
        status: u16::try_from(take(status)?).ok()?,
        flags: SampleFlags::from_bits_retain(u16::try_from(take(flags)?).ok()?),
        sent_bytes: small(sent_bytes)?,
        received_bytes: small(received_bytes)?,
        faults: small(faults)?,
    })
}

/// Small differences of either sign become small numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ ((difference.cast_signed() >> 63).cast_unsigned())
}

const fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

/// LEB128: seven bits a byte, low ones first, the high bit set on all but the last.
fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests;
