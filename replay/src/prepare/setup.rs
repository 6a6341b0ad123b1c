//! What a lane needs of what its plan leaves out: a login whose cookie later requests show, the PREPARE of a
//! statement they execute, the SET and USE of their connection. It is sent to set the lane up, and counted.

use reprise_wire::http::Message;
use reprise_wire::mysql::{CommandCode, statement_id};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::lane::Step;
use super::session::{cookie_pairs, set_cookie};

/// What of one lane is left out by the part or the filter, and which of that is needed all the same. Exchanges
/// come in the order they completed, so who gave something is known when it is needed.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// The exchange that gave something.
    givers: FxHashMap<Given, u32>,
    /// What is left out and needs something itself: the exchange, and what it needs by its place in `sets`.
    needs: Vec<(u32, u32)>,
    /// Exchanges that are needed together; neighbours mostly need the same.
    sets: Vec<Box<[u32]>>,
    needed: FxHashSet<u32>,
    /// HTTP: the last login that was let in, and the cookies it showed. Where its answer sets none anew, those that
    /// show them are logged in all the same.
    login: Option<(u32, Box<[Given]>)>,
    /// MySQL: the last exchange that said each SET or USE.
    states: FxHashMap<u64, u32>,
    sends: bool,
}

/// What one exchange gives and another needs, besides values of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Given {
    /// A cookie's name and value, hashed.
    Cookie(u64),
    /// A prepared statement, by its recorded id.
    Statement(u32),
}

impl LeftOut {
    /// Learns what a step gives and needs: one that is sent, or one that is left out. `values` are the
    /// exchanges whose answers gave values that it carries.
    pub(super) fn learn(
        &mut self,
        (step, is_sent): (&Step, bool),
        (request, operation): (&[u8], &str),
        http: Option<&Message<'_>>,
        answer: Option<&Message<'_>>,
        values: &[u32],
    ) {
        let mut givers = match http {
            Some(http) => self.learn_http(step, http, answer),
            None => self.learn_mysql(step, request, operation),
        };
        givers.extend_from_slice(values);
        givers.retain(|giver| *giver != step.exchange);
        givers.sort_unstable();
        givers.dedup();
        if is_sent {
            self.sends = true;
            self.mark(givers);
        } else if !givers.is_empty() {
            if self.sets.last().is_none_or(|last| **last != *givers) {
                self.sets.push(givers.into_boxed_slice());
            }
            let set = u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX);
            self.needs.push((step.exchange, set));
        }
    }

    /// The step just learned has logged its user in.
    pub(super) fn logged_in(&mut self, step: &Step, http: &Message<'_>) {
        self.login = Some((step.exchange, shown(http).collect()));
    }

    /// The exchanges among those left out that what is sent needs, or that those need in turn.
    pub(super) fn needed(mut self) -> FxHashSet<u32> {
        if self.sends {
            let states = self.states.values().copied().collect();
            self.mark(states);
        }
        self.needed
    }

    fn learn_http(
        &mut self,
        step: &Step,
        http: &Message<'_>,
        answer: Option<&Message<'_>>,
    ) -> Vec<u32> {
        let givers = shown(http).filter_map(|given| self.givers.get(&given).copied());
        let mut givers: Vec<u32> = givers.collect();
        if let Some((login, with)) = &self.login
            && shown(http).any(|given| with.contains(&given))
        {
            givers.push(*login);
        }
        let set = answer.iter().flat_map(|answer| answer.headers.iter());
        let set = set.filter(|field| field.is("Set-Cookie"));
        for given in set.filter_map(|field| set_cookie(&field.value)).map(cookie) {
            self.givers.entry(given).or_insert(step.exchange);
        }
        givers
    }

    fn learn_mysql(&mut self, step: &Step, request: &[u8], operation: &str) -> Vec<u32> {
        let code = request
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        match code {
            Some(CommandCode::StmtPrepare) => {
                if let Some(id) = step.statement {
                    self.givers.insert(Given::Statement(id), step.exchange);
                }
            }
            Some(CommandCode::ResetConnection) => self.states.clear(),
            Some(CommandCode::InitDb | CommandCode::SetOption) => {
                self.states.insert(hash(&[request]), step.exchange);
            }
            Some(CommandCode::Query) if sets_session(operation) => {
                self.states.insert(hash(&[request]), step.exchange);
            }
            _ => {
                let statement = statement_id(request).map(Given::Statement);
                let giver = statement.and_then(|given| self.givers.get(&given).copied());
                return giver.into_iter().collect();
            }
        }
        Vec::new()
    }

    /// Marks exchanges as needed, and what they need themselves.
    fn mark(&mut self, mut open: Vec<u32>) {
        while let Some(exchange) = open.pop() {
            if !self.needed.insert(exchange) {
                continue;
            }
            let of = self.needs.binary_search_by_key(&exchange, |need| need.0);
            let set = of.ok().and_then(|at| self.needs.get(at));
            let set = set.and_then(|(_, set)| self.sets.get(*set as usize));
            open.extend(set.into_iter().flatten());
        }
    }
}

