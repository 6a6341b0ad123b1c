//! Who a request belongs to when it shows no session: the secrets it carries tell.

use reprise_replay::{Outline, Prepared, Speed};

use crate::support::*;

const TOKENS: [&str; 4] = [
    "access-1a2b3c4d5e6f7a8b",
    "refresh-9f8e7d6c5b4a3928",
    "access-0011223344556677",
    "refresh-8899aabbccddeeff",
];

fn json(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn tokens(number: usize) -> String {
    json(&format!(
        "{{\"access_token\":\"{}\",\"refresh_token\":\"{}\"}}",
        TOKENS[number],
        TOKENS[number + 1]
    ))
}

fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn me(token: &str) -> String {
    format!("GET /me HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer {token}\r\n\r\n")
}

fn refresh(token: &str) -> String {
    post(
        "/token/refresh",
        &format!("{{\"refresh_token\":\"{token}\"}}"),
    )
}

/// A client gets a token, uses it, asks something in public, refreshes its token and uses the new one.
fn recorded() -> Vec<Said> {
    vec![
        said(1, 0, &post("/token", "{}"), &tokens(0)),
        said(1, 10, &me(TOKENS[0]), &json("{}")),
        get(1, 20, "/public"),
        said(1, 30, &refresh(TOKENS[1]), &tokens(2)),
        said(2, 40, &me(TOKENS[2]), &json("{}")),
    ]
}

fn outline(said: &[Said]) -> Outline {
    let (_folder, store) = store_with(said);
    let plan = plan_to("127.0.0.1:9".parse().unwrap());
    Prepared::new(plan, &store).unwrap().outline()
}

#[test]
fn a_client_that_refreshes_its_token_stays_one_lane_and_sends_the_targets_own() {
    let outline = outline(&recorded());
    assert_eq!(
        outline.http_lanes, 2,
        "what is asked in public shows nobody"
    );
    assert_eq!(outline.from_other_lanes, 0);
    let own = ["own-access-a1b2c3d4e5", "own-refresh-f6a7b8c9d0"];
    let address = serve(move |request| {
        let is_own = |token: &str| request.contains(token);
        let grants = json(&format!(
            "{{\"access_token\":\"{}\",\"refresh_token\":\"{}\"}}",
            own[0], own[1]
        ));
        let refused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned();
        Do::Answer(match request.split(' ').nth(1) {
            Some("/token") => grants,
            Some("/token/refresh") if is_own(own[1]) => grants,
            Some("/me") if is_own(own[0]) => json("{}"),
            Some("/public") => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
            _ => refused,
        })
    });
    let (_folder, store) = store_with(&recorded());
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (5, 5));
}

/// A token that looks like one: of the recording or the target's own, the `number`th.
fn nth_token(whose: &str, number: u64) -> String {
    let scattered = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{whose}-{scattered:016x}")
}

