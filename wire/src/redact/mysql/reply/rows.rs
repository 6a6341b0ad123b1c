//! Rows of both protocols, their values replaced by the rules of their columns.

use std::ops::Range;

use crate::mysql::fields::{Fields, put_string};
use crate::mysql::{ColumnDefinition, ColumnType, Value, decode_text_row};
use crate::redact::Pass;
use crate::redact::detect::{self, Neighbours};
use crate::redact::edits::Edits;
use crate::redact::mysql::statement::column_rule;
use crate::redact::mysql::value::{ValueRules, next_binary, replace_binary, replace_text};
use crate::redact::mysql::{pairs, redact_text};
use crate::redact::pass::Place;

/// A column of rows, as far as redaction needs it.
#[derive(Clone, Debug)]
pub(in crate::redact::mysql) struct Column {
    definition: ColumnDefinition,
    rules: ValueRules,
    /// Its values are statements.
    holds_sql: bool,
    /// The column of the row whose value names this one's.
    named_by: Option<usize>,
}

/// Where servers tell what statements others execute: the process list, InnoDB's transactions, the performance
/// schema, the general and the slow log.
const SQL_COLUMNS: [&[u8]; 7] = [
    b"info",
    b"trx_query",
    b"sql_text",
    b"argument",
    b"current_statement",
    b"last_statement",
    b"query_sample_text",
];

fn holds_sql(name: &[u8]) -> bool {
    SQL_COLUMNS
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

impl Column {
    fn new(definition: ColumnDefinition, pass: &mut Pass) -> Self {
        let rules = ValueRules {
            text: rule_of(&definition, false, pass),
            number: rule_of(&definition, true, pass),
        };
        Self {
            holds_sql: holds_sql(&definition.org_name) || holds_sql(&definition.name),
            named_by: None,
            definition,
            rules,
        }
    }

    /// The columns of these definitions.
    pub(super) fn all(definitions: Vec<ColumnDefinition>, pass: &mut Pass) -> Vec<Self> {
        let pair = pairs::pair(definitions.iter().map(|definition| &*definition.name));
        let mut columns: Vec<Self> = definitions
            .into_iter()
            .map(|definition| Self::new(definition, pass))
            .collect();
        if let Some((value, name)) = pair
            && let Some(column) = columns.get_mut(value)
        {
            column.named_by = Some(name);
        }
        columns
    }

    pub(super) fn is_taken(&self) -> bool {
        self.holds_sql || self.named_by.is_some() || self.rules != ValueRules::default()
    }

    /// The rules for one of its values, in a row with these texts.
    fn rules_beside(&self, row: &[Option<&[u8]>], pass: &mut Pass) -> ValueRules {
        match self.named_by.and_then(|name| *row.get(name)?) {
            Some(name) if self.rules == ValueRules::default() => {
                pairs::rules(name, |table| &mut table.rows, pass)
            }
            _ => self.rules,
        }
    }

    /// Whether bytes of its names are missing: holes read as zeros.
    pub(super) fn is_damaged(&self) -> bool {
        let names = [&self.definition.name, &self.definition.org_name];
        names.into_iter().any(|name| name.contains(&0))
    }

    /// What takes the place of one of its values as text, which these rules are for; `None` when it stays.
    fn redact_text(&self, value: &[u8], rules: ValueRules, pass: &mut Pass) -> Option<Vec<u8>> {
        let place = Place::Column(&self.definition.name);
        if self.is_number() && rules != ValueRules::default() {
            return rules
                .number
                .and_then(|rule| pass.replace_number(rule, value, place));
        }
        let sql = (self.holds_sql && rules.text.is_none())
            .then(|| redact_text(value, pass))
            .flatten();
        let rest = replace_text(sql.as_deref().unwrap_or(value), rules, place, pass);
        rest.or(sql)
    }

    fn is_number(&self) -> bool {
        matches!(
            self.definition.column_type,
            ColumnType::TINY
                | ColumnType::SHORT
                | ColumnType::LONG
                | ColumnType::LONGLONG
                | ColumnType::INT24
                | ColumnType::YEAR
                | ColumnType::FLOAT
                | ColumnType::DOUBLE
                | ColumnType::DECIMAL
                | ColumnType::NEWDECIMAL
        )
    }
}

/// The rule for a column: by the name the query gave it, or its own.
fn rule_of(column: &ColumnDefinition, for_number: bool, pass: &mut Pass) -> Option<usize> {
    let mut of = |name: &[u8]| {
        column_rule(
            |table| &mut table.rows,
            name,
            for_number,
            |table| table.matches(&column.table) || table.matches(&column.org_table),
            pass,
        )
    };
    [of(&column.name), of(&column.org_name)]
        .into_iter()
        .flatten()
        .min()
}

/// Whether a rule may be about the column of this definition.
pub(super) fn may_have_rule(definition: &[u8], pass: &mut Pass) -> bool {
    if !pass.table.rows.of_tables.is_empty() {
        return true;
    }
    let mut fields = Fields::new(definition, "column definition");
    // Catalog, schema, and both names of the table.
    let skipped = (0..4).try_for_each(|_| fields.string().map(|_| ()));
    let names = skipped.and_then(|()| Ok([fields.string()?, fields.string()?]));
    names.is_ok_and(|names| {
        names.into_iter().any(|name| {
            let rule = pass.rule(|table| &mut table.rows.plain, name, false);
            rule.is_some() || holds_sql(name) || pairs::may_hold_values(name)
        })
    })
}

/// A row of the text protocol with its secrets replaced; `None` when there are none.
pub(super) fn text_row(payload: &[u8], columns: &[Column], pass: &mut Pass) -> Option<Vec<u8>> {
    let whole = payload.len();
    let mut edits = Edits::of(payload);
    let mut fields = Fields::new(payload, "text row");
    let texts = texts_of(payload, columns);
    for number in 0.. {
        let start = whole - fields.rest().len();
        let Ok(value) = fields.string_or_null() else {
            break;
        };
        let Some(value) = value else { continue };
        let end = whole - fields.rest().len();
        let new = match columns.get(number) {
            Some(column) => {
                let rules = column.rules_beside(&texts, pass);
                column.redact_text(value, rules, pass)
            }
            None => replace_text(value, ValueRules::default(), Place::Text, pass),
        };
        if let Some(new) = new {
            let mut encoded = Vec::new();
            put_string(&mut encoded, &new);
            edits.put(start..end, &encoded);
        }
    }
    edits.finish()
}

/// The texts of a row, where one tells what another is.
fn texts_of<'a>(payload: &'a [u8], columns: &[Column]) -> Vec<Option<&'a [u8]>> {
    let named = columns.iter().any(|column| column.named_by.is_some());
    let texts = named.then(|| decode_text_row(payload, columns.len()).ok());
    texts.flatten().unwrap_or_default()
}