/// Whether a statement sets what later ones of its connection depend on, and changes no data.
fn sets_session(operation: &str) -> bool {
    let sql = operation.trim_start().to_ascii_uppercase();
    let shared = ["GLOBAL", "PERSIST", "PASSWORD"];
    sql.starts_with("USE ")
        || (sql.starts_with("SET ") && !shared.iter().any(|word| sql.contains(word)))
}

/// The cookies that a request shows.
fn shown(http: &Message<'_>) -> impl Iterator<Item = Given> {
    let fields = http.headers.iter().filter(|field| field.is("Cookie"));
    fields
        .flat_map(|field| cookie_pairs(&field.value))
        .map(cookie)
}

fn cookie((name, value): (&[u8], &[u8])) -> Given {
    Given::Cookie(hash(&[name, value]))
}

fn hash(parts: &[&[u8]]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = FxHasher::default();
    for part in parts {
        hasher.write(part);
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is needed of those before `sent`, from 1 on.
    fn needed(left_out: LeftOut, sent: u32) -> Vec<u32> {
        let needed = left_out.needed();
        (1..sent).filter(|one| needed.contains(one)).collect()
    }

    fn learn_mysql(left_out: &mut LeftOut, exchange: u32, said: (&[u8], Option<u32>), sent: bool) {
        let mut step = Step::test(exchange, 0, 0);
        step.statement = said.1;
        let sql = String::from_utf8_lossy(said.0.get(1..).unwrap_or_default()).into_owned();
        left_out.learn((&step, sent), (said.0, &sql), None, None, &[]);
    }

    #[test]
    fn a_mysql_lane_keeps_its_session_and_the_statements_it_executes() {
        let mut left_out = LeftOut::default();
        let execute = [&[0x17][..], &7_u32.to_le_bytes(), &[0, 1, 0, 0, 0]].concat();
        for (exchange, request, statement) in [
            (1, &b"\x03SET NAMES utf8mb4"[..], None),
            (2, b"\x16SELECT ?", Some(7)),
            (3, b"\x16SELECT ? + 1", Some(8)),
            (4, b"\x03UPDATE a SET b = 1", None),
            (5, b"\x03SET NAMES utf8mb4", None),
            (6, b"\x03SET GLOBAL a = 1", None),
            (7, &execute, None),
        ] {
            learn_mysql(&mut left_out, exchange, (request, statement), exchange == 7);
        }
        assert_eq!(needed(left_out, 7), [2, 5]);
    }

    #[test]
    fn an_http_lane_keeps_the_login_its_cookie_came_from_and_what_that_needed() {
        let mut left_out = LeftOut::default();
        let exchanges = [
            ("GET /login HTTP/1.1\r\n\r\n", "Set-Cookie: sid=a"),
            ("GET /other HTTP/1.1\r\nCookie: sid=a\r\n\r\n", "X: y"),
            (
                "POST /login HTTP/1.1\r\nCookie: sid=a\r\n\r\n",
                "Set-Cookie: sid=b; Path=/",
            ),
            ("GET /token HTTP/1.1\r\n\r\n", "X: y"),
            ("GET /account HTTP/1.1\r\nCookie: sid=b\r\n\r\n", "X: y"),
        ];
        for (exchange, (request, field)) in (1..).zip(exchanges) {
            let http = Message::parse(request.as_bytes()).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n");
            let answer = Message::parse(answer.as_bytes()).unwrap();
            let step = Step::test(exchange, 0, 0);
            // the last one carries a value that the fourth gave
            let values: &[u32] = if exchange == 5 { &[4] } else { &[] };
            let said = (request.as_bytes(), "");
            left_out.learn(
                (&step, exchange == 5),
                said,
                Some(&http),
                Some(&answer),
                values,
            );
        }
        assert_eq!(needed(left_out, 5), [1, 3, 4]);
    }

    #[test]
    fn an_http_lane_keeps_the_login_that_left_its_cookie_as_it_was() {
        let mut left_out = LeftOut::default();
        let exchanges = [
            ("GET /login HTTP/1.1\r\n\r\n", "Set-Cookie: sid=a"),
            ("POST /login HTTP/1.1\r\nCookie: sid=a\r\n\r\n", "X: y"),
            ("GET /other HTTP/1.1\r\nCookie: sid=a\r\n\r\n", "X: y"),
            ("GET /account HTTP/1.1\r\nCookie: sid=a\r\n\r\n", "X: y"),
        ];
        for (exchange, (request, field)) in (1..).zip(exchanges) {
            let http = Message::parse(request.as_bytes()).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n");
            let answer = Message::parse(answer.as_bytes()).unwrap();
            let step = Step::test(exchange, 0, 0);
            let said = (request.as_bytes(), "");
            left_out.learn(
                (&step, exchange == 4),
                said,
                Some(&http),
                Some(&answer),
                &[],
            );
            if exchange == 2 {
                left_out.logged_in(&step, &http);
            }
        }
        assert_eq!(needed(left_out, 4), [1, 2]);
    }

    #[test]
    fn a_lane_that_sends_nothing_is_not_set_up() {
        let mut left_out = LeftOut::default();
        learn_mysql(&mut left_out, 1, (b"\x03SET NAMES utf8mb4", None), false);
        assert!(needed(left_out, 2).is_empty());
    }
}
