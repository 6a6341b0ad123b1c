//! Recorded answers that differ, with and without a reason.

use reprise_wire::mysql::{
    ColumnDefinition, ColumnType, Command, Query, RowFormat, Status, Value, write_result_set,
};

use super::*;

const TEXT: &str = "SELECT id, seen FROM item WHERE id = ? ORDER BY id";

fn reply(seen: &str) -> Vec<u8> {
    let columns = [
        ColumnDefinition::new(b"id", ColumnType::LONG),
        ColumnDefinition::new(b"seen", ColumnType::VAR_STRING),
    ];
    let rows = [vec![Value::Int(7), Value::Bytes(seen.as_bytes().to_vec())]];
    let (mut out, mut sequence) = (Vec::new(), 1);
    write_result_set(
        &mut out,
        &mut sequence,
        &Dialect::UNKNOWN,
        RowFormat::Text,
        &columns,
        &rows,
        Status::AUTOCOMMIT,
    );
    out
}

/// What was said by whom, from when to when, and what was answered.
type Said<'a> = (&'a str, u32, u64, u64, &'a str);

/// The book after these exchanges; those that are no SELECT write.
fn learned(said: &[Said<'_>]) -> NoiseBook {
    let (mut noise, mut book) = (MysqlNoise::default(), NoiseBook::default());
    for (text, lane, from_us, to_us, seen) in said {
        let command = Command::Query(Query::plain(text.as_bytes())).encode();
        let reply = reply(seen);
        let writes = !text.starts_with("SELECT");
        let spoken = Spoken {
            operation: 1,
            text,
            lane: *lane,
            command: &command,
            reply: Some(&reply),
            dialect: &Dialect::UNKNOWN,
            from_us: *from_us,
            to_us: *to_us,
            writes,
            in_transaction: false,
        };
        noise.learn(spoken, &mut book);
    }
    noise.finish(&mut book);
    book
}

#[test]
fn the_same_statement_answered_otherwise_without_a_write_is_noise_in_that_column() {
    let mut expected = NoiseBook::default();
    expected.note(1, "column:seen");
    assert_eq!(
        learned(&[(TEXT, 1, 10, 11, "a"), (TEXT, 1, 20, 21, "b")]),
        expected
    );
    // another connection may stand otherwise
    let nothing = NoiseBook::default();
    assert_eq!(
        learned(&[(TEXT, 1, 10, 11, "a"), (TEXT, 2, 20, 21, "b")]),
        nothing
    );
}

#[test]
fn a_write_between_or_on_its_way_explains_a_difference() {
    let nothing = NoiseBook::default();
    let write = |from_us, to_us| ("UPDATE item SET seen = ?", 2, from_us, to_us, "");
    let (first, second) = ((TEXT, 1, 10, 11, "a"), (TEXT, 1, 20, 21, "b"));
    assert_eq!(learned(&[first, write(12, 13), second]), nothing);
    assert_eq!(learned(&[write(5, 10), first, second]), nothing);
    // seen to end after the second answer, and begun before it
    assert_eq!(learned(&[first, second, write(15, 25)]), nothing);
    let later = learned(&[first, second, write(22, 25)]);
    assert_eq!(later.places(), 1);
}

#[test]
fn an_execution_without_columns_has_those_it_was_prepared_with_whoever_asked_first() {
    let caching = Dialect {
        metadata: Some(MetadataMarker::AfterCount),
        ..Dialect::UNKNOWN
    };
    let defined = |marked: u8| -> Vec<u8> {
        // the count says whether definitions follow it
        let mut reply = reply("a");
        reply[0] += 1;
        reply.insert(5, marked);
        reply
    };
    let prepared = [
        &[12, 0, 0, 1, 0, 7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0][..],
        &reply("a")[5..],
    ];
    let execute = [
        &[CommandCode::StmtExecute as u8][..],
        &[7, 0, 0, 0, 0, 1, 0, 0, 0],
    ]
    .concat();
    let prepare = [b"\x16", TEXT.as_bytes()].concat();
    let prepare_text = format!("PREPARE {TEXT}");
    let query = Command::Query(Query::plain(TEXT.as_bytes())).encode();
    let (mut noise, mut book) = (MysqlNoise::default(), NoiseBook::default());
    let mut said = |operation, text: &str, command: &[u8], reply: &[u8]| {
        let spoken = Spoken {
            operation,
            text,
            lane: 1,
            command,
            reply: Some(reply),
            dialect: &caching,
            from_us: 1,
            to_us: 2,
            writes: false,
            in_transaction: true,
        };
        noise.learn(spoken, &mut book);
    };
    said(1, TEXT, &query, &defined(1));
    said(2, &prepare_text, &prepare, &prepared.concat());
    said(1, TEXT, &execute, &defined(1));
    said(1, TEXT, &execute, &defined(0));
    let columns = noise.finish(&mut book).remove(&1).unwrap();
    assert_eq!(columns.len(), 2, "{columns:?}");
}
