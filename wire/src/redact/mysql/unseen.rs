//! Parameters of statements whose text was not seen: nobody can say what they are. Every text becomes a
//! pseudonym of its shape; numbers, dates and times stay, or the statement could not be replayed once its
//! text is found, unless they look like a secret or stand where other statements have one.

use crate::mysql::{
    ColumnType, CommandCode, Execute, PARAMETER_COUNT_AVAILABLE, ParameterType, Value,
};
use crate::redact::Pass;
use crate::redact::pass::Place;

use super::Replaced;
use super::memory::{Memory, Unseen};
use super::parameters::{EXECUTE_HEAD, LONG_DATA_HEAD, Read, blank_from, read};
use super::value::{ValueRules, detect_integer, replace_binary};
use crate::mysql::fields::put_string;

/// Replaces what may be a secret in a command that names such a statement, by connection and id. What
/// cannot be read is blanked.
pub(super) fn redact(
    payload: &mut Vec<u8>,
    (connection, id): (u64, Option<u32>),
    memory: &mut Memory,
    replaced: &mut Replaced,
    pass: &mut Pass,
) {
    let code = payload.first().copied().and_then(CommandCode::from_byte);
    let readable = id.zip(pass.first_parameter_rule());
    match (code, readable) {
        (Some(CommandCode::StmtExecute), Some((id, rule))) => {
            let rewritten = execution(payload, (connection, id), rule, memory, replaced, pass);
            match rewritten {
                Some(Some(new)) => {
                    payload.truncate(EXECUTE_HEAD);
                    payload.extend_from_slice(&new);
                }
                Some(None) => {}
                None => blank_from(payload, EXECUTE_HEAD, pass),
            }
        }
        (Some(CommandCode::StmtSendLongData), Some((id, rule))) => {
            long_data(
                payload,
                memory.connection(connection).unseen(id),
                rule,
                pass,
            );
        }
        (Some(CommandCode::StmtExecute), None) => blank_from(payload, EXECUTE_HEAD, pass),
        _ => blank_from(payload, LONG_DATA_HEAD, pass),
    }
}

/// The parameters of an execution with what may be a secret replaced, if anything is; `None`: they cannot
/// be read.
fn execution(
    payload: &[u8],
    (connection, id): (u64, u32),
    rule: usize,
    memory: &mut Memory,
    replaced: &mut Replaced,
    pass: &mut Pass,
) -> Option<Option<Vec<u8>>> {
    let execute = Execute::decode(payload.get(1..)?).ok()?;
    let unseen = memory.connection(connection).unseen(id)?;
    let ahead = std::mem::take(&mut unseen.long_data);
    let read = read_unseen(&execute, unseen, &ahead)?;
    unseen.types.clone_from(&read.types);
    let numbers = memory.numbers(read.types.len());
    let own = pass.own_number_rule();
    let rewritten = read.rewrite(execute.parameters, &ahead, |index, value, parameter| {
        let number = own.or_else(|| numbers.get(index).copied().flatten());
        let (old, new, encoded) = replace(value, parameter, rule, number, pass)?;
        replaced.push((old, new));
        Some(encoded)
    });
    rewritten.ok()
}

/// The head of the parameters, their number told by the packet itself or by an earlier one.
fn read_unseen<'a>(execute: &Execute<'a>, unseen: &Unseen, ahead: &[u16]) -> Option<Read<'a>> {
    let counted = execute.flags & PARAMETER_COUNT_AVAILABLE != 0;
    let count = match unseen.types.len() {
        _ if counted => 0,
        0 if ahead.is_empty() => usize::from(execute.recover_count()?),
        // A parameter that was sent ahead has no value here, so that no count would fit.
        0 => return None,
        known => known,
    };
    read(execute, count, &unseen.types)
}

/// What takes the place of one parameter: the value, its pseudonym, and that encoded.
fn replace(
    value: &Value,
    parameter: ParameterType,
    text: usize,
    number: Option<usize>,
    pass: &mut Pass,
) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let column_type = parameter.column_type;
    let is_number = matches!(column_type, ColumnType::DECIMAL | ColumnType::NEWDECIMAL);
    if let Value::Bytes(old) = value
        && !is_number
    {
        if is_moment(old) {
            return None;
        }
        let new = pass.hide(text, old, Place::UnknownParameters)?;
        let mut encoded = Vec::new();
        put_string(&mut encoded, &new);
        return Some((old.clone(), new, encoded));
    }
    let rules = ValueRules { text: None, number };
    replace_binary(value, column_type, rules, Place::UnknownParameters, pass)
        .or_else(|| detect_integer(value, column_type, pass))
}

/// Whether a text is a date, `2026-11-21`, with or without a time of day: drivers send them so too.
fn is_moment(text: &[u8]) -> bool {
    let (date, time) = text.split_at(text.len().min(10));
    let digits_in = |part: &[u8], layout: &[u8]| {
        part.len() == layout.len()
            && part.iter().zip(layout).all(|(byte, wanted)| match wanted {
                b'9' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let clock = |time: &[u8]| {
        let (clock, fraction) = time.split_at(time.len().min(8));
        let fraction_is_one = match fraction {
            [] => true,
            [b'.', digits @ ..] => digits.len() <= 6 && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        digits_in(clock, b"99:99:99") && fraction_is_one
    };
    let time_is_one = match time {
        [] => true,
        [b' ' | b'T', rest @ ..] => clock(rest),
        _ => false,
    };
    digits_in(date, b"9999-99-99") && time_is_one
}

/// Replaces a piece of a parameter that is sent ahead. Of several pieces the first has the pseudonym of
/// that piece, the others are emptied.
fn long_data(payload: &mut Vec<u8>, unseen: Option<&mut Unseen>, rule: usize, pass: &mut Pass) {
    let parameter = payload
        .get(LONG_DATA_HEAD - 2..LONG_DATA_HEAD)
        .and_then(<[u8]>::first_chunk)
        .map(|index| u16::from_le_bytes(*index));
    let (Some(parameter), Some(unseen)) = (parameter, unseen) else {
        blank_from(payload, LONG_DATA_HEAD, pass);
        return;
    };
    let begun = unseen.long_data.contains(&parameter);
    if !begun {
        unseen.long_data.push(parameter);
    }
    let piece = payload.get(LONG_DATA_HEAD..).unwrap_or_default();
    if let Some(new) = pass.hide(rule, piece, Place::UnknownParameters) {
        payload.truncate(LONG_DATA_HEAD);
        if !begun {
            payload.extend_from_slice(&new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_other_digits() {
        for date in [
            "2026-11-21",
            "2026-11-21 22:00:01",
            "2026-11-21T22:00:01.123456",
        ] {
            assert!(is_moment(date.as_bytes()), "{date}");
        }
        for other in [
            "",
            "2026-11-2",
            "2026-11-211",
            "2026-11-21 ",
            "2026-11-21 22:00",
            "2026-11-21 22:00:01.1234567",
            "078-05-1120",
        ] {
            assert!(!is_moment(other.as_bytes()), "{other}");
        }
    }
}
