//! Reading JSON that others wrote: numbers that are texts, nulls, fields that are missing.

use serde_json::Value;

/// The text under `key`; empty when there is none.
pub(super) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number under `key`, be it written as a text.
pub(super) fn number(object: &Value, key: &str) -> Option<f64> {
    match object.get(key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The number of bytes under `key`; `None` when it is not known, which -1 says too.
pub(super) fn bytes(object: &Value, key: &str) -> Option<u64> {
    let number = number(object, key)?;
    // Longer than anything real is not believed.
    let is_length = (0.0..1e15).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range"
    )]
    is_length.then_some(number as u64)
}

/// Milliseconds under `key` as nanoseconds; 0 when they do not apply, which -1 says too.
pub(super) fn milliseconds(object: &Value, key: &str) -> i64 {
    let number = number(object, key).unwrap_or(0.0);
    if !(0.0..1e12).contains(&number) {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "in range")]
    let nanos = (number * 1e6).round() as i64;
    nanos
}
