//! Where recorded HTTP goes and whom its requests name: several targets, hosts, paths, redirects.

use std::sync::Arc;

use super::http::OK;
use super::support::{Do, Notes, get, plan_to, play, said, serve, store_with};
use reprise_replay::{HostField, HttpRoute};

/// A server that notes its requests, with its name before each.
fn noting(name: &'static str, notes: &Notes) -> std::net::SocketAddr {
    let notes = Arc::clone(notes);
    serve(move |request| {
        let path = request.split(' ').nth(1).unwrap();
        notes.lock().unwrap().push(format!("{name} {path}"));
        Do::Answer(OK.to_owned())
    })
}

fn route(recorded: Option<&str>, address: std::net::SocketAddr) -> HttpRoute {
    HttpRoute {
        recorded: recorded.map(|text| text.parse().unwrap()),
        url: format!("http://{address}"),
    }
}

#[test]
fn hosts_and_paths_go_to_their_own_targets_even_on_one_recorded_connection() {
    let notes = Notes::default();
    let [all, api, news] = ["all", "api", "news"].map(|name| noting(name, &notes));
    let to = |host: &str, at_ms, path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        said(1, at_ms, &request, OK)
    };
    let (_folder, store) = store_with(&[
        to("shop.example", 0, "/cart"),
        to("shop.example", 10, "/api/stock?of=1"),
        to("news.example:80", 20, "/today"),
        to("news.example", 30, "/api/stock"),
        to("shop.example", 40, "/apis"),
    ]);
    let mut plan = plan_to(all);
    plan.http = vec![
        route(None, all),
        route(Some("news.example"), news),
        route(Some("/api"), api),
    ];
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 5, "{summary:?}");
    assert_eq!(
        *notes.lock().unwrap(),
        [
            "all /cart",
            "api /api/stock?of=1",
            "news /today",
            "api /api/stock",
            "all /apis"
        ]
    );
}

#[test]
fn what_no_target_takes_is_left_out_and_counted() {
    let notes = Notes::default();
    let api = noting("api", &notes);
    let (_folder, store) = store_with(&[get(1, 0, "/cart"), get(1, 10, "/api")]);
    let mut plan = plan_to(api);
    plan.http = vec![route(Some("10.0.0.9:80/api"), api)];
    let summary = play(&plan, "run", &store).summary;
    assert_eq!((summary.planned, summary.outcomes.ok), (2, 1));
    assert_eq!(summary.skipped, [("no_target".to_owned(), 1)].into());
    assert_eq!(*notes.lock().unwrap(), ["api /api"]);
}

#[test]
fn the_host_is_the_targets_the_recorded_one_or_a_given_one() {
    let notes = Notes::default();
    let address = {
        let notes = Arc::clone(&notes);
        serve(move |request| {
            let named = |line: &&str| line.starts_with("Host: ") || line.starts_with("Origin: ");
            let lines: Vec<&str> = request.lines().filter(named).collect();
            notes.lock().unwrap().push(lines.join(", "));
            Do::Answer(OK.to_owned())
        })
    };
    let request = "POST /a HTTP/1.1\r\nHost: shop.example\r\nOrigin: https://shop.example\r\n\
        Content-Length: 0\r\n\r\n";
    let (_folder, store) = store_with(&[said(1, 0, request, OK)]);
    let mut plan = plan_to(address);
    for (number, host) in [
        HostField::Target,
        HostField::Keep,
        HostField::Name("test.example:81".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        plan.host = host;
        play(&plan, &format!("run{number}"), &store);
    }
    assert_eq!(
        *notes.lock().unwrap(),
        [
            format!("Host: {address}, Origin: http://{address}"),
            "Host: shop.example, Origin: https://shop.example".to_owned(),
            "Host: test.example:81, Origin: http://test.example:81".to_owned(),
        ]
    );
}

#[test]
fn a_redirect_that_leads_elsewhere_is_not_followed() {
    // a server of its own for the place that must not be dialled
    let notes = Notes::default();
    let elsewhere = noting("elsewhere", &notes);
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://{elsewhere}/next\r\nContent-Length: 0\r\n\r\n"
    );
    let address = serve(move |_| Do::Answer(moved.clone()));
    let recorded = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
    let request = "GET /first HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    let (_folder, store) = store_with(&[said(1, 0, request, recorded), get(1, 10, "/next")]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.sent, summary.outcomes.ok), (2, 1), "{summary:?}");
    assert!(notes.lock().unwrap().is_empty());
}
