//! Who signs up. What it is called can be taken once, so every copy but the first has a name of its own: there, where the
//! lane carries it later, and where it logs in with it.

use reprise_wire::http::Message;
use rustc_hash::{FxHashMap, FxHashSet};

use super::about::{about, method, path, words};
use super::context::Found;
use super::keys::hash;
use super::login::is_user_field;
use super::passwords::{fields_in, names_the_present, passwords_in};
use super::{Context, Exchanged, LaneSearch};
use crate::http::own_name::is_address;
use crate::http::places::Carried;
use crate::http::places::guess::stem;
use crate::http::places::json::last_key;
use crate::http::values::{Fill, Place};

/// Names that are remembered; of a recording with more sign-ups the first count.
const MOST_NAMES: usize = 100_000;

/// Users known to have had an account before.
const MOST_KNOWN: usize = 200_000;

/// Where a dry run says that a name comes from.
const ORIGIN: &str = "copy:its own";

/// The names under which somebody signed up in the recording.
#[derive(Debug, Default)]
pub(super) struct SignedUp {
    names: FxHashMap<Box<[u8]>, Name>,
    /// The hashes of users who logged in and had not signed up.
    known: FxHashSet<u64>,
}

/// A name that was taken.
#[derive(Clone, Debug)]
struct Name {
    /// Its number in the run.
    number: u32,
    /// What its field is called.
    field: String,
    /// The operation that took it.
    operation: u32,
    /// A request carries it already.
    is_carried: bool,
}

impl SignedUp {
    /// Whether somebody signed up under this name.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.names.contains_key(name)
    }

    /// Remembers that there is an account of this name.
    pub(super) fn know(&mut self, name: &[u8]) {
        if self.known.len() < MOST_KNOWN && !self.has(name) {
            self.known.insert(hash("", name));
        }
    }

    fn add(&mut self, field: &Carried, operation: u32, number: impl FnOnce() -> u32) {
        if self.has(&field.value) || self.names.len() >= MOST_NAMES {
            return;
        }
        let name = Name {
            number: number(),
            field: field.place.name().to_owned(),
            operation,
            is_carried: false,
        };
        self.names.insert(field.value.as_slice().into(), name);
    }

    /// What they are called in the recording, by their numbers in the run.
    pub(super) fn take(&mut self) -> FxHashMap<u32, Box<[u8]>> {
        let names = std::mem::take(&mut self.names).into_iter();
        names.map(|(name, of)| (of.number, name)).collect()
    }
}

impl LaneSearch {
    /// Whether a request makes an account; its names are each copy's own from here on.
    pub(super) fn signs_up(
        &mut self,
        all: &[Carried],
        exchange: Exchanged,
        request: &Message<'_>,
        context: &mut Context<'_>,
    ) -> bool {
        if !makes_account(all, exchange, request) {
            return false;
        }
        let names = names_in(all);
        let is_known = |name: &&Carried| context.signed_up.known.contains(&hash("", &name.value));
        if names.is_empty() || names.iter().any(is_known) {
            return false;
        }
        for name in names {
            let number = || context.elsewhere.number();
            context.signed_up.add(name, exchange.operation, number);
            self.goes_by(&name.value, context);
        }
        true
    }

    /// The lane is that of somebody who signed up under this name, if anybody did.
    pub(super) fn goes_by(&mut self, name: &[u8], context: &Context<'_>) {
        let is_new = || self.names.iter().all(|known| **known != *name);
        if context.signed_up.has(name) && is_new() {
            self.names.push(name.into());
        }
    }

    /// The copy's own in place of a name that the lane signed up under.
    pub(super) fn fill_name(
        &mut self,
        carried: &Carried,
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) -> Option<Fill> {
        let is_one = carried.whole && self.names.iter().any(|name| **name == *carried.value);
        // a short word of a path is seldom somebody's name
        let is_page = matches!(carried.place, Place::Path(_)) && !is_telling(&carried.value);
        if !is_one || is_page {
            return None;
        }
        let known = context.signed_up.names.get(carried.value.as_slice())?;
        let field = known.field.clone();
        if context.forbids(&field) {
            return None;
        }
        let name = context.signed_up.names.get_mut(carried.value.as_slice())?;
        let is_new = !std::mem::replace(&mut name.is_carried, true);
        let (number, from) = (name.number, name.operation);
        if !self.values.of_others.contains(&number) {
            self.values.of_others.push(number);
            self.first_carried.push(carried.value.as_slice().into());
        }
        context.found(Found {
            name: field,
            from,
            origin: ORIGIN.to_owned(),
            to: exchange.operation,
            place: carried.place.to_string(),
            is_new,
            of_another: false,
        });
        Some(Fill::OfAnother(number))
    }
}

