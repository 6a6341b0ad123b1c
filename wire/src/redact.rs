//! Redaction: secrets are replaced before anything is written to disk. Equal values get equal
//! pseudonyms wherever they stand, so sessions still hang together; without the key nobody can try
//! values out. Only what holds a secret is rewritten, and its framing is put right.

mod detect;
mod form;
mod html;
mod http;
mod json;
mod keys;
mod mysql;
mod pseudonym;
#[cfg(test)]
mod tests;
mod url;

use std::collections::BTreeMap;

use crate::{Exchange, Flags, Protocol};

pub use pseudonym::{RedactionKey, find_pseudonyms, is_pseudonym};

use pseudonym::Pseudonyms;

/// Which rules are on. The default is the product's: everything that is a credential by its name or
/// its shape; personal data and SQL literals by choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Authorization, cookies, API-key headers; password, secret and token keys in query, form and JSON.
    pub credentials: bool,
    /// `IDENTIFIED BY`, `SET PASSWORD`, and the authentication data of COM_CHANGE_USER.
    pub mysql_authentication: bool,
    /// Payment cards by shape and check digit, JWTs, cloud keys, private keys.
    pub detectors: bool,
    /// E-mail addresses.
    pub email: bool,
    /// International bank account numbers, by shape and check digits.
    pub iban: bool,
    /// Every string in SQL text.
    pub sql_literals: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            credentials: true,
            mysql_authentication: true,
            detectors: true,
            email: false,
            iban: false,
            sql_literals: false,
        }
    }
}

/// Rewrites exchanges by the rules and counts every hit.
#[derive(Debug)]
pub struct Redactor {
    rules: Rules,
    pseudonyms: Pseudonyms,
    hits: BTreeMap<String, u64>,
}

/// What one rewriting pass works with: the pseudonyms and a count of hits by rule.
struct Pass<'a> {
    pseudonyms: &'a Pseudonyms,
    hits: &'a mut BTreeMap<String, u64>,
    changed: bool,
}

impl Redactor {
    /// A redactor whose pseudonyms come from `key`.
    pub fn new(key: &RedactionKey, rules: Rules) -> Self {
        Self {
            rules,
            pseudonyms: Pseudonyms::new(key),
            hits: BTreeMap::new(),
        }
    }

    /// Replaces the secrets of one exchange and marks it when there were any.
    pub fn redact(&mut self, exchange: &mut Exchange) {
        let mut pass = Pass {
            pseudonyms: &self.pseudonyms,
            hits: &mut self.hits,
            changed: false,
        };
        match exchange.protocol {
            Protocol::Http => http::redact(exchange, &self.rules, &mut pass),
            Protocol::Mysql => mysql::redact(exchange, &self.rules, &mut pass),
        }
        if pass.changed {
            exchange.flags |= Flags::REDACTED;
        }
    }

    /// How often each rule hit so far.
    pub const fn hits(&self) -> &BTreeMap<String, u64> {
        &self.hits
    }
}

impl Pass<'_> {
    fn hit(&mut self, rule: &'static str) {
        self.changed = true;
        match self.hits.get_mut(rule) {
            Some(count) => *count += 1,
            None => {
                self.hits.insert(rule.to_owned(), 1);
            }
        }
    }

    /// The pseudonym of a decoded value, counted; `None` when there is nothing to hide.
    fn replace(&mut self, rule: &'static str, value: &[u8]) -> Option<String> {
        if value.is_empty() || is_pseudonym(value) {
            return None;
        }
        self.hit(rule);
        Some(self.pseudonyms.of(value))
    }
}
