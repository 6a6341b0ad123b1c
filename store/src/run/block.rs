//! Blocks of samples: columns of varints, each as a difference where neighbours are alike, then zstd.
//! The layout is described in `store/FORMAT.md`; a change of it takes a new codec version.

use reprise_measure::{Outcome, Sample, SampleFlags};

use crate::columns::{join, put, split, take, unzigzag, zigzag};

/// Samples in one block; a block is a few hundred kilobytes before compression.
pub(crate) const BLOCK_SAMPLES: usize = 8_192;

/// The columns, in order.
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
    join(samples.len(), &columns)
}

/// Unpacks a block; `None` when it is not one.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<Sample>> {
    let (count, mut columns) = split::<COLUMNS>(bytes)?;
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

#[cfg(test)]
mod tests;
