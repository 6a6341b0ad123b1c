//! What every part of redaction works with: the rules by place, the pseudonyms, and the count of hits.

use std::fmt;

use rustc_hash::FxHashSet;

use super::detect::Detectors;
use super::name::Names;
use super::pseudonym::{Pseudonyms, Remembered};
use super::rules::{Action, Rules};
use super::shape::{is_replaced, is_unmarked_shape};
use super::table::Table;
use crate::filter::{Candidate, Filter};

/// How deep texts that stand in each other are looked into: a URL in a query, JSON in a field, SQL in SQL.
const MOST_NESTED: u8 = 4;

/// The state of a redactor while it goes through exchanges.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) table: Table,
    pub(super) detectors: Detectors,
    pub(super) pseudonyms: Pseudonyms,
    remembered: Remembered,
    rules: Vec<Compiled>,
    /// Operations in which the detectors find nothing.
    pub(super) clean_operations: FxHashSet<Box<str>>,
    /// Which rules hold for the exchange at hand.
    on: Vec<bool>,
    /// Whether anything of the exchange at hand was replaced.
    pub(super) changed: bool,
    /// The same values are gone through again: nothing is counted.
    pub(super) quiet: bool,
    /// The exchange was redacted before: what cannot be told from a pseudonym is taken for one.
    pub(super) redacted_before: bool,
    /// The end of something coded was left out, because it is too much to look at.
    pub(super) over_cap: bool,
    /// Which half of the exchange is gone through.
    pub(super) half: &'static str,
    /// How many texts stand around the one that is looked into.
    nested: u8,
    /// What was replaced, for whoever wants to see it.
    pub(super) seen: Option<Vec<Hit>>,
}

/// A rule as it is used.
#[derive(Debug)]
struct Compiled {
    name: String,
    action: Action,
    filter: Option<Filter>,
    numbers: bool,
    built_in: bool,
    hits: u64,
}

/// One value that a rule replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule's name.
    pub rule: String,
    /// Where the value stood: `request header authorization`, `answer column token`.
    pub place: String,
    /// The value, decoded.
    pub before: Vec<u8>,
    /// What took its place.
    pub after: Vec<u8>,
}

