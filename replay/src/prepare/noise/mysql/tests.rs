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
