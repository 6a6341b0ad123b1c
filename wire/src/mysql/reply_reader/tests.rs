//! Replies of every kind, in every agreement, whole and in pieces.

use super::*;
use crate::mysql::summarise_reply;
use crate::mysql::{
    ColumnDefinition, ColumnType, Compression, EofPacket, ErrPacket, MetadataMarker, OkPacket,
    PrepareOk, Progress, RowFormat, Status, Value, encode_text_row, write_definitions,
    write_packet, write_result_end, write_result_set,
};
use proptest::prelude::*;

fn dialect(deprecate_eof: bool, metadata: MetadataMarker) -> Dialect {
    Dialect {
        deprecate_eof: Some(deprecate_eof),
        query_attributes: Some(false),
        metadata: Some(metadata),
        session_track: Some(false),
        extended_metadata: Some(false),
        compression: Some(Compression::Plain),
    }
}

fn dialects() -> Vec<Dialect> {
    let markers = [
        MetadataMarker::Absent,
        MetadataMarker::BeforeCount,
        MetadataMarker::AfterCount,
    ];
    let mut all = Vec::new();
    for marker in markers {
        all.extend([dialect(true, marker), dialect(false, marker)]);
    }
    all
}

fn columns() -> [ColumnDefinition; 2] {
    [
        ColumnDefinition::new(b"id", ColumnType::LONGLONG),
        ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
    ]
}

fn rows() -> Vec<Vec<Value>> {
    vec![
        vec![Value::Null, Value::Bytes(Vec::new())],
        vec![Value::Int(7), Value::Bytes(b"seven".to_vec())],
        vec![Value::Int(-1), Value::Null],
    ]
}

fn result_set(dialect: &Dialect, format: RowFormat, status: Status) -> Vec<u8> {
    let mut wire = Vec::new();
    write_result_set(
        &mut wire,
        &mut 1,
        dialect,
        format,
        &columns(),
        &rows(),
        status,
    );
    wire
}

#[track_caller]
fn read(command: &[u8], wire: &[u8], dialect: &Dialect) -> ReplySummary {
    let mut reader = ReplyReader::new(command, dialect);
    let mut input = wire;
    assert_eq!(reader.push(&mut input).unwrap(), ReplyState::Done);
    assert!(input.is_empty(), "{} bytes left", input.len());
    // Byte by byte it is the same.
    let mut slow = ReplyReader::new(command, dialect);
    for (index, byte) in wire.iter().enumerate() {
        assert!(!slow.is_done(), "done at {index}");
        slow.push(&mut &[*byte][..]).unwrap();
    }
    assert_eq!(slow.summary(), reader.summary());
    reader.summary().clone()
}

#[test]
fn result_sets_are_read_in_every_agreement_and_without_knowing_it() {
    for dialect in dialects() {
        for (format, command) in [(RowFormat::Text, 3), (RowFormat::Binary, 0x17)] {
            let wire = result_set(&dialect, format, Status::AUTOCOMMIT);
            for known in [dialect, Dialect::UNKNOWN] {
                let summary = read(&[command], &wire, &known);
                assert_eq!((summary.rows, summary.columns, summary.results), (3, 2, 1));
                assert_eq!(summary.status, Status::AUTOCOMMIT);
            }
        }
    }
}

#[test]
fn the_rows_digest_does_not_depend_on_their_order_but_on_their_values() {
    let dialect = dialect(true, MetadataMarker::Absent);
    let digest_of = |rows: &[Vec<Value>]| {
        let mut wire = Vec::new();
        let status = Status::empty();
        write_result_set(
            &mut wire,
            &mut 1,
            &dialect,
            RowFormat::Text,
            &columns(),
            rows,
            status,
        );
        read(&[3], &wire, &dialect).rows_digest
    };
    let mut turned = rows();
    turned.reverse();
    assert_eq!(digest_of(&rows()), digest_of(&turned));
    turned.pop();
    assert_ne!(digest_of(&rows()), digest_of(&turned));
}

#[test]
fn several_results_are_one_reply() {
    let dialect = dialect(false, MetadataMarker::Absent);
    let mut wire = result_set(&dialect, RowFormat::Text, Status::MORE_RESULTS);
    let mut sequence = 8;
    let ok = OkPacket {
        affected_rows: 2,
        status: Status::MORE_RESULTS,
        ..OkPacket::default()
    };
    write_packet(&mut wire, &mut sequence, &ok.encode());
    let last = OkPacket {
        affected_rows: 3,
        last_insert_id: 9,
        ..OkPacket::default()
    };
    write_packet(&mut wire, &mut sequence, &last.encode());
    let summary = read(&[3], &wire, &dialect);
    assert_eq!(
        (
            summary.results,
            summary.affected_rows,
            summary.last_insert_id
        ),
        (3, 5, 9)
    );
}

#[test]
fn an_error_may_end_a_result_set_in_its_middle() {
    for dialect in dialects() {
        let mut wire = Vec::new();
        let mut sequence = 1;
        let head = Status::empty();
        crate::mysql::write_result_head(&mut wire, &mut sequence, &dialect, &columns(), head);
        write_packet(
            &mut wire,
            &mut sequence,
            &encode_text_row(&[Some(b"1"), None]),
        );
        let error = ErrPacket {
            code: 1317,
            sql_state: Some(*b"70100"),
            message: b"interrupted".to_vec(),
        };
        write_packet(&mut wire, &mut sequence, &error.encode());
        let summary = read(&[3], &wire, &dialect);
        assert_eq!((summary.rows, summary.error), (1, Some(error)));
    }
}

