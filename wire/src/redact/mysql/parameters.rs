//! Secrets in parameters of prepared statements: of executions, of bulk executions, and sent ahead.
//! Source: MySQL "COM_STMT_EXECUTE", "COM_STMT_SEND_LONG_DATA"; MariaDB "COM_STMT_BULK_EXECUTE".

use std::borrow::Cow;

use crate::mysql::fields::Fields;
use crate::mysql::{ColumnType, Execute, PARAMETER_COUNT_AVAILABLE, ParameterType, Value};
use crate::redact::detect::{self, Neighbours};
use crate::redact::edits::Edits;
use crate::redact::pass::Place;
use crate::redact::{Pass, inside};

use super::memory::Prepared;
use super::value::{ValueRules, next_binary, replace_binary};
use super::{Replaced, pairs};

/// Bytes before the parameters of an execution: command, statement, flags, iterations.
pub(super) const EXECUTE_HEAD: usize = 10;
/// Bytes before a piece of a parameter: command, statement, parameter.
pub(super) const LONG_DATA_HEAD: usize = 7;
/// Bytes before the types of a bulk execution: command, statement, flags.
const BULK_HEAD: usize = 7;
/// The flag of a bulk execution that sends types.
const BULK_SENDS_TYPES: u16 = 128;

/// Replaces the secrets of an execution. What cannot be read is blanked when rules take any of it.
pub(super) fn redact_execute(
    payload: &mut Vec<u8>,
    statement: &mut Prepared,
    replaced: &mut Replaced,
    pass: &mut Pass,
) {
    let long_data = std::mem::take(&mut statement.long_data);
    let mut takes = statement.parameters.iter().any(Option::is_some);
    let parameters = payload.get(EXECUTE_HEAD..).unwrap_or_default();
    let finds = pass.detectors.may_find(parameters) || inside::may_stand_in(parameters);
    let Ok(execute) = Execute::decode(payload.get(1..).unwrap_or_default()) else {
        return;
    };
    let count = statement.parameters.len();
    let Some(read) = read(&execute, count, &statement.types) else {
        blank_or_detect(payload, EXECUTE_HEAD, takes, pass);
        return;
    };
    let types = read.types.clone();
    let mut rules = Cow::Borrowed(&statement.parameters[..]);
    if !statement.named.is_empty() {
        let texts = read.texts(execute.parameters, &long_data);
        rules = statement.rules_beside(&texts, pass);
        takes = rules.iter().any(Option::is_some);
    }
    if takes || finds || !read.named.is_empty() {
        let rewritten = read.rewrite(execute.parameters, &long_data, |index, value, parameter| {
            if let Some(name) = read.name(index) {
                return replace_attribute(value, parameter, name, replaced, pass);
            }
            let rule = rules.get(index).copied().flatten();
            replace(value, parameter, rule, index, replaced, pass)
        });
        match rewritten {
            Ok(Some(new)) => {
                payload.truncate(EXECUTE_HEAD);
                payload.extend_from_slice(&new);
            }
            Ok(None) => {}
            Err(()) => blank_or_detect(payload, EXECUTE_HEAD, takes, pass),
        }
    }
    statement.types = types;
}

/// The attributes of a query, as they stand before its SQL, with their secrets replaced; `None` when there are none.
pub(super) fn redact_attributes(
    block: &[u8],
    replaced: &mut Replaced,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let mut fields = Fields::new(block, "query attributes");
    let count = usize::try_from(fields.lenenc().ok()?.min(0xFFFF)).ok()?;
    fields.lenenc().ok()?;
    let read = Read::from(fields, block.len(), count, true, &[])?;
    let rewritten = read.rewrite(block, &[], |index, value, parameter| {
        let name = read.name(index).unwrap_or_default();
        replace_attribute(value, parameter, name, replaced, pass)
    });
    rewritten.ok().flatten()
}

/// The head of an execution's parameters, read.
pub(super) struct Read<'a> {
    pub(super) types: Vec<ParameterType>,
    /// Those that have names: the attributes, behind what the statement asks for.
    named: Vec<(usize, &'a [u8])>,
    nulls: Vec<u8>,
    /// Where the values begin.
    values: usize,
}

/// Reads it for a statement of `count` parameters, of the `known` types when none are sent.
pub(super) fn read<'a>(
    execute: &Execute<'a>,
    count: usize,
    known: &[ParameterType],
) -> Option<Read<'a>> {
    let whole = execute.parameters.len();
    let mut fields = Fields::new(execute.parameters, "execute parameters");
    let named = execute.flags & PARAMETER_COUNT_AVAILABLE != 0;
    let count = if named {
        usize::try_from(fields.lenenc().ok()?.min(0xFFFF)).ok()?
    } else {
        count
    };
    Read::from(fields, whole, count, named, known)
}

