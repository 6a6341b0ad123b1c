//! From format 2, which had a row for each exchange, to format 3, which packs them in blocks.

use reprise_wire::Flags;
use rusqlite::{Row, Transaction};

use crate::recording::{BLOCK_ROWS, Stored, insert_block, protocol_numbered};
use crate::segment::{Packer, Place};
use crate::{ConnectionId, Error, ExchangeId, ExchangeRow, OperationId, RecordingId};

/// Packs all rows of the table `exchange`, and drops it.
pub(super) fn pack(transaction: &Transaction<'_>) -> Result<(), Error> {
    let mut packer = Packer::new()?;
    let mut block: Vec<ExchangeRow> = Vec::with_capacity(BLOCK_ROWS);
    let mut of = RecordingId(0);
    let mut select = transaction.prepare("SELECT * FROM exchange ORDER BY recording, id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let recording = RecordingId(row.get("recording")?);
        let row = read(row)?;
        let follows = block
            .last()
            .is_none_or(|before| before.id.0.checked_add(1) == Some(row.id.0));
        if recording != of || !follows || block.len() == BLOCK_ROWS {
            insert_block(transaction, &mut packer, of, &block)?;
            block.clear();
        }
        of = recording;
        block.push(row);
    }
    insert_block(transaction, &mut packer, of, &block)?;
    drop(rows);
    drop(select);
    transaction.execute_batch("DROP TABLE exchange")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ExchangeRow> {
    let bytes = |column| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
    };
    Ok(ExchangeRow {
        id: ExchangeId(row.get("id")?),
        connection: ConnectionId(row.get("connection")?),
        protocol: protocol_numbered(row.get("protocol")?)?,
        operation: OperationId(row.get("operation")?),
        at_us: row.get("at_us")?,
        request_last_us: row.get("request_last_us")?,
        response_first_us: row.get("response_first_us")?,
        response_last_us: row.get("response_last_us")?,
        status: row.get("status")?,
        flags: Flags::from_bits_retain(row.get("flags")?),
        statement_id: row.get("statement")?,
        request_bytes: bytes("request_bytes")?,
        response_bytes: bytes("response_bytes")?,
        summary: row.get("summary")?,
        request: stored(row, ["request_kept", "request_segment", "request_offset"])?,
        response: stored(
            row,
            ["response_kept", "response_segment", "response_offset"],
        )?,
    })
}

fn stored(row: &Row<'_>, [kept, segment, offset]: [&str; 3]) -> rusqlite::Result<Option<Stored>> {
    let Some(kept) = row.get(kept)? else {
        return Ok(None);
    };
    let place = Place {
        segment: row.get(segment)?,
        offset: row.get(offset)?,
    };
    Ok(Some(Stored { place, kept }))
}
