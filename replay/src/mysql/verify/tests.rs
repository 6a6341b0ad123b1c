//! Replies held against each other.

use reprise_wire::mysql::{
    ColumnDefinition, ColumnType, Dialect, OkPacket, RowFormat, Status, Value, write_packet,
    write_result_set,
};

use super::*;
use crate::http::verify::noise::NoiseBook;
use crate::plan::ShiftKeys;

/// A result with an integer and a text; `wide` makes the integer a BIGINT.
fn rows(format: RowFormat, wide: bool, rows: &[(i64, &str)]) -> Answer {
    let integer = if wide {
        ColumnType::LONGLONG
    } else {
        ColumnType::LONG
    };
    let columns = [
        ColumnDefinition::new(b"id", integer),
        ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
    ];
    let values: Vec<Vec<Value>> = rows
        .iter()
        .map(|(id, name)| vec![Value::Int(*id), Value::Bytes(name.as_bytes().to_vec())])
        .collect();
    let (mut out, mut sequence) = (Vec::new(), 1);
    let dialect = Dialect::UNKNOWN;
    let status = Status::AUTOCOMMIT;
    write_result_set(
        &mut out,
        &mut sequence,
        &dialect,
        format,
        &columns,
        &values,
        status,
    );
    Answer::received(command(format), &out, &dialect)
}

const fn command(format: RowFormat) -> &'static [u8] {
    match format {
        RowFormat::Text => b"\x03SELECT id, name FROM item",
        RowFormat::Binary => b"\x17\x01\0\0\0\0\x01\0\0\0",
    }
}

fn ok(affected_rows: u64) -> Answer {
    let packet = OkPacket {
        affected_rows,
        status: Status::AUTOCOMMIT,
        ..OkPacket::default()
    };
    let (mut out, mut sequence) = (Vec::new(), 1);
    write_packet(&mut out, &mut sequence, &packet.encode());
    Answer::received(b"\x03UPDATE item SET a = 1", &out, &Dialect::UNKNOWN)
}

fn known<'a>(generated: &'a Generated, book: &'a NoiseBook) -> Known<'a> {
    Known {
        generated,
        keys: None,
        made_ids: None,
        noise: book.of(1),
        columns: &[],
    }
}

/// The places that differ when these vary by themselves.
fn places(one: &Answer, other: &Answer, noise: &[&str]) -> Vec<String> {
    let mut book = NoiseBook::default();
    for place in noise {
        book.note(1, place);
    }
    let found = compare(one, other, known(&Generated::default(), &book));
    found.map_or_else(Vec::new, |found| found.places)
}

#[test]
fn a_column_whose_secrets_were_replaced_is_not_compared_and_the_others_are() {
    let secret = "rp_cczsthbyilp2ty5escsgw4n6";
    let before = rows(RowFormat::Text, false, &[(1, secret), (2, secret)]);
    let now = rows(RowFormat::Text, false, &[(1, "6e0b"), (2, "77aa")]);
    assert!(places(&before, &now, &[]).is_empty());
    let other = rows(RowFormat::Text, false, &[(1, "6e0b"), (3, "77aa")]);
    assert_eq!(places(&before, &other, &[]), ["column:id"]);
}

#[test]
fn a_changed_value_is_found_by_its_column_in_both_protocols() {
    for format in [RowFormat::Text, RowFormat::Binary] {
        let before = rows(format, false, &[(1, "a"), (2, "b")]);
        let now = rows(format, false, &[(1, "a"), (2, "c")]);
        let nothing = (Generated::default(), NoiseBook::default());
        let found = compare(&before, &now, known(&nothing.0, &nothing.1)).unwrap();
        assert_eq!(found.place, "column:name");
        assert_eq!(
            (found.recorded.as_str(), found.answered.as_str()),
            ("b", "c")
        );
        assert!(places(&before, &now, &["column:name"]).is_empty());
        assert!(places(&before, &before, &[]).is_empty());
    }
}

#[test]
fn another_order_is_told_from_changed_rows() {
    let format = RowFormat::Text;
    let before = rows(format, false, &[(1, "a"), (2, "b"), (3, "c")]);
    let moved = rows(format, false, &[(3, "c"), (1, "a"), (2, "b")]);
    assert_eq!(places(&before, &moved, &[]), ["order"]);
    assert!(places(&before, &moved, &["order"]).is_empty());
    // of rows in another order only the changed one counts
    let changed = rows(format, false, &[(3, "c"), (1, "x"), (2, "b")]);
    assert_eq!(places(&before, &changed, &["order"]), ["column:name"]);
}

