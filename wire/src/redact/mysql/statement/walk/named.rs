//! Statements about tables of settings, where one column says what another holds: `UPDATE settings SET value = 'x'
//! WHERE name = 'smtp_password'`. A value waits until the names beside it are known.

use rustc_hash::FxHashMap;

use super::Walk;
use crate::mysql::sql::TokenKind;
use crate::redact::Pass;
use crate::redact::mysql::literal::{self, Literal};
use crate::redact::mysql::pairs::{self, Column};
use crate::redact::mysql::statement::ColumnRules;
use crate::redact::table::{Columns, Table};

/// Pairs of parameters that are remembered of one statement; values beyond them count as secrets.
const MOST_PAIRS: usize = 4_096;
/// What a value is taken for whose name is not known.
const UNKNOWN: &[u8] = b"password";

/// A literal by its token, or a parameter by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Literal(usize),
    Parameter(usize),
}

/// Values and names of settings that the statement at hand has told so far.
#[derive(Debug, Default)]
pub(super) struct Settings<'a> {
    values: Vec<Value<'a>>,
    names: Vec<(Family, Given)>,
}

/// What a column of names and its column of values begin with, in lower case.
type Family = Vec<u8>;

/// A value of a column of values.
#[derive(Debug)]
struct Value<'a> {
    given: Given,
    column: &'a [u8],
    family: Family,
    alone: bool,
    /// Its name, where it has one to itself: `CASE name WHEN 'a' THEN 'x'`.
    named: Option<Given>,
}

/// What the names of one family tell.
#[derive(Debug, Default)]
struct Told {
    /// The first name that says that its value is a secret.
    secret: Option<Given>,
    parameters: Vec<usize>,
}

impl<'a> Walk<'a, '_> {
    /// Notes a literal or a parameter of a column of settings. `named`: its name, if it has one to itself.
    pub(super) fn hold(
        &mut self,
        given: Given,
        rules: ColumnRules<'a>,
        alone: bool,
        named: Option<Given>,
    ) {
        let taken = match given {
            Given::Literal(_) => rules.text.is_some(),
            Given::Parameter(_) => rules.parameter.is_some(),
        };
        if taken {
            return;
        }
        match pairs::column(rules.name) {
            Some((Column::Values, family)) => self.settings.values.push(Value {
                given,
                column: rules.name,
                family: family.to_ascii_lowercase(),
                alone,
                named,
            }),
            Some((Column::Names, family)) => {
                self.settings
                    .names
                    .push((family.to_ascii_lowercase(), given));
            }
            None => {}
        }
    }

    /// How much of the settings is told, for [`Self::settle_row`].
    pub(super) const fn told(&self) -> (usize, usize) {
        (self.settings.values.len(), self.settings.names.len())
    }

    /// The row that began with so much told is over. Its names hold for what follows the rows, too:
    /// `ON DUPLICATE KEY UPDATE value = 'x'`.
    pub(super) fn settle_row(&mut self, (values, names): (usize, usize)) {
        if self.settings.values.len() == values {
            return;
        }
        let values = self.settings.values.split_off(values);
        let names = self.settings.names.split_off(names);
        let is_pair = pairs::pair(self.columns.iter().copied()).is_some();
        self.settle(values, &names, self.is_part && is_pair);
        self.settings.names.extend(names);
    }

    /// The statement is over.
    pub(super) fn settle_statement(&mut self) {
        let settings = std::mem::take(&mut self.settings);
        self.settle(settings.values, &settings.names, self.is_part);
    }

    /// Takes the values that names tell to be secrets. `is_part`: the names of others may be missing.
    fn settle(&mut self, values: Vec<Value<'a>>, names: &[(Family, Given)], is_part: bool) {
        if values.is_empty() {
            return;
        }
        let mut told: FxHashMap<&[u8], Told> = FxHashMap::default();
        for (family, given) in names {
            let says_secret = self.says_secret(*given);
            // the end of a name that says nothing may be missing
            if !says_secret && self.is_cut(*given) {
                continue;
            }
            let told = told.entry(family).or_default();
            match *given {
                Given::Parameter(place) => told.parameters.push(place),
                Given::Literal(_) if says_secret => told.secret = told.secret.or(Some(*given)),
                Given::Literal(_) => {}
            }
        }
        for value in values {
            let own = value.named.map(|named| Told {
                secret: self.says_secret(named).then_some(named),
                parameters: match named {
                    Given::Parameter(place) => vec![place],
                    Given::Literal(_) => Vec::new(),
                },
            });
            match own.as_ref().or_else(|| told.get(&*value.family)) {
                Some(told) => {
                    self.secrets.told_by_values = true;
                    self.settle_value(&value, told);
                }
                None if is_part => {
                    let (text, number) = self.rules_named(UNKNOWN, value.given);
                    self.take(&value, text, number);
                }
                None => {}
            }
        }
    }

    fn settle_value(&mut self, value: &Value<'a>, told: &Told) {
        if let Some(name) = told.secret.and_then(|secret| self.name_of(secret)) {
            let (text, number) = self.rules_named(&name, value.given);
            self.take(value, text, number);
        } else if let Given::Parameter(place) = value.given {
            if self.secrets.named.len() + told.parameters.len() > MOST_PAIRS {
                let (text, number) = self.rules_named(UNKNOWN, value.given);
                self.take(value, text, number);
                return;
            }
            let pairs = told.parameters.iter().map(|name| (place, *name));
            self.secrets.named.extend(pairs);
        }
    }

    fn take(&mut self, value: &Value<'a>, text: Option<usize>, number: Option<usize>) {
        self.secrets.by_name |= text.is_some();
        match value.given {
            Given::Literal(at) => {
                let rules = ColumnRules {
                    name: value.column,
                    text,
                    number,
                    parameter: None,
                };
                self.value(at, rules, value.alone);
            }
            Given::Parameter(place) => {
                if let Some(rule) = self.secrets.parameters.get_mut(place) {
                    *rule = rule.or(text);
                }
            }
        }
    }

    /// The rules for the value of this name, for texts and for numbers.
    fn rules_named(&mut self, name: &[u8], value: Given) -> (Option<usize>, Option<usize>) {
        let rules = pairs::rules(name, columns_of(value), self.pass);
        (rules.text, rules.number)
    }

    fn says_secret(&mut self, name: Given) -> bool {
        let Some(name) = self.name_of(name) else {
            return false;
        };
        let takes = |given, pass: &mut Pass| pairs::rules(&name, columns_of(given), pass).text;
        takes(Given::Literal(0), self.pass).is_some()
            || takes(Given::Parameter(0), self.pass).is_some()
    }

    /// What a literal says that is a name.
    fn name_of(&self, name: Given) -> Option<Vec<u8>> {
        let Given::Literal(at) = name else {
            return None;
        };
        let is_text = self.kind(at) == Some(TokenKind::String);
        match literal::of_string(self.text(at)) {
            Literal::Text(name) if is_text => Some(name),
            _ => None,
        }
    }

    /// Whether it is the end of a statement of which there is only a part.
    fn is_cut(&self, name: Given) -> bool {
        self.is_part && matches!(name, Given::Literal(at) if at + 1 == self.tokens.len())
    }
}

/// Where the rules for a value look.
const fn columns_of(value: Given) -> fn(&mut Table) -> &mut Columns {
    match value {
        Given::Literal(_) => |table| &mut table.literals,
        Given::Parameter(_) => |table| &mut table.parameters,
    }
}
