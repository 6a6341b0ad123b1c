//! What the search for values in all lanes shares: the plan's rules and secrets, and what is told of what
//! was found.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reprise_wire::redact::is_pseudonym;
use rustc_hash::FxHashMap;

use super::Rule;
use super::elsewhere::Elsewhere;
use super::keys::keys_of;
use crate::http::places::Carried;
use crate::http::places::guess::{names_a_secret, stem};
use crate::http::places::json::last_key;
use crate::http::values::{Holder, Origin, Place};
use crate::plan::MissingValues;
use crate::prepare::session::names_a_session;
use crate::prepare::{Correlation, CorrelationTarget, Unsourced};
use crate::{Plan, ReplayError};

/// The search as all lanes share it.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    plan: &'a Plan,
    operations: &'a BTreeMap<u32, String>,
    rules: Vec<Rule>,
    pub(crate) missing: Missing<'a>,
    /// Each with its number.
    origins: FxHashMap<Arc<Origin>, u32>,
    /// By their numbers.
    origin_list: Vec<Arc<Origin>>,
    /// What answers to other lanes gave.
    pub(super) elsewhere: Elsewhere,
    accounts: FxHashMap<Vec<u8>, u32>,
    found: BTreeMap<(String, u32, String, bool), Uses>,
    elsewhere_requests: u64,
    /// The rules that filled a field, by their places.
    used_rules: BTreeSet<usize>,
    /// The names whose values the plan leaves as recorded, as far as there were such values.
    forbade: RefCell<BTreeSet<String>>,
}

/// Where one correlation goes.
#[derive(Debug, Default)]
struct Uses {
    values: u64,
    by_target: BTreeMap<(u32, String), u64>,
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
            missing: Missing::new(&plan.secrets),
            origins: FxHashMap::default(),
            origin_list: Vec::new(),
            elsewhere: Elsewhere::default(),
            accounts: FxHashMap::default(),
            found: BTreeMap::new(),
            elsewhere_requests: 0,
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

    /// The number of an origin: one for all that are equal.
    pub(crate) fn origin(&mut self, origin: Origin) -> u32 {
        if let Some(known) = self.origins.get(&origin) {
            return *known;
        }
        let number = u32::try_from(self.origin_list.len()).unwrap_or(u32::MAX);
        let origin = Arc::new(origin);
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
        let key = (found.name, found.from, found.origin, found.of_another);
        let uses = self.found.entry(key).or_default();
        uses.values += u64::from(found.is_new);
        *uses.by_target.entry((found.to, found.place)).or_default() += 1;
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

    /// Counts a request that carries, as recorded, a value which only another lane's answer gave.
    pub(crate) const fn count_elsewhere(&mut self) {
        self.elsewhere_requests += 1;
    }

    /// The places of answers, by operation, that give values to requests: fields of JSON documents.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (u32, &str)> {
        let found = self.found.keys();
        found
            .filter(|(_, _, origin, _)| origin.starts_with("json:") && !origin.contains('='))
            .map(|(_, from, origin, _)| (*from, origin.as_str()))
    }

    /// What the plan shows of it all, and the origins by their numbers.
    pub(crate) fn into_told(self) -> (Told, Vec<Arc<Origin>>) {
        let Self {
            found,
            origin_list,
            missing,
            operations,
            elsewhere_requests,
            plan,
            used_rules,
            forbade,
            ..
        } = self;
        let forbade = forbade.into_inner();
        let text = |operation: &u32| operations.get(operation).cloned().unwrap_or_default();
        let mut correlations: Vec<Correlation> = found
            .iter()
            .map(|((name, from, origin, of_another), uses)| Correlation {
                name: name.clone(),
                from: text(from),
                from_place: origin.clone(),
                of_another_lane: *of_another,
                to: uses
                    .by_target
                    .iter()
                    .map(|((operation, place), requests)| CorrelationTarget {
                        operation: text(operation),
                        place: place.clone(),
                        requests: *requests,
                    })
                    .collect(),
                values: uses.values,
                requests: uses.by_target.values().sum(),
            })
            .collect();
        correlations.sort_by_key(|one| std::cmp::Reverse(one.requests));
        let told = Told {
            correlations,
            from_other_lanes: elsewhere_requests,
            unsourced: missing.into_list(),
            unused_rules: (0..)
                .zip(&plan.correlate)
                .filter(|(place, _)| !used_rules.contains(place))
                .map(|(_, rule)| rule.clone())
                .collect(),
            unmet_names: plan
                .no_correlate
                .iter()
                // all of nothing is nothing
                .filter(|name| *name != "*" && !forbade.contains(*name))
                .cloned()
                .collect(),
        };
        (told, origin_list)
    }

    fn text(&self, operation: u32) -> &'a str {
        self.operations.get(&operation).map_or("", String::as_str)
    }
}

/// What is told of the values of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) correlations: Vec<Correlation>,
    pub(crate) from_other_lanes: u64,
    pub(crate) unsourced: Vec<Unsourced>,
    /// Rules of the plan that filled nothing.
    pub(crate) unused_rules: Vec<String>,
    /// Names of which the plan leaves values as recorded, and no value has.
    pub(crate) unmet_names: Vec<String>,
}

/// What the value of an origin is called: by the name it stands under, or by what an id is about.
pub(super) fn name_of(origin: &Origin, about: &str) -> String {
    let by_shape = origin.shape.as_deref().map(|shape| {
        let parameter = shape
            .split_once('?')
            .and_then(|(_, query)| query.strip_suffix("={}"));
        parameter.unwrap_or("").to_owned()
    });
    let name = match (&origin.holder, by_shape) {
        (_, Some(parameter)) => parameter,
        (Holder::Header(name) | Holder::Html(name) | Holder::Cookie { name, .. }, None) => {
            name.clone()
        }
        (Holder::Json(path), None) => last_key(path).to_owned(),
        (Holder::Link, None) => String::new(),
    };
    let bare = stem(&name).is_empty() || name.bytes().all(|byte| byte.is_ascii_digit());
    match (bare, about) {
        (false, _) => name,
        (true, "") => "id".to_owned(),
        (true, about) => format!("{about}_id"),
    }
}

/// What the requests of all lanes lack.
#[derive(Debug)]
pub(crate) struct Missing<'a> {
    /// The names the plan has secrets for.
    secrets: &'a [String],
    found: BTreeMap<String, Unsourced>,
}

impl<'a> Missing<'a> {
    const fn new(secrets: &'a [String]) -> Self {
        Self {
            secrets,
            found: BTreeMap::new(),
        }
    }

    /// What was found, by name.
    fn into_list(self) -> Vec<Unsourced> {
        self.found.into_values().collect()
    }

    /// Counts a request that carries a redacted value; the secret that supplies it, if the plan names one:
    /// by its full name `login.password`, or by the field's alone.
    pub(super) fn note(&mut self, scope: &str, field: &str) -> Option<usize> {
        let key = format!("{scope}.{field}");
        let secret = self
            .secrets
            .iter()
            .position(|name| *name == key || name == field);
        let entry = self.found.entry(key.clone()).or_insert_with(|| Unsourced {
            key,
            requests: 0,
            supplied: secret.is_some(),
        });
        entry.requests += 1;
        secret
    }
}