#[test]
fn counts_types_and_kinds_of_results_are_compared() {
    let format = RowFormat::Binary;
    let one = rows(format, false, &[(1, "a")]);
    assert_eq!(places(&one, &rows(format, false, &[]), &[]), ["rows"]);
    assert!(places(&one, &rows(format, false, &[]), &["rows"]).is_empty());
    assert_eq!(
        places(&one, &rows(format, true, &[(1, "a")]), &[]),
        ["type:id"]
    );
    assert_eq!(places(&ok(1), &ok(2), &[]), ["affected"]);
    assert_eq!(places(&one, &ok(1), &[]), ["results"]);
}

#[test]
fn a_key_is_the_recorded_one_where_another_lane_of_the_copy_was_given_it_and_only_in_its_column() {
    let mut shifted = ShiftKeys::default();
    shifted.add("item.id=100").unwrap();
    let shift = |copy| Shift {
        keys: &shifted,
        copy,
    };
    let keys = Keys::default();
    keys.generated(shift(2), 0, (10, 70), 1);
    let [before, now] = [10, 70].map(|id| {
        let mut answer = rows(RowFormat::Text, false, &[(id, "a")]);
        for column in &mut answer.results[0].columns {
            column.org_table = b"item".to_vec();
            column.org_name.clone_from(&column.name);
        }
        answer
    });
    let (generated, book) = (Generated::default(), NoiseBook::default());
    let compared = |before: &Answer, now: &Answer, copy| {
        let known = Known {
            keys: Some((&keys, shift(copy))),
            ..known(&generated, &book)
        };
        compare(before, now, known).map(|found| found.place)
    };
    assert_eq!(compared(&before, &now, 2), None);
    let elsewhere = Some("column:id".to_owned());
    assert_eq!(compared(&before, &now, 1), elsewhere, "another copy");
    let [mut before, mut now] = [before, now];
    for answer in [&mut before, &mut now] {
        answer.results[0].columns[0].org_name = b"quantity".to_vec();
    }
    assert_eq!(compared(&before, &now, 2), elsewhere, "another column");
}

#[test]
fn ids_that_the_target_generated_are_the_recorded_ones() {
    let before = rows(RowFormat::Text, false, &[(10, "a")]);
    let now = rows(RowFormat::Text, false, &[(70, "a")]);
    let mut generated = Generated::default();
    assert_eq!(places(&before, &now, &[]), ["column:id"]);
    generated.note(10, 70, 1);
    assert!(compare(&before, &now, known(&generated, &NoiseBook::default())).is_none());
}

#[test]
fn rows_under_ids_of_their_own_are_found_in_another_order() {
    let format = RowFormat::Text;
    let before = rows(format, false, &[(10, "a"), (10, "b"), (3, "c")]);
    let moved = [(3, "c"), (70, "b"), (70, "a")];
    let mut generated = Generated::default();
    generated.note(10, 70, 1);
    let places = |now: &[(i64, &str)], noise: &[&str]| {
        let mut book = NoiseBook::default();
        noise.iter().for_each(|place| book.note(1, place));
        let found = compare(&before, &rows(format, false, now), known(&generated, &book));
        found.map_or_else(Vec::new, |found| found.places)
    };
    assert_eq!(places(&moved, &[]), ["order"]);
    assert!(places(&moved, &["order"]).is_empty());
    let changed = [(3, "c"), (70, "b"), (70, "x")];
    assert_eq!(places(&changed, &["order"]), ["column:name"]);
    // each stands for one
    let twice = [(3, "c"), (70, "b"), (70, "b")];
    assert_eq!(places(&twice, &["order"]), ["column:name"]);
}

#[test]
fn a_reply_reads_as_a_table() {
    let shown = text(
        &rows(RowFormat::Binary, false, &[(1, "a"), (2, "b")]),
        &[],
        1_000,
        None,
    );
    assert_eq!(shown, "id\tname\n1\ta\n2\tb\n");
    assert_eq!(text(&ok(3), &[], 1_000, None), "OK, 3 affected\n");
}

#[test]
fn an_execution_without_definitions_is_read_by_those_of_its_prepare() {
    let with = [(1, "a"), (2, "b")].map(|row| rows(RowFormat::Binary, false, &[row]));
    let columns = with[0].results[0].columns.clone();
    let [one, other] = with.map(|mut answer| {
        answer.results[0].columns.clear();
        answer
    });
    assert_eq!(places(&one, &other, &[]), ["rows"]);
    let (generated, book) = (Generated::default(), NoiseBook::default());
    let known = Known {
        columns: &columns,
        ..known(&generated, &book)
    };
    let found = compare(&one, &other, known).unwrap();
    assert_eq!(found.places, ["column:id", "column:name"]);
    assert_eq!(text(&one, &columns, 1_000, None), "id\tname\n1\ta\n");
}
