//! Replaying the recorded MySQL: against the embedded server and against a real MariaDB, prepared statements
//! included, alone and beside the HTTP that caused it.

use reprise_fixtures::shop::{MYSQL_USER, Shop, mysql_url};
use serde_json::{Value, json};

use crate::support::{
    Desk, RECORDING, conserved, number, password_secret, shop, shop_on_mariadb, url,
};

/// Replays the recorded MySQL to the shop's database, which is as it was when the recording began.
fn replays_faithfully(shop: &Shop) {
    let desk = Desk::with_recording();
    let mysql = mysql_url(shop.mysql_addr());
    let run = desk.answer(&["replay", RECORDING, "--mysql", &mysql, "--speed", "2"]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "complete");
    assert_eq!(run["skipped"], json!({ "no_target": 178 }));
    assert_eq!(number(&run, "/sent"), 377);
    // 99 % of 377; concurrent lanes may meet in another order than recorded.
    assert!(number(&run, "/outcomes/ok") >= 374, "{}", unlike(&run));
    let operations = run["operations"].as_array().unwrap();
    let prepared =
        "SELECT name, category, description, price_cents, stock, weight_kg FROM item WHERE id = ?";
    let row = operations
        .iter()
        .find(|row| row["operation"] == prepared)
        .unwrap();
    assert_eq!(number(row, "/outcomes/ok"), 59, "{row}");
    draws_answers(&desk, run["run"]["name"].as_str().unwrap());
}

/// By status and by how many rows they had: an item has one row, a search several.
fn draws_answers(desk: &Desk, run: &str) {
    for (kind, names) in [
        ("statuses", &["MySQL ok"][..]),
        ("rows", &["1 row", "2 to 9"]),
    ] {
        desk.run(&["chart", run, kind, "--out", "mix.svg"]).ok();
        let chart = desk.read("mix.svg");
        assert!(
            names.iter().all(|name| chart.contains(name)),
            "{kind}: {chart}"
        );
    }
}

/// The operations that did not all go well, for a message.
fn unlike(run: &Value) -> String {
    let operations = run["operations"].as_array().unwrap().iter();
    let unlike = operations.filter(|row| row["outcomes"]["ok"] != row["sent"]);
    unlike
        .map(|row| format!("{} {}\n", row["operation"], row["outcomes"]))
        .collect()
}

#[test]
fn the_embedded_server_answers_recorded_mysql_as_mariadb_did() {
    replays_faithfully(&shop());
}

#[test]
fn mariadb_answers_recorded_mysql_as_it_did() {
    let (_server, shop) = shop_on_mariadb();
    replays_faithfully(&shop);
}

#[test]
fn recorded_mysql_is_not_sent_twice_unless_both_tiers_are_asked_for() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (http, mysql, secret) = (url(&shop), mysql_url(shop.mysql_addr()), password_secret());
    let targets = ["replay", RECORDING, "--http", &http, "--mysql", &mysql];
    let arguments = [&targets[..], &["--secret", &secret, "--speed", "5"]].concat();

    let run = desk.answer(&arguments);
    conserved(&run);
    assert_eq!(number(&run, "/sent"), 178, "{run}");
    assert_eq!(run["skipped"].as_object().unwrap().len(), 1, "{run}");

    shop.reset().unwrap();
    let run = desk.answer(&[&arguments[..], &["--both-tiers"]].concat());
    conserved(&run);
    assert_eq!(number(&run, "/sent"), 178 + 377, "{run}");
}

#[test]
fn a_wrong_mysql_password_is_found_out_before_the_run_and_never_shown() {
    let desk = Desk::with_recording();
    let shop = shop();
    let mysql = format!(
        "mysql://{MYSQL_USER}:wrong-password@{}/shop",
        shop.mysql_addr()
    );
    let arguments = [
        "replay", RECORDING, "--mysql", &mysql, "--speed", "20", "--run", "r",
    ];
    let said = desk.run(&arguments).with_code(3);
    assert!(said.stderr.contains("Access denied"), "{said:?}");
    assert!(!format!("{said:?}").contains("wrong-password"), "{said:?}");
    assert!(desk.answers(&["runs"]).is_empty());
    let data = desk.path("data");
    assert!(!crate::support::folder_holds(&data, b"wrong-password"));
}