/// The types of so many parameters; `named` gets the names that stand with them.
fn types<'a>(
    fields: &mut Fields<'a>,
    count: usize,
    mut named: Option<&mut Vec<(usize, &'a [u8])>>,
) -> Option<Vec<ParameterType>> {
    (0..count)
        .map(|index| {
            let [column_type, flag] = fields.array().ok()?;
            if let Some(named) = &mut named {
                let name = fields.string().ok()?;
                if !name.is_empty() {
                    named.push((index, name));
                }
            }
            Some(ParameterType {
                column_type: ColumnType(column_type),
                unsigned: flag & 0x80 != 0,
            })
        })
        .collect()
}

impl<'a> Read<'a> {
    /// Reads what follows the number of parameters in `fields`, which began with `whole` bytes.
    fn from(
        mut fields: Fields<'a>,
        whole: usize,
        count: usize,
        with_names: bool,
        known: &[ParameterType],
    ) -> Option<Self> {
        let mut read = Self {
            types: Vec::new(),
            named: Vec::new(),
            nulls: Vec::new(),
            values: whole - fields.rest().len(),
        };
        if count == 0 {
            return Some(read);
        }
        read.nulls = fields.take(count.div_ceil(8)).ok()?.to_vec();
        read.types = match fields.u8().ok()? {
            1 => types(&mut fields, count, with_names.then_some(&mut read.named))?,
            _ if known.len() >= count => known.iter().take(count).copied().collect(),
            _ => return None,
        };
        read.values = whole - fields.rest().len();
        Some(read)
    }

    /// The values as texts, as far as they can be read.
    fn texts(&self, parameters: &[u8], long_data: &[u16]) -> Vec<Option<Vec<u8>>> {
        let mut texts = vec![None; self.types.len()];
        // an error is met again by whoever rewrites them
        let _ = self.rewrite(parameters, long_data, |index, value, _| {
            if let Some(text) = texts.get_mut(index) {
                *text = value.to_text();
            }
            None
        });
        texts
    }

    /// The name of the parameter at this place, which makes it an attribute.
    fn name(&self, index: usize) -> Option<&'a [u8]> {
        let named = self.named.iter().find(|(at, _)| *at == index);
        named.map(|(_, name)| *name)
    }

    /// The parameters with what `replace` puts in their places, given each one's place from 0; an error:
    /// the values do not fit their types.
    pub(super) fn rewrite(
        &self,
        parameters: &[u8],
        long_data: &[u16],
        mut replace: impl FnMut(usize, &Value, ParameterType) -> Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, ()> {
        let whole = parameters.len();
        let mut edits = Edits::of(parameters);
        let mut fields = Fields::new(parameters, "execute parameters");
        fields.take(self.values).map_err(|_| ())?;
        for (index, parameter) in self.types.iter().enumerate() {
            let is_null = self
                .nulls
                .get(index / 8)
                .is_some_and(|byte| byte >> (index % 8) & 1 == 1);
            if is_null || u16::try_from(index).is_ok_and(|index| long_data.contains(&index)) {
                continue;
            }
            let (value, range) = next_binary(
                &mut fields,
                whole,
                parameter.column_type,
                parameter.unsigned,
            )
            .ok_or(())?;
            if let Some(new) = replace(index, &value, *parameter) {
                edits.put(range, &new);
            }
        }
        if fields.rest().is_empty() {
            Ok(edits.finish())
        } else {
            Err(())
        }
    }
}

impl Prepared {
    /// The rules for its parameters in an execution with these texts: some are values of settings whose names stand
    /// beside them.
    fn rules_beside(&self, texts: &[Option<Vec<u8>>], pass: &mut Pass) -> Cow<'_, [Option<usize>]> {
        let mut rules = Cow::Borrowed(&self.parameters[..]);
        for (value, name) in &self.named {
            let name = texts.get(*name).and_then(Option::as_deref);
            let told =
                name.and_then(|name| pairs::rules(name, |table| &mut table.parameters, pass).text);
            if told.is_some()
                && let Some(rule) = rules.to_mut().get_mut(*value)
            {
                *rule = rule.or(told);
            }
        }
        rules
    }
}

/// What takes the place of one parameter, encoded.
fn replace(
    value: &Value,
    parameter: ParameterType,
    rule: Option<usize>,
    index: usize,
    replaced: &mut Replaced,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let rules = ValueRules {
        text: rule,
        number: rule.filter(|rule| pass.takes_numbers(*rule)),
    };
    let place = Place::Parameter(index + 1);
    let (old, new, encoded) = replace_binary(value, parameter.column_type, rules, place, pass)?;
    replaced.push((old, new));
    Some(encoded)
}

/// What takes the place of an attribute of this name, encoded.
fn replace_attribute(
    value: &Value,
    parameter: ParameterType,
    name: &[u8],
    replaced: &mut Replaced,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let rules = ValueRules {
        text: pass.rule(|table| &mut table.parameters.plain, name, false),
        number: pass.rule(|table| &mut table.parameters.plain, name, true),
    };
    let place = Place::Attribute(name);
    let (old, new, encoded) = replace_binary(value, parameter.column_type, rules, place, pass)?;
    replaced.push((old, new));
    Some(encoded)
}