/// The values of a row as texts, with those that are secrets replaced.
pub(in crate::redact) fn row_of_texts(
    definitions: &[ColumnDefinition],
    row: &mut [Option<Vec<u8>>],
    pass: &mut Pass,
) {
    let columns = Column::all(definitions.to_vec(), pass);
    let texts: Vec<Option<&[u8]>> = row.iter().map(Option::as_deref).collect();
    let pairs = columns.iter().zip(&texts);
    let new: Vec<Option<Vec<u8>>> = pairs
        .map(|(column, text)| {
            let rules = column.rules_beside(&texts, pass);
            column.redact_text((*text)?, rules, pass)
        })
        .collect();
    for (value, new) in row.iter_mut().zip(new) {
        if new.is_some() {
            *value = new;
        }
    }
}

/// A row of the binary protocol with its secrets replaced; `None` when there are none. Where the columns
/// are not known detectors look at the bytes.
pub(super) fn binary_row(payload: &[u8], columns: &[Column], pass: &mut Pass) -> Option<Vec<u8>> {
    let whole = payload.len();
    let mut edits = Edits::of(payload);
    let mut fields = Fields::new(payload, "binary row");
    let nulls = fields
        .u8()
        .and_then(|_| fields.take((columns.len() + 2).div_ceil(8)));
    let (Ok(nulls), false) = (nulls, columns.is_empty()) else {
        let mut bytes = payload.to_vec();
        return detect::redact(&mut bytes, Neighbours::Binary, pass).then_some(bytes);
    };
    let mut values: Vec<(&Column, Value, Range<usize>)> = Vec::with_capacity(columns.len());
    let mut names: Vec<Option<Vec<u8>>> = Vec::new();
    let has_names = columns.iter().any(|column| column.named_by.is_some());
    for (index, column) in columns.iter().enumerate() {
        let bit = index + 2;
        names.extend(has_names.then_some(None));
        if nulls
            .get(bit / 8)
            .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
        {
            continue;
        }
        let definition = &column.definition;
        let Some((value, range)) = next_binary(
            &mut fields,
            whole,
            definition.column_type,
            definition.unsigned(),
        ) else {
            break;
        };
        if let Some(text) = names.last_mut() {
            *text = value.to_text();
        }
        values.push((column, value, range));
    }
    let texts: Vec<Option<&[u8]>> = names.iter().map(Option::as_deref).collect();
    for (column, value, range) in values {
        let rules = column.rules_beside(&texts, pass);
        let Column { definition, .. } = column;
        let place = Place::Column(&definition.name);
        if let Some((_, _, encoded)) =
            replace_binary(&value, definition.column_type, rules, place, pass)
        {
            edits.put(range, &encoded);
        }
    }
    edits.finish()
}
