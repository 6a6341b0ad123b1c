//! Finds, for each HTTP lane, values its answers gave and its later requests carry: tokens, hidden fields,
//! redirect targets. What a request carries redacted and no answer gave must be supplied as a secret.

use std::collections::{BTreeMap, BTreeSet};

use reprise_wire::http::{Message, StartLine};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Unsourced;
use super::session::{cookie_pairs, set_cookie};
use crate::http::places::{carried, offered};
use crate::http::values::{Carry, Fill, LaneValues, Origin, Place, Take};
use reprise_wire::redact::is_pseudonym;

/// Values of one lane's answers that are remembered; later ones displace none.
const MOST_OFFERED: usize = 4_096;

/// What one lane's answers have offered so far, while its recording is read.
#[derive(Debug, Default)]
pub(crate) struct LaneSearch {
    offered: FxHashMap<Vec<u8>, (u32, Origin)>,
    numbers: FxHashMap<Vec<u8>, usize>,
    taken: BTreeSet<(u32, Origin, usize)>,
    cookies: FxHashSet<Vec<u8>>,
    values: LaneValues,
}

/// What the requests of all lanes lack.
#[derive(Debug)]
pub(crate) struct Missing<'a> {
    /// The names the plan has secrets for.
    secrets: &'a [String],
    found: BTreeMap<String, Unsourced>,
}

impl<'a> Missing<'a> {
    pub(crate) const fn new(secrets: &'a [String]) -> Self {
        Self {
            secrets,
            found: BTreeMap::new(),
        }
    }

    /// What was found, by name.
    pub(crate) fn into_list(self) -> Vec<Unsourced> {
        self.found.into_values().collect()
    }

    /// Counts a request that carries a redacted value; the secret that supplies it, if the plan names one:
    /// by its full name `login.password`, or by the field's alone.
    fn note(&mut self, scope: &str, field: &str) -> Option<usize> {
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

impl LaneSearch {
    /// Looks at a request: which of its values did an answer give?
    pub(crate) fn request(
        &mut self,
        exchange: u32,
        request: &Message<'_>,
        missing: &mut Missing<'_>,
    ) {
        for found in carried(request) {
            let fill = match self.source(&found.value) {
                Some(number) => Fill::Value(number),
                None if is_pseudonym(&found.value) => {
                    let scope = match found.place {
                        Place::Header => "header".to_owned(),
                        _ => last_segment(request),
                    };
                    match missing.note(&scope, &found.name) {
                        Some(secret) => Fill::Secret(secret),
                        None => continue,
                    }
                }
                None => continue,
            };
            let carry = Carry {
                step: exchange,
                place: found.place,
                recorded: found.raw.into(),
                fill,
            };
            if !self.values.carries.contains(&carry) {
                self.values.carries.push(carry);
            }
        }
        for field in request.headers.iter().filter(|field| field.is("Cookie")) {
            for (name, value) in cookie_pairs(&field.value) {
                if is_pseudonym(value) && !self.cookies.contains(name) {
                    missing.note("cookie", &String::from_utf8_lossy(name));
                }
            }
        }
    }

    /// Looks at an answer: which values could later requests carry?
    pub(crate) fn answer(&mut self, exchange: u32, answer: &Message<'_>) {
        for field in answer.headers.iter().filter(|field| field.is("Set-Cookie")) {
            if let Some((name, _)) = set_cookie(&field.value) {
                self.cookies.insert(name.to_vec());
            }
        }
        for found in offered(answer) {
            if self.offered.len() < MOST_OFFERED || self.offered.contains_key(&found.value) {
                self.offered.insert(found.value, (exchange, found.origin));
            }
        }
    }

    /// What was found for the lane.
    pub(crate) fn finish(mut self) -> LaneValues {
        self.values.count = self.numbers.len();
        self.values.takes = self
            .taken
            .into_iter()
            .map(|(step, origin, value)| Take {
                step,
                origin,
                value,
            })
            .collect();
        self.values.settle();
        self.values
    }

    /// The number of a value that an answer of this lane gave.
    fn source(&mut self, value: &[u8]) -> Option<usize> {
        let (exchange, origin) = self.offered.get(value)?;
        let next = self.numbers.len();
        let number = *self.numbers.entry(value.to_vec()).or_insert(next);
        self.taken.insert((*exchange, origin.clone(), number));
        Some(number)
    }
}

/// The last word of a request's path: `/shop/login?x=1` is about `login`.
fn last_segment(request: &Message<'_>) -> String {
    let StartLine::Request { target, .. } = &request.start else {
        return String::new();
    };
    let path = target
        .split(|byte| *byte == b'?')
        .next()
        .unwrap_or_default();
    let word = path
        .rsplit(|byte| *byte == b'/')
        .find(|word| !word.is_empty())
        .unwrap_or(b"root");
    String::from_utf8_lossy(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &'static str) -> Message<'static> {
        Message::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_token_an_answer_gave_is_taken_from_there_and_a_password_must_be_supplied() {
        let secrets = ["login.password".to_owned()];
        let mut missing = Missing::new(&secrets);
        let mut lane = LaneSearch::default();
        let form = message(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: sid=rp_sessionaaaaaaaaaaaaaaaaa\r\n\r\n\
            <input type=\"hidden\" name=\"csrf\" value=\"rp_tokenaaaaaaaaaaaaaaaaaaa\">",
        );
        lane.answer(1, &form);
        let login = message(
            "POST /login HTTP/1.1\r\nCookie: sid=rp_sessionaaaaaaaaaaaaaaaaa; old=rp_oldaaaaaaaaaaaaaaaaaaaaa\r\n\
            Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=rp_tokenaaaaaaaaaaaaaaaaaaa&password=rp_secretaaaaaaaaaaaaaaaaaa&pin=rp_numberaaaaaaaaaaaaaaaaaa",
        );
        lane.request(2, &login, &mut missing);
        let values = lane.finish();
        assert_eq!(values.count, 1);
        assert_eq!(
            values.takes,
            [Take {
                step: 1,
                origin: Origin::Input("csrf".into()),
                value: 0
            }]
        );
        let fills: Vec<_> = values
            .carries_of(2)
            .iter()
            .map(|carry| carry.fill)
            .collect();
        assert_eq!(fills, [Fill::Value(0), Fill::Secret(0)]);
        let missing: Vec<_> = missing
            .into_list()
            .into_iter()
            .map(|one| (one.key, one.requests, one.supplied))
            .collect();
        assert_eq!(
            missing,
            [
                ("cookie.old".to_owned(), 1, false),
                ("login.password".to_owned(), 1, true),
                ("login.pin".to_owned(), 1, false),
            ]
        );
    }
}
