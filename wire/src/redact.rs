//! Redaction: secrets are replaced before anything is written to disk. Equal values get equal
//! pseudonyms wherever they stand, so sessions still hang together; without the key nobody can try
//! values out. Only what holds a secret is rewritten, and its framing is put right.

mod answer;
mod base64;
mod deflated;
mod detect;
mod disposition;
pub(crate) mod edits;
mod form;
mod html;
mod http;
mod inside;
mod json;
mod multipart;
mod mysql;
pub(crate) mod name;
mod pass;
mod php;
mod pseudonym;
mod rules;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod url;
mod xml;

use std::collections::BTreeMap;

use crate::filter::Candidate;
use crate::mysql::Session;
use crate::{Exchange, Flags, Protocol};

pub use pass::Hit;
pub use pseudonym::{RedactionKey, find_pseudonyms, is_pseudonym, without_filling};
pub use rules::{Action, Detector, Rule, Rules, RulesError, Target};

use mysql::Memory;
use pass::Pass;
use pseudonym::Pseudonyms;
pub(crate) use url::decode;

/// Which secrets to replace before anything is stored, and the key that their pseudonyms come from.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Kept outside the file.
    pub key: RedactionKey,
    /// What counts as a secret.
    pub rules: Rules,
}

/// Rewrites exchanges by the rules and counts every hit.
///
/// ```
/// use reprise_wire::redact::{Redactor, RedactionKey, Rules};
///
/// let rules = Rules::parse("[[rule]]\nname = \"customer\"\njson = [\"$.user.email\"]\naction = \"shape\"")?;
/// let redactor = Redactor::new(&RedactionKey::new([7; 32]), &rules);
/// assert!(redactor.hits().is_empty());
/// # Ok::<(), reprise_wire::redact::RulesError>(())
/// ```
#[derive(Debug)]
pub struct Redactor {
    pass: Pass,
    memory: Memory,
}

impl Redactor {
    /// A redactor whose pseudonyms come from `key`.
    pub fn new(key: &RedactionKey, rules: &Rules) -> Self {
        Self {
            pass: Pass::new(rules, Pseudonyms::new(key)),
            memory: Memory::default(),
        }
    }

    /// Replaces the secrets of one exchange and marks it when there were any. The exchanges of one
    /// `connection` come in their order: what a MySQL statement was prepared from says which of its
    /// parameters are secrets.
    pub fn redact(&mut self, connection: u64, exchange: &mut Exchange) {
        let pass = &mut self.pass;
        pass.begin(&Candidate::from(&*exchange));
        match exchange.protocol {
            Protocol::Http => http::redact(exchange, pass),
            Protocol::Mysql => mysql::redact(exchange, connection, &mut self.memory, pass),
        }
        if pass.changed {
            exchange.flags |= Flags::REDACTED;
        }
    }

    /// Replaces the secrets of a JSON text that is kept beside exchanges, such as what a login said.
    fn redact_json(&mut self, text: &str) -> String {
        self.pass.half = "session";
        let named = json::redact(text.as_bytes(), &mut self.pass);
        let mut bytes = named.unwrap_or_else(|| text.as_bytes().to_vec());
        detect::redact(&mut bytes, detect::Neighbours::Text, &mut self.pass);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Replaces the secrets of what is kept beside the exchanges of a MySQL connection.
    pub fn redact_session(&mut self, session: &mut Session) {
        self.pass.half = "session";
        for sql in session.state.prepared.values_mut() {
            if let Some(redacted) = mysql::redact_text(sql.as_bytes(), &mut self.pass) {
                *sql = String::from_utf8_lossy(&redacted).into_owned();
            }
        }
        for (name, value) in &mut session.attributes {
            let rule = self
                .pass
                .rule(|table| &mut table.member, name.as_bytes(), false);
            let place = pass::Place::Json(name.as_bytes());
            let new = rule.and_then(|rule| self.pass.replace(rule, value.as_bytes(), place));
            if let Some(new) = new {
                *value = String::from_utf8_lossy(&new).into_owned();
            }
        }
        // a session is plain data, so that it can be written and read
        let redacted = serde_json::to_string(session)
            .ok()
            .and_then(|json| serde_json::from_str(&self.redact_json(&json)).ok());
        *session = redacted.unwrap_or_default();
    }

    /// Forgets what it remembers of a connection, which has closed.
    pub fn closed(&mut self, connection: u64) {
        self.memory.forget(connection);
    }

    /// Replaces the secrets of one exchange and tells each. `redacted_before`: the exchange was redacted
    /// when it was stored, so that digits, which have no mark, count as replaced.
    pub fn redact_and_tell(
        &mut self,
        connection: u64,
        exchange: &mut Exchange,
        redacted_before: bool,
    ) -> Vec<Hit> {
        self.pass.seen = Some(Vec::new());
        self.pass.redacted_before = redacted_before;
        self.redact(connection, exchange);
        self.pass.redacted_before = false;
        self.pass.seen.take().unwrap_or_default()
    }

    /// How often each rule hit so far.
    pub fn hits(&self) -> BTreeMap<String, u64> {
        self.pass
            .hits()
            .map(|(rule, hits)| (rule.to_owned(), hits))
            .collect()
    }
}

/// Goes through values again that were counted before.
fn quietly(pass: &mut Pass, again: impl FnOnce(&mut Pass)) {
    let before = std::mem::replace(&mut pass.quiet, true);
    again(pass);
    pass.quiet = before;
}
