//! COM_STMT_EXECUTE: the statement it names, and its parameters as typed values.
//! The parameters can only be read with the parameter count of PREPARE's answer; their types are sent once
//! and remembered. Source: MySQL "COM_STMT_EXECUTE".

use super::fields::{Fields, put_lenenc, put_string};
use super::value::{ParameterType, Value};
use super::{ColumnType, Malformed};

/// The cursor bit of `Execute::flags`: rows are to be fetched with COM_STMT_FETCH.
pub const CURSOR_READ_ONLY: u8 = 1;

/// The bit of `Execute::flags` that says the parameter count and names are sent (QUERY_ATTRIBUTES).
pub const PARAMETER_COUNT_AVAILABLE: u8 = 8;

/// COM_STMT_EXECUTE's body, with the parameters still encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execute<'a> {
    /// The statement; 0xFFFFFFFF is "the last one prepared" on MariaDB.
    pub statement_id: u32,
    /// Cursor type and `PARAMETER_COUNT_AVAILABLE`.
    pub flags: u8,
    /// Always 1.
    pub iterations: u32,
    /// Null bitmap, types and values.
    pub parameters: &'a [u8],
}

/// Parameters of one execution, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Their types: to be remembered for executions that do not send them again.
    pub types: Vec<ParameterType>,
    /// Their values, in order; query attributes after the statement's own.
    pub values: Vec<Value>,
}

impl<'a> Execute<'a> {
    /// Reads what follows the command byte.
    pub fn decode(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(body, "execute");
        Ok(Self {
            statement_id: fields.u32()?,
            flags: fields.u8()?,
            iterations: fields.u32()?,
            parameters: fields.remainder(),
        })
    }

    pub(crate) fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.statement_id.to_le_bytes());
        out.push(self.flags);
        out.extend_from_slice(&self.iterations.to_le_bytes());
        out.extend_from_slice(self.parameters);
    }

    /// Reads the parameters.
    ///
    /// `count` is how many PREPARE announced, `known` the types of the last execution that sent them, and
    /// `long_data(i)` whether parameter `i` came with COM_STMT_SEND_LONG_DATA. Errors: the bytes do not
    /// fit, or no types were sent and none are known.
    pub fn parameters(
        &self,
        count: u16,
        known: &[ParameterType],
        long_data: impl Fn(usize) -> bool,
    ) -> Result<Parameters, Malformed> {
        let mut fields = Fields::new(self.parameters, "execute parameters");
        let named = self.flags & PARAMETER_COUNT_AVAILABLE != 0;
        let mut count = usize::from(count);
        if named {
            let sent = fields.lenenc()?;
            count = usize::try_from(sent.min(0x1_0000)).unwrap_or(0x1_0000);
        }
        if count == 0 {
            return Ok(Parameters::default());
        }
        let nulls = fields.take(count.div_ceil(8))?;
        let types = match fields.u8()? {
            1 => read_types(&mut fields, count, named)?,
            _ if known.len() >= count => known.iter().take(count).copied().collect(),
            _ => return Err(fields.malformed()),
        };
        let mut values = Vec::with_capacity(count);
        for (index, parameter) in types.iter().enumerate() {
            // A server asks for long data first: PHP sends it for parameters whose NULL bit is set.
            values.push(if long_data(index) {
                Value::LongData
            } else if is_null(nulls, index) {
                Value::Null
            } else {
                Value::decode_binary(&mut fields, parameter.column_type, parameter.unsigned)?
            });
        }
        Ok(Parameters { types, values })
    }
}

