//! Finds, for each HTTP lane, values its answers gave and its later requests carry: tokens, hidden fields,
//! generated ids. What a request carries redacted and no answer gave must be supplied as a secret.

mod about;
mod beside;
mod context;
mod elsewhere;
mod keys;
mod login;
mod offering;
mod passwords;
mod rule;
mod sign_up;
mod told;
mod uses;

use std::cmp::Reverse;

use reprise_wire::http::Message;
use reprise_wire::redact::is_pseudonym;
use rustc_hash::{FxHashMap, FxHashSet};

use super::notes::Sought;
use crate::http::places::Carried;
use crate::http::values::{Carry, Fill, LaneValues, Number, Part, Place};
use about::{about, matters, text_of};
use beside::way_of;
use keys::{hash, hash_of_rule, id_key, key_in_form, key_of_field, keys_of};
use login::Login;

pub(crate) use context::{Context, Found};
pub(crate) use login::shows_login;
pub(crate) use offering::offered_by;
pub(crate) use rule::Rule;
pub(crate) use told::Told;
pub(crate) use uses::{UseSet, Uses};

/// Values of one lane's answers that are remembered; when there are more, the half is forgotten that was given and
/// carried longest ago.
const MOST_OFFERED: usize = 1_024;

/// What one lane's answers have offered so far, while its recording is read.
#[derive(Debug, Default)]
pub(crate) struct LaneSearch {
    /// By the hash of what is offered.
    offered: FxHashMap<u64, Offer>,
    /// The numbers of values that requests carry, by the same hash.
    numbers: FxHashMap<u64, usize>,
    /// Ids that requests carried before any answer gave them: they are the client's own.
    used: FxHashSet<u64>,
    /// Those of them that the last request was the first of all to carry.
    just_used: Vec<u64>,
    /// The cookies that answers set, and the operation that did.
    cookies: FxHashMap<Vec<u8>, u32>,
    /// The exchange whose answer first set a cookie to a value, and when that was complete, by the hash of both.
    set_by: FxHashMap<u64, (u32, u64)>,
    /// What the last request carries, in order of its parts and of its places in them.
    carries: Vec<Carry>,
    /// The exchanges whose answers gave that.
    givers: Vec<u32>,
    /// What is taken from earlier answers for it, and was not for others.
    takings: Vec<Sought>,
    /// What stood beside them where answers gave them, by their places among these.
    stood_beside: Vec<(usize, Box<[u64]>)>,
    /// The values it is the first to carry.
    first_carried: Vec<Box<[u8]>>,
    /// How many ids are taken to know those of an account of its own.
    own_ids: usize,
    /// The last request logged its user in.
    logs_in: bool,
    /// Where the last request goes, if it sends a form.
    way: Vec<u64>,
    /// The recorded user, as far as requests have said who that is.
    user: Option<Box<[u8]>>,
    /// What it has signed up as, or logs in as who did.
    names: Vec<Box<[u8]>>,
    /// The recorded password in whose stead the account's own goes.
    own_password: Option<Box<[u8]>>,
    values: LaneValues,
}

/// A place of a request, and what goes there.
type Filled = (Part, std::ops::Range<usize>, Fill);

/// A value that answers gave.
#[derive(Debug)]
struct Offer {
    /// When the first of them was complete; microseconds of the recording.
    answered_us: u64,
    /// What it is called.
    name: String,
    /// The operation that gave it first.
    operation: u32,
    /// When it was last given or carried; microseconds of the recording.
    last_us: u64,
    /// What gave it.
    sources: Vec<Source>,
    /// From so many of them it is taken.
    taken: usize,
}

/// An answer that gave a value.
#[derive(Clone, Debug)]
struct Source {
    exchange: u32,
    /// Where in it, by the number of the origin.
    origin: u32,
    /// What its link or form had beside it.
    beside: Box<[u64]>,
    /// The word it is, if that says what can stand for it.
    word: Box<[u8]>,
}