/// Where a value stands, for people.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Header(&'a [u8]),
    Cookie(&'a [u8]),
    Query(&'a [u8]),
    Form(&'a [u8]),
    Page(&'a [u8]),
    /// In a document of XML.
    Element(&'a [u8]),
    /// Before the host of a URL.
    UrlPassword,
    Json(&'a [u8]),
    Segment(usize),
    Literal(&'a [u8]),
    Parameter(usize),
    /// Of a query.
    Attribute(&'a [u8]),
    Column(&'a [u8]),
    /// Of a statement whose text was not seen.
    UnknownParameters,
    /// Sent by the client for LOAD DATA.
    File,
    Authentication,
    Text,
}

impl Pass {
    pub(super) fn new(rules: &Rules, pseudonyms: Pseudonyms) -> Self {
        let compiled: Vec<Compiled> = rules
            .iter()
            .map(|rule| Compiled {
                name: rule.name.clone(),
                action: rule.action.clone(),
                filter: rule.filter.clone(),
                numbers: rule.numbers,
                built_in: rule.built_in,
                hits: 0,
            })
            .collect();
        Self {
            table: Table::new(rules),
            detectors: Detectors::new(rules),
            pseudonyms,
            remembered: Remembered::default(),
            on: vec![true; compiled.len()],
            rules: compiled,
            clean_operations: FxHashSet::default(),
            changed: false,
            quiet: false,
            redacted_before: false,
            over_cap: false,
            half: "",
            nested: 0,
            seen: None,
        }
    }

    /// Begins an exchange: sets which rules hold for it.
    pub(super) fn begin(&mut self, candidate: &Candidate<'_>) {
        self.changed = false;
        self.quiet = false;
        self.nested = 0;
        for (on, rule) in self.on.iter_mut().zip(&self.rules) {
            if let Some(filter) = &rule.filter {
                *on = filter.matches(candidate);
            }
        }
    }

    /// Begins something that belongs to no exchange: rules that hold for some do, exceptions do not.
    pub(super) fn begin_any(&mut self) {
        self.changed = false;
        self.quiet = false;
        self.nested = 0;
        for (on, rule) in self.on.iter_mut().zip(&self.rules) {
            *on = rule.filter.is_none() || rule.action != Action::Keep;
        }
    }

    /// Looks into a text that stands in another; `None` where it stands too deep.
    pub(super) fn inside(
        &mut self,
        look: impl FnOnce(&mut Self) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        if self.nested >= MOST_NESTED {
            return None;
        }
        self.nested += 1;
        let new = look(self);
        self.nested -= 1;
        new
    }

    /// The rule for a name in one of the table's places; `for_number`: only a rule that takes numbers.
    pub(super) fn rule(
        &mut self,
        names: impl FnOnce(&mut Table) -> &mut Names,
        name: &[u8],
        for_number: bool,
    ) -> Option<usize> {
        let (on, rules) = (&self.on, &self.rules);
        names(&mut self.table).rule(name, |rule| {
            on.get(rule) == Some(&true)
                && (!for_number || rules.get(rule).is_some_and(|rule| rule.numbers))
        })
    }

    /// Whether the rules that hold differ from exchange to exchange.
    pub(super) fn is_filtered(&self) -> bool {
        self.rules.iter().any(|rule| rule.filter.is_some())
    }

    pub(super) fn is_on(&self, rule: usize) -> bool {
        self.on.get(rule) == Some(&true)
    }

    /// The first rule that takes parameters of prepared statements; `None`: none does.
    pub(super) fn first_parameter_rule(&self) -> Option<usize> {
        self.parameter_rules().min()
    }

    /// The first rule, of those that did not come built in, that takes numbers among parameters.
    pub(super) fn own_number_rule(&self) -> Option<usize> {
        let own = |rule: &usize| self.rules.get(*rule).is_some_and(|rule| !rule.built_in);
        self.parameter_rules()
            .filter(|rule| own(rule) && self.takes_numbers(*rule))
            .min()
    }

    fn parameter_rules(&self) -> impl Iterator<Item = usize> {
        let of_columns = self.table.parameters.rules();
        let of_digests = self.table.digests.iter().map(|(_, rule)| *rule);
        let takes = |rule: &usize| {
            let keeps = |rule: &Compiled| rule.action == Action::Keep;
            self.is_on(*rule) && !self.rules.get(*rule).is_none_or(keeps)
        };
        of_columns.chain(of_digests).filter(takes)
    }

    pub(super) fn takes_numbers(&self, rule: usize) -> bool {
        self.rules.get(rule).is_some_and(|rule| rule.numbers)
    }

    /// What takes the place of a decoded text; `None` when it stays.
    pub(super) fn replace(
        &mut self,
        rule: usize,
        value: &[u8],
        place: Place<'_>,
    ) -> Option<Vec<u8>> {
        if value.is_empty() {
            return None;
        }
        let new = match self.rules.get(rule)?.action {
            Action::Keep => return None,
            Action::Pseudonym | Action::Shape if is_replaced(value) => return None,
            Action::Pseudonym => self.remembered.of(value, &self.pseudonyms),
            Action::Shape if self.redacted_before && is_unmarked_shape(value) => return None,
            Action::Shape => self.pseudonyms.shaped(value),
            Action::KeepLast4 => keep_last_4(value, b'*'),
            Action::Fixed(ref text) => text.clone().into_bytes(),
            Action::Drop => Vec::new(),
        };
        (new != value).then(|| self.hit(rule, value, new, place))
    }

    /// What takes the place of a text that may be a secret or none: a pseudonym of its shape, whatever the
    /// rule does to what it names; `None` when it stays.
    pub(super) fn hide(&mut self, rule: usize, value: &[u8], place: Place<'_>) -> Option<Vec<u8>> {
        let done = is_replaced(value) || (self.redacted_before && is_unmarked_shape(value));
        if value.is_empty() || done {
            return None;
        }
        let new = self.pseudonyms.shaped(value);
        (new != value).then(|| self.hit(rule, value, new, place))
    }

    /// What takes the place of a number, which stays one; `None` when it stays as it is.
    pub(super) fn replace_number(
        &mut self,
        rule: usize,
        number: &[u8],
        place: Place<'_>,
    ) -> Option<Vec<u8>> {
        let new = match self.rules.get(rule)?.action {
            Action::Keep => return None,
            Action::Pseudonym | Action::Shape if self.redacted_before => return None,
            Action::Pseudonym | Action::Shape => self.pseudonyms.digits(number),
            Action::KeepLast4 => keep_last_4(number, b'9'),
            Action::Fixed(ref text) if text.parse::<i64>().is_ok() => text.clone().into_bytes(),
            Action::Fixed(_) | Action::Drop => b"0".to_vec(),
        };
        (new != number).then(|| self.hit(rule, number, new, place))
    }

    /// What takes the place of a value whose length must stay.
    pub(super) fn replace_sized(
        &mut self,
        rule: usize,
        value: &[u8],
        place: Place<'_>,
    ) -> Option<Vec<u8>> {
        let mut new = match self.rules.get(rule)?.action {
            Action::Keep => return None,
            Action::Pseudonym | Action::Shape if is_replaced(value) => return None,
            Action::Pseudonym => self.pseudonyms.sized(value, value.len()),
            Action::Shape => {
                let new = self.pseudonyms.shaped(value);
                if new.len() == value.len() {
                    new
                } else {
                    self.pseudonyms.sized(value, value.len())
                }
            }
            Action::KeepLast4 => keep_last_4(value, b'*'),
            Action::Fixed(ref text) => text.clone().into_bytes(),
            Action::Drop => Vec::new(),
        };
        new.resize(value.len(), b'*');
        (new != value).then(|| self.hit(rule, value, new, place))
    }

    /// Counts a hit of a rule and notes it.
    pub(super) fn hit(
        &mut self,
        rule: usize,
        before: &[u8],
        after: Vec<u8>,
        place: Place<'_>,
    ) -> Vec<u8> {
        self.changed = true;
        let Some(rule) = self.rules.get_mut(rule).filter(|_| !self.quiet) else {
            return after;
        };
        rule.hits += 1;
        if let Some(seen) = &mut self.seen {
            seen.push(Hit {
                rule: rule.name.clone(),
                place: format!("{} {place}", self.half),
                before: before.to_vec(),
                after: after.clone(),
            });
        }
        after
    }

    /// Hits by rule, those that have any.
    pub(super) fn hits(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rules
            .iter()
            .filter(|rule| rule.hits > 0)
            .map(|rule| (rule.name.as_str(), rule.hits))
    }
}

/// The last four characters; of up to eight none, or half the value would be told.
fn keep_last_4(value: &[u8], mask: u8) -> Vec<u8> {
    let kept = if value.len() > 8 { 4 } else { 0 };
    let masked = value.len() - kept;
    value
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            let stays = place >= masked || (mask == b'9' && !byte.is_ascii_digit());
            if stays { *byte } else { mask }
        })
        .collect()
}

/// As a finding names it: `header authorization`.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Self::Header(name) => ("header", name),
            Self::Cookie(name) => ("cookie", name),
            Self::Query(name) => ("query key", name),
            Self::Form(name) => ("form field", name),
            Self::Page(name) => ("field of the page", name),
            Self::Element(name) => ("element", name),
            Self::UrlPassword => return f.write_str("password in a URL"),
            Self::Json(name) => ("JSON member", name),
            Self::Literal(name) => ("literal of column", name),
            Self::Attribute(name) => ("query attribute", name),
            Self::Column(name) => ("column", name),
            Self::Parameter(number) => return write!(f, "parameter {number}"),
            Self::UnknownParameters => {
                return f.write_str("parameters of a statement whose text was not seen");
            }
            Self::Segment(number) => return write!(f, "path segment {number}"),
            Self::File => return f.write_str("file that was loaded"),
            Self::Authentication => return f.write_str("authentication data"),
            Self::Text => return f.write_str("text"),
        };
        write!(f, "{kind} {}", String::from_utf8_lossy(name))
    }
}
