//! Connections to HTTP targets: kept, closed, closed under a request, shared in a pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use reprise_measure::Outcome;
use reprise_replay::{Connections, Speed};

use super::http::{OK, samples};
use super::support::{Notes, Said, get, plan_to, play, said, store_with};
use super::wire::serve_wire;

const CLOSING: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

fn outcomes(store: &reprise_store::Store) -> Vec<Outcome> {
    samples(store, "run")
        .iter()
        .map(|one| one.outcome)
        .collect()
}

#[test]
fn a_target_that_closes_between_requests_is_connected_to_again_and_counted() {
    // one closes silently once it is idle, the other says that it will
    for answer in [OK, CLOSING] {
        let address = serve_wire(move |wire| {
            if wire.head().is_some() {
                wire.say(answer);
            }
        });
        let (_folder, store) = store_with(&[get(1, 0, "/a"), get(1, 300, "/b"), get(2, 0, "/c")]);
        let summary = play(&plan_to(address), "run", &store).summary;
        assert_eq!(summary.outcomes.ok, 3, "{summary:?}");
        assert_eq!(
            (summary.connections, summary.reconnects),
            (3, 1),
            "{answer}"
        );
        assert_eq!(summary.retries, 0);
    }
}

#[test]
fn a_request_that_asks_for_the_end_of_its_connection_is_its_last() {
    let used = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&used);
    let address = serve_wire(move |wire| {
        while wire.head().is_some() {
            seen.fetch_max(wire.number + 1, Ordering::SeqCst);
            wire.say(OK);
        }
    });
    let closing = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let (_folder, store) = store_with(&[said(1, 0, closing, OK), get(1, 50, "/b")]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 2, "{summary:?}");
    assert_eq!(used.load(Ordering::SeqCst), 2);
}

#[test]
fn a_request_on_a_half_dead_connection_is_repeated_only_when_it_may_be() {
    let notes = Notes::default();
    let seen = Arc::clone(&notes);
    let address = serve_wire(move |wire| {
        let mut answered = 0;
        while let Some(head) = wire.head() {
            let line = head.lines().next().unwrap().to_owned();
            seen.lock().unwrap().push(line);
            // the second request on a connection is read and never answered
            answered += 1;
            if answered == 2 {
                return;
            }
            wire.say(OK);
        }
    });
    let post = "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let (_folder, store) = store_with(&[
        get(1, 0, "/a"),
        get(1, 50, "/again"),
        get(2, 0, "/b"),
        said(2, 50, post, OK),
    ]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.retries, summary.reconnects), (1, 1), "{summary:?}");
    let outcomes = outcomes(&store);
    let reset = outcomes.iter().filter(|one| **one == Outcome::Reset);
    assert_eq!((reset.count(), summary.outcomes.ok), (1, 3), "{outcomes:?}");
    let notes = notes.lock().unwrap();
    let of = |path: &str| notes.iter().filter(|line| line.contains(path)).count();
    assert_eq!((of("/again"), of("/post")), (2, 1), "{notes:?}");
}

#[test]
fn a_first_request_that_is_never_answered_is_not_repeated() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let address = serve_wire(move |wire| {
        wire.head();
        seen.fetch_add(1, Ordering::SeqCst);
    });
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.outcomes.reset, summary.retries), (1, 0));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn an_answer_that_takes_too_long_costs_its_connection() {
    let (to_test, left) = std::sync::mpsc::channel();
    let to_test = std::sync::Mutex::new(to_test);
    let address = serve_wire(move |wire| {
        while let Some(head) = wire.head() {
            if !head.starts_with("GET /slow") {
                wire.say(OK);
            }
        }
        // the client has left
        to_test
            .lock()
            .unwrap()
            .send(wire.number)
            .unwrap_or_default();
    });
    let (_folder, store) = store_with(&[get(1, 0, "/slow"), get(1, 20, "/next")]);
    let mut plan = plan_to(address);
    plan.timeout_ms = 300;
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(
        (summary.outcomes.timeout, summary.outcomes.ok),
        (1, 1),
        "{summary:?}"
    );
    assert_eq!(summary.connections, 2);
    left.recv_timeout(Duration::from_secs(10)).unwrap();
}

