//! Rows of both protocols, values typed by their columns, and the packets of a whole result set.
//! Source: MySQL "Text Resultset" and "Binary Protocol Resultset".

use super::execute::{is_null, null_bitmap};
use super::fields::{Fields, put_lenenc, put_string};
use super::reply::{EofPacket, OkPacket};
use super::{ColumnDefinition, Dialect, Malformed, MetadataMarker, Status, Value, write_packet};

/// Reads a row of the text protocol: one optional text per column.
pub fn decode_text_row(payload: &[u8], columns: usize) -> Result<Vec<Option<&[u8]>>, Malformed> {
    let mut fields = Fields::new(payload, "text row");
    (0..columns).map(|_| fields.string_or_null()).collect()
}

/// The payload of a text row.
pub fn encode_text_row(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        match value {
            None => out.push(0xFB),
            Some(text) => put_string(&mut out, text),
        }
    }
    out
}

/// Reads a row of the binary protocol.
pub fn decode_binary_row(
    payload: &[u8],
    columns: &[ColumnDefinition],
) -> Result<Vec<Value>, Malformed> {
    let mut fields = Fields::new(payload, "binary row");
    if fields.u8()? != 0 {
        return Err(fields.malformed());
    }
    let nulls = fields.take((columns.len() + 2).div_ceil(8))?;
    let mut values = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        values.push(if is_null(nulls, index + 2) {
            Value::Null
        } else {
            Value::decode_binary(&mut fields, column.column_type, column.unsigned())?
        });
    }
    Ok(values)
}

/// The payload of a binary row.
pub fn encode_binary_row(values: &[Value], columns: &[ColumnDefinition]) -> Vec<u8> {
    let mut out = vec![0];
    out.extend_from_slice(&null_bitmap(values, 2));
    for (value, column) in values.iter().zip(columns) {
        value.encode_binary(&mut out, column.column_type);
    }
    out
}

/// Which protocol a result set is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// Every value as text: answers COM_QUERY.
    Text,
    /// Values by type: answers COM_STMT_EXECUTE.
    Binary,
}

/// Writes a whole result set as packets: column count, definitions, rows, end. `sequence` is the number of
/// the first packet to write and afterwards of the next. A value that does not fit its column's type is
/// the caller's mistake: see `Value`.
pub fn write_result_set(
    out: &mut Vec<u8>,
    sequence: &mut u8,
    dialect: &Dialect,
    format: RowFormat,
    columns: &[ColumnDefinition],
    rows: &[Vec<Value>],
    status: Status,
) {
    write_result_head(out, sequence, dialect, columns, status);
    for row in rows {
        let payload = match format {
            RowFormat::Binary => encode_binary_row(row, columns),
            RowFormat::Text => {
                let texts: Vec<Option<Vec<u8>>> = row.iter().map(Value::to_text).collect();
                let texts: Vec<Option<&[u8]>> = texts.iter().map(Option::as_deref).collect();
                encode_text_row(&texts)
            }
        };
        write_packet(out, sequence, &payload);
    }
    write_result_end(out, sequence, dialect, status);
}

/// Writes the packets before a result set's rows.
pub fn write_result_head(
    out: &mut Vec<u8>,
    sequence: &mut u8,
    dialect: &Dialect,
    columns: &[ColumnDefinition],
    status: Status,
) {
    let mut count = Vec::new();
    if dialect.metadata == Some(MetadataMarker::BeforeCount) {
        count.push(1);
    }
    put_lenenc(&mut count, columns.len() as u64);
    if dialect.metadata == Some(MetadataMarker::AfterCount) {
        count.push(1);
    }
    write_packet(out, sequence, &count);
    write_definitions(out, sequence, dialect, columns, status);
}

/// Writes column definitions and the EOF after them, where the connection has one.
pub fn write_definitions(
    out: &mut Vec<u8>,
    sequence: &mut u8,
    dialect: &Dialect,
    columns: &[ColumnDefinition],
    status: Status,
) {
    for column in columns {
        write_packet(out, sequence, &column.encode());
    }
    if dialect.deprecate_eof != Some(true) {
        write_packet(
            out,
            sequence,
            &EofPacket {
                warnings: 0,
                status,
            }
            .encode(),
        );
    }
}

/// Writes the packet that ends a result set's rows.
pub fn write_result_end(out: &mut Vec<u8>, sequence: &mut u8, dialect: &Dialect, status: Status) {
    let payload = if dialect.deprecate_eof == Some(true) {
        OkPacket {
            status,
            ..OkPacket::default()
        }
        .encode_as_terminator()
    } else {
        EofPacket {
            warnings: 0,
            status,
        }
        .encode()
    };
    write_packet(out, sequence, &payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::ColumnType;

    #[test]
    fn an_empty_first_column_and_a_null_one_are_told_apart() {
        let payload = encode_text_row(&[Some(b""), None, Some(b"x")]);
        assert_eq!(payload, [0, 0xFB, 1, b'x']);
        assert_eq!(
            decode_text_row(&payload, 3).unwrap(),
            [Some(&b""[..]), None, Some(b"x")]
        );
        assert!(decode_text_row(&payload, 4).is_err());
    }

    #[test]
    fn a_binary_row_reads_back_with_its_nulls() {
        let columns = [
            ColumnDefinition::new(b"id", ColumnType::LONG),
            ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
            ColumnDefinition::new(b"rate", ColumnType::DOUBLE),
        ];
        let row = vec![Value::Int(-7), Value::Null, Value::Double(1.5)];
        let payload = encode_binary_row(&row, &columns);
        assert_eq!(decode_binary_row(&payload, &columns).unwrap(), row);
    }
}
