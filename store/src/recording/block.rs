//! Blocks of exchanges: rows that follow each other, as columns of varints and texts, then zstd. The layout
//! is described in `store/FORMAT.md`; a change of it takes a new codec version.

use std::ops::RangeInclusive;

use reprise_wire::Flags;

use super::glance::Glance;
use super::row::{ExchangeRow, Stored, protocol_number, protocol_numbered};
use crate::columns::{join, put, split, take, unzigzag, zigzag};
use crate::segment::Place;
use crate::{ConnectionId, ExchangeId, OperationId};

/// Rows in one block: few enough that one row is found in a tenth of a millisecond.
pub(crate) const BLOCK_ROWS: usize = 512;

/// The columns of numbers, in order.
const NUMBERS: usize = 20;
/// The column of connections.
const CONNECTION: usize = 1;
/// Those and the column of summaries.
const COLUMNS: usize = NUMBERS + 1;

/// Packs rows whose ids follow each other. Any values survive, sensible ones become small.
pub(crate) fn pack(rows: &[ExchangeRow]) -> Vec<u8> {
    let mut columns: [Vec<u8>; COLUMNS] =
        std::array::from_fn(|_| Vec::with_capacity(2 * rows.len()));
    let mut before = Before::default();
    for row in rows {
        let values = numbers_of(row, &mut before);
        for (column, value) in columns.iter_mut().zip(values) {
            if let Some(value) = value {
                put(column, value);
            }
        }
        if let Some(summaries) = columns.last_mut() {
            summaries.extend_from_slice(row.summary.as_bytes());
        }
    }
    join(rows.len(), &columns)
}

/// The rows of a block that are `wanted`, of which `first` is the id of its first; `None` when it is no block.
pub(crate) fn unpack(
    bytes: &[u8],
    first: ExchangeId,
    wanted: &RangeInclusive<u32>,
) -> Option<Vec<ExchangeRow>> {
    let (count, mut columns) = Columns::of(bytes)?;
    let mut rows = Vec::new();
    for number in 0..count {
        let id = first.0.checked_add(number)?;
        if id > *wanted.end() {
            break;
        }
        let row = columns.next_row(ExchangeId(id), wanted.contains(&id))?;
        rows.extend(row);
    }
    Some(rows)
}

