//! Learns from the recording which places of an operation's answers vary by themselves: where the same
//! request of the same user, nothing written in between, was answered otherwise, and where numbers only grow.

mod mysql;

use std::hash::Hasher;

use reprise_wire::http::{Message, StartLine};
use rustc_hash::{FxHashMap, FxHasher};

use crate::http::places::guess::{is_code, names_an_id};
use crate::http::verify::noise::NoiseBook;
use crate::http::verify::{Answered, compare, named_parts};
pub(crate) use mysql::{Columns, Spoken};

/// Answers kept to compare later ones with; bytes.
const MOST_KEPT: usize = 16 << 20;

/// Answers longer than this are not learned from; bytes.
const LONGEST: usize = 64 << 10;

/// Places whose numbers are followed.
const MOST_FOLLOWED: usize = 20_000;

/// So many numbers have to be greater than the one before, and few of them smaller.
const ENOUGH: u32 = 8;

/// Who asked for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) operation: u32,
    pub(crate) lane: u32,
    /// How many requests of the lane that write came before.
    pub(crate) writes: u32,
}

/// Learns while a recording is read.
#[derive(Debug, Default)]
pub(crate) struct NoiseLearner {
    book: NoiseBook,
    kept: FxHashMap<u64, Vec<u8>>,
    kept_bytes: usize,
    /// By the operation, then by the place.
    followed: FxHashMap<u32, FxHashMap<String, Growth>>,
    /// How many places those are.
    places: usize,
    mysql: mysql::MysqlNoise,
}

/// The numbers of one place, as they were answered one after another.
#[derive(Clone, Copy, Debug)]
struct Growth {
    last: f64,
    grew: u32,
    /// Answers of several users overtake one another.
    fell: u32,
}

