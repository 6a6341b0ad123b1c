//! Which values of an SQL statement rules take: by the column they are compared with, set or inserted
//! into, by the statement's digest, or because a word announces an account's password.

mod walk;

use std::ops::Range;

use crate::mysql::sql::{Token, TokenKind, tokens};
use crate::redact::Pass;
use crate::redact::edits::Edits;
use crate::redact::name::NamePattern;
use crate::redact::pass::Place;
use crate::redact::table::{Columns, Table};

use super::literal::{self, Literal};

/// What rules take of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Secrets {
    /// Values in its text, in order.
    literals: Vec<Secret>,
    /// The rule for each of its placeholders, in order.
    pub(super) parameters: Vec<Option<usize>>,
    /// The rule for a column that a file is loaded into.
    pub(super) file: Option<usize>,
    /// Values of it say what others are, so that its digest does not tell whether there are secrets.
    pub(super) told_by_values: bool,
    /// Rules took some because of the names of settings beside them.
    pub(super) by_name: bool,
    /// Placeholders that are values of settings, each with one that is the name of it.
    pub(super) named: Vec<(usize, usize)>,
}

/// A literal that a rule takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    range: Range<usize>,
    kind: TokenKind,
    rule: usize,
    /// The column, or what announces a password.
    name: Vec<u8>,
}

/// The rules for values of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ColumnRules<'a> {
    name: &'a [u8],
    text: Option<usize>,
    number: Option<usize>,
    parameter: Option<usize>,
}

impl Secrets {
    /// Finds them. `digest`: the statement's.
    pub(super) fn of(sql: &[u8], digest: &str, pass: &mut Pass) -> Self {
        Self::of_part(sql, digest, false, pass)
    }

    /// Finds those of a statement whose end may be missing.
    pub(super) fn of_part(sql: &[u8], digest: &str, is_part: bool, pass: &mut Pass) -> Self {
        let tokens: Vec<Token> = tokens(sql)
            .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
            .collect();
        let mut secrets = walk::walk(sql, &tokens, is_part, pass);
        secrets.told_by_values |= walk::is_about_json(sql, &tokens);
        secrets.add_by_digest(sql, &tokens, digest, pass);
        secrets.literals.sort_by_key(|secret| secret.range.start);
        secrets.literals.dedup_by_key(|secret| secret.range.start);
        secrets
    }

    /// Whether rules take none of the literals of any statement of its digest, nor of a file it loads.
    pub(super) const fn has_no_literals(&self) -> bool {
        self.literals.is_empty() && self.file.is_none() && !self.told_by_values
    }

    /// The statement with its literals replaced; `None` when none is. What was replaced by what goes to
    /// `replaced`.
    pub(super) fn redact(
        &self,
        sql: &[u8],
        replaced: &mut Vec<(Vec<u8>, Vec<u8>)>,
        pass: &mut Pass,
    ) -> Option<Vec<u8>> {
        let mut edits = Edits::of(sql);
        for secret in &self.literals {
            let token = sql.get(secret.range.clone())?;
            let place = Place::Literal(&secret.name);
            let value = match secret.kind {
                TokenKind::String => literal::of_string(token),
                _ => literal::of_number(token),
            };
            match value {
                Literal::Text(value) => {
                    if let Some(new) = pass.replace(secret.rule, &value, place) {
                        edits.put(secret.range.clone(), &literal::quote(&new));
                        replaced.push((value, new));
                    }
                }
                Literal::Number(number) => {
                    if let Some(new) = pass.replace_number(secret.rule, &number, place) {
                        edits.put(secret.range.clone(), &new);
                        replaced.push((number, new));
                    }
                }
            }
        }
        edits.finish()
    }

    /// Values that a rule takes by their place in statements of this digest.
    fn add_by_digest(&mut self, sql: &[u8], tokens: &[Token], digest: &str, pass: &Pass) {
        let digests = &pass.table.digests;
        for (pattern, rule) in digests
            .iter()
            .filter(|(pattern, rule)| pass.is_on(*rule) && pattern.matches(digest))
        {
            let mut position = 0;
            let mut parameter = 0;
            for token in tokens {
                if !matches!(
                    token.kind,
                    TokenKind::String | TokenKind::Number | TokenKind::Placeholder
                ) {
                    continue;
                }
                position += 1;
                let wanted = pattern.positions.is_empty() || pattern.positions.contains(&position);
                if token.kind == TokenKind::Placeholder {
                    if let Some(place) = self.parameters.get_mut(parameter).filter(|_| wanted) {
                        *place = Some(place.map_or(*rule, |other| other.min(*rule)));
                    }
                    parameter += 1;
                } else if wanted {
                    let text = sql.get(token.span.clone()).unwrap_or_default();
                    if token.kind == TokenKind::Number
                        && !text.contains(&b'\'')
                        && !pass.takes_numbers(*rule)
                    {
                        continue;
                    }
                    self.literals.push(Secret {
                        range: token.span.clone(),
                        kind: token.kind,
                        rule: *rule,
                        name: format!("(value {position})").into_bytes(),
                    });
                }
            }
        }
    }
}

/// The rule for a column in one kind of place. `is_table`: whether a pattern names a table at hand.
pub(super) fn column_rule(
    columns: impl Fn(&mut Table) -> &mut Columns,
    name: &[u8],
    for_number: bool,
    is_table: impl Fn(&NamePattern) -> bool,
    pass: &mut Pass,
) -> Option<usize> {
    let plain = pass.rule(|table| &mut columns(table).plain, name, for_number);
    let Columns { of_tables, .. } = columns(&mut pass.table);
    if of_tables.is_empty() {
        return plain;
    }
    let of_tables = std::mem::take(of_tables);
    let of_table = of_tables
        .iter()
        .find(|(table, column, rule)| {
            pass.is_on(*rule)
                && (!for_number || pass.takes_numbers(*rule))
                && column.matches(name)
                && is_table(table)
        })
        .map(|(_, _, rule)| *rule);
    columns(&mut pass.table).of_tables = of_tables;
    [plain, of_table].into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