/// Shows every row of a block, of which `first` is the id of its first, and answers how many there are; `None` when
/// it is no block, though some may have been shown.
pub(crate) fn glance_over(
    bytes: &[u8],
    first: ExchangeId,
    mut see: impl FnMut(&Glance<'_>),
) -> Option<u32> {
    let (count, mut columns) = Columns::of(bytes)?;
    for number in 0..count {
        let (glance, _) = columns.next(ExchangeId(first.0.checked_add(number)?))?;
        see(&glance);
    }
    Some(count)
}

/// The connection of each row of a block; `None` when it is no block.
pub(crate) fn connections(bytes: &[u8]) -> Option<Vec<ConnectionId>> {
    let (count, columns) = split::<COLUMNS>(bytes)?;
    let mut column = *columns.get(CONNECTION)?;
    let mut before = 0;
    (0..count)
        .map(|_| {
            let number = follow(&mut before, &mut column)?;
            u32::try_from(number).ok().map(ConnectionId)
        })
        .collect()
}

/// What differences are taken to.
#[derive(Default)]
struct Before {
    connection: u64,
    at: u64,
    request: End,
    response: End,
}

/// Where the bytes of the payload before end.
#[derive(Default)]
struct End {
    segment: u64,
    offset: u64,
}

/// Which of the values that may be missing are there.
mod has {
    pub(super) const RESPONSE_FIRST: u64 = 1;
    pub(super) const RESPONSE_LAST: u64 = 1 << 1;
    pub(super) const STATUS: u64 = 1 << 2;
    pub(super) const STATEMENT: u64 = 1 << 3;
    pub(super) const REQUEST_BYTES: u64 = 1 << 4;
    pub(super) const REQUEST: u64 = 1 << 5;
    pub(super) const RESPONSE_BYTES: u64 = 1 << 6;
    pub(super) const RESPONSE: u64 = 1 << 7;
}

/// The values of a row, one for each column of numbers; `None` leaves the column as it is.
fn numbers_of(row: &ExchangeRow, before: &mut Before) -> [Option<u64>; NUMBERS] {
    let bit = |is_there: bool, bit: u64| if is_there { bit } else { 0 };
    let there = bit(row.response_first_us.is_some(), has::RESPONSE_FIRST)
        | bit(row.response_last_us.is_some(), has::RESPONSE_LAST)
        | bit(row.status.is_some(), has::STATUS)
        | bit(row.statement_id.is_some(), has::STATEMENT)
        | bit(row.request_bytes.is_some(), has::REQUEST_BYTES)
        | bit(row.request.is_some(), has::REQUEST)
        | bit(row.response_bytes.is_some(), has::RESPONSE_BYTES)
        | bit(row.response.is_some(), has::RESPONSE);
    let request_last = row.request_last_us.cast_unsigned();
    let response_first = row.response_first_us.map(i64::cast_unsigned);
    let response_last = row.response_last_us.map(i64::cast_unsigned);
    let [request_kept, request_segment, request_offset] =
        place_of(row.request, row.request_bytes, &mut before.request);
    let [response_kept, response_segment, response_offset] =
        place_of(row.response, row.response_bytes, &mut before.response);
    [
        Some(there),
        Some(step(&mut before.connection, row.connection.0.into())),
        Some(protocol_number(row.protocol).into()),
        Some(row.operation.0.into()),
        Some(step(&mut before.at, row.at_us.cast_unsigned())),
        Some(zigzag(request_last)),
        response_first.map(|first| zigzag(first.wrapping_sub(request_last))),
        response_last.map(|last| zigzag(last.wrapping_sub(response_first.unwrap_or(0)))),
        row.status.map(u64::from),
        Some(row.flags.bits().into()),
        row.statement_id.map(u64::from),
        row.request_bytes,
        request_kept,
        request_segment,
        request_offset,
        row.response_bytes,
        response_kept,
        response_segment,
        response_offset,
        Some(row.summary.len() as u64),
    ]
}

/// The difference to the value before, whose place it takes.
const fn step(before: &mut u64, to: u64) -> u64 {
    let difference = zigzag(to.wrapping_sub(*before));
    *before = to;
    difference
}

/// How many bytes were kept, beside those on the wire; the segment, beside the one before; the offset,
/// beside where the bytes before end.
fn place_of(stored: Option<Stored>, on_wire: Option<u64>, end: &mut End) -> [Option<u64>; 3] {
    let Some(stored) = stored else {
        return [None; 3];
    };
    let (kept, offset) = (u64::from(stored.kept), u64::from(stored.place.offset));
    let values = [
        zigzag(kept.wrapping_sub(on_wire.unwrap_or(0))),
        step(&mut end.segment, stored.place.segment.into()),
        zigzag(offset.wrapping_sub(end.offset)),
    ];
    end.offset = offset + kept;
    values.map(Some)
}

/// What is left of a block that is being read.
struct Columns<'a> {
    numbers: [&'a [u8]; NUMBERS],
    summaries: &'a str,
    before: Before,
}

impl<'a> Columns<'a> {
    /// How many rows a block has, and all of them; `None` when it is no block.
    fn of(bytes: &'a [u8]) -> Option<(u32, Self)> {
        let (count, columns) = split::<COLUMNS>(bytes)?;
        let columns = Self {
            numbers: *columns.first_chunk()?,
            summaries: std::str::from_utf8(columns.last()?).ok()?,
            before: Before::default(),
        };
        Some((u32::try_from(count).ok()?, columns))
    }

    /// The next row but for where its payloads lie, and which of its values are there.
    fn next(&mut self, id: ExchangeId) -> Option<(Glance<'a>, u64)> {
        let [
            there,
            connection,
            protocol,
            operation,
            at,
            request_last,
            response_first,
            response_last,
            status,
            flags,
            _,
            request_bytes,
            _,
            _,
            _,
            response_bytes,
            _,
            _,
            _,
            summary,
        ] = &mut self.numbers;
        let there = take(there)?;
        let request_last = unzigzag(take(request_last)?);
        let response_first = optional(there, has::RESPONSE_FIRST, response_first)?
            .map(|first| unzigzag(first).wrapping_add(request_last));
        let response_last = optional(there, has::RESPONSE_LAST, response_last)?
            .map(|last| unzigzag(last).wrapping_add(response_first.unwrap_or(0)));
        let status = optional(there, has::STATUS, status)?.map(u16::try_from);
        let connection = follow(&mut self.before.connection, connection)?;
        let length = usize::try_from(take(summary)?).ok()?;
        let (summary, rest) = self.summaries.split_at_checked(length)?;
        self.summaries = rest;
        let glance = Glance {
            id,
            connection: ConnectionId(u32::try_from(connection).ok()?),
            protocol: protocol_numbered(i64::try_from(take(protocol)?).ok()?).ok()?,
            operation: OperationId(u32::try_from(take(operation)?).ok()?),
            at_us: follow(&mut self.before.at, at)?.cast_signed(),
            request_last_us: request_last.cast_signed(),
            response_first_us: response_first.map(u64::cast_signed),
            response_last_us: response_last.map(u64::cast_signed),
            status: status.transpose().ok()?,
            flags: Flags::from_bits_retain(u32::try_from(take(flags)?).ok()?),
            request_bytes: optional(there, has::REQUEST_BYTES, request_bytes)?,
            response_bytes: optional(there, has::RESPONSE_BYTES, response_bytes)?,
            summary,
        };
        Some((glance, there))
    }

    /// The next row; `Some(None)` when it is not `wanted`, for which its text is not copied.
    fn next_row(&mut self, id: ExchangeId, wanted: bool) -> Option<Option<ExchangeRow>> {
        let (glance, there) = self.next(id)?;
        let [
            statement,
            _,
            request_kept,
            request_segment,
            request_offset,
            _,
            response_kept,
            response_segment,
            response_offset,
            _,
        ] = self.numbers.last_chunk_mut()?;
        let statement = optional(there, has::STATEMENT, statement)?.map(u32::try_from);
        let statement_id = statement.transpose().ok()?;
        let request = [request_kept, request_segment, request_offset];
        let request = match there & has::REQUEST {
            0 => None,
            _ => Some(stored(
                request,
                glance.request_bytes,
                &mut self.before.request,
            )?),
        };
        let response = [response_kept, response_segment, response_offset];
        let response = match there & has::RESPONSE {
            0 => None,
            _ => Some(stored(
                response,
                glance.response_bytes,
                &mut self.before.response,
            )?),
        };
        Some(wanted.then(|| ExchangeRow {
            id,
            connection: glance.connection,
            protocol: glance.protocol,
            operation: glance.operation,
            at_us: glance.at_us,
            request_last_us: glance.request_last_us,
            response_first_us: glance.response_first_us,
            response_last_us: glance.response_last_us,
            status: glance.status,
            flags: glance.flags,
            statement_id,
            request_bytes: glance.request_bytes,
            response_bytes: glance.response_bytes,
            summary: glance.summary.to_owned(),
            request,
            response,
        }))
    }
}

/// The value after the one before, by their difference.
fn follow(before: &mut u64, column: &mut &[u8]) -> Option<u64> {
    *before = before.wrapping_add(unzigzag(take(column)?));
    Some(*before)
}

/// A value that may be missing from the row; `None`: the column is at its end.
fn optional(there: u64, bit: u64, column: &mut &[u8]) -> Option<Option<u64>> {
    if there & bit == 0 {
        return Some(None);
    }
    take(column).map(Some)
}

fn stored(columns: [&mut &[u8]; 3], on_wire: Option<u64>, end: &mut End) -> Option<Stored> {
    let [kept, segment, offset] = columns;
    let kept = unzigzag(take(kept)?).wrapping_add(on_wire.unwrap_or(0));
    let segment = follow(&mut end.segment, segment)?;
    let offset = unzigzag(take(offset)?).wrapping_add(end.offset);
    end.offset = offset.wrapping_add(kept);
    Some(Stored {
        place: Place {
            segment: u32::try_from(segment).ok()?,
            offset: u32::try_from(offset).ok()?,
        },
        kept: u32::try_from(kept).ok()?,
    })
}

#[cfg(test)]
mod tests;