impl NoiseLearner {
    /// Learns from an exchange; `answer` is all of it, as recorded and taken apart.
    pub(crate) fn learn(
        &mut self,
        asked: Asked,
        request: &Message<'_>,
        (answer, message): (&[u8], &Message<'_>),
    ) {
        if answer.len() > LONGEST {
            return;
        }
        let shown = answered(message);
        self.follow(asked.operation, shown);
        let key = request_hash(asked, request);
        let before = self.kept.get(&key);
        if before.is_some_and(|before| before == answer) {
            return;
        }
        let before = before.and_then(|bytes| Message::parse(bytes).ok());
        if let Some(before) = before {
            let before = answered(&before);
            let noise = self.book.of(asked.operation);
            if before.status == shown.status
                && let Some(found) = compare(before, shown, noise, None)
            {
                for place in &found.places {
                    self.book.note(asked.operation, place);
                }
            }
            return;
        }
        if self.kept_bytes + answer.len() > MOST_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.kept_bytes += answer.len();
        self.kept.insert(key, answer.to_vec());
    }

    /// Notes a place that later requests take a generated value from.
    pub(crate) fn generated(&mut self, operation: u32, place: &str) {
        self.book.note(operation, place);
    }

    /// Learns from a MySQL exchange.
    pub(crate) fn learn_mysql(&mut self, spoken: Spoken<'_>) {
        self.mysql.learn(spoken, &mut self.book);
    }

    /// What was learned, and the columns of MySQL operations whose executions leave out their definitions.
    pub(crate) fn finish(mut self) -> (NoiseBook, FxHashMap<u32, Columns>) {
        let columns = self.mysql.finish(&mut self.book);
        let followed = self.followed.into_iter();
        let followed = followed.flat_map(|(operation, places)| {
            places
                .into_iter()
                .map(move |(place, growth)| (operation, place, growth))
        });
        for (operation, place, growth) in followed {
            if growth.grew >= ENOUGH && growth.fell * 4 <= growth.grew {
                self.book.note(operation, &place);
            }
        }
        (self.book, columns)
    }

    /// Follows the numbers of an answer: ids and counters grow from one answer to the next. What an answer
    /// says was created has an id of its own in any case.
    fn follow(&mut self, operation: u32, shown: Answered<'_>) {
        const CREATED: u16 = 201;
        let (book, followed, places) = (&mut self.book, &mut self.followed, &mut self.places);
        let is_created = shown.status == CREATED;
        // nearly all parts of most answers are not followed, and need no name
        let may_be =
            |in_list: bool, value: &[u8]| is_created || (!in_list && number(value).is_some());
        named_parts(shown, &may_be, &mut |place, value| {
            let mut names = place.rsplit(['.', ':']);
            let is_listed = place.ends_with('*');
            let name = names.find(|name| *name != "*").unwrap_or(place);
            // elements of `ids` are ids
            let one = name.strip_suffix('s').filter(|_| is_listed);
            if is_created && (names_an_id(one.unwrap_or(name)) || is_code(value)) {
                book.note(operation, place);
                return;
            }
            if place.contains('*') {
                return;
            }
            let Some(number) = number(value) else {
                return;
            };
            let of_operation = followed.entry(operation).or_default();
            if let Some(growth) = of_operation.get_mut(place) {
                growth.grew += u32::from(number > growth.last);
                growth.fell += u32::from(number <= growth.last);
                growth.last = number;
            } else if *places < MOST_FOLLOWED {
                let growth = Growth {
                    last: number,
                    grew: 0,
                    fell: 0,
                };
                of_operation.insert(place.to_owned(), growth);
                *places += 1;
            }
        });
    }
}

fn answered<'a>(message: &'a Message<'_>) -> Answered<'a> {
    Answered {
        status: match message.start {
            StartLine::Response { status, .. } => status,
            StartLine::Request { .. } => 0,
        },
        content_type: message.header("Content-Type"),
        content_encoding: message.header("Content-Encoding"),
        location: message.header("Location"),
        body: &message.body,
        digest: None,
        known: &[],
    }
}

/// The same for requests that ask for the same: method, target, body, of one user in one state.
fn request_hash(asked: Asked, request: &Message<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(asked.lane);
    hasher.write_u32(asked.writes);
    if let StartLine::Request { method, target, .. } = &request.start {
        hasher.write(method);
        hasher.write_u8(0xff);
        hasher.write(target);
    }
    // what a client has already, or wants to have, changes its answer
    for field in &request.headers {
        if field.is("Accept") || field.is("If-None-Match") || field.is("Range") {
            hasher.write(&field.value);
        }
    }
    hasher.write_u8(0xff);
    hasher.write(&request.body);
    hasher.finish()
}

fn number(value: &[u8]) -> Option<f64> {
    // nothing else begins a number that is finite
    let begins = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    value.first().filter(|first| begins(first))?;
    let number: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(answers: &[(u32, u32, &str)]) -> NoiseBook {
        let mut learner = NoiseLearner::default();
        for (lane, writes, body) in answers {
            let asked = Asked {
                operation: 1,
                lane: *lane,
                writes: *writes,
            };
            let request = Message::parse(b"GET /a HTTP/1.1\r\n\r\n").unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{body}");
            let message = Message::parse(answer.as_bytes()).unwrap();
            learner.learn(asked, &request, (answer.as_bytes(), &message));
        }
        learner.finish().0
    }

    fn expected(places: &[&str]) -> NoiseBook {
        let mut book = NoiseBook::default();
        for place in places {
            book.note(1, place);
        }
        book
    }

    #[test]
    fn what_one_user_is_answered_otherwise_without_a_write_is_noise() {
        let first = (1, 0, r#"{"visitors":5,"city":"Lyon"}"#);
        let again = (1, 0, r#"{"visitors":4,"city":"Lyon"}"#);
        assert_eq!(learned(&[first, again]), expected(&["json:visitors"]));
        let written = (1, 1, r#"{"visitors":5,"city":"Gent"}"#);
        let other_user = (2, 0, r#"{"visitors":5,"city":"Gent"}"#);
        assert_eq!(learned(&[first, written, other_user]), expected(&[]));
    }

    #[test]
    fn ids_of_what_was_created_are_noise_in_lists_too() {
        let body = r#"{"ids":[48,49],"notes":[{"id":48,"stars":3}],"sizes":[7]}"#;
        let answer =
            format!("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{body}");
        let message = Message::parse(answer.as_bytes()).unwrap();
        let request = Message::parse(b"POST /notes/bulk HTTP/1.1\r\n\r\n").unwrap();
        let asked = Asked {
            operation: 1,
            lane: 1,
            writes: 0,
        };
        let mut learner = NoiseLearner::default();
        learner.learn(asked, &request, (answer.as_bytes(), &message));
        let book = learner.finish().0;
        assert_eq!(book, expected(&["json:ids.*", "json:notes.*.id"]));
    }

    #[test]
    fn numbers_that_only_grow_are_noise_and_others_are_not() {
        let bodies: Vec<String> = (0..10)
            .map(|i| format!("{{\"id\":{},\"total\":{}}}", 100 + i * 3, i * 7 % 10))
            .collect();
        let answers: Vec<_> = (0..)
            .zip(&bodies)
            .map(|(lane, body)| (lane, 0, body.as_str()))
            .collect();
        assert_eq!(learned(&answers), expected(&["json:id"]));
        assert_eq!(learned(&answers[..5]), expected(&[]));
    }
}
