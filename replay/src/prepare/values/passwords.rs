//! Passwords that requests set: those who sign up, whose password is reset, who change it. A login with such a one gives
//! what was set, whatever the plan has for its account.

use std::hash::Hasher;

use reprise_wire::http::Message;
use reprise_wire::redact::without_filling;
use rustc_hash::{FxHashMap, FxHasher};

use super::login::{Login, is_user_field, names_a_password};
use super::sign_up::said_of;
use super::{Context, Exchanged, Filled, LaneSearch};
use crate::http::places::Carried;
use crate::http::places::guess::stem;
use crate::http::values::{Fill, Part};

/// Passwords that are remembered; of a recording with more the first count.
const MOST_SET: usize = 100_000;

/// The passwords that requests have set so far.
#[derive(Debug, Default)]
pub(super) struct Passwords {
    /// By the hash of whose it is, if that is known, and of the password.
    set: FxHashMap<u64, SetPassword>,
}

/// A password that a request set.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetPassword {
    /// The exchange that did.
    pub(super) exchange: u32,
    /// When it was answered; microseconds of the recording.
    answered_us: u64,
    /// What the request gives in its stead; `None`: what was recorded.
    pub(super) fill: Option<Fill>,
    /// Whether the request was for the copy's own account; for the recorded one otherwise.
    pub(super) of_own: bool,
}

impl Passwords {
    /// How a password came to be the one of this user before a moment, if a request did that.
    pub(super) fn of(&self, user: &[u8], password: &[u8], at_us: u64) -> Option<SetPassword> {
        let named = self.set.get(&key(Some(user), password));
        let set = named.or_else(|| self.set.get(&key(None, password)))?;
        (set.answered_us <= at_us).then_some(*set)
    }

    fn add(&mut self, user: Option<&[u8]>, password: &[u8], set: SetPassword) {
        if self.set.len() < MOST_SET {
            self.set.insert(key(user, password), set);
        }
    }
}

impl LaneSearch {
    /// A login that was let in is of one of the plan's accounts, or gives what a request before it has set.
    pub(super) fn find_account(
        &mut self,
        login: &mut Login,
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) {
        if !login.is_let_in {
            return;
        }
        let (user, password) = login.credentials();
        let set = context.passwords.of(user, password, exchange.at_us);
        let is_own = set.is_none_or(|set| set.of_own) && !context.signed_up.has(user);
        let has_own = is_own && context.has_users();
        login.account = has_own.then(|| context.account(user));
        login.set = set;
    }

    /// Who the lane is from here on: the user who logs in, or who asks for another password.
    pub(super) fn note_user(
        &mut self,
        login: Option<&Login>,
        all: &[Carried],
        request: &Message<'_>,
        context: &mut Context<'_>,
    ) {
        if let Some(login) = login {
            let (user, password) = login.credentials();
            if login.account.is_some() {
                self.values.user = Some(user.into());
                self.values.account = login.account;
                self.own_password = login.set.is_none().then(|| password.into());
            }
            if login.is_let_in {
                self.user = Some(user.into());
                context.signed_up.know(user);
            }
            self.goes_by(user, context);
            return;
        }
        if !asks_for_password(all, request) {
            return;
        }
        let Some(user) = users_in(all).next() else {
            return;
        };
        self.user = Some(user.value.as_slice().into());
        context.signed_up.know(&user.value);
        self.goes_by(&user.value, context);
        if context.signed_up.has(&user.value) {
            return;
        }
        if context.has_users() && self.values.account.is_none() {
            self.values.user.clone_from(&self.user);
            self.values.account = Some(context.account(&user.value));
        }
    }

    /// Whether a field asks once more for the password that the account of the lane logged in with.
    pub(super) fn is_own_password(&self, carried: &Carried) -> bool {
        let is_same = self.own_password.as_deref() == Some(&*carried.value);
        let is_field = carried.whole && carried.part == Part::Body;
        is_same && is_field && names_a_password(carried.place.name())
    }

