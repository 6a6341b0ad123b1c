//! Tests of finding what correlates, and that what is found is filled in everywhere and nowhere else.

mod accounts;
mod files;
mod frameworks;
mod objects;
mod rows;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use reprise_fault::Position;

use super::*;
use crate::Plan;
use crate::http::jar::Jar;
use crate::http::places::{Shown, carried, fields_of, take};
use crate::http::rewriting::Rewriting;
use crate::http::rule::{Matching, Moment};
use crate::http::template::{Fills, Template};
use crate::http::values::{Number, Origin, Take};
use crate::prepare::Unsourced;

/// A lane as it is recorded, one exchange after another.
struct Recorded {
    said: Vec<(&'static str, String, String)>,
}

/// What a lane's search found, and its requests.
struct Searched {
    values: LaneValues,
    /// By the exchange.
    carries: Vec<Vec<Carry>>,
    takings: Vec<Sought>,
    origins: Vec<Arc<Origin>>,
    told: Told,
    requests: Vec<String>,
}

impl Recorded {
    fn new() -> Self {
        Self { said: Vec::new() }
    }

    fn said(mut self, operation: &'static str, request: &str, answer: &str) -> Self {
        self.said
            .push((operation, request.to_owned(), answer.to_owned()));
        self
    }

    fn search(&self, plan: &Plan) -> Searched {
        let operations: BTreeMap<u32, String> = (0..)
            .zip(&self.said)
            .map(|(id, (operation, ..))| (id, (*operation).to_owned()))
            .collect();
        let mut context = Context::new(plan, &operations).unwrap();
        let mut lane = LaneSearch::default();
        let (mut carries, mut takings) = (Vec::new(), Vec::new());
        for (id, (_, request, answer)) in (0..).zip(&self.said) {
            let request = Message::parse(request.as_bytes()).unwrap();
            let answer_text = answer;
            let answer = Message::parse(answer_text.as_bytes()).unwrap();
            let status = answer_text.split(' ').nth(1).unwrap();
            let exchange = Exchanged {
                id,
                lane: 0,
                operation: id,
                at_us: u64::from(id) * 10,
                answered_us: u64::from(id) * 10 + 5,
                status: status.parse().unwrap(),
                shows_login: shows_login(&carried(&request), &request, &answer),
            };
            lane.request(exchange, &request, &mut carried(&request), &mut context);
            let uses = context.uses.take();
            context.uses.sent(uses);
            carries.push(lane.carries().to_vec());
            takings.extend(lane.takings());
            let offered = offered_by(&request, &carried(&request), &answer);
            lane.answer(exchange, (&request, &answer), &offered, &mut context);
        }
        let (told, origins) = context.into_told();
        Searched {
            values: lane.finish(),
            carries,
            takings,
            origins,
            told,
            requests: self
                .said
                .iter()
                .map(|(_, request, _)| request.clone())
                .collect(),
        }
    }
}

impl Searched {
    /// `name: from place -> to place`, one for each kind.
    fn listed(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .told
            .correlations
            .iter()
            .flat_map(|one| {
                one.to.iter().map(move |to| {
                    format!(
                        "{}: {} {} -> {} {}",
                        one.name, one.from, one.from_place, to.operation, to.place
                    )
                })
            })
            .collect();
        all.sort();
        all
    }

