//! Statements as commands name them later.

use proptest::prelude::*;

use super::*;
use crate::mysql::{
    CURSOR_READ_ONLY, ColumnType, MariadbCapabilities, OkPacket, RowFormat, Status,
    encode_binary_row, write_definitions, write_packet, write_result_set,
};

const SQL: &[u8] = b"SELECT id, name FROM item WHERE id > ? AND name = ?";

fn dialects() -> [Dialect; 3] {
    use crate::mysql::Capabilities;
    let none = MariadbCapabilities::empty();
    [
        Dialect::from_capabilities(Capabilities::empty(), none),
        Dialect::from_capabilities(Capabilities::DEPRECATE_EOF, none),
        Dialect::from_capabilities(
            Capabilities::DEPRECATE_EOF,
            MariadbCapabilities::CACHE_METADATA | MariadbCapabilities::EXTENDED_METADATA,
        ),
    ]
}

fn columns(dialect: &Dialect) -> Vec<ColumnDefinition> {
    let mut all = vec![
        ColumnDefinition::new(b"id", ColumnType::LONGLONG),
        ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
    ];
    for column in &mut all {
        column.extended = (dialect.extended_metadata == Some(true)).then(Vec::new);
    }
    all
}

fn prepare_answer(dialect: &Dialect, id: u32) -> Vec<u8> {
    let answer = PrepareOk {
        statement_id: id,
        columns: 2,
        parameters: 2,
        warnings: 0,
        metadata_follows: true,
    };
    let (mut out, mut sequence) = (Vec::new(), 1);
    write_packet(&mut out, &mut sequence, &answer.encode(dialect));
    for _ in 0..2 {
        let columns = columns(dialect);
        write_definitions(&mut out, &mut sequence, dialect, &columns, Status::empty());
    }
    out
}

fn command(execute: Execute<'_>) -> Vec<u8> {
    Command::StmtExecute(execute).encode()
}

fn prepared(dialect: &Dialect) -> PreparedStatements {
    let mut statements = PreparedStatements::default();
    let prepare = Command::StmtPrepare(SQL).encode();
    statements.observe(&prepare, &prepare_answer(dialect, 4), dialect);
    statements
}

#[test]
fn an_execution_is_read_with_the_types_declared_before_it() {
    for dialect in dialects() {
        let mut statements = prepared(&dialect);
        let values = vec![Value::Int(7), Value::Bytes(b"one".to_vec())];
        let first = Parameters::of(values.clone()).encode();
        let execute = |parameters| Execute {
            statement_id: 4,
            flags: CURSOR_READ_ONLY,
            iterations: 1,
            parameters,
        };
        let mut reply = Vec::new();
        let all = columns(&dialect);
        let (format, status) = (RowFormat::Binary, Status::CURSOR_EXISTS);
        write_result_set(&mut reply, &mut 1, &dialect, format, &all, &[], status);
        let read = statements.get(4).unwrap().parameters(&execute(&first));
        assert_eq!(read.unwrap().values, values);
        statements.observe(&command(execute(&first)), &reply, &dialect);
        // The same values without their types: new_params is 0.
        let again = [&[0, 0][..], &7_i64.to_le_bytes(), b"\x03one"].concat();
        for id in [4, LAST_PREPARED] {
            let read = statements.get(id).unwrap().parameters(&execute(&again));
            assert_eq!(read.unwrap().values, values);
        }
        // Rows of FETCH come without definitions.
        let columns = &statements.get(4).unwrap().columns;
        let row = encode_binary_row(&values, columns);
        let read = crate::mysql::decode_binary_row(&row, columns);
        assert_eq!(read.unwrap(), values);
    }
}

#[test]
fn long_data_is_the_value_of_its_parameter_until_the_execution() {
    let dialect = dialects()[1];
    let mut statements = prepared(&dialect);
    for data in [&b"the front, "[..], b"the rest"] {
        let piece = Command::StmtSendLongData {
            statement_id: 4,
            parameter: 1,
            data,
        };
        statements.observe(&piece.encode(), &[], &dialect);
    }
    let parameters = Parameters::of(vec![Value::Null, Value::LongData]).encode();
    let execute = Execute {
        statement_id: 4,
        flags: 0,
        iterations: 1,
        parameters: &parameters,
    };
    let read = statements.get(4).unwrap().parameters(&execute).unwrap();
    assert_eq!(
        read.values,
        [Value::Null, Value::Bytes(b"the front, the rest".to_vec())]
    );
    statements.observe(&command(execute), &[], &dialect);
    assert!(statements.get(4).unwrap().parameters(&execute).is_err());
    assert_eq!(statements.long_data, 0);
}

#[test]
fn an_execution_of_a_statement_prepared_before_the_capture_is_read_when_it_sends_its_types() {
    let values = vec![Value::Bytes(b"one".to_vec()), Value::Null, Value::Int(3)];
    let parameters = Parameters::of(values.clone()).encode();
    let execute = Execute {
        statement_id: 9,
        flags: 0,
        iterations: 1,
        parameters: &parameters,
    };
    let statements = PreparedStatements::default();
    assert_eq!(statements.parameters(&execute).unwrap().values, values);
    let without_types = [0, 0, 3, b'o', b'n', b'e'];
    let execute = Execute {
        parameters: &without_types,
        ..execute
    };
    assert!(statements.parameters(&execute).is_err());
}

#[test]
fn closing_resetting_and_changing_the_user_forget_statements() {
    let dialect = dialects()[0];
    let mut ok = Vec::new();
    write_packet(&mut ok, &mut 1, &OkPacket::default().encode());
    let refused = b"\x09\0\0\x01\xff\x15\x04#28000";
    for (forgetting, reply) in [
        (Command::StmtClose(4), &[][..]),
        (Command::ResetConnection, &ok),
        (Command::ChangeUser(b"a\0\0\0"), &ok),
    ] {
        let mut statements = prepared(&dialect);
        statements.observe(&forgetting.encode(), reply, &dialect);
        assert_eq!(statements.get(4), None);
    }
    let mut statements = prepared(&dialect);
    let change = Command::ChangeUser(b"a\0\0\0").encode();
    statements.observe(&change, refused, &dialect);
    assert!(statements.get(4).is_some());
}

proptest! {
    #[test]
    fn any_exchange_is_taken(
        commands in prop::collection::vec(
            (0x16_u8..0x20, prop::collection::vec(any::<u8>(), 0..30), prop::collection::vec(any::<u8>(), 0..60)),
            0..12,
        ),
    ) {
        let mut statements = prepared(&Dialect::UNKNOWN);
        for (code, body, reply) in commands {
            let command = [&[code][..], &body].concat();
            statements.observe(&command, &reply, &Dialect::UNKNOWN);
        }
    }
}
