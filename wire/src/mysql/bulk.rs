//! COM_STMT_BULK_EXECUTE: many rows of parameters for one prepared statement.
//! Source: MariaDB "COM_STMT_BULK_EXECUTE".

use super::execute::read_types;
use super::fields::Fields;
use super::{Malformed, ParameterType, Value};

/// The bit of `BulkExecute::flags` that asks for a result per row.
pub const SEND_UNIT_RESULTS: u16 = 64;

/// The bit of `BulkExecute::flags` that says parameter types are sent.
pub const SEND_TYPES: u16 = 128;

/// A bulk execution's body, with the rows still encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkExecute<'a> {
    /// The statement; 0xFFFFFFFF is "the last one prepared".
    pub statement_id: u32,
    /// `SEND_TYPES`, `SEND_UNIT_RESULTS`.
    pub flags: u16,
    /// Types, then rows.
    pub parameters: &'a [u8],
}

/// One parameter of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkValue {
    /// A value, NULL included.
    Value(Value),
    /// The column's default.
    Default,
    /// The column is left as it is.
    Ignore,
}

/// The rows of a bulk execution, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkRows {
    /// The parameters' types: to be remembered for executions that do not send them again.
    pub types: Vec<ParameterType>,
    /// Their values, row by row.
    pub rows: Vec<Vec<BulkValue>>,
}

impl<'a> BulkExecute<'a> {
    /// Reads what follows the command byte.
    ///
    /// # Errors
    /// The body is too short.
    pub fn decode(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(body, "bulk execute");
        Ok(Self {
            statement_id: fields.u32()?,
            flags: fields.u16()?,
            parameters: fields.remainder(),
        })
    }

    /// Reads the rows. `count` is how many parameters PREPARE announced, `known` the types of the last
    /// execution that sent them.
    ///
    /// # Errors
    /// The bytes do not fit, or no types were sent and none are known.
    pub fn rows(&self, count: u16, known: &[ParameterType]) -> Result<BulkRows, Malformed> {
        let mut fields = Fields::new(self.parameters, "bulk execute rows");
        let count = usize::from(count);
        let types = match known.get(..count) {
            _ if self.flags & SEND_TYPES != 0 => read_types(&mut fields, count, false)?,
            Some(known) => known.to_vec(),
            None => return Err(fields.malformed()),
        };
        let mut rows = Vec::new();
        while count > 0 && !fields.rest().is_empty() {
            let row: Result<_, _> = types
                .iter()
                .map(|parameter| read_value(&mut fields, *parameter))
                .collect();
            rows.push(row?);
        }
        Ok(BulkRows { types, rows })
    }
}

fn read_value(fields: &mut Fields<'_>, parameter: ParameterType) -> Result<BulkValue, Malformed> {
    Ok(match fields.u8()? {
        0 => BulkValue::Value(Value::decode_binary(
            fields,
            parameter.column_type,
            parameter.unsigned,
        )?),
        1 => BulkValue::Value(Value::Null),
        2 => BulkValue::Default,
        3 => BulkValue::Ignore,
        _ => return Err(fields.malformed()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two rows of an integer and a text, as MariaDB's connector sends them.
    const BODY: &[u8] = b"\x05\0\0\0\xc0\0\x08\0\xfd\0\
        \0\x07\0\0\0\0\0\0\0\0\x03one\
        \x01\x02";

    #[test]
    fn rows_are_read_with_null_default_and_ignore() {
        let bulk = BulkExecute::decode(BODY).unwrap();
        assert_eq!(
            (bulk.statement_id, bulk.flags),
            (5, SEND_TYPES | SEND_UNIT_RESULTS)
        );
        let read = bulk.rows(2, &[]).unwrap();
        let value = BulkValue::Value;
        assert_eq!(
            read.rows,
            [
                vec![value(Value::Int(7)), value(Value::Bytes(b"one".to_vec()))],
                vec![value(Value::Null), BulkValue::Default],
            ]
        );
        let mut again = bulk;
        again.flags = 0;
        again.parameters = b"\x03\x01";
        assert!(again.rows(2, &[]).is_err());
        let rows = again.rows(2, &read.types).unwrap().rows;
        assert_eq!(rows, [[BulkValue::Ignore, value(Value::Null)]]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            count in 0_u16..40,
        ) {
            if let Ok(bulk) = BulkExecute::decode(&bytes) {
                let _ = bulk.rows(count, &[]);
            }
        }
    }
}