/// What is known about an exchange beside what was said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchanged {
    pub(crate) id: u32,
    pub(crate) lane: u32,
    pub(crate) operation: u32,
    /// When its request began.
    pub(crate) at_us: u64,
    /// When its answer was complete.
    pub(crate) answered_us: u64,
    /// The recorded status; 0 when there was none.
    pub(crate) status: u16,
    /// It gave a password, and its answer asks for one again.
    pub(crate) shows_login: bool,
}

impl LaneSearch {
    /// Looks at a request and all it carries: which of its values did an answer give? True when it carries a
    /// redacted value that nothing supplies.
    pub(crate) fn request(
        &mut self,
        exchange: Exchanged,
        request: &Message<'_>,
        all: &mut [Carried],
        context: &mut Context<'_>,
    ) -> bool {
        // a whole field goes before what stands within it
        all.sort_by_key(|carried| !carried.whole);
        let is_given =
            |one: &Carried| key_of_field(one).is_some_and(|key| self.offered.contains_key(&key));
        let mut login = Login::of(all, exchange, request, is_given);
        if self.signs_up(all, exchange, request, context) {
            login = None;
        }
        self.logs_in = login.as_ref().is_some_and(|login| login.is_let_in);
        if let Some(login) = &mut login {
            self.find_account(login, exchange, context);
        }
        self.note_user(login.as_ref(), all, request, context);
        self.givers.clear();
        let set = login.as_ref().and_then(|login| login.set);
        self.givers.extend(set.map(|set| set.exchange));
        self.carries.clear();
        self.just_used.clear();
        self.way = way_of(request, all);
        let mut lacks = false;
        let mut filled: Vec<Filled> = Vec::new();
        for carried in &*all {
            let overlaps = filled.iter().any(|(part, range, _)| {
                *part == carried.part
                    && carried.range.start < range.end
                    && range.start < carried.range.end
            });
            if overlaps || self.is_in_jar(carried, exchange.operation, context) {
                self.givers.extend(self.setter(carried, exchange.at_us));
                continue;
            }
            let fill = match self.known(carried, login.as_ref(), exchange, context) {
                Some(fill) => fill,
                None if is_missing(carried, login.as_ref()) => {
                    let Some(secret) = context.found_redacted(&carried.place, request) else {
                        lacks |= matters(&carried.place);
                        continue;
                    };
                    Fill::Secret(secret)
                }
                None => {
                    self.note_used(carried, context);
                    continue;
                }
            };
            filled.push((carried.part, carried.range.clone(), fill));
            self.carry(request, carried, fill);
        }
        self.seek_beside(request, all);
        self.carries
            .sort_by_key(|carry| (carry.part, Reverse(carry.before_end)));
        if login.is_none() && !(lacks && context.skips_missing()) {
            self.note_password((request, all), &filled, exchange, context);
        }
        lacks
    }

    /// Whether the last request logged its user in.
    pub(crate) const fn logs_in(&self) -> bool {
        self.logs_in
    }

    /// What the last request carries.
    pub(crate) fn carries(&self) -> &[Carry] {
        &self.carries
    }

    /// The exchanges whose answers gave that.
    pub(crate) fn givers(&self) -> &[u32] {
        &self.givers
    }

    /// What is taken from earlier answers for the last request, and was not taken before.
    pub(crate) fn takings(&mut self) -> Vec<Sought> {
        std::mem::take(&mut self.takings)
    }

    /// The values that the last request is the first to carry, in order of their numbers.
    pub(crate) fn first_carried(&mut self) -> Vec<Box<[u8]>> {
        std::mem::take(&mut self.first_carried)
    }

    /// How many values are remembered for requests to come.
    pub(crate) fn remembered(&self) -> usize {
        self.offered.len() + self.used.len() + self.set_by.len()
    }

    /// Forgets them: the lane is taken to have ended. What was found stays.
    pub(crate) fn forget_remembered(&mut self) {
        self.offered = FxHashMap::default();
        self.numbers = FxHashMap::default();
        self.used = FxHashSet::default();
        self.set_by = FxHashMap::default();
    }