    /// Remembers the password that the last request, which is no login, has set, if it did.
    pub(super) fn note_password(
        &mut self,
        (request, all): (&Message<'_>, &[Carried]),
        filled: &[Filled],
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) {
        let is_accepted = (200..400).contains(&exchange.status) && !exchange.shows_login;
        if !is_accepted {
            return;
        }
        let Some(field) = set_by(all, request) else {
            return;
        };
        let mut there = filled.iter();
        let there = there.find(|(part, range, _)| *part == Part::Body && *range == field.range);
        // else an answer of this lane gave it, or the account has it already
        let (fill @ None | fill @ Some(Fill::Secret(_))) = there.map(|(.., fill)| *fill) else {
            return;
        };
        let own = self.values.user.as_deref();
        let own = own.filter(|_| self.values.account.is_some());
        let mut set = SetPassword {
            exchange: exchange.id,
            answered_us: exchange.answered_us,
            fill,
            of_own: false,
        };
        let mut users = users_in(all).map(|one| one.value.as_slice()).peekable();
        if users.peek().is_none() {
            let user = self.user.as_deref();
            set.of_own = user.is_some() && own == user;
            context.passwords.add(user, &field.value, set);
        }
        for user in users {
            set.of_own = own == Some(user);
            context.passwords.add(Some(user), &field.value, set);
        }
    }
}

/// The password that a request sets, where it is no login: what is typed twice, what is called new, or the only one where
/// who has forgotten theirs is led to or somebody is named. What asks for a password once more sets none.
fn set_by<'a>(all: &'a [Carried], request: &Message<'_>) -> Option<&'a Carried> {
    let fields: Vec<&Carried> = passwords_in(all).collect();
    if fields.is_empty() {
        return None;
    }
    let other = fields
        .iter()
        .filter(|one| !names_the_present(one.place.name()));
    let again = |field: &&&Carried| {
        let same = fields.iter().filter(|one| one.value == field.value);
        same.count() > 1
    };
    let is_new = |field: &&&Carried| stem(field.place.name()).contains("new");
    let twice = other.clone().find(again);
    let found = twice.or_else(|| other.clone().find(is_new));
    let is_only = || {
        fields.len() > other.clone().count()
            || asks_for_password(all, request)
            || users_in(all).next().is_some()
    };
    found
        .or_else(|| other.clone().next().filter(|_| is_only()))
        .copied()
}

/// Whether a field is for the password that the user has so far.
pub(super) fn names_the_present(name: &str) -> bool {
    let stem = stem(name);
    ["current", "old", "existing", "previous"]
        .iter()
        .any(|word| stem.contains(word))
}

/// Whether a request is for another password, in place of one forgotten.
fn asks_for_password(all: &[Carried], request: &Message<'_>) -> bool {
    if !all.iter().any(|one| one.part == Part::Body) {
        return false;
    }
    let said = said_of(all, request);
    let begins = |word: &String| {
        let asks = ["forgot", "reset", "recover"];
        asks.iter().any(|begin| word.starts_with(begin))
    };
    said.iter().any(begins) || said.concat().contains("lostpass")
}

/// What a request says of who somebody is.
fn users_in(all: &[Carried]) -> impl Iterator<Item = &Carried> {
    fields_in(all).filter(|one| is_user_field(one.place.name()) && !one.value.is_empty())
}

/// The passwords that somebody typed.
pub(super) fn passwords_in(all: &[Carried]) -> impl Iterator<Item = &Carried> {
    fields_in(all).filter(|one| names_a_password(one.place.name()) && !one.value.is_empty())
}

/// The fields of a request's content.
pub(super) fn fields_in(all: &[Carried]) -> impl Iterator<Item = &Carried> {
    all.iter().filter(|one| one.whole && one.part == Part::Body)
}

fn key(user: Option<&[u8]>, password: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(u8::from(user.is_some()));
    hasher.write(user.unwrap_or_default());
    hasher.write_u8(0xff);
    hasher.write(without_filling(password));
    hasher.finish()
}
