//! What a lane's answers offer to its later requests, to other lanes, and to the comparison of answers.

use std::cell::OnceCell;

use reprise_wire::http::Message;

use super::super::notes::Sought;
use super::super::session::set_cookie;
use super::about::{about, method, path};
use super::elsewhere::Giver;
use super::keys::{bare, hash, hash_of_field, hash_of_field_in, hash_of_rule, hash_of_word};
use super::passwords::fields_in;
use super::{Context, Exchanged, LaneSearch, MOST_OFFERED, Offer, Source, context};
use crate::http::places::guess::Strength;
use crate::http::places::word::is_made;
use crate::http::places::{Carried, Looks, Offered, Shown, fields_of, names_of_files, offered};
use crate::http::values::{Holder, Number};

/// Places that give one value, so that it is known though one of their answers fails.
const MOST_SOURCES: usize = 4;

/// Ids of an account of its own that one lane knows to compare answers by.
const MOST_OWN_IDS: usize = 64;

impl LaneSearch {
    /// Takes in an answer and what it offers.
    pub(crate) fn answer(
        &mut self,
        exchange: Exchanged,
        (request, answer): (&Message<'_>, &Message<'_>),
        offered: &[Offered],
        context: &mut Context<'_>,
    ) {
        self.make_room();
        for field in answer.headers.iter().filter(|field| field.is("Set-Cookie")) {
            if let Some((name, value)) = set_cookie(&field.value) {
                self.cookies.insert(name.to_vec(), exchange.operation);
                let key = hash(&String::from_utf8_lossy(name), value);
                let setter = (exchange.id, exchange.answered_us);
                self.set_by.entry(key).or_insert(setter);
            }
        }
        let writes = writes(request);
        for found in offered {
            self.remember(found, exchange, writes, context);
        }
        for (number, rule) in context.rules_from(exchange.operation) {
            let offer = self
                .offered
                .entry(hash_of_rule(number))
                .or_insert_with(|| Offer {
                    answered_us: exchange.answered_us,
                    name: context::name_of(&rule.origin, ""),
                    operation: exchange.operation,
                    last_us: u64::MAX,
                    sources: Vec::new(),
                    taken: 0,
                });
            // the latest answer counts, and a few before it in case that one fails
            if offer.sources.len() >= offer.taken + MOST_SOURCES {
                offer.sources.remove(offer.taken);
            }
            let origin = context.origin(&rule.origin);
            offer.sources.push(Source {
                exchange: exchange.id,
                origin,
                beside: Box::default(),
                word: Box::default(),
            });
        }
    }

    /// Remembers a value that could be carried later.
    fn remember(
        &mut self,
        found: &Offered,
        exchange: Exchanged,
        writes: bool,
        context: &mut Context<'_>,
    ) {
        let Some(key) = key_of(found) else {
            return;
        };
        // an id from a list is as good on the target as when it was recorded, unless this very answer
        // created it
        let is_named = found.is_word || !found.stem.is_empty();
        let is_given = found.names_an_id && (found.single || writes) && is_named;
        let use_of_it = hash(&found.stem, &found.value);
        let is_one = found.single || matches!(found.origin.holder, Holder::Field(_));
        // it may have been made of what this very request says
        let just_said = found.is_word && self.just_used.contains(&use_of_it);
        // a word that other users were led to, too, is a page
        let giver = context.elsewhere.giver(key).filter(|_| found.is_word);
        let is_page = giver.is_some_and(|giver| giver.lane != Some(exchange.lane));
        let is_certain = match found.strength {
            Strength::Strong => true,
            Strength::Weak => {
                is_given && !is_page && (just_said || !self.used.contains(&use_of_it))
            }
            // of several forms on a page the one counts that leads where a request goes; what a token signs goes with it
            Strength::Field => is_one || found.origin.shape.is_some(),
        };
        if !is_certain {
            return;
        }
        // one answer may hold more than there is room for: of these the first count
        let is_known = self.offered.contains_key(&key);
        if self.offered.len() >= MOST_OFFERED * 2 && !is_known {
            return;
        }
        let is_created = found.strength == Strength::Weak
            && writes
            && is_creation(exchange.status)
            && (just_said || context.elsewhere.is_new(use_of_it));
        let bare = key_of_bare(found);
        let origin = context.origin(&found.origin);
        let word: &[u8] = if found.is_word { &found.value } else { b"" };
        if found.strength == Strength::Strong || is_created {
            let giver = Giver {
                exchange: exchange.id,
                operation: exchange.operation,
                lane: Some(exchange.lane),
                answered_us: exchange.answered_us,
                origin,
                stands_alone: found.single || writes,
                is_word: found.is_word,
                number: None,
            };
            context.elsewhere.gave(key, giver);
        }
        let first = || Offer {
            answered_us: exchange.answered_us,
            name: context.name_of(origin, &found.stem),
            operation: exchange.operation,
            last_us: exchange.answered_us,
            sources: Vec::new(),
            taken: 0,
        };
        let source = || Source {
            exchange: exchange.id,
            origin,
            beside: found.beside.as_slice().into(),
            word: word.into(),
        };
        if let Some(bare) = bare {
            let offer = self.offered.entry(bare).or_insert_with(first);
            offer.take_in(source, is_one, exchange.answered_us);
        }
        let offer = self.offered.entry(key).or_insert_with(first);
        if !offer.take_in(source, is_one, exchange.answered_us) {
            return;
        }
        // another account has other ids than the recorded one, in every answer that shows them
        if self.values.account.is_some() && is_given && self.own_ids < MOST_OWN_IDS {
            offer.taken = offer.sources.len();
            let (number, is_new) = self.number(key, &found.value);
            self.own_ids += usize::from(is_new);
            self.takings.push(Sought {
                exchange: exchange.id,
                origin,
                value: Number::Own(u32::try_from(number).unwrap_or(u32::MAX)),
                beside: Box::default(),
                word: word.into(),
            });
        }
    }
}

