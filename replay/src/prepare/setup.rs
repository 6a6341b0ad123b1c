//! What a lane needs of what its plan leaves out: a login whose cookie later requests show, the PREPARE of a
//! statement they execute, the SET and USE of their connection. It is sent to set the lane up, and counted.

use reprise_wire::http::Message;
use reprise_wire::mysql::{CommandCode, statement_id};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::lane::{Lane, Marks, Step};
use super::session::{cookie_pairs, set_cookie};
use crate::http::values::{Fill, LaneValues};
use crate::reason::SkipReason;

/// What of one lane is left out by the part or the filter, and who gives what to whom.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    steps: Vec<(Step, SkipReason)>,
    /// The exchange that first gave something.
    givers: FxHashMap<Given, u32>,
    /// What each exchange needs.
    needs: FxHashMap<u32, Vec<Given>>,
    /// MySQL: the last exchange that said each SET or USE.
    states: FxHashMap<u64, u32>,
}

/// What one exchange gives and another needs, besides the values of [`LaneValues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Given {
    /// A cookie's name and value, hashed.
    Cookie(u64),
    /// A prepared statement, by its recorded id.
    Statement(u32),
}

impl LeftOut {
    /// Learns what a step gives and needs, sent or left out.
    pub(super) fn learn(
        &mut self,
        step: &Step,
        request: &[u8],
        operation: &str,
        http: Option<&Message<'_>>,
        answer: Option<&Message<'_>>,
    ) {
        if let Some(http) = http {
            let shown = http.headers.iter().filter(|field| field.is("Cookie"));
            let shown = shown.flat_map(|field| cookie_pairs(&field.value));
            let needs: Vec<Given> = shown.map(cookie).collect();
            if !needs.is_empty() {
                self.needs.insert(step.exchange, needs);
            }
            let set = answer.iter().flat_map(|answer| answer.headers.iter());
            let set = set.filter(|field| field.is("Set-Cookie"));
            for given in set.filter_map(|field| set_cookie(&field.value)).map(cookie) {
                self.givers.entry(given).or_insert(step.exchange);
            }
            return;
        }
        self.learn_mysql(step, request, operation);
    }

    fn learn_mysql(&mut self, step: &Step, request: &[u8], operation: &str) {
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
                if let Some(id) = statement_id(request) {
                    self.needs.insert(step.exchange, vec![Given::Statement(id)]);
                }
            }
        }
    }

    /// Keeps a step that is left out, in case it is needed.
    pub(super) fn keep(&mut self, step: Step, reason: SkipReason) {
        self.steps.push((step, reason));
    }

    /// Adds to the lane what it needs, marked; counts the rest as skipped.
    pub(super) fn settle(self, lane: &mut Lane) {
        let needed = self.needed(&lane.steps, &lane.values);
        for (mut step, reason) in self.steps {
            if needed.contains(&step.exchange) {
                step.marks.insert(Marks::SETUP);
                lane.steps.push(step);
            } else {
                lane.skipped.add(reason, 1);
            }
        }
    }

    /// The exchanges among those left out that the steps need, or that those need in turn.
    fn needed(&self, sent: &[Step], values: &LaneValues) -> FxHashSet<u32> {
        let mut needed = FxHashSet::default();
        if self.steps.is_empty() || sent.is_empty() {
            return needed;
        }
        let mut gives_value: FxHashMap<usize, Vec<u32>> = FxHashMap::default();
        for take in &values.takes {
            gives_value.entry(take.value).or_default().push(take.step);
        }
        let left_out: FxHashSet<u32> = self.steps.iter().map(|(step, _)| step.exchange).collect();
        needed.extend(self.states.values().filter(|of| left_out.contains(of)));
        let mut open: Vec<u32> = sent.iter().map(|step| step.exchange).collect();
        open.extend(&needed);
        while let Some(exchange) = open.pop() {
            let things = self.needs.get(&exchange).into_iter().flatten();
            let givers = things.filter_map(|thing| self.givers.get(thing));
            let carried = values.carries_of(exchange).iter();
            let carried = carried.filter_map(|carry| match carry.fill {
                Fill::Value(number) => gives_value.get(&number),
                Fill::Secret(_) | Fill::User | Fill::Password => None,
            });
            for giver in givers.chain(carried.flatten()) {
                // an answer cannot have given what was sent before it
                if *giver < exchange && left_out.contains(giver) && needed.insert(*giver) {
                    open.push(*giver);
                }
            }
        }
        needed
    }
}