    /// The request `step` as it is sent when the target has given `answers`.
    fn sent(&self, step: u32, answers: &[(u32, &str)]) -> String {
        let mut known: Vec<Option<Box<[u8]>>> = vec![None; self.values.count];
        for (of, answer) in answers {
            let answer = Message::parse(answer.as_bytes()).unwrap();
            let headers = fields_of(&answer);
            let shown = Shown {
                headers: &headers,
                body: &answer.body,
                about: "",
                path: path_of(&self.requests[*of as usize]),
            };
            let takings = self.takings.iter().filter(|taking| taking.exchange == *of);
            let takes: Vec<Take> = takings
                .map(|taking| Take {
                    origin: Arc::clone(&self.origins[taking.origin as usize]),
                    value: taking.value,
                    beside: taking.beside.clone(),
                    word: taking.word.clone(),
                })
                .collect();
            let mut keep = |number: Number, value: Vec<u8>| {
                if let Number::Own(number) = number {
                    known[number as usize] = Some(value.into());
                }
            };
            let chosen = take(&takes, shown, &mut keep);
            let chosen = chosen.choose(fills(&Jar::default(), &known));
            for choice in chosen {
                if let Number::Own(number) = choice.number {
                    known[number as usize] = Some(choice.value.into());
                }
            }
        }
        let rewriting = Rewriting {
            naming: None,
            rules: &[],
            moment: Moment {
                seed: 1,
                position: Position::default(),
                unix_us: 0,
                secret_names: &[],
                secrets: &[],
            },
        };
        let request = self.requests[step as usize].clone().into_bytes();
        let template = Template::new(request, Matching::default(), &rewriting);
        let jar = Jar::default();
        let fills = fills(&jar, &known);
        let sent = template.fill(&self.carries[step as usize], fills, &rewriting);
        String::from_utf8_lossy(&sent).into_owned()
    }
}

fn path_of(request: &str) -> &[u8] {
    let target = request.split(' ').nth(1).unwrap();
    target.split('?').next().unwrap().as_bytes()
}

fn fills<'a>(jar: &'a Jar, values: &'a [Option<Box<[u8]>>]) -> Fills<'a> {
    Fills {
        jar,
        values,
        secrets: &[],
        account: None,
        of_others: &[],
    }
}

fn json(status: &str, more: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}\r\n{body}")
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: shop\r\n\r\n")
}

const PLACED: &str = "POST /api/orders HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"item\":7}";