#[test]
fn progress_reports_are_not_the_reply() {
    let mut wire = Vec::new();
    let mut sequence = 1;
    let report = Progress {
        stage: 1,
        stages: 2,
        progress: 500,
        text: b"copy".to_vec(),
    };
    assert_eq!(Progress::decode(&report.encode()).unwrap(), report);
    write_packet(&mut wire, &mut sequence, &report.encode());
    write_packet(&mut wire, &mut sequence, &OkPacket::default().encode());
    let summary = read(b"\x03alter table t", &wire, &Dialect::UNKNOWN);
    assert_eq!((summary.error, summary.results), (None, 1));
}

#[test]
fn prepare_is_answered_by_an_id_and_definitions() {
    for dialect in dialects() {
        for (parameters, result_columns) in [(0, 0), (2, 0), (0, 2), (2, 2)] {
            let answer = PrepareOk {
                statement_id: 5,
                columns: result_columns,
                parameters,
                warnings: 0,
                metadata_follows: true,
            };
            let mut wire = Vec::new();
            let mut sequence = 1;
            write_packet(&mut wire, &mut sequence, &answer.encode(&dialect));
            for count in [parameters, result_columns] {
                if count > 0 {
                    let status = Status::empty();
                    write_definitions(&mut wire, &mut sequence, &dialect, &columns(), status);
                }
            }
            assert_eq!(read(&[0x16], &wire, &dialect).statement_id(), Some(5));
        }
    }
}

#[test]
fn an_execution_with_a_cursor_has_columns_only_and_fetch_has_rows_only() {
    for dialect in dialects() {
        let mut wire = Vec::new();
        let mut sequence = 1;
        let cursor = Status::CURSOR_EXISTS;
        crate::mysql::write_result_head(&mut wire, &mut sequence, &dialect, &columns(), cursor);
        if dialect.deprecate_eof == Some(true) {
            write_result_end(&mut wire, &mut sequence, &dialect, cursor);
        }
        let summary = read(&[0x17], &wire, &dialect);
        assert_eq!(
            (summary.rows, summary.columns, summary.status),
            (0, 2, cursor)
        );

        let mut wire = Vec::new();
        let mut sequence = 1;
        write_packet(&mut wire, &mut sequence, &[0, 0, 1]);
        write_result_end(&mut wire, &mut sequence, &dialect, Status::LAST_ROW_SENT);
        let summary = read(&[0x1C], &wire, &dialect);
        assert_eq!((summary.rows, summary.status), (1, Status::LAST_ROW_SENT));
    }
}

#[test]
fn a_file_is_asked_for_and_the_reply_goes_on_after_it() {
    let prepared = [&[0x17][..], &[0; 9]].concat();
    for command in [&b"\x03load data local"[..], &prepared] {
        let mut reader = ReplyReader::new(command, &Dialect::UNKNOWN);
        let mut wire = Vec::new();
        write_packet(&mut wire, &mut 1, b"\xfb/tmp/items.csv");
        assert_eq!(reader.push(&mut &wire[..]).unwrap(), ReplyState::SendFile);
        assert_eq!(reader.next_sequence(), 2);
        let ok = OkPacket {
            affected_rows: 4,
            ..OkPacket::default()
        };
        let mut wire = Vec::new();
        write_packet(&mut wire, &mut 3, &ok.encode());
        assert_eq!(reader.push(&mut &wire[..]).unwrap(), ReplyState::Done);
        assert_eq!(reader.summary().affected_rows, 4);
    }
}

#[test]
fn commands_without_an_answer_are_done_at_once() {
    for command in [1, 0x18, 0x19] {
        assert!(ReplyReader::new(&[command], &Dialect::UNKNOWN).is_done());
    }
}

#[test]
fn statistics_is_text_whatever_it_begins_with_and_field_list_ends_with_an_end() {
    let mut wire = Vec::new();
    write_packet(&mut wire, &mut 1, b"Uptime: 7");
    read(&[9], &wire, &Dialect::UNKNOWN);
    let mut wire = Vec::new();
    let mut sequence = 1;
    for column in columns() {
        write_packet(&mut wire, &mut sequence, &column.encode());
    }
    let end = EofPacket {
        warnings: 0,
        status: Status::AUTOCOMMIT,
    };
    write_packet(&mut wire, &mut sequence, &end.encode());
    assert_eq!(read(&[4], &wire, &Dialect::UNKNOWN).columns, 2);
}

proptest! {
    #[test]
    fn any_bytes_are_a_reply_or_are_refused(
        command in any::<u8>(),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        lengths in prop::collection::vec(0_u8..12, 0..30),
    ) {
        summarise_reply(&[command], &bytes, &Dialect::UNKNOWN);
        // Well-framed garbage goes deeper.
        let mut wire = Vec::new();
        let mut rest = &bytes[..];
        for length in lengths {
            let (payload, after) = rest.split_at(rest.len().min(usize::from(length)));
            write_packet(&mut wire, &mut 1, payload);
            rest = after;
        }
        summarise_reply(&[command], &wire, &Dialect::UNKNOWN);
        for dialect in dialects() {
            summarise_reply(&[command], &wire, &dialect);
        }
    }
}
