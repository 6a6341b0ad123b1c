//! A shop where nothing recorded at another one works as it is: login, tokens in forms, headers and JSON,
//! generated ids. The values of the target's own answers make a replay of it succeed.

use reprise_fixtures::captures;
use reprise_fixtures::mysqld::Latency;
use reprise_fixtures::shop::{self, ACCOUNTS, PASSWORD, Shop, ShopConfig};
use serde_json::Value;

use crate::support::{Desk, number};

/// The recording of another guarded shop.
const MEMBERS: &str = "members";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put(captures::shop_guarded());
    let file = captures::shop_guarded().name;
    desk.run(&["import", file, "--name", MEMBERS]).ok();
    desk
}

fn guarded() -> Shop {
    shop::start(ShopConfig {
        latency: Latency::NONE,
        guarded: true,
        ..ShopConfig::default()
    })
    .unwrap()
}

/// A replay at a shop of its own; how many of what was sent succeeded, and its answer.
fn replay(desk: &Desk, run: &str, more: &[&str]) -> (f64, Value) {
    let shop = guarded();
    let url = format!("http://{}", shop.http_addr());
    let password = format!("login.password={PASSWORD}");
    let base = [
        "replay", MEMBERS, "--http", &url, "--run", run, "--secret", &password,
    ];
    let answer = desk.answer(&[&base[..], more].concat());
    let sent = answer["sent"].as_f64().unwrap();
    (answer["outcomes"]["ok"].as_f64().unwrap() / sent, answer)
}

#[test]
fn a_naive_replay_fails_nearly_everywhere_and_a_correlated_one_succeeds() {
    let desk = desk();
    let (naive, answer) = replay(&desk, "naive", &["--no-correlate", "*"]);
    assert!(naive < 0.25, "{naive}: {}", answer["outcomes"]);
    let (once, answer) = replay(&desk, "once", &[]);
    let mismatches = desk.run(&["report", "once", "--mismatches"]).ok().stdout;
    assert_eq!(once, 1.0, "{}\n{mismatches}", answer["outcomes"]);
}

#[test]
fn a_password_that_nobody_supplies_is_said_at_the_start_and_what_came_of_it_at_the_end() {
    let desk = desk();
    let shop = guarded();
    let url = format!("http://{}", shop.http_addr());
    let arguments = [
        "replay",
        MEMBERS,
        "--http",
        &url,
        "--run",
        "lacking",
        "--secret",
        "login.pasword=x",
    ];
    let said = desk.run(&arguments).ok();
    for warning in [
        "--secret login.password=VALUE",
        "nothing uses the secret login.pasword",
    ] {
        assert!(said.stderr.contains(warning), "{}", said.stderr);
    }
    for line in ["HTTP 401 (", "went with a recorded value"] {
        assert!(said.stdout.contains(line), "{}", said.stdout);
    }
    let answer = desk.answer(&["report", "lacking"]);
    assert!(number(&answer, "/values_missing") > 0, "{answer}");
}

#[test]
fn ten_copies_succeed_too_whatever_the_seed() {
    let desk = desk();
    for seed in ["1", "77"] {
        let run = format!("ten-{seed}");
        let (right, answer) = replay(&desk, &run, &["--copies", "10", "--seed", seed]);
        assert_eq!(answer["error_rate"], 0.0, "{}", answer["outcomes"]);
        assert!(right > 0.95, "{}", answer["outcomes"]);
        // ten users of one account see what the others change of it
        let kept = desk.answers(&["report", &run, "--mismatches"]);
        let shared = ["GET /account", "GET /api/profile"];
        let others = kept
            .iter()
            .find(|one| !shared.contains(&one["operation"].as_str().unwrap()));
        assert_eq!(others, None);
    }
}

#[test]
fn copies_log_in_with_accounts_of_their_own() {
    let desk = desk();
    let users: String = (1..=ACCOUNTS)
        .map(|account| format!("user{account}@shop.example:{PASSWORD}\n"))
        .collect();
    desk.write("users.txt", users.as_bytes());
    let (_, answer) = replay(&desk, "own", &["--copies", "3", "--users", "users.txt"]);
    assert_eq!(answer["error_rate"], 0.0, "{}", answer["outcomes"]);
    let profiles = desk.answers(&["report", "own", "--mismatches"]);
    let other_names = profiles
        .iter()
        .filter(|one| one["operation"] == "GET /account");
    assert!(
        other_names.count() > 0,
        "other accounts have other names: {profiles:?}"
    );
}

#[test]
fn the_dry_run_lists_where_values_come_from_and_where_they_go() {
    let desk = desk();
    let arguments = [
        "replay",
        MEMBERS,
        "--http",
        "http://127.0.0.1:9",
        "--dry-run",
    ];
    let outline = desk.answer(&arguments);
    let listed: Vec<String> = outline["correlations"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| {
            let from = format!("{} {} {}", one["name"], one["from"], one["from_place"]);
            let targets = one["to"].as_array().unwrap().iter();
            targets.map(move |to| {
                format!("{from} -> {} {}", to["operation"], to["place"]).replace('"', "")
            })
        })
        .collect();
    for expected in [
        "shop_session POST /login cookie:shop_session -> GET /account cookie:shop_session",
        "csrf_token GET /login html:csrf_token -> POST /login form:csrf_token",
        "access_token GET /api/session json:access_token -> POST /api/checkout header:authorization",
        "cart_id GET /api/session json:cart_id -> GET /api/cart query:cart",
        "cart_id GET /api/session json:cart_id -> POST /api/checkout json:cart_id",
        "order_id POST /api/checkout header:location=/orders/{} -> GET /orders/{id} path:2",
    ] {
        assert!(
            listed.iter().any(|line| line == expected),
            "{expected} in {listed:#?}"
        );
    }
    let text = desk.run(&arguments).ok().stdout;
    assert!(text.contains("login.password"), "{text}");
}

#[test]
fn a_rule_that_cannot_be_read_and_a_file_without_accounts_are_wrong_usage() {
    let desk = desk();
    let url = ["replay", MEMBERS, "--http", "http://127.0.0.1:9"];
    let said = desk.run(&[&url[..], &["--correlate", "somewhere -> else", "--dry-run"]].concat());
    assert!(
        said.stderr.contains("OPERATION PLACE -> OPERATION PLACE"),
        "{said:?}"
    );
    desk.write("users.txt", b"ann\n");
    let said = desk.run(&[&url[..], &["--users", "users.txt"]].concat());
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("line 1"), "{said:?}");
}

#[test]
fn a_planted_change_of_one_field_is_found_and_named() {
    let desk = desk();
    let shop = guarded();
    let url = format!("http://{}", shop.http_addr());
    let password = format!("login.password={PASSWORD}");
    shop.tamper("UPDATE item SET price_cents = price_cents + 1 WHERE id % 2 = 0")
        .unwrap();
    let run = [
        "replay", MEMBERS, "--http", &url, "--run", "changed", "--secret", &password,
    ];
    let answer = desk.answer(&run);
    assert!(
        answer["outcomes"]["mismatch"].as_u64().unwrap() > 0,
        "{}",
        answer["outcomes"]
    );
    let kept = desk.answers(&["report", "changed", "--mismatches"]);
    let search = kept
        .iter()
        .find(|one| one["operation"] == "GET /search")
        .unwrap();
    assert_eq!(search["place"], "json:hits.*.price_cents", "{search}");
    let text = desk.run(&["report", "changed", "--mismatches"]).ok().stdout;
    assert!(
        text.contains("GET /search\n  json:hits.*.price_cents"),
        "{text}"
    );
}