impl<'a> Execute<'a> {
    /// The parameters' types as they are declared here, with their names where names are sent; `count` is how many
    /// PREPARE announced. `None` when this execution relies on what one before it declared.
    pub fn declared_types(&self, count: u16) -> Option<&'a [u8]> {
        let undeclared = self.up_to_types(count)?;
        let (declares, types) = undeclared.rest.split_first()?;
        if *declares != 1 {
            return None;
        }
        types.get(..undeclared.length_of_types(types)?)
    }

    /// The parameters with types declared that one before it had declared, in the form of `declared_types`. `None`
    /// when it declares its own, has no parameters, or the types are not for as many.
    pub fn declaring(&self, count: u16, types: &[u8]) -> Option<Vec<u8>> {
        let undeclared = self.up_to_types(count)?;
        let (declares, values) = undeclared.rest.split_first()?;
        if *declares != 0 || undeclared.length_of_types(types)? != types.len() {
            return None;
        }
        let length = self.parameters.len() - undeclared.rest.len();
        let before = self.parameters.get(..length)?;
        Some([before, &[1], types, values].concat())
    }

    /// What follows the null bitmap; `None` without parameters.
    fn up_to_types(&self, count: u16) -> Option<Undeclared<'a>> {
        let mut fields = Fields::new(self.parameters, "execute parameters");
        let named = self.flags & PARAMETER_COUNT_AVAILABLE != 0;
        let mut count = usize::from(count);
        if named {
            let sent = fields.lenenc().ok()?;
            count = usize::try_from(sent.min(0x1_0000)).unwrap_or(0x1_0000);
        }
        if count == 0 {
            return None;
        }
        fields.take(count.div_ceil(8)).ok()?;
        Some(Undeclared {
            rest: fields.rest(),
            count,
            named,
        })
    }
}

/// Parameters from where it says whether types follow.
struct Undeclared<'a> {
    rest: &'a [u8],
    count: usize,
    named: bool,
}

impl Undeclared<'_> {
    /// How many bytes the types take that these bytes begin with.
    fn length_of_types(&self, bytes: &[u8]) -> Option<usize> {
        let mut fields = Fields::new(bytes, "execute parameters");
        read_types(&mut fields, self.count, self.named).ok()?;
        Some(bytes.len() - fields.rest().len())
    }
}

/// The most parameters that are looked for; drivers send fewer, and the search is quadratic.
const MOST_RECOVERED: u16 = 1_000;

impl Execute<'_> {
    /// How many parameters there are when PREPARE's answer was not seen: the one count with which bitmap,
    /// types and values take up all bytes. `None` when types were not sent, or when several counts fit.
    pub fn recover_count(&self) -> Option<u16> {
        if self.parameters.is_empty() {
            return Some(0);
        }
        let mut fitting = (1..=MOST_RECOVERED).filter(|count| self.fits(usize::from(*count)));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    fn fits(&self, count: usize) -> bool {
        let mut fields = Fields::new(self.parameters, "execute parameters");
        let Ok(nulls) = fields.take(count.div_ceil(8)) else {
            return false;
        };
        let unused = (count..nulls.len() * 8).any(|bit| is_null(nulls, bit));
        if unused || fields.u8() != Ok(1) {
            return false;
        }
        let Ok(types) = read_types(&mut fields, count, false) else {
            return false;
        };
        let read = types.iter().enumerate().all(|(index, parameter)| {
            is_null(nulls, index)
                || Value::decode_binary(&mut fields, parameter.column_type, parameter.unsigned)
                    .is_ok()
        });
        read && fields.rest().is_empty()
    }
}

impl Parameters {
    /// Writes bitmap, types and values as an `Execute` without `PARAMETER_COUNT_AVAILABLE` carries them.
    pub fn encode(&self) -> Vec<u8> {
        if self.values.is_empty() {
            return Vec::new();
        }
        let mut out = null_bitmap(&self.values, 0);
        out.push(1);
        for parameter in &self.types {
            out.push(parameter.column_type.0);
            out.push(if parameter.unsigned { 0x80 } else { 0 });
        }
        for (value, parameter) in self.values.iter().zip(&self.types) {
            value.encode_binary(&mut out, parameter.column_type);
        }
        out
    }