    /// Makes room for more values where there is none.
    fn make_room(&mut self) {
        forget_older_half(&mut self.offered, |offer| offer.last_us);
        forget_older_half(&mut self.set_by, |(_, answered_us)| *answered_us);
    }

    /// What was found for the lane.
    pub(crate) fn finish(self) -> LaneValues {
        self.values
    }

    /// What the target or the plan has for a value: by the login it is part of, or by the answer that gave it.
    fn known(
        &mut self,
        carried: &Carried,
        login: Option<&Login>,
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) -> Option<Fill> {
        let is_user = carried.whole && self.values.user.as_deref() == Some(&*carried.value);
        login
            .and_then(|login| login.fill(carried))
            .or_else(|| is_user.then_some(Fill::User))
            .or_else(|| self.is_own_password(carried).then_some(Fill::Password))
            .or_else(|| self.fill_name(carried, exchange, context))
            .or_else(|| self.fill(carried, exchange, context))
    }

    /// A place of the request is filled when it is sent.
    fn carry(&mut self, request: &Message<'_>, carried: &Carried, fill: Fill) {
        let text = text_of(request, carried.part);
        let before_end = text.len().saturating_sub(carried.range.start);
        let recorded = text.get(carried.range.clone()).unwrap_or_default();
        self.carries.push(Carry {
            part: carried.part,
            before_end: u32::try_from(before_end).unwrap_or(u32::MAX),
            writing: carried.writing.clone(),
            recorded: recorded.into(),
            fill,
        });
    }

    /// What the target has to supply for a value, if an answer of this lane gave it.
    fn fill(
        &mut self,
        carried: &Carried,
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) -> Option<Fill> {
        let rule = context.rule_to(exchange.operation, carried);
        let by_rule = rule
            .map(hash_of_rule)
            .filter(|key| self.offered.contains_key(key));
        let mut keys = keys_of(carried);
        keys.extend(key_in_form(carried, &self.way));
        let by_equality = || keys.iter().copied();
        let offered = by_equality().find(|key| self.offered.contains_key(key));
        let key = by_rule.or(offered).or_else(|| by_equality().next())?;
        let Some(offer) = self.offered.get(&key) else {
            return self.fill_from_another(carried, &keys, exchange, context);
        };
        if offer.answered_us > exchange.at_us {
            return None;
        }
        if by_rule.is_none() && context.forbids(&offer.name) {
            return None;
        }
        if let Some(rule) = rule.filter(|_| by_rule.is_some()) {
            context.used_rule(rule);
        }
        let (number, is_new) = self.number(key, &carried.value);
        let offer = self.offered.get_mut(&key)?;
        offer.last_us = offer.last_us.max(exchange.at_us);
        context.found(Found {
            name: offer.name.clone(),
            from: offer.operation,
            origin: offer
                .sources
                .first()
                .map(|source| context.origin_text(source.origin))
                .unwrap_or_default(),
            to: exchange.operation,
            place: carried.place.to_string(),
            is_new,
            of_another: false,
        });
        let value = Number::Own(u32::try_from(number).unwrap_or(u32::MAX));
        let taken = std::mem::replace(&mut offer.taken, offer.sources.len());
        for source in offer.sources.iter().skip(taken) {
            if !source.beside.is_empty() {
                let beside = source.beside.clone();
                self.stood_beside.push((self.takings.len(), beside));
            }
            self.takings.push(Sought {
                exchange: source.exchange,
                origin: source.origin,
                value,
                beside: Box::default(),
                word: source.word.clone(),
            });
        }
        self.givers
            .extend(offer.sources.iter().map(|source| source.exchange));
        if by_rule.is_some() {
            offer.sources.drain(..offer.sources.len() - 1);
            offer.taken = offer.sources.len();
        }
        Some(Fill::Value(number))
    }