/// Whether a statement sets what later ones of its connection depend on, and changes no data.
fn sets_session(operation: &str) -> bool {
    let sql = operation.trim_start().to_ascii_uppercase();
    let shared = ["GLOBAL", "PERSIST", "PASSWORD"];
    sql.starts_with("USE ")
        || (sql.starts_with("SET ") && !shared.iter().any(|word| sql.contains(word)))
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
    use reprise_wire::Protocol;

    use super::*;

    fn step(exchange: u32, protocol: Protocol) -> Step {
        Step {
            exchange,
            operation: 1,
            connection: 1,
            at_us: u64::from(exchange) * 1_000,
            took_us: 100,
            waits_for: 0,
            rank: 0,
            digest: 0,
            route: 0,
            statement: None,
            status: 0,
            protocol,
            marks: Marks::empty(),
        }
    }

    fn sent(lane: &Lane) -> Vec<(u32, bool)> {
        let steps = lane.steps.iter();
        let mut all: Vec<_> = steps
            .map(|step| (step.exchange, step.marks.contains(Marks::SETUP)))
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_mysql_lane_keeps_its_session_and_the_statements_it_executes() {
        let mut left_out = LeftOut::default();
        let mut lane = Lane::default();
        let learn = |left_out: &mut LeftOut, exchange, request: &[u8], statement| {
            let mut step = step(exchange, Protocol::Mysql);
            step.statement = statement;
            let sql = String::from_utf8_lossy(request.get(1..).unwrap_or_default()).into_owned();
            left_out.learn(&step, request, &sql, None, None);
            step
        };
        for (exchange, request, statement) in [
            (1, &b"\x03SET NAMES utf8mb4"[..], None),
            (2, b"\x16SELECT ?", Some(7)),
            (3, b"\x16SELECT ? + 1", Some(8)),
            (4, b"\x03UPDATE a SET b = 1", None),
            (5, b"\x03SET NAMES utf8mb4", None),
            (6, b"\x03SET GLOBAL a = 1", None),
        ] {
            let step = learn(&mut left_out, exchange, request, statement);
            left_out.keep(step, SkipReason::Outside);
        }
        let execute = [&[0x17][..], &7_u32.to_le_bytes(), &[0, 1, 0, 0, 0]].concat();
        lane.steps.push(learn(&mut left_out, 7, &execute, None));
        left_out.settle(&mut lane);
        assert_eq!(sent(&lane), [(2, true), (5, true), (7, false)]);
        assert_eq!(lane.skipped.total(), 4);
    }

    #[test]
    fn an_http_lane_keeps_the_login_its_cookie_came_from_and_what_that_needed() {
        let mut left_out = LeftOut::default();
        let mut lane = Lane::default();
        let exchanges = [
            ("GET /login HTTP/1.1\r\n\r\n", "Set-Cookie: sid=a"),
            ("GET /other HTTP/1.1\r\nCookie: sid=a\r\n\r\n", "X: y"),
            (
                "POST /login HTTP/1.1\r\nCookie: sid=a\r\n\r\n",
                "Set-Cookie: sid=b; Path=/",
            ),
            ("GET /account HTTP/1.1\r\nCookie: sid=b\r\n\r\n", "X: y"),
        ];
        for (exchange, (request, field)) in (1..).zip(exchanges) {
            let http = Message::parse(request.as_bytes()).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n");
            let answer = Message::parse(answer.as_bytes()).unwrap();
            let step = step(exchange, Protocol::Http);
            left_out.learn(&step, request.as_bytes(), "", Some(&http), Some(&answer));
            if exchange == 4 {
                lane.steps.push(step);
            } else {
                left_out.keep(step, SkipReason::Filtered);
            }
        }
        left_out.settle(&mut lane);
        assert_eq!(sent(&lane), [(1, true), (3, true), (4, false)]);
        assert_eq!(lane.skipped.total(), 1);
    }

    #[test]
    fn a_lane_that_sends_nothing_is_not_set_up() {
        let mut left_out = LeftOut::default();
        let mut lane = Lane::default();
        let set = step(1, Protocol::Mysql);
        left_out.learn(
            &set,
            b"\x03SET NAMES utf8mb4",
            "SET NAMES utf8mb4",
            None,
            None,
        );
        left_out.keep(set, SkipReason::Outside);
        left_out.settle(&mut lane);
        assert!(lane.steps.is_empty() && lane.skipped.total() == 1);
    }
}
