//! Who a request belongs to when it shows no session: the secrets it carries tell.

use reprise_replay::{Outline, Prepared};

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