    /// The number of a value of the lane, and whether it gets one now.
    fn number(&mut self, key: u64, recorded: &[u8]) -> (usize, bool) {
        let next = self.values.count;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.values.count += 1;
            self.first_carried.push(recorded.into());
        }
        (number, number == next)
    }

    /// What the target has to supply for a value that an answer to another lane gave, and not to several.
    fn fill_from_another(
        &mut self,
        carried: &Carried,
        keys: &[u64],
        exchange: Exchanged,
        context: &mut Context<'_>,
    ) -> Option<Fill> {
        let (key, giver) = keys
            .iter()
            .find_map(|key| Some((*key, *context.elsewhere.giver(*key)?)))?;
        let name = context.name_of(giver.origin, &carried.stem);
        let is_known = giver.answered_us <= exchange.at_us && giver.stands_alone;
        if !is_known || giver.lane == Some(exchange.lane) || context.forbids(&name) {
            context.found_elsewhere();
            return None;
        }
        // a cookie that answers give to everybody is as good from any of them
        let anybodys = context.is_cookie(giver.origin, &carried.place);
        let Some((number, is_new)) = context.elsewhere.share(key, anybodys) else {
            context.found_elsewhere();
            return None;
        };
        if is_new {
            self.takings.push(Sought {
                exchange: giver.exchange,
                origin: giver.origin,
                value: Number::Shared(number),
                beside: Box::default(),
                word: if giver.is_word {
                    carried.value.as_slice().into()
                } else {
                    Box::default()
                },
            });
        }
        if !self.values.of_others.contains(&number) {
            self.values.of_others.push(number);
            self.first_carried.push(carried.value.as_slice().into());
        }
        context.found(Found {
            name,
            from: giver.operation,
            origin: context.origin_text(giver.origin),
            to: exchange.operation,
            place: carried.place.to_string(),
            is_new,
            of_another: true,
        });
        Some(Fill::OfAnother(number))
    }

    /// Whether it is a cookie that an answer set: the copy's own cookies replace it by its name.
    fn is_in_jar(&self, carried: &Carried, operation: u32, context: &mut Context<'_>) -> bool {
        let Place::Cookie(name) = &carried.place else {
            return false;
        };
        let Some(from) = self.cookies.get(name.as_bytes()) else {
            return false;
        };
        if !carried.whole || context.forbids(name) {
            return true;
        }
        context.found(Found {
            name: name.clone(),
            from: *from,
            origin: carried.place.to_string(),
            to: operation,
            place: carried.place.to_string(),
            is_new: false,
            of_another: false,
        });
        true
    }

    /// The exchange whose answer had set the cookie that a request shows.
    fn setter(&self, carried: &Carried, at_us: u64) -> Option<u32> {
        let Place::Cookie(name) = &carried.place else {
            return None;
        };
        let (exchange, answered_us) = self.set_by.get(&hash(name, &carried.value))?;
        (*answered_us <= at_us).then_some(*exchange)
    }

    fn note_used(&mut self, carried: &Carried, context: &mut Context<'_>) {
        if let Some(key) = id_key(carried) {
            let is_first = context.elsewhere.used(key);
            let has_room = self.used.len() < MOST_OFFERED;
            if has_room && self.used.insert(key) && is_first {
                self.just_used.push(key);
            }
        }
    }
}

/// Forgets half of what is known, the oldest, when there is too much; never what the last answer gave.
fn forget_older_half<T>(known: &mut FxHashMap<u64, T>, last_us: impl Fn(&T) -> u64) {
    if known.len() < MOST_OFFERED {
        return;
    }
    let mut times: Vec<u64> = known.values().map(&last_us).collect();
    let newest = times.iter().copied().filter(|time| *time != u64::MAX).max();
    let middle = times.len() / 2;
    let (_, limit, _) = times.select_nth_unstable(middle);
    let limit = *limit;
    known.retain(|_, one| last_us(one) >= limit);
    if known.len() >= MOST_OFFERED && Some(limit) < newest {
        known.retain(|_, one| last_us(one) > limit);
    }
}

/// Whether it has to be supplied: it was redacted, and is no password that the target is to have as it was recorded.
fn is_missing(carried: &Carried, login: Option<&Login>) -> bool {
    is_pseudonym(&carried.value) && !login.is_some_and(|login| login.sends_password(carried))
}

#[cfg(test)]
mod tests;