/// Replaces the secrets of a bulk execution: rows of parameters, each value after a byte that says
/// whether there is one.
pub(super) fn redact_bulk(
    payload: &mut Vec<u8>,
    statement: &mut Prepared,
    replaced: &mut Replaced,
    pass: &mut Pass,
) {
    let takes = statement.parameters.iter().any(Option::is_some);
    match bulk(payload, statement, replaced, pass) {
        Some(Some(new)) => *payload = new,
        Some(None) => {}
        None => blank_or_detect(payload, BULK_HEAD, takes, pass),
    }
}

/// The new payload, if anything changes; `None`: it cannot be read.
fn bulk(
    payload: &[u8],
    statement: &mut Prepared,
    replaced: &mut Replaced,
    pass: &mut Pass,
) -> Option<Option<Vec<u8>>> {
    let whole = payload.len();
    let mut fields = Fields::new(payload, "bulk execution");
    fields.take(BULK_HEAD - 2).ok()?;
    let flags = fields.u16().ok()?;
    let count = statement.parameters.len();
    if flags & BULK_SENDS_TYPES != 0 {
        statement.types = types(&mut fields, count, None)?;
    }
    if statement.types.len() < count || count == 0 {
        return None;
    }
    let mut edits = Edits::of(payload);
    let mut row = Vec::with_capacity(count);
    while !fields.rest().is_empty() {
        row.clear();
        let mut texts = vec![None; count];
        for (index, parameter) in statement.types.iter().enumerate().take(count) {
            if fields.u8().ok()? != 0 {
                continue;
            }
            let (value, range) = next_binary(
                &mut fields,
                whole,
                parameter.column_type,
                parameter.unsigned,
            )?;
            if let Some(text) = texts.get_mut(index).filter(|_| !statement.named.is_empty()) {
                *text = value.to_text();
            }
            row.push((index, parameter, value, range));
        }
        let rules = statement.rules_beside(&texts, pass);
        for (index, parameter, value, range) in row.drain(..) {
            let rule = rules.get(index).copied().flatten();
            if let Some(new) = replace(&value, *parameter, rule, index, replaced, pass) {
                edits.put(range, &new);
            }
        }
    }
    Some(edits.finish())
}

/// Replaces the secrets in a piece of a parameter that is sent ahead. Of a secret sent in several pieces
/// the first has the pseudonym of that piece, the others are emptied.
pub(super) fn redact_long_data(payload: &mut Vec<u8>, statement: &mut Prepared, pass: &mut Pass) {
    let Some(&[low, high]) = payload
        .get(LONG_DATA_HEAD - 2..LONG_DATA_HEAD)
        .and_then(<[u8]>::first_chunk)
    else {
        return;
    };
    let parameter = u16::from_le_bytes([low, high]);
    let begun = statement.long_data.contains(&parameter);
    if !begun {
        statement.long_data.push(parameter);
    }
    let index = usize::from(parameter);
    let Some(rule) = statement.parameters.get(index).copied().flatten() else {
        let document = payload.get(LONG_DATA_HEAD..).unwrap_or_default();
        if let Some(new) = inside::redact(document, pass) {
            payload.truncate(LONG_DATA_HEAD);
            payload.extend_from_slice(&new);
        }
        let data = payload.get_mut(LONG_DATA_HEAD..).unwrap_or_default();
        detect::redact(data, Neighbours::Text, pass);
        return;
    };
    let piece = payload.get(LONG_DATA_HEAD..).unwrap_or_default();
    if let Some(new) = pass.replace(rule, piece, Place::Parameter(index + 1)) {
        payload.truncate(LONG_DATA_HEAD);
        if !begun {
            payload.extend_from_slice(&new);
        }
    }
}

fn blank_or_detect(payload: &mut [u8], head: usize, takes: bool, pass: &mut Pass) {
    if takes {
        blank_from(payload, head, pass);
    } else {
        detect::redact(
            payload.get_mut(head..).unwrap_or_default(),
            Neighbours::Binary,
            pass,
        );
    }
}

/// Blanks what nobody can read, when rules look at parameters at all.
pub(super) fn blank_from(payload: &mut [u8], head: usize, pass: &mut Pass) {
    let parameters = payload.get_mut(head..).unwrap_or_default();
    let Some(rule) = pass.first_parameter_rule() else {
        detect::redact(parameters, Neighbours::Binary, pass);
        return;
    };
    if parameters.iter().any(|byte| *byte != 0) {
        let after = vec![0; parameters.len()];
        pass.hit(rule, parameters, after, Place::UnknownParameters);
        parameters.fill(0);
    }
}
