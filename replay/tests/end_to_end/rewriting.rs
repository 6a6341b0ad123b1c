//! Rewriting rules end to end: what arrives at a server, with copies, cookies and values of its own.

use std::sync::Arc;

use super::http::{OK, samples};
use super::support::{Do, Notes, get, plan_to, play, said, serve, store_with, targets};
use reprise_replay::{Event, Prepared, Rate, ReplayConfig, Secrets, Users, WarningKind, start};

fn noting(notes: &Notes) -> std::net::SocketAddr {
    let notes = Arc::clone(notes);
    serve(move |request| {
        notes.lock().unwrap().push(request.to_owned());
        Do::Answer(OK.to_owned())
    })
}

fn rules(texts: &[&str]) -> Vec<reprise_replay::Rewrite> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn post(connection: u16, at_ms: i64, path: &str, body: &str) -> super::support::Said {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: shop.example\r\nCookie: theme=dark\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    said(connection, at_ms, &request, OK)
}

#[test]
fn every_copy_sends_its_own_values_and_the_framing_holds() {
    let notes = Notes::default();
    let address = noting(&notes);
    let body = r#"{"email":"jane@shop.example","n":1}"#;
    let (_folder, store) = store_with(&[post(1, 0, "/v1/account", body), get(1, 20, "/v1/page")]);
    let mut plan = plan_to(address);
    plan.rate = Rate::by_copies(3.0);
    plan.rewrites = rules(&[
        "path:s|^/v1/|/v2/|",
        "json:$.email=load{copy}@staging.example for method:POST",
        "header:X-Request={random}",
        "cookie:theme=light",
    ]);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 6, "{summary:?}");
    let mut seen = notes.lock().unwrap().clone();
    seen.sort();
    let (pages, posts) = seen.split_at(3);
    assert!(pages.iter().all(|page| page.starts_with("GET /v2/page ")));
    for (copy, post) in posts
        .iter()
        .map(|post| (post.find("load").map(|at| &post[at + 4..=at + 4]), post))
    {
        assert!(post.starts_with("POST /v2/account "), "{post}");
        let (_, body) = post.split_once("\r\n\r\n").unwrap();
        assert_eq!(
            body,
            format!(
                r#"{{"email":"load{}@staging.example","n":1}}"#,
                copy.unwrap()
            )
        );
        assert!(post.contains(&format!("Content-Length: {}\r\n", body.len())));
        assert!(post.contains("Cookie: theme=light\r\n"));
    }
    let randoms = |requests: &[String]| {
        let of = |request: &String| {
            let line = request.lines().find(|line| line.starts_with("X-Request: "));
            line.unwrap().to_owned()
        };
        requests
            .iter()
            .map(of)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = randoms(&seen);
    assert_eq!(first.len(), 6);
    notes.lock().unwrap().clear();
    play(&plan, "again", &store);
    assert_eq!(randoms(&notes.lock().unwrap()), first, "the seed decides");
}

#[test]
fn rules_and_the_targets_own_values_go_together() {
    let notes = Notes::default();
    let seen = Arc::clone(&notes);
    let address = serve(move |request| {
        seen.lock().unwrap().push(request.to_owned());
        let body = r#"{"token":"target-token-1"}"#;
        Do::Answer(format!(
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=target-session\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    });
    let body = r#"{"token":"recorded-token-9"}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nSet-Cookie: sid=recorded-session\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let request = "GET /v1/next?token=recorded-token-9 HTTP/1.1\r\nHost: a\r\nCookie: sid=recorded-session\r\n\r\n";
    let (_folder, store) = store_with(&[
        said(1, 0, "GET /v1/first HTTP/1.1\r\nHost: a\r\n\r\n", &answer),
        said(1, 20, request, &answer),
    ]);
    let mut plan = plan_to(address);
    plan.rewrites = rules(&[
        "path:s|^/v1/|/version-two/|",
        "query:copy={copy}",
        "header:-Host",
    ]);
    play(&plan, "run", &store);
    let seen = notes.lock().unwrap();
    assert_eq!(
        seen[1],
        "GET /version-two/next?token=target-token-1&copy=0 HTTP/1.1\r\nCookie: sid=target-session\r\n\r\n"
    );
}

#[test]
fn a_secret_is_put_in_and_stays_out_of_the_plan() {
    let notes = Notes::default();
    let address = noting(&notes);
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let mut plan = plan_to(address);
    plan.rewrites = rules(&["header:Authorization=Bearer {secret.api}"]);
    assert!(
        Prepared::new(plan.clone(), &store)
            .unwrap_err()
            .to_string()
            .contains("--secret api=")
    );
    plan.secrets = vec!["api".to_owned()];
    let config = ReplayConfig {
        targets: targets(&plan, &store),
        prepared: Prepared::new(plan, &store).unwrap(),
        run: "run".to_owned(),
        secrets: Secrets([("api".to_owned(), "hunter2".to_owned())].into()),
        users: Users::default(),
        mysql_room: None,
        redaction: None,
    };
    start(config, &store).unwrap().join().unwrap();
    assert!(notes.lock().unwrap()[0].contains("Authorization: Bearer hunter2\r\n"));
    assert!(
        !store
            .run("run")
            .unwrap()
            .plan
            .to_string()
            .contains("hunter2")
    );
}

#[test]
fn the_outline_counts_what_each_rule_changes_and_a_useless_one_is_warned_of() {
    let address = noting(&Notes::default());
    let (_folder, store) = store_with(&[get(1, 0, "/a/1"), get(1, 9, "/b/2"), get(2, 5, "/a/3")]);
    let mut plan = plan_to(address);
    plan.rewrites = rules(&[
        "path:s|^/a/|/c/|",
        "header:X=1 for request:/b",
        "query:-none",
    ]);
    let outline = Prepared::new(plan.clone(), &store).unwrap().outline();
    let counts: Vec<_> = outline
        .rewrites
        .iter()
        .map(|rule| (rule.rule.as_str(), rule.exchanges))
        .collect();
    assert_eq!(
        counts,
        [
            ("path:s|^/a/|/c/|", 2),
            ("header:X=1 for request:/b", 1),
            ("query:-none", 0)
        ]
    );
    let config = ReplayConfig {
        targets: targets(&plan, &store),
        prepared: Prepared::new(plan.clone(), &store).unwrap(),
        run: "run".to_owned(),
        secrets: Secrets::default(),
        users: Users::default(),
        mysql_room: None,
        redaction: None,
    };
    let handle = start(config, &store).unwrap();
    let told: Vec<Event> = handle.events().iter().collect();
    handle.join().unwrap();
    let warned = |event: &Event| {
        matches!(event, Event::Warning(warning)
            if warning.kind == WarningKind::RuleUnused && warning.message.contains("'query:-none'"))
    };
    assert!(told.iter().any(warned), "{told:?}");
    let stored = reprise_replay::Plan::from_json(store.run("run").unwrap().plan).unwrap();
    assert_eq!(stored.rewrites, plan.rewrites);
    assert_eq!(samples(&store, "run").len(), 3);
}