/// What an answer offers: which values could later requests carry? `carried` is what its own request does.
pub(crate) fn offered_by(
    request: &Message<'_>,
    carried: &[Carried],
    answer: &Message<'_>,
) -> Vec<Offered> {
    let headers = fields_of(answer);
    let about = about(request);
    let writes = writes(request);
    let shown = Shown {
        headers: &headers,
        body: &answer.body,
        about: &about,
        path: path(request),
    };
    let text = OnceCell::new();
    let wanted = |looks: Looks<'_>| match looks.strength {
        Strength::Strong => true,
        Strength::Weak => match looks.word {
            Some(word) => writes && is_made(word, text.get_or_init(|| said_in(request, carried))),
            None => looks.names_an_id && (writes || !looks.in_list),
        },
        Strength::Field => !looks.in_list,
    };
    offered(shown, wanted)
}

/// Whether a request is for more than looking at something.
fn writes(request: &Message<'_>) -> bool {
    !matches!(method(request), b"GET" | b"HEAD")
}

impl Offer {
    /// Takes in one more answer that gives the value, `is_one` of its kind there; false when there are enough.
    fn take_in(&mut self, source: impl FnOnce() -> Source, is_one: bool, answered_us: u64) -> bool {
        self.last_us = self.last_us.max(answered_us);
        let has_room = self.sources.is_empty() || (is_one && self.sources.len() < MOST_SOURCES);
        if has_room {
            self.sources.push(source());
        }
        has_room
    }
}

/// What the fields of a request's content say, and the names of its files, in lower case.
fn said_in(request: &Message<'_>, carried: &[Carried]) -> Vec<u8> {
    let mut said = Vec::new();
    for name in names_of_files(request) {
        said.extend(name.to_ascii_lowercase());
        said.push(b'\n');
    }
    for field in fields_in(carried) {
        said.extend(field.value.to_ascii_lowercase());
        said.push(b'\n');
    }
    said
}

/// The hash under which a value is offered.
fn key_of(found: &Offered) -> Option<u64> {
    let (stem, value) = (&found.stem, &found.value);
    Some(match found.strength {
        Strength::Strong => hash("", value),
        Strength::Weak if found.is_word => hash_of_word(stem, value),
        Strength::Weak => hash(stem, value),
        Strength::Field => match (found.origin.parameter(), &found.origin.holder) {
            (Some(name), _) => hash_of_field(name, value),
            (None, Holder::Html(name)) => hash_of_field(name, value),
            (None, Holder::Field(name)) => hash_of_field_in(&found.way, name, value),
            (None, _) => return None,
        },
    })
}

/// The hash under which a long id is offered too that a member of JSON holds: GraphQL's variables name an id (`slug`)
/// and not what it is of.
fn key_of_bare(found: &Offered) -> Option<u64> {
    let is_whole = found.origin.shape.is_none() && found.strength == Strength::Weak;
    match &found.origin.holder {
        Holder::Json(path) if is_whole => bare(path, &found.value),
        _ => None,
    }
}

/// Whether an answer to a request that writes says that it created something: a redirect leads there.
const fn is_creation(status: u16) -> bool {
    matches!(status, 201 | 301..=303)
}