/// An order is placed, then looked at, paid and linked to.
fn orders(id: &str) -> Recorded {
    let placed = json(
        "201 Created",
        &format!("Location: /orders/{id}\r\n"),
        &format!("{{\"order_id\":{id},\"item\":7,\"cart\":{{\"id\":57}}}}"),
    );
    let body = format!("{{\"order_id\":{id},\"quantity\":{id},\"cart_id\":\"57\"}}");
    let pay = format!(
        "POST /api/payments?order={id} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    Recorded::new()
        .said("POST /api/orders", PLACED, &placed)
        .said(
            "GET /orders/{id}",
            &get(&format!("/orders/{id}?page={id}")),
            &json("200 OK", "", "{}"),
        )
        .said("POST /api/payments", &pay, &json("200 OK", "", "{}"))
        .said(
            "GET /items/{id}",
            &get("/items/7"),
            &json("200 OK", "", "{}"),
        )
}

#[test]
fn a_short_id_is_swapped_under_names_for_the_same_thing_and_nowhere_else() {
    let searched = orders("12").search(&Plan::of("x"));
    assert_eq!(
        searched.listed(),
        [
            "cart_id: POST /api/orders json:cart.id -> POST /api/payments json:cart_id",
            "order_id: POST /api/orders header:location=/orders/{} -> GET /orders/{id} path:2",
            "order_id: POST /api/orders header:location=/orders/{} -> POST /api/payments json:order_id",
            "order_id: POST /api/orders header:location=/orders/{} -> POST /api/payments query:order",
        ]
    );
    let own = json(
        "201 Created",
        "Location: /orders/40077\r\n",
        "{\"cart\":{\"id\":8}}",
    );
    let answers = [(0, own.as_str())];
    assert!(
        searched
            .sent(1, &answers)
            .starts_with("GET /orders/40077?page=12 HTTP/1.1")
    );
    let paid = searched.sent(2, &answers);
    assert!(
        paid.starts_with("POST /api/payments?order=40077 "),
        "{paid}"
    );
    let body = "{\"order_id\":40077,\"quantity\":12,\"cart_id\":\"8\"}";
    let end = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    assert!(paid.ends_with(&end), "{paid}");
    assert_eq!(
        searched.sent(3, &answers),
        get("/items/7"),
        "the client knew the item before"
    );
}

#[test]
fn a_value_whose_answer_did_not_come_goes_as_recorded() {
    let searched = orders("12").search(&Plan::of("x"));
    let failed = json("503 Service Unavailable", "", "{}");
    assert_eq!(searched.sent(1, &[(0, &failed)]), get("/orders/12?page=12"));
}

#[test]
fn rules_forbid_and_add() {
    let mut plan = Plan::of("x");
    plan.no_correlate = vec!["order_id".to_owned()];
    plan.correlate =
        vec!["POST /api/orders json:order_id -> GET /orders/{id} query:page".to_owned()];
    let searched = orders("12").search(&plan);
    assert_eq!(
        searched.listed(),
        [
            "cart_id: POST /api/orders json:cart.id -> POST /api/payments json:cart_id",
            "order_id: POST /api/orders json:order_id -> GET /orders/{id} query:page",
        ]
    );
    let own = json("201 Created", "", "{\"order_id\":40077}");
    assert_eq!(searched.sent(1, &[(0, &own)]), get("/orders/12?page=40077"));
    plan.no_correlate = vec!["*".to_owned()];
    plan.correlate.clear();
    assert_eq!(orders("12").search(&plan).listed(), [""; 0]);
}

#[test]
fn a_list_gives_no_short_ids_and_a_single_link_does() {
    let page = |links: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{links}");
    let list = page("<a href=/items/7>a</a><a href=/items/8>b</a><a href=/carts/5>c</a>");
    let searched = Recorded::new()
        .said("GET /", &get("/"), &list)
        .said("GET /items/{id}", &get("/items/8"), &page(""))
        .said("GET /carts/{id}", &get("/carts/5"), &page(""))
        .search(&Plan::of("x"));
    assert_eq!(
        searched.listed(),
        ["cart_id: GET / link:/carts/{} -> GET /carts/{id} path:2"]
    );
}

#[test]
fn common_words_and_dates_are_never_swapped() {
    let searched = Recorded::new()
        .said(
            "GET /a",
            &get("/a"),
            &json(
                "200 OK",
                "",
                "{\"category\":\"notebooks\",\"day\":\"2026-11-21\",\"page\":2}",
            ),
        )
        .said(
            "GET /b",
            &get("/b?category=notebooks&day=2026-11-21&size=2"),
            &json("200 OK", "", "{}"),
        )
        .search(&Plan::of("x"));
    assert_eq!(searched.values, LaneValues::default());
}

#[test]
fn what_is_redacted_and_unknown_is_missing_unless_a_secret_supplies_it() {
    let post = "POST /login HTTP/1.1\r\nCookie: old=rp_oldaaaaaaaaaaaaaaaaaaaaa\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\n\
        password=rp_secretaaaaaaaaaaaaaaaaaa&pin=rp_numberaaaaaaaaaaaaaaaaaa";
    let mut plan = Plan::of("x");
    plan.secrets = vec!["login.password".to_owned()];
    let searched = Recorded::new()
        .said("POST /login", post, &json("200 OK", "", "{}"))
        .search(&plan);
    let missing: Vec<(&str, u64, bool)> = searched
        .told
        .unsourced
        .iter()
        .map(|one: &Unsourced| (one.key.as_str(), one.requests, one.supplied))
        .collect();
    assert_eq!(
        missing,
        [
            ("login.password", 1, true),
            ("login.pin", 1, false),
            ("cookie.old", 1, false)
        ]
    );
    let fills: Vec<Fill> = searched
        .carries
        .iter()
        .flatten()
        .map(|carry| carry.fill)
        .collect();
    assert_eq!(fills, [Fill::Secret(0)]);
}

#[test]
fn another_account_logs_in_where_the_recorded_one_did() {
    let login = "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
        email=user1%40shop&password=rp_secretaaaaaaaaaaaaaaaaaa";
    let news = "POST /news HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nemail=user1%40shop";
    let mut plan = Plan::of("x");
    plan.users = 3;
    let searched = Recorded::new()
        .said("POST /login", login, &json("200 OK", "", "{}"))
        .said("POST /news", news, &json("200 OK", "", "{}"))
        .search(&plan);
    let fills: Vec<(usize, Fill)> = searched
        .carries
        .iter()
        .enumerate()
        .flat_map(|(exchange, carries)| carries.iter().map(move |carry| (exchange, carry.fill)))
        .collect();
    assert_eq!(
        fills,
        [(0, Fill::User), (0, Fill::Password), (1, Fill::User)]
    );
    assert_eq!(searched.values.account, Some(0));
    assert!(searched.told.unsourced.is_empty());
}

#[test]
fn a_login_that_was_turned_away_goes_as_recorded_and_lacks_nothing() {
    let login = "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
        email=user1%40shop&password=rp_secretaaaaaaaaaaaaaaaaaa";
    let mut plan = Plan::of("x");
    plan.secrets = vec!["login.password".to_owned()];
    plan.users = 3;
    let turned_away = Recorded::new()
        .said("POST /login", login, &json("401 Unauthorized", "", "{}"))
        .search(&plan);
    assert_eq!(turned_away.told.unsourced, []);
    assert_eq!(turned_away.carries, [vec![]]);
    // what the server did not answer may have been right
    let failed = Recorded::new()
        .said(
            "POST /login",
            login,
            &json("503 Service Unavailable", "", "{}"),
        )
        .search(&plan);
    assert_eq!(failed.told.unsourced.len(), 1);
}

/// A token of the kinds servers make.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "rp_[a-z2-7]{26}",
        "([0-9][a-f]){10,16}",
        "([A-Z][0-9][a-z]){6}[+/]{0,2}",
    ]
}