    /// Parameters with the type that fits each value (text as VAR_STRING, integers as LONGLONG).
    pub fn of(values: Vec<Value>) -> Self {
        let types = values
            .iter()
            .map(|value| ParameterType {
                column_type: match value {
                    Value::Null => ColumnType::NULL,
                    Value::Bytes(_) => ColumnType::VAR_STRING,
                    Value::LongData => ColumnType::BLOB,
                    Value::Int(_) | Value::Unsigned(_) => ColumnType::LONGLONG,
                    Value::Float(_) => ColumnType::FLOAT,
                    Value::Double(_) => ColumnType::DOUBLE,
                    Value::Date(_) => ColumnType::DATETIME,
                    Value::Time(_) => ColumnType::TIME,
                },
                unsigned: matches!(value, Value::Unsigned(_)),
            })
            .collect();
        Self { types, values }
    }
}

/// Whether bit `index` of a null bitmap is set.
pub(crate) fn is_null(bitmap: &[u8], index: usize) -> bool {
    bitmap
        .get(index / 8)
        .is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

/// The null bitmap of `values`, whose first bit is at `offset` (0 for parameters, 2 for rows).
pub(crate) fn null_bitmap(values: &[Value], offset: usize) -> Vec<u8> {
    let mut bitmap = vec![0_u8; (values.len() + offset).div_ceil(8)];
    for (index, value) in values.iter().enumerate() {
        let bit = index + offset;
        if *value == Value::Null
            && let Some(byte) = bitmap.get_mut(bit / 8)
        {
            *byte |= 1 << (bit % 8);
        }
    }
    bitmap
}

/// Passes over a block of named values: bitmap, types with names, values (COM_QUERY's attributes).
pub(crate) fn skip_named_values(fields: &mut Fields<'_>, count: usize) -> Result<(), Malformed> {
    if count == 0 {
        return Ok(());
    }
    let nulls = fields.take(count.div_ceil(8))?;
    if fields.u8()? != 1 {
        return Err(fields.malformed());
    }
    let types = read_types(fields, count, true)?;
    for (index, parameter) in types.iter().enumerate() {
        if !is_null(nulls, index) {
            Value::decode_binary(fields, parameter.column_type, parameter.unsigned)?;
        }
    }
    Ok(())
}

pub(super) fn read_types(
    fields: &mut Fields<'_>,
    count: usize,
    named: bool,
) -> Result<Vec<ParameterType>, Malformed> {
    let mut types = Vec::new();
    for _ in 0..count {
        let [column_type, flag] = fields.array()?;
        types.push(ParameterType {
            column_type: ColumnType(column_type),
            unsigned: flag & 0x80 != 0,
        });
        if named {
            fields.string()?;
        }
    }
    Ok(types)
}

/// Attributes of a COM_QUERY, encoded as `Query::attributes`: names and text values.
pub fn encode_query_attributes(pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    put_lenenc(&mut out, pairs.len() as u64);
    out.push(1);
    if pairs.is_empty() {
        return out;
    }
    out.resize(out.len() + pairs.len().div_ceil(8), 0);
    out.push(1);
    for (name, _) in pairs {
        out.extend_from_slice(&[ColumnType::STRING.0, 0]);
        put_string(&mut out, name);
    }
    for (_, value) in pairs {
        put_string(&mut out, value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::value::{Date, Span};
    use crate::mysql::{Command, Dialect};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
            any::<i64>().prop_map(Value::Int),
            any::<u64>().prop_map(Value::Unsigned),
            (-1e30_f32..1e30).prop_map(Value::Float),
            (-1e300_f64..1e300).prop_map(Value::Double),
            (0_u16..9999, 0_u32..1_000_000).prop_map(|(year, microsecond)| Value::Date(Date {
                year,
                microsecond,
                ..Date::default()
            })),
            (any::<u32>(), any::<bool>()).prop_map(|(days, negative)| Value::Time(Span {
                days: days.max(1),
                negative,
                ..Span::default()
            })),
        ]
    }

    proptest! {
        #[test]
        fn parameters_read_back_as_they_were_written(values in prop::collection::vec(value(), 0..20)) {
            let parameters = Parameters::of(values);
            let encoded = parameters.encode();
            let execute = Execute { statement_id: 7, flags: 0, iterations: 1, parameters: &encoded };
            let payload = Command::StmtExecute(execute).encode();
            let Ok(Command::StmtExecute(read)) = Command::decode(&payload, &Dialect::UNKNOWN) else {
                return Err(TestCaseError::fail("not an execute"));
            };
            prop_assert_eq!(read, execute);
            let count = u16::try_from(parameters.values.len()).unwrap();
            prop_assert_eq!(read.parameters(count, &[], |_| false).unwrap(), parameters);
            // A count that is recovered is the right one.
            prop_assert!(read.recover_count().is_none_or(|recovered| recovered == count));
        }

        #[test]
        fn any_parameter_bytes_are_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            count in 0_u16..40,
        ) {
            if let Ok(execute) = Execute::decode(&bytes) {
                execute.recover_count();
                if let Some(types) = execute.declared_types(count) {
                    prop_assert!(execute.declaring(count, types).is_none());
                }
                let _ = execute.declaring(count, &bytes);
                let _ = execute.parameters(count, &[], |index| index % 3 == 0);
            }
        }
    }

    #[test]
    fn the_count_is_recovered_from_an_execution_that_sends_its_types() {
        let values = vec![Value::Int(5), Value::Null, Value::Bytes(b"x".to_vec())];
        let sent = Parameters::of(values).encode();
        let mut without_types = sent.clone();
        without_types[1] = 0;
        for (parameters, count) in [(&sent[..], Some(3)), (&[], Some(0)), (&without_types, None)] {
            let execute = Execute {
                statement_id: 1,
                flags: 0,
                iterations: 1,
                parameters,
            };
            assert_eq!(execute.recover_count(), count);
        }
    }

    #[test]
    fn types_sent_once_serve_later_executions() {
        let first = Parameters::of(vec![Value::Int(5), Value::Bytes(b"x".to_vec())]);
        // The same again with new_params_bound 0: bitmap, 0, values.
        let mut again = vec![0, 0];
        again.extend_from_slice(&9_i64.to_le_bytes());
        again.extend_from_slice(&[1, b'y']);
        let execute = Execute {
            statement_id: 1,
            flags: 0,
            iterations: 1,
            parameters: &again,
        };
        let read = execute.parameters(2, &first.types, |_| false).unwrap();
        assert_eq!(read.values, [Value::Int(9), Value::Bytes(b"y".to_vec())]);
        assert!(execute.parameters(2, &[], |_| false).is_err());
    }

    #[test]
    fn types_declared_once_can_be_declared_again() {
        let first = Parameters::of(vec![Value::Int(5), Value::Bytes(b"x".to_vec())]).encode();
        let with = |flags, parameters| Execute {
            statement_id: 1,
            flags,
            iterations: 1,
            parameters,
        };
        let types = with(0, &first).declared_types(2).unwrap();
        assert_eq!(types.len(), 4);
        let later = [&[0, 0][..], &9_i64.to_le_bytes(), &[1, b'y']].concat();
        assert_eq!(with(0, &later).declared_types(2), None);
        let declared = with(0, &later).declaring(2, types).unwrap();
        let expected = Parameters::of(vec![Value::Int(9), Value::Bytes(b"y".to_vec())]);
        assert_eq!(declared, expected.encode());
        // of its own, of as many others, and of none
        assert_eq!(with(0, &first).declaring(2, types), None);
        assert_eq!(with(0, &later).declaring(2, &types[..2]), None);
        assert_eq!(with(0, &[]).declaring(0, &[]), None);
        // with names
        let named = PARAMETER_COUNT_AVAILABLE;
        let sent = [1, 0, 1, 8, 0, 1, b'n', 7, 0, 0, 0, 0, 0, 0, 0];
        let types = with(named, &sent).declared_types(0).unwrap();
        assert_eq!(types, [8, 0, 1, b'n']);
        let later = [1, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        let declared = with(named, &later).declaring(0, types);
        assert_eq!(declared.as_deref(), Some(&sent[..]));
    }
}