#[test]
fn in_a_lane_of_hundreds_each_request_sends_what_the_answer_before_it_gave() {
    const TURNS: u64 = 400;
    let next = |token: &str| post("/next", &format!("{{\"next_token\":\"{token}\"}}"));
    let gives = |token: &str| json(&format!("{{\"next_token\":\"{token}\"}}"));
    let mut all = vec![said(
        1,
        0,
        &post("/start", "{}"),
        &gives(&nth_token("rec", 0)),
    )];
    for (number, at_ms) in (0..TURNS).zip((10..).step_by(10)) {
        let [asked, given] = [number, number + 1].map(|number| nth_token("rec", number));
        all.push(said(1, at_ms, &next(&asked), &gives(&given)));
    }
    let own: Vec<String> = (0..=TURNS).map(|number| nth_token("own", number)).collect();
    let address = serve(move |request| {
        let shown = own.iter().position(|token| request.contains(token));
        Do::Answer(match (shown, request.starts_with("POST /start")) {
            (None, true) => gives(&own[0]),
            (Some(number), false) => gives(&own[number + 1]),
            _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
        })
    });
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    let summary = play(&plan, "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (TURNS + 1, TURNS + 1));
}

#[test]
fn a_token_that_several_clients_were_given_tells_nobody() {
    let mut all = recorded();
    // the same refresh token is in another client's answer too
    all.push(said(3, 5, &post("/token", "{}"), &tokens(0)));
    let outline = outline(&all);
    assert_eq!(
        outline.from_other_lanes, 1,
        "the refresh belongs to whoever spoke on the connection"
    );
}

/// What the application sets to see whether a browser keeps cookies: the same for everybody.
const PROBE: &str = "probe=rp_gmzdsmjxgqztanbvgy3tqojqgey";

fn login_page() -> String {
    format!("HTTP/1.1 200 OK\r\nSet-Cookie: {PROBE}; Path=/\r\nContent-Length: 0\r\n\r\n")
}

fn with_cookies(method: &str, path: &str, cookies: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: shop.example\r\nCookie: {cookies}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn let_in(user: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nSet-Cookie: in_as={user}; Path=/\r\nContent-Length: 0\r\n\r\n")
}

#[test]
fn users_whom_the_application_gave_the_same_cookie_stay_apart() {
    let user = |connection: u16, at_ms, name: &str| {
        let cookies = format!("{PROBE}; in_as={name}");
        let log_in = with_cookies("POST", "/login", PROBE);
        let home = with_cookies("GET", "/home", &cookies);
        [
            said(
                connection,
                at_ms,
                "GET /login HTTP/1.1\r\nHost: shop.example\r\n\r\n",
                &login_page(),
            ),
            said(connection, at_ms + 20, &log_in, &let_in(name)),
            said(connection + 10, at_ms + 40, &home, &ok("ok")),
        ]
    };
    let names = ["rp_aaaaaaaaaaaaaaaaaaaaaaaa", "rp_bbbbbbbbbbbbbbbbbbbbbbbb"];
    // the second logs in when the first has shown the cookie, and another way when it has only that
    let mut all: Vec<Said> = user(1, 0, names[0]).into_iter().collect();
    all.extend(user(2, 100, names[1]));
    all.push(said(
        30,
        200,
        &with_cookies("GET", "/login", PROBE),
        &ok("kept"),
    ));
    let outline = outline(&all);
    assert_eq!(outline.http_lanes, 3);
    assert!(outline.unsourced.is_empty(), "{:?}", outline.unsourced);

    let address = serve(|request| {
        let shows = |text: &str| request.contains(text);
        Do::Answer(match request.split(' ').nth(1) {
            Some("/login") if request.starts_with("POST") && shows("probe=own") => {
                let_in("own-0a1b2c3d4e5f6071")
            }
            Some("/login") if shows("probe=own") => ok("kept"),
            Some("/login") => login_page().replace(PROBE, "probe=own-1f2e3d4c5b6a7988"),
            Some("/home") if shows("probe=own") && shows("in_as=own") => ok("ok"),
            _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
        })
    });
    let (_folder, store) = store_with(&all);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (7, 7));
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn created(id: &str) -> String {
    format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{{\"item\":{{\"id\":{id}}}}}",
        id.len() + 15
    )
}

fn as_admin(said_by: &str) -> String {
    post("/items", "{\"name\":\"lamp\"}")
        .replace("\r\nHost", &format!("\r\nCookie: sid={said_by}\r\nHost"))
}

#[test]
fn what_one_user_creates_and_others_look_at_is_the_targets_own_in_each_copy() {
    let look = |connection, at_ms, id: &str| get(connection, at_ms, &format!("/items/{id}"));
    let (_folder, store) = store_with(&[
        said(1, 0, &as_admin("admin"), &created("1001")),
        look(2, 200, "1001"),
        look(3, 210, "7"),
        // this one was looked at before it is said to be created: it was there
        look(4, 5, "55"),
        said(5, 20, &as_admin("other"), &created("55")),
        look(6, 220, "55"),
    ]);
    let next = std::sync::atomic::AtomicU32::new(2_001);
    let looked = Notes::default();
    let seen = looked.clone();
    let address = serve(move |request| {
        if request.starts_with("POST") {
            let id = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            return Do::Answer(created(&id.to_string()));
        }
        let path = request.split(' ').nth(1).unwrap().to_owned();
        seen.lock().unwrap().push(path);
        Do::Answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned())
    });
    let mut plan = plan_to(address);
    plan.rate.copies = 2.0;
    let outline = Prepared::new(plan.clone(), &store).unwrap().outline();
    let shared: Vec<_> = outline
        .correlations
        .iter()
        .filter(|one| one.of_another_lane)
        .map(|one| (one.name.as_str(), one.from_place.as_str(), one.requests))
        .collect();
    assert_eq!(shared, [("item_id", "json:item.id", 1)]);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (12, 12));
    let looked = looked.lock().unwrap();
    let of = |path: &str| looked.iter().filter(|one| *one == path).count();
    assert_eq!((of("/items/7"), of("/items/55")), (2, 4));
    // a copy's own answer where it had come, else as recorded: copies begin at moments of their own
    let own = looked.iter().filter(|one| one.starts_with("/items/20"));
    let own: std::collections::BTreeSet<_> = own.collect();
    assert_eq!(own.len() + of("/items/1001"), 2, "{looked:?}");
    assert!(!own.is_empty(), "{looked:?}");
}

#[test]
fn a_lane_key_that_no_request_shows_is_an_error_that_names_the_way_out() {
    let (_folder, store) = store_with(&recorded());
    let mut plan = plan_to("127.0.0.1:9".parse().unwrap());
    let prepared = |plan: &reprise_replay::Plan| Prepared::new(plan.clone(), &store);
    plan.lanes = "header:X-User".parse().unwrap();
    let why = prepared(&plan).unwrap_err().to_string();
    assert!(
        why.contains("header:X-User") && why.contains("--lane connection"),
        "{why}"
    );
    plan.lanes = "authorization".parse().unwrap();
    assert!(prepared(&plan).is_ok());
}

#[test]
fn a_session_that_a_request_without_cookies_is_answered_with_does_not_take_the_place_of_the_users()
{
    let (session, signature) = ("rp_aaaaaaaaaaaaaaaaaaaaaaaa", "rp_cccccccccccccccccccccccc");
    let opens = |session: &str, body: &str| {
        json(body).replace(
            "\r\nContent-Length",
            &format!("\r\nSet-Cookie: sid={session}; Path=/\r\nContent-Length"),
        )
    };
    let log_in = move |session: &str, signature: &str| {
        let link = format!("{{\"upload\":\"http://shop.example/upload?signature={signature}\"}}");
        opens(session, &link)
    };
    // what has the link alone sends without cookies; the browser goes on with those it had
    let (_folder, store) = store_with(&[
        said(1, 0, &post("/login", "{}"), &log_in(session, signature)),
        said(
            2,
            20,
            &post(&format!("/upload?signature={signature}"), "{}"),
            &opens("rp_bbbbbbbbbbbbbbbbbbbbbbbb", "{}"),
        ),
        said(
            1,
            40,
            &with_cookies("GET", "/home", &format!("sid={session}")),
            &ok("ok"),
        ),
    ]);
    let address = serve(move |request| {
        let shows = |text: &str| request.contains(text);
        Do::Answer(match request.split(' ').nth(1) {
            Some("/login") => log_in("own-a-0a1b2c3d4e5f", "own-0f1e2d3c4b5a6978"),
            Some("/upload?signature=own-0f1e2d3c4b5a6978") => opens("own-b-0a1b2c3d4e5f", "{}"),
            Some("/home") if shows("sid=own-a") => ok("ok"),
            _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
        })
    });
    let outline = Prepared::new(plan_to(address), &store).unwrap().outline();
    assert_eq!(outline.http_lanes, 1, "the link is the user's");
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (3, 3), "{summary:?}");
}
