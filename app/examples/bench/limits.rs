//! What nobody can beat who does the work once, on one thread: reading, slicing and parsing headers; and
//! compressing the same bytes and inserting the same rows.

mod rows;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::Failure;

const PCAP_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const BUFFER_BYTES: usize = 1 << 20;
/// How many rows a transaction has.
const TRANSACTION_ROWS: usize = 20_000;

/// Limit a: every packet of a pcap file read and sliced, its flow looked up, its payload's header parsed.
/// Prints how many seconds it took.
pub(crate) fn slice(path: &Path) -> Result<(), Failure> {
    let began = Instant::now();
    let mut file = File::open(path)?;
    let mut flows: FxHashMap<(u64, u32), u64> = FxHashMap::default();
    let mut parsed = 0_u64;
    let mut buffer = vec![0; BUFFER_BYTES];
    file.read_exact(&mut buffer[..PCAP_HEADER])?;
    let (mut kept, mut more) = (0, true);
    while more {
        let read = file.read(&mut buffer[kept..])?;
        more = read > 0;
        let mut rest = &buffer[..kept + read];
        while let Some((header, data)) = rest.split_first_chunk::<RECORD_HEADER>() {
            let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
            let Some((packet, after)) = data.split_at_checked(length as usize) else {
                break;
            };
            parsed += u64::from(look(packet, &mut flows));
            rest = after;
        }
        let from = kept + read - rest.len();
        kept = rest.len();
        buffer.copy_within(from..from + kept, 0);
    }
    if parsed == 0 {
        return Err("slice: no header was parsed".into());
    }
    println!("{}", began.elapsed().as_secs_f64());
    Ok(())
}

fn look(packet: &[u8], flows: &mut FxHashMap<(u64, u32), u64>) -> bool {
    let Ok(sliced) = LaxSlicedPacket::from_ethernet(packet) else {
        return false;
    };
    let (Some(LaxNetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) =
        (&sliced.net, &sliced.transport)
    else {
        return false;
    };
    let ends = u64::from(u32::from_be_bytes(ip.header().source())) << 32
        | u64::from(u32::from_be_bytes(ip.header().destination()));
    let ports = u32::from(tcp.source_port()) << 16 | u32::from(tcp.destination_port());
    *flows.entry((ends, ports)).or_default() += 1;
    header(tcp.payload())
}

/// An HTTP head, or the packets of MySQL by their lengths.
fn header(payload: &[u8]) -> bool {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    match payload {
        [] => false,
        [b'G' | b'P', ..] => httparse::Request::new(&mut fields).parse(payload).is_ok(),
        [b'H', b'T', ..] => httparse::Response::new(&mut fields).parse(payload).is_ok(),
        _ => {
            let mut rest = payload;
            while let [a, b, c, _, after @ ..] = rest {
                let length = u32::from_le_bytes([*a, *b, *c, 0]) as usize;
                rest = after.get(length..).unwrap_or_default();
            }
            rest.is_empty()
        }
    }
}

/// Limit b: what an import stored, compressed and inserted once more into a bare file, a row for each
/// exchange, without anything around it. Prints how many seconds it took; reading it all before is not counted.
pub(crate) fn store(file: &Path, into: &Path) -> Result<(), Failure> {
    let from = Connection::open(file)?;
    let segments: Vec<(&str, Vec<Segment>)> = ["request_segment", "response_segment"]
        .into_iter()
        .map(|table| Ok::<_, Failure>((table, segments(&from, table)?)))
        .collect::<Result<_, _>>()?;
    let rows = rows::of(file)?;
    let bare = Connection::open(into)?;
    bare.pragma_update(None, "journal_mode", "WAL")?;
    bare.pragma_update(None, "synchronous", "NORMAL")?;
    let mut schema = from.prepare(
        "SELECT sql FROM sqlite_schema \
         WHERE name IN ('request_segment', 'response_segment')",
    )?;
    for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
        bare.execute(&sql?, [])?;
    }
    bare.execute(rows::TABLE, [])?;
    let began = Instant::now();
    let mut zstd = zstd::bulk::Compressor::new(1)?;
    for (table, segments) in &segments {
        let transaction = bare.unchecked_transaction()?;
        let sql = format!("INSERT INTO {table} (id, length, data) VALUES (?1, ?2, ?3)");
        let mut insert = bare.prepare(&sql)?;
        for segment in segments {
            let packed = zstd.compress(&segment.bytes)?;
            insert.execute((segment.id, segment.bytes.len() as i64, packed))?;
        }
        transaction.commit()?;
    }
    for rows in rows.chunks(TRANSACTION_ROWS) {
        let transaction = bare.unchecked_transaction()?;
        let mut insert = bare.prepare(rows::INSERT)?;
        for row in rows {
            rows::insert(&mut insert, row)?;
        }
        transaction.commit()?;
    }
    println!("{}", began.elapsed().as_secs_f64());
    Ok(())
}

struct Segment {
    id: i64,
    bytes: Vec<u8>,
}

/// The segments of a file, unpacked: after a byte for the codec comes a zstd frame.
fn segments(from: &Connection, table: &str) -> Result<Vec<Segment>, Failure> {
    let mut select = from.prepare(&format!("SELECT id, length, data FROM {table} ORDER BY id"))?;
    let mut found = select.query([])?;
    let mut segments = Vec::new();
    while let Some(row) = found.next()? {
        let (id, length, blob): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let bytes = zstd::bulk::decompress(blob.get(1..).unwrap_or_default(), length as usize)?;
        segments.push(Segment { id, bytes });
    }
    Ok(segments)
}
