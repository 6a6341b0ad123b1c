//! Accounts that the recording makes: each copy makes its own.

use std::collections::BTreeSet;
use std::sync::Mutex;

use reprise_replay::Prepared;

use crate::support::*;

const CREATED: &str =
    "HTTP/1.1 201 Created\r\nSet-Cookie: sid=4f5a6b7c8d9e0f1a\r\nContent-Length: 2\r\n\r\nok";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\nhello ann@shop.example";

fn form(path: &str, fields: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{fields}",
        fields.len()
    )
}

/// What a form says of the address, as it was sent.
fn address_in(request: &str) -> String {
    let fields = request.rsplit("\r\n\r\n").next().unwrap();
    let address = fields
        .split('&')
        .find_map(|field| field.strip_prefix("email="));
    address.unwrap().replace("%40", "@").replace("%2B", "+")
}

#[test]
fn copies_sign_up_under_names_of_their_own_and_log_in_with_them() {
    let fields = "email=ann@shop.example&password=secret-1";
    let (_folder, store) = store_with(&[
        said(1, 0, &form("/signup", fields), CREATED),
        // in another session, later
        said(2, 40, &form("/login", fields), OK),
    ]);
    let (taken, logged_in) = (Mutex::new(BTreeSet::new()), Notes::default());
    let seen = logged_in.clone();
    let address = serve(move |request| {
        let address = address_in(request);
        if request.starts_with("POST /login") {
            let greeting = format!("hello {address}");
            seen.lock().unwrap().push(address);
            let length = greeting.len();
            return Do::Answer(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{greeting}"
            ));
        }
        Do::Answer(if taken.lock().unwrap().insert(address) {
            CREATED.to_owned()
        } else {
            "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 5\r\n\r\ntaken".to_owned()
        })
    });
    let mut plan = plan_to(address);
    plan.rate.copies = 3.0;
    let outline = Prepared::new(plan.clone(), &store).unwrap().outline();
    let own: Vec<_> = outline
        .correlations
        .iter()
        .map(|one| (one.name.as_str(), one.from_place.as_str()))
        .collect();
    assert_eq!(own, [("email", "copy:its own")]);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(
        (summary.sent, summary.outcomes.ok),
        (6, 6),
        "{:?}",
        summary.outcomes
    );
    let mut logged_in = logged_in.lock().unwrap().clone();
    logged_in.sort();
    assert_eq!(
        logged_in,
        [
            "ann+1@shop.example",
            "ann+2@shop.example",
            "ann@shop.example"
        ]
    );
}
