//! Answers are held against the recorded ones: a planted change is found and named, what varies by itself
//! is not, and what the target refuses fails.

use reprise_measure::Outcome;
use reprise_replay::{Mismatch, Outline, Plan, Prepared, ReplayConfig, SkipReason, start};
use reprise_store::Store;
use reprise_wire::redact::{Redaction, RedactionKey, Rules};

use crate::http::samples;
use crate::support::*;

fn json(body: &str) -> String {
    with_status("200 OK", body)
}

fn with_status(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn asked(connection: u16, at_ms: i64, path: &str, body: &str) -> Said {
    let request = format!("GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    said(connection, at_ms, &request, &json(body))
}

fn mismatches(store: &Store, run: &str) -> Vec<Mismatch> {
    Mismatch::all(store, store.run(run).unwrap().id).unwrap()
}

fn outline(plan: &Plan, store: &Store) -> Outline {
    Prepared::new(plan.clone(), store).unwrap().outline()
}

#[test]
fn a_planted_change_is_named_with_both_answers_and_is_no_news_after_a_baseline() {
    let address = serve(|request| {
        Do::Answer(json(if request.starts_with("GET /a") {
            r#"{"price":7,"city":"Gent"}"#
        } else {
            r#"{"at":"2026-11-21T10:00:00Z"}"#
        }))
    });
    let (_folder, store) = store_with(&[
        asked(1, 0, "/a", r#"{"price":7,"city":"Lyon"}"#),
        asked(2, 5, "/b", r#"{"at":"2025-01-01T09:00:00Z"}"#),
    ]);
    let mut plan = plan_to(address);
    let summary = play(&plan, "base", &store).summary;
    assert_eq!((summary.outcomes.ok, summary.outcomes.mismatch), (1, 1));
    let found = mismatches(&store, "base");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].operation.as_str(), found[0].place.as_str()),
        ("GET /a", "json:city")
    );
    assert_eq!(
        (found[0].recorded.as_str(), found[0].answered.as_str()),
        ("Lyon", "Gent")
    );
    assert!(found[0].recorded_answer.contains("Lyon") && found[0].answer.contains("Gent"));
    plan.baseline = Some("base".to_owned());
    assert_eq!(outline(&plan, &store).noise, 1);
    assert_eq!(play(&plan, "again", &store).summary.outcomes.ok, 2);
}

#[test]
fn secrets_of_the_targets_answers_are_not_kept() {
    const TOKEN: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    let address = serve(|request| {
        Do::Answer(match request.split(' ').nth(1).unwrap() {
            "/login" => json(&format!(r#"{{"city":"Gent","access_token":"{TOKEN}"}}"#)),
            // the place that differs is the secret itself
            "/pin" => json(r#"{"pin_code":"90210","password":"hunter2 of staging"}"#),
            _ => format!(
                "HTTP/1.1 302 Found\r\nLocation: /done?token={TOKEN}\r\nContent-Length: 0\r\n\r\n"
            ),
        })
    });
    let moved = "HTTP/1.1 302 Found\r\nLocation: /cart\r\nContent-Length: 0\r\n\r\n";
    let (_folder, store) = store_with(&[
        asked(
            1,
            0,
            "/login",
            r#"{"city":"Lyon","access_token":"rp_aaaaaaaaaaaaaaaaaaaaaaaa"}"#,
        ),
        asked(
            2,
            5,
            "/pin",
            r#"{"pin_code":"90210","password":"no secret"}"#,
        ),
        said(3, 9, "GET /away HTTP/1.1\r\nHost: a\r\n\r\n", moved),
    ]);
    let plan = plan_to(address);
    let redacting = ReplayConfig {
        redaction: Some(Redaction {
            key: RedactionKey::new([7; 32]),
            rules: Rules::default(),
        }),
        ..config(&plan, "run", &store)
    };
    let outcomes = start(redacting, &store)
        .unwrap()
        .join()
        .unwrap()
        .summary
        .outcomes;
    play(&plan, "as it came", &store);
    let kept = mismatches(&store, "run");
    assert_eq!((outcomes.mismatch, kept.len()), (3, 3), "{kept:?}");
    let events = |run: &str| {
        let events = store.run_events(store.run(run).unwrap().id).unwrap();
        format!("{events:?}")
    };
    for secret in [TOKEN, "hunter2"] {
        assert!(!events("run").contains(secret), "{}", events("run"));
        assert!(events("as it came").contains(secret));
    }
    let of = |operation: &str| kept.iter().find(|one| one.operation == operation).unwrap();
    let login = of("GET /login");
    assert_eq!(
        (login.place.as_str(), login.answered.as_str()),
        ("json:city", "Gent")
    );
    assert!(login.answer.contains("\"access_token\":\"rp_"), "{login:?}");
    assert!(of("GET /pin").answered.starts_with("rp_"), "{kept:?}");
    assert!(
        of("GET /away").answered.starts_with("/done?token=rp_"),
        "{kept:?}"
    );
}

#[test]
fn what_the_recording_itself_answered_otherwise_is_no_mismatch() {
    let address = serve(|_| Do::Answer(json(r#"{"visitors":99,"city":"Lyon"}"#)));
    let (_folder, store) = store_with(&[
        asked(1, 0, "/a", r#"{"visitors":5,"city":"Lyon"}"#),
        asked(1, 20, "/a", r#"{"visitors":4,"city":"Lyon"}"#),
    ]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 2, "{:?}", mismatches(&store, "run"));
}

#[test]
fn so_many_mismatches_of_an_operation_are_kept_and_all_are_counted() {
    let address = serve(|_| Do::Answer(json(r#"{"a":2}"#)));
    let all: Vec<Said> = (0..60)
        .map(|i| asked(i, i64::from(i), "/a", r#"{"a":1}"#))
        .collect();
    let (_folder, store) = store_with(&all);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.mismatch, 60);
    assert_eq!(mismatches(&store, "run").len(), 20);
}

#[test]
fn a_new_refusal_or_a_way_to_the_login_fails_where_the_recording_was_fine() {
    let address = serve(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let login = "HTTP/1.1 302 Found\r\nLocation: /login?next=/x\r\nContent-Length: 0\r\n\r\n";
        Do::Answer(match path {
            "/login-instead" | "/was-login" => login.to_owned(),
            path => with_status(&format!("{} No", &path[1..4]), "{}"),
        })
    });
    let fine = |connection, path: &str| asked(connection, i64::from(connection), path, "{}");
    let to_login = said(
        9,
        9,
        "GET /was-login HTTP/1.1\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    );
    let refused = said(
        8,
        8,
        "GET /401-before HTTP/1.1\r\n\r\n",
        &with_status("401 No", "{}"),
    );
    let (_folder, store) = store_with(&[
        fine(1, "/401"),
        fine(2, "/403"),
        fine(3, "/429"),
        fine(4, "/login-instead"),
        fine(5, "/404"),
        refused,
        to_login,
    ]);
    play(&plan_to(address), "run", &store);
    let mut outcomes: Vec<(u16, Outcome)> = samples(&store, "run")
        .iter()
        .map(|sample| (sample.status, sample.outcome))
        .collect();
    outcomes.sort_by_key(|(status, outcome)| (*status, *outcome as u8));
    assert_eq!(
        outcomes,
        [
            (302, Outcome::Mismatch),
            (302, Outcome::ErrorReply),
            (401, Outcome::Ok),
            (401, Outcome::ErrorReply),
            (403, Outcome::ErrorReply),
            (404, Outcome::Mismatch),
            (429, Outcome::ErrorReply),
        ]
    );
    let kept = mismatches(&store, "run");
    assert!(
        kept.iter()
            .any(|one| one.place == "status" && one.answered == "429"),
        "{kept:?}"
    );
}

/// A token is given by an answer, carried by the next request.
fn token_and_use() -> [Said; 2] {
    [
        asked(1, 0, "/token", r#"{"token":"9f8e7d6c5b4a39281706"}"#),
        asked(1, 20, "/use?token=9f8e7d6c5b4a39281706", "{}"),
    ]
}

#[test]
fn a_value_whose_answer_failed_is_sent_as_recorded_and_said_or_skipped_when_asked() {
    let notes = Notes::default();
    let seen = notes.clone();
    let address = serve(move |request| {
        seen.lock()
            .unwrap()
            .push(request.split(' ').nth(1).unwrap().to_owned());
        Do::Answer(with_status("503 No", "{}"))
    });
    let (_folder, store) = store_with(&token_and_use());
    let mut plan = plan_to(address);
    assert_eq!(play(&plan, "sent", &store).summary.sent, 2);
    assert_eq!(
        notes.lock().unwrap().pop().unwrap(),
        "/use?token=9f8e7d6c5b4a39281706"
    );
    let events = store.run_events(store.run("sent").unwrap().id).unwrap();
    assert!(
        events
            .iter()
            .any(|event| event.event["kind"] == "values_missing")
    );
    plan.missing_values = reprise_replay::MissingValues::Skip;
    let summary = play(&plan, "skipped", &store).summary;
    assert_eq!((summary.planned, summary.sent), (2, 1));
    assert_eq!(
        summary.skipped,
        [(SkipReason::ValueMissing.name().to_owned(), 1)].into()
    );
}

#[test]
fn a_redacted_value_without_a_source_is_skipped_when_asked() {
    let address = serve(|_| Do::Answer(json("{}")));
    let (_folder, store) = store_with(&[
        asked(1, 0, "/a?key=rp_gmzdsmjxgqztanbvgy3tqojqge", "{}"),
        asked(1, 20, "/b", "{}"),
    ]);
    let mut plan = plan_to(address);
    let missing = outline(&plan, &store).unsourced;
    assert_eq!((missing[0].key.as_str(), missing[0].requests), ("a.key", 1));
    assert_eq!(outline(&plan, &store).sends, 2);
    plan.missing_values = reprise_replay::MissingValues::Skip;
    let told = outline(&plan, &store);
    assert_eq!(
        (told.sends, told.skipped),
        (1, [("value_missing".to_owned(), 1)].into())
    );
    assert_eq!(play(&plan, "run", &store).summary.sent, 1);
}

#[test]
fn a_baseline_is_taken_with_its_own_and_its_places_are_named() {
    let value = std::sync::atomic::AtomicU32::new(0);
    let address = serve(move |_| {
        let value = value.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let city = if value == 0 { "Gent" } else { "Lyon" };
        Do::Answer(json(&format!("{{\"city\":\"{city}\",\"left\":{value}}}")))
    });
    let (_folder, store) = store_with(&[asked(1, 0, "/a", r#"{"city":"Lyon","left":0}"#)]);
    let mut plan = plan_to(address);
    play(&plan, "first", &store);
    plan.baseline = Some("first".to_owned());
    play(&plan, "second", &store);
    plan.baseline = Some("second".to_owned());
    let noisy: Vec<String> = outline(&plan, &store)
        .noisy
        .iter()
        .map(|one| format!("{} {}", one.operation, one.place))
        .collect();
    assert_eq!(noisy, ["GET /a json:city", "GET /a json:left"]);
    assert_eq!(play(&plan, "third", &store).summary.outcomes.ok, 1);
}