#[test]
fn an_answer_that_is_given_up_says_when_its_first_byte_came_if_one_did() {
    let address = serve_wire(|wire| {
        let begins = wire
            .head()
            .is_some_and(|head| head.starts_with("GET /begun"));
        if begins {
            wire.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc");
        }
        // the client leaves
        wire.head();
    });
    let (_folder, store) = store_with(&[get(1, 0, "/begun"), get(2, 0, "/silent")]);
    let mut plan = plan_to(address);
    plan.timeout_ms = 300;
    play(&plan, "run", &store);
    let samples = samples(&store, "run");
    let outcomes: Vec<_> = samples.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Timeout, Outcome::Timeout]);
    let [begun, silent] = [&samples[0], &samples[1]];
    let came = begun.first_byte_us.unwrap();
    assert!(begun.sent_us <= came && came <= begun.done_us, "{begun:?}");
    assert_eq!((begun.received_bytes > 0, silent.received_bytes), (true, 0));
    assert_eq!(silent.first_byte_us, None);
}

#[test]
fn a_pool_carries_all_lanes_on_no_more_connections_than_it_has() {
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, highest) = (Arc::clone(&open), Arc::clone(&most));
    let address = serve_wire(move |wire| {
        highest.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        while wire.head().is_some() {
            thread::sleep(Duration::from_millis(5));
            wire.say(OK);
        }
        now.fetch_sub(1, Ordering::SeqCst);
    });
    let all: Vec<_> = (0..60).map(|i| get(i % 30, i64::from(i), "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.connections = Connections::Pool(3);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 60, "{summary:?}");
    assert_eq!(summary.connections, 3, "{summary:?}");
    assert_eq!(most.load(Ordering::SeqCst), 3);

    plan.connections = Connections::Recorded;
    let summary = play(&plan, "recorded", &store).summary;
    assert_eq!(
        (summary.outcomes.ok, summary.connections),
        (60, 30),
        "{summary:?}"
    );
}

#[test]
fn a_pool_of_one_has_one_thread_and_outlives_a_closing_target() {
    let address = serve_wire(|wire| {
        // three requests for each connection, the third answered without a word of the end
        for _ in 0..3 {
            if wire.head().is_none() {
                return;
            }
            wire.say(OK);
        }
    });
    let all: Vec<_> = (0..9).map(|i| get(i, i64::from(i) * 60, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.connections = Connections::Pool(1);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 9, "{summary:?}");
    assert_eq!(
        (summary.connections, summary.reconnects),
        (3, 2),
        "{summary:?}"
    );
}

const EVENTS: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn events_are_listened_to_for_as_long_as_the_recorded_client_did() {
    let address = serve_wire(|wire| {
        while let Some(head) = wire.head() {
            if head.starts_with("GET /events") {
                wire.say(EVENTS);
                wire.say("8\r\n: ping\n\n\r\n");
                assert_eq!(wire.head(), None, "the stream ends when its client leaves");
                return;
            }
            wire.say(OK);
        }
    });
    let events = Said {
        took_ms: 4_000,
        ..said(1, 0, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", EVENTS)
    };
    let logout = "POST /logout HTTP/1.1\r\nHost: a\r\n\r\n";
    for (speed, least_us, most_us) in [
        (Speed::Times(4.0), 950_000, 3_900_000),
        (Speed::Max, 0, 950_000),
    ] {
        let recorded = [
            Said {
                request: events.request.clone(),
                response: events.response.clone(),
                ..events
            },
            said(2, 4_050, logout, OK),
        ];
        let (_folder, store) = store_with(&recorded);
        let mut plan = plan_to(address);
        plan.rate.speed = speed;
        let summary = play(&plan, "run", &store).summary;
        assert_eq!(summary.outcomes.ok, 2, "{speed:?}: {summary:?}");
        let listened = samples(&store, "run")
            .iter()
            .find(|one| one.exchange == 1)
            .map(|one| one.done_us - one.sent_us)
            .unwrap();
        assert!(
            (least_us..most_us).contains(&listened),
            "{speed:?}: {listened}"
        );
    }
}

#[test]
fn an_answer_whose_end_only_the_capture_lacks_is_heard_out() {
    let address = serve_wire(|wire| {
        while wire.head().is_some() {
            wire.say(EVENTS);
            thread::sleep(Duration::from_millis(300));
            wire.say("2\r\nok\r\n0\r\n\r\n");
        }
    });
    let lossy = format!("{EVENTS}2\r\n\0\0");
    let page = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
    let (_folder, store) = store_with(&[said(1, 0, page, &lossy)]);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 1, "{summary:?}");
    let heard = samples(&store, "run")
        .first()
        .map(|one| one.done_us - one.sent_us);
    assert!(heard > Some(290_000), "{heard:?}");
}
