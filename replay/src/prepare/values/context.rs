//! What the search for values in all lanes shares: the plan's rules and secrets, and what is told of what
//! was found.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reprise_wire::http::Message;
use reprise_wire::redact::is_pseudonym;
use rustc_hash::FxHashMap;

use super::Rule;
use super::about::{key_of, matters};
use super::elsewhere::Elsewhere;
use super::keys::keys_of;
use super::passwords::Passwords;
use super::sign_up::SignedUp;
use super::told::Told;
use super::uses::{Source, Use, Uses};
use crate::http::places::Carried;
use crate::http::places::guess::{names_a_secret, stem};
use crate::http::places::json::last_key;
use crate::http::values::{Holder, Origin, Place};
use crate::plan::MissingValues;
use crate::prepare::session::names_a_session;
use crate::{Plan, ReplayError};

/// The search as all lanes share it.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    plan: &'a Plan,
    operations: &'a BTreeMap<u32, String>,
    rules: Vec<Rule>,
    /// What requests carry, of all that is told.
    pub(crate) uses: Uses,
    /// Each with its number.
    origins: FxHashMap<Arc<Origin>, u32>,
    /// By their numbers.
    origin_list: Vec<Arc<Origin>>,
    /// What answers to other lanes gave.
    pub(super) elsewhere: Elsewhere,
    accounts: FxHashMap<Vec<u8>, u32>,
    /// What requests have set for accounts.
    pub(super) passwords: Passwords,
    /// Who signed up.
    pub(super) signed_up: SignedUp,
    /// The rules that filled a field, by their places.
    used_rules: BTreeSet<usize>,
    /// The names whose values the plan leaves as recorded, as far as there were such values.
    forbade: RefCell<BTreeSet<String>>,
}