proptest! {
    #[test]
    fn a_token_is_swapped_wherever_it_stands_and_the_framing_holds(
        recorded in token(),
        own in "[!-~]{8,30}( [!-~]{1,20})?",
        chunked in any::<bool>(),
    ) {
        let quoted = serde_json::Value::from(recorded.as_str()).to_string();
        let encoded: String = recorded.bytes().map(|b| format!("%{b:02X}")).collect();
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("me:{recorded}"));
        let body = format!("{{\"a\":{{\"t\":{quoted}}},\"n\":[1,{quoted}]}}");
        let framed = if chunked {
            format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
        } else {
            format!("Content-Length: {}\r\n\r\n{body}", body.len())
        };
        let request = format!(
            "POST /x?t={encoded}&u=1 HTTP/1.1\r\nX-Token: {recorded}\r\nAuthorization: Basic {basic}\r\n\
             Content-Type: application/json\r\n{framed}"
        );
        let searched = Recorded::new()
            .said("GET /t", &get("/t"), &json("200 OK", "", &format!("{{\"token\":{quoted}}}")))
            .said("POST /x", &request, &json("200 OK", "", "{}"))
            .search(&Plan::of("x"));
        let given = json("200 OK", "", &serde_json::json!({ "token": own }).to_string());
        let sent = searched.sent(1, &[(0, &given)]);
        let message = Message::parse(sent.as_bytes()).unwrap();
        prop_assert!(message.complete);
        prop_assert_eq!(message.headers.len(), 4);
        if let Some(length) = message.header("Content-Length") {
            let counted = message.body.len().to_string();
            prop_assert_eq!(length, counted.as_bytes());
        }
        let sent_json: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
        prop_assert_eq!(&sent_json, &serde_json::json!({ "a": { "t": own }, "n": [1, own] }));
        prop_assert_eq!(message.header("X-Token"), Some(own.trim().as_bytes()));
        let carried = carried(&message);
        let has = |place: &str| carried.iter().any(|one| {
            one.place.to_string() == place && one.value == own.as_bytes()
        });
        prop_assert!(has("query:t"), "{}", sent);
        prop_assert!(has("header:authorization"), "{}", sent);
    }

    #[test]
    fn words_and_small_numbers_without_names_for_one_thing_stay(
        word in "[a-z]{3,20}",
        number in 0_u32..100_000,
    ) {
        let searched = Recorded::new()
            .said("GET /a", &get("/a"), &json("200 OK", "", &format!("{{\"kind\":\"{word}\",\"count\":{number}}}")))
            .said("GET /b", &get(&format!("/b/{word}?kind={word}&page={number}&x={number}")), &json("200 OK", "", "{}"))
            .search(&Plan::of("x"));
        prop_assert_eq!(searched.values, LaneValues::default());
    }
}

#[test]
fn a_lane_can_forget_what_it_remembers_for_requests_to_come() {
    let mut search = LaneSearch::default();
    assert_eq!(search.remembered(), 0);
    search.used.insert(7);
    assert_eq!(search.remembered(), 1);
    search.forget_remembered();
    assert_eq!(search.remembered(), 0);
    assert_eq!(search.finish(), LaneValues::default());
}