/// Whether a request was let make an account: it says so or has a password typed twice, and is about none that there is.
fn makes_account(all: &[Carried], exchange: Exchanged, request: &Message<'_>) -> bool {
    let is_accepted = (200..400).contains(&exchange.status) && !exchange.shows_login;
    if !is_accepted || method(request) != b"POST" {
        return false;
    }
    let passwords: Vec<&Carried> = passwords_in(all).collect();
    if passwords.is_empty() {
        return false;
    }
    let is_change = passwords
        .iter()
        .any(|one| names_the_present(one.place.name()))
        || fields_in(all).any(|one| one.place.name() == "_method");
    let said = said_of(all, request);
    let letters: String = said.concat();
    let is_other = said
        .iter()
        .any(|word| OTHERWISE.iter().any(|other| word.starts_with(other)))
        || LOGGING_IN.iter().any(|word| letters.contains(word));
    if is_change || is_other {
        return false;
    }
    let says = SIGNING_UP.iter().any(|word| letters.contains(word));
    let first = passwords.first().map(|one| &one.value);
    let is_twice = passwords.len() > 1 && passwords.iter().all(|one| Some(&one.value) == first);
    let is_created = exchange.status == 201 && ACCOUNTS.contains(&about(request).as_str());
    is_twice || is_created || says
}

const SIGNING_UP: [&str; 11] = [
    "signup",
    "register",
    "registration",
    "enrol",
    "createuser",
    "createaccount",
    "createcustomer",
    "usercreate",
    "accountcreate",
    "customercreate",
    "newaccount",
];

const LOGGING_IN: [&str; 3] = ["login", "logon", "signin"];

/// How words begin that say that there is an account already.
const OTHERWISE: [&str; 8] = [
    "reset", "forgot", "recover", "lost", "change", "update", "edit", "profile",
];

/// What collections of accounts are about.
const ACCOUNTS: [&str; 4] = ["user", "account", "member", "customer"];

/// What a request says it does, in words in lower case: of its path, and of the name of a GraphQL operation or else of the
/// beginning of its text.
pub(super) fn said_of(all: &[Carried], request: &Message<'_>) -> Vec<String> {
    const BEGINNING: usize = 200;
    let field = |name: &str| {
        let is_it =
            |one: &&Carried| matches!(&one.place, Place::Json(path) if last_key(path) == name);
        fields_in(all).find(is_it)
    };
    let named = field("operationName").or_else(|| field("query"));
    let named = named.map_or(&b""[..], |one| &one.value);
    let named = named.get(..BEGINNING).unwrap_or(named);
    let mut said = words(path(request));
    said.extend(words(named));
    said
}

/// What in a request can be taken once: its addresses and what its fields call a user, or else the one name there is.
fn names_in(all: &[Carried]) -> Vec<&Carried> {
    let named = |one: &&Carried| is_user_field(one.place.name()) && is_word(&one.value);
    let is_bare = |one: &&Carried| {
        let name = one.place.name();
        stem(name.rsplit(['[', '.']).next().unwrap_or(name)) == "name"
    };
    let mut names: Vec<&Carried> = fields_in(all)
        .filter(|one| is_address(&one.value) || (named(one) && !is_bare(one)))
        .collect();
    if names.is_empty() {
        names.extend(fields_in(all).find(named));
    }
    names
}

/// Whether a value can be the name that somebody logs in with, and go with a number.
fn is_word(value: &[u8]) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=64;
    let has_letter = value.iter().any(u8::is_ascii_alphabetic);
    LENGTHS.contains(&value.len()) && has_letter && value.iter().all(u8::is_ascii_graphic)
}

/// Whether a name in a path is unlikely to be a word of the site.
fn is_telling(name: &[u8]) -> bool {
    const LONG: usize = 8;
    name.len() >= LONG
        || name
            .iter()
            .any(|byte| byte.is_ascii_digit() || *byte == b'@')
}