/// A request that carries a value of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What the value is called.
    pub(crate) name: String,
    /// The operation whose answer gave it.
    pub(crate) from: u32,
    /// Where in that answer.
    pub(crate) origin: String,
    /// The operation that carries it.
    pub(crate) to: u32,
    /// Where in that request.
    pub(crate) place: String,
    /// Whether it is the first to carry this value.
    pub(crate) is_new: bool,
    /// Whether the answer was another lane's.
    pub(crate) of_another: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        operations: &'a BTreeMap<u32, String>,
    ) -> Result<Self, ReplayError> {
        let rules = plan.correlate.iter().map(|text| Rule::parse(text));
        Ok(Self {
            plan,
            operations,
            rules: rules.collect::<Result<_, _>>()?,
            uses: Uses::default(),
            origins: FxHashMap::default(),
            origin_list: Vec::new(),
            elsewhere: Elsewhere::default(),
            accounts: FxHashMap::default(),
            passwords: Passwords::default(),
            signed_up: SignedUp::default(),
            used_rules: BTreeSet::new(),
            forbade: RefCell::default(),
        })
    }

    /// Whether the plan gives copies accounts of their own.
    pub(crate) const fn has_users(&self) -> bool {
        self.plan.users > 0
    }

    /// Whether requests that carry a value nobody supplies are skipped.
    pub(crate) fn skips_missing(&self) -> bool {
        self.plan.missing_values == MissingValues::Skip
    }

    /// The number of a recorded account, in order of first appearance.
    pub(crate) fn account(&mut self, name: &[u8]) -> u32 {
        let next = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        *self.accounts.entry(name.to_vec()).or_insert(next)
    }

    /// The names of the accounts that log in in the recording, by their numbers.
    pub(crate) fn take_accounts(&mut self) -> Vec<Vec<u8>> {
        let mut all: Vec<(Vec<u8>, u32)> = std::mem::take(&mut self.accounts).into_iter().collect();
        all.sort_by_key(|(_, number)| *number);
        all.into_iter().map(|(name, _)| name).collect()
    }

    /// The names under which somebody signed up in the recording, by their numbers in the run.
    pub(crate) fn take_names(&mut self) -> FxHashMap<u32, Box<[u8]>> {
        self.signed_up.take()
    }

    /// The number of an origin: one for all that are equal.
    pub(crate) fn origin(&mut self, origin: &Origin) -> u32 {
        if let Some(known) = self.origins.get(origin) {
            return *known;
        }
        let number = u32::try_from(self.origin_list.len()).unwrap_or(u32::MAX);
        let origin = Arc::new(origin.clone());
        self.origin_list.push(Arc::clone(&origin));
        self.origins.insert(origin, number);
        number
    }

    /// An origin in words, by its number.
    pub(crate) fn origin_text(&self, number: u32) -> String {
        let origin = self.origin_list.get(number as usize);
        origin.map(|origin| origin.to_string()).unwrap_or_default()
    }

    /// What the value of an origin is called.
    pub(super) fn name_of(&self, origin: u32, about: &str) -> String {
        let origin = self.origin_list.get(origin as usize);
        origin.map_or_else(String::new, |origin| name_of(origin, about))
    }

    /// Whether an origin is the cookie that stands at `place`.
    pub(super) fn is_cookie(&self, origin: u32, place: &Place) -> bool {
        let holder = self
            .origin_list
            .get(origin as usize)
            .map(|origin| &origin.holder);
        match (holder, place) {
            (Some(Holder::Cookie { name, .. }), Place::Cookie(shown)) => name == shown,
            _ => false,
        }
    }

    /// Whether the plan leaves values of this name as recorded; asked where one would be replaced.
    pub(crate) fn forbids(&self, name: &str) -> bool {
        let forbids = self.plan.forbids_correlation(name);
        if forbids && !self.forbade.borrow().contains(name) {
            self.forbade.borrow_mut().insert(name.to_owned());
        }
        forbids
    }

    /// A rule has filled a field.
    pub(super) fn used_rule(&mut self, place: usize) {
        self.used_rules.insert(place);
    }

    /// The rules that take from answers of this operation.
    pub(crate) fn rules_from(&self, operation: u32) -> Vec<(usize, Rule)> {
        let text = self.text(operation);
        let rules = self.rules.iter().cloned().enumerate();
        rules.filter(|(_, rule)| rule.takes_from(text)).collect()
    }

    /// The rule that fills this field of requests of this operation.
    pub(crate) fn rule_to(&self, operation: u32, carried: &Carried) -> Option<usize> {
        if self.rules.is_empty() {
            return None;
        }
        let text = self.text(operation);
        let fits = |rule: &Rule| carried.whole && rule.fills(text, &carried.place);
        self.rules.iter().position(fits)
    }

    /// Notes that a request carries a value of an answer.
    pub(crate) fn found(&mut self, found: Found) {
        let source = Source {
            name: found.name,
            from: found.from,
            origin: found.origin,
            of_another: found.of_another,
        };
        let source = self.uses.source(source, found.is_new);
        self.uses.note(Use::Value {
            source,
            to: found.to,
            place: found.place,
        });
    }

    /// Notes that a request carries, as recorded, a value which only another lane's answer gave.
    pub(super) fn found_elsewhere(&mut self) {
        self.uses.note(Use::OfAnotherLane);
    }

    /// Notes that a request carries a redacted value; the secret that supplies it, if the plan names one: by its full
    /// name `login.password`, or by the field's alone.
    pub(super) fn found_redacted(&mut self, place: &Place, request: &Message<'_>) -> Option<usize> {
        let (scope, field) = key_of(place, request);
        let key = format!("{scope}.{field}");
        let mut secrets = self.plan.secrets.iter();
        let secret = secrets.position(|name| *name == key || *name == field);
        self.uses.note(Use::Redacted {
            key,
            supplied: secret.is_some(),
            matters: matters(place),
        });
        secret
    }

    /// The lane a request is to be counted to by a secret among `all` it carries that one lane alone was given: a token
    /// to refresh, the cookie of a visitor, the credentials that a login answered.
    pub(crate) fn lane_by_secret(&self, all: &[Carried]) -> Option<u32> {
        let of_session = |one: &&Carried| matches!(&one.place, Place::Cookie(name) if names_a_session(name.as_bytes()));
        let of_login =
            |one: &&Carried| matches!(&one.place, Place::Header(name) if name == "authorization");
        let of_anyone = |one: &&Carried| {
            let is_cookie = matches!(&one.place, Place::Cookie(_));
            is_cookie || is_pseudonym(&one.value) || names_a_secret(one.place.name())
        };
        // what tells users best decides alone
        let tells: &dyn Fn(&&Carried) -> bool = if all.iter().any(|one| of_session(&one)) {
            &of_session
        } else if all.iter().any(|one| of_login(&one)) {
            &of_login
        } else {
            &of_anyone
        };
        let secrets = all.iter().filter(tells);
        let mut keys = secrets.flat_map(keys_of);
        keys.find_map(|key| self.elsewhere.giver(key)?.lane)
    }

    /// The places of answers, by operation, that give values to requests: fields of JSON documents.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (u32, &str)> {
        self.uses
            .sources()
            .filter(|source| source.origin.starts_with("json:") && !source.origin.contains('='))
            .map(|source| (source.from, source.origin.as_str()))
    }

    /// What the plan shows of it all, and the origins by their numbers.
    pub(crate) fn into_told(self) -> (Told, Vec<Arc<Origin>>) {
        let forbade = self.forbade.into_inner();
        let rules = (0..).zip(&self.plan.correlate);
        let unused = rules.filter(|(place, _)| !self.used_rules.contains(place));
        let unmet = self.plan.no_correlate.iter();
        // all of nothing is nothing
        let unmet = unmet.filter(|name| *name != "*" && !forbade.contains(*name));
        let told = Told {
            unused_rules: unused.map(|(_, rule)| rule.clone()).collect(),
            unmet_names: unmet.cloned().collect(),
            ..Told::of(self.uses, self.operations)
        };
        (told, self.origin_list)
    }

    fn text(&self, operation: u32) -> &'a str {
        self.operations.get(&operation).map_or("", String::as_str)
    }
}

/// What the value of an origin is called: by the name it stands under, or by what an id is about.
pub(super) fn name_of(origin: &Origin, about: &str) -> String {
    let by_shape = origin.shape.is_some();
    let by_shape = by_shape.then(|| origin.parameter().unwrap_or("").to_owned());
    let name = match (&origin.holder, by_shape) {
        (_, Some(parameter)) => parameter,
        (
            Holder::Header(name)
            | Holder::Html(name)
            | Holder::Field(name)
            | Holder::Cookie { name, .. },
            None,
        ) => name.clone(),
        (Holder::Json(path) | Holder::Script(path), None) => last_key(path).to_owned(),
        (Holder::Link, None) => String::new(),
    };
    let bare = stem(&name).is_empty() || name.bytes().all(|byte| byte.is_ascii_digit());
    match (bare, about) {
        (false, _) => name,
        (true, "") => "id".to_owned(),
        (true, about) if about.contains('/') => "date".to_owned(),
        (true, about) => format!("{about}_id"),
    }
}
