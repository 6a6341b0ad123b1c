//! Values of the binary and the text protocol, replaced where they stand.

use std::ops::Range;

use crate::mysql::fields::{Fields, put_string};
use crate::mysql::{ColumnType, Value};
use crate::redact::detect::{self, Neighbours};
use crate::redact::pass::Place;
use crate::redact::{Pass, inside};

/// The rules for the values of one column or parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ValueRules {
    pub(super) text: Option<usize>,
    pub(super) number: Option<usize>,
}

/// The next value of this type in the binary protocol, and where it stands; `whole` is what `fields`
/// began with.
pub(super) fn next_binary(
    fields: &mut Fields<'_>,
    whole: usize,
    column_type: ColumnType,
    unsigned: bool,
) -> Option<(Value, Range<usize>)> {
    let start = whole - fields.rest().len();
    let value = Value::decode_binary(fields, column_type, unsigned).ok()?;
    Some((value, start..whole - fields.rest().len()))
}

/// What takes the place of a value, encoded; `None` when it stays.
pub(super) fn replace_binary(
    value: &Value,
    column_type: ColumnType,
    rules: ValueRules,
    place: Place<'_>,
    pass: &mut Pass,
) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let old = value.to_text()?;
    let mut encoded = Vec::new();
    let new = match value {
        Value::Bytes(bytes)
            if matches!(column_type, ColumnType::DECIMAL | ColumnType::NEWDECIMAL) =>
        {
            let new = pass.replace_number(rules.number?, bytes, place)?;
            put_string(&mut encoded, &new);
            new
        }
        Value::Bytes(bytes) => {
            let new = replace_text(bytes, rules, place, pass)?;
            put_string(&mut encoded, &new);
            new
        }
        Value::Int(_) | Value::Unsigned(_) => {
            let new = pass.replace_number(rules.number?, &old, place)?;
            fitting(&new, value, column_type).encode_binary(&mut encoded, column_type);
            new
        }
        Value::Float(_) | Value::Double(_) => {
            let new = pass.replace_number(rules.number?, &old, place)?;
            let number: f64 = String::from_utf8_lossy(&new).parse().unwrap_or(0.0);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a FLOAT has no more digits"
            )]
            match value {
                Value::Float(_) => Value::Float(number as f32),
                _ => Value::Double(number),
            }
            .encode_binary(&mut encoded, column_type);
            new
        }
        _ => return None,
    };
    Some((old, new, encoded))
}

/// What takes the place of a text: by its rule, else what it holds when it is JSON, a URL or the like, and what
/// detectors see in it.
pub(super) fn replace_text(
    text: &[u8],
    rules: ValueRules,
    place: Place<'_>,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    if let Some(new) = rules.text.and_then(|rule| pass.replace(rule, text, place)) {
        return Some(new);
    }
    if rules.text.is_some() {
        return None;
    }
    let document = inside::redact(text, pass);
    if !pass.detectors.may_find(document.as_deref().unwrap_or(text)) {
        return document;
    }
    let changed = document.is_some();
    let mut new = document.unwrap_or_else(|| text.to_vec());
    let found = detect::redact(&mut new, Neighbours::Text, pass);
    (changed || found).then_some(new)
}

/// What takes the place of an integer that detectors take for a secret, encoded: a card kept as a number.
pub(super) fn detect_integer(
    value: &Value,
    column_type: ColumnType,
    pass: &mut Pass,
) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let old = match value {
        Value::Int(_) | Value::Unsigned(_) => value.to_text()?,
        _ => return None,
    };
    let mut new = old.clone();
    if !detect::redact(&mut new, Neighbours::Text, pass) {
        return None;
    }
    let mut encoded = Vec::new();
    fitting(&new, value, column_type).encode_binary(&mut encoded, column_type);
    Some((old, new, encoded))
}

/// A number of as many digits as its type has room for.
fn fitting(digits: &[u8], old: &Value, column_type: ColumnType) -> Value {
    let bits = match column_type {
        ColumnType::TINY => 8,
        ColumnType::SHORT | ColumnType::YEAR => 16,
        ColumnType::LONG | ColumnType::INT24 => 32,
        _ => 64,
    };
    let number: i128 = String::from_utf8_lossy(digits).parse().unwrap_or(0);
    if let Value::Unsigned(_) = old {
        let room = 1_i128 << bits;
        return Value::Unsigned(u64::try_from(number.rem_euclid(room)).unwrap_or(0));
    }
    let room = 1_i128 << (bits - 1);
    Value::Int(i64::try_from(number % room).unwrap_or(0))
}
