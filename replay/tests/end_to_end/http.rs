//! Replaying HTTP end to end: recordings made by hand, against servers that answer, refuse, hang, break off.

use std::net::{SocketAddr, TcpListener};

use super::support::{Do, Notes, get, plan_to, play, said, serve, store_with, targets};
use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_replay::{Rate, ReplayError, Secrets, start};
use reprise_store::{RunState, Store};

pub(super) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

pub(super) fn samples(store: &Store, run: &str) -> Vec<Sample> {
    let run = store.run(run).unwrap();
    let mut samples: Vec<Sample> = store.samples(run.id).map(Result::unwrap).collect();
    samples.sort_by_key(|sample| (sample.exchange, sample.copy));
    samples
}

#[test]
fn everything_recorded_is_sent_once_at_its_time() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..60)
        .map(|i| get(i % 7, i64::from(i) * 10, &format!("/{i}")))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate = Rate::by_speed(2.0);
    let ended = play(&plan, "run", &store);
    let summary = &ended.summary;
    assert_eq!(ended.state, RunState::Complete);
    assert!(summary.is_accounted_for(), "{summary:?}");
    assert_eq!(
        (summary.planned, summary.sent, summary.outcomes.ok),
        (60, 60, 60),
        "{summary:?}"
    );
    let samples = samples(&store, "run");
    assert_eq!(samples.len(), 60);
    for sample in &samples {
        // the exchange's id is its place by completion, here also by time: one every 10 ms, twice as fast
        assert_eq!(sample.intended_us, u64::from(sample.exchange - 1) * 5_000);
        assert!(sample.intended_us <= sample.ready_us && sample.ready_us <= sample.sent_us);
        assert!(
            sample
                .first_byte_us
                .is_some_and(|first| sample.sent_us <= first)
        );
        assert!(sample.first_byte_us <= Some(sample.done_us));
    }
    let stored = store.run("run").unwrap().summary.unwrap();
    assert_eq!(
        (stored.planned, stored.outcomes),
        (summary.planned, summary.outcomes)
    );
    let ticks = store.ticks(store.run("run").unwrap().id).unwrap();
    assert_eq!(ticks.iter().map(|tick| tick.sent).sum::<u64>(), 60);
}

#[test]
fn a_lane_sends_its_next_request_only_after_the_answers_its_client_had() {
    // the page takes longer on the target than between page and click when recorded
    let (to_test, from_server) = std::sync::mpsc::channel();
    let to_test = std::sync::Mutex::new(to_test);
    let address = serve(move |request| {
        to_test
            .lock()
            .unwrap()
            .send(request.split(' ').nth(1).unwrap().to_owned())
            .unwrap();
        if request.starts_with("GET /page") {
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
        Do::Answer(OK.to_owned())
    });
    let (_folder, store) = store_with(&[
        get(1, 0, "/page"),
        get(1, 10, "/click"),
        get(2, 5, "/other"),
    ]);
    let ended = play(&plan_to(address), "run", &store);
    assert_eq!(ended.summary.outcomes.ok, 3);
    let order: Vec<String> = from_server.try_iter().collect();
    assert_eq!(order.last().map(String::as_str), Some("/click"));
    let all = samples(&store, "run");
    let of = |exchange| all.iter().find(|one| one.exchange == exchange).unwrap();
    assert!(of(3).waiting_us() >= 45_000, "{:?}", of(3));
    assert_eq!(of(2).waiting_us(), 0, "other lanes do not wait");
}

#[test]
fn every_way_to_fail_has_its_outcome_and_nothing_is_lost() {
    let address = serve(|request| match request.split(' ').nth(1).unwrap() {
        "/hang" => Do::Hang,
        "/garbage" => Do::AnswerAndClose("\u{1}\u{2}\u{3} what?\r\n\r\n".to_owned()),
        "/cut" => Do::AnswerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok".to_owned()),
        "/close" => Do::AnswerAndClose(String::new()),
        "/error" => Do::Answer("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".to_owned()),
        "/other" => Do::Answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nelse".to_owned()),
        _ => Do::Answer(OK.to_owned()),
    });
    let paths = [
        "/hang", "/garbage", "/cut", "/close", "/error", "/other", "/fine",
    ];
    let all: Vec<_> = (0_u16..)
        .zip(paths)
        .map(|(i, path)| get(i, i64::from(i), path))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.timeout_ms = 200;
    let summary = play(&plan, "run", &store).summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
    let outcomes: Vec<_> = samples(&store, "run")
        .iter()
        .map(|sample| sample.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Timeout,
            Outcome::ErrorReply,
            Outcome::Truncated,
            Outcome::Reset,
            Outcome::ErrorReply,
            Outcome::Mismatch,
            Outcome::Ok
        ]
    );
}

#[test]
fn a_target_that_refuses_is_counted_request_by_request() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (_folder, store) = store_with(&[get(1, 0, "/a"), get(1, 5, "/b"), get(2, 5, "/c")]);
    let summary = play(&plan_to(closed), "run", &store).summary;
    assert!(summary.is_accounted_for());
    assert_eq!(summary.outcomes.refused, 3);
}

#[test]
fn the_same_seed_injects_the_same_faults_and_another_does_not() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..200).map(|i| get(i % 20, i64::from(i), "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.faults = vec![
        "20:delay(ms=3,jitter=2)".parse().unwrap(),
        "30:error(status=503) for http".parse().unwrap(),
    ];
    let mut struck = |run: &str, seed| {
        plan.seed = seed;
        let summary = play(&plan, run, &store).summary;
        assert!(summary.is_accounted_for(), "{summary:?}");
        let samples = samples(&store, run);
        let ended = samples
            .iter()
            .filter(|one| one.flags.contains(SampleFlags::FAULT_ENDED));
        assert_eq!(summary.faults["error"].injected, ended.count() as u64);
        samples
            .iter()
            .map(|one| (one.exchange, one.faults))
            .collect::<Vec<_>>()
    };
    let first = struck("first", 7);
    assert!(first.iter().any(|(_, bits)| *bits == 0b11));
    assert_eq!(first, struck("second", 7));
    assert_ne!(first, struck("third", 8));
}

#[test]
fn copies_begin_at_their_own_seeded_times_and_are_told_apart() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..10).map(|i| get(i, i64::from(i) * 20, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate = Rate::by_copies(3.0);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(
        (summary.planned, summary.outcomes.ok),
        (30, 30),
        "{summary:?}"
    );
    let samples = samples(&store, "run");
    let intended = |copy| -> Vec<u64> {
        samples
            .iter()
            .filter(|one| one.copy == copy)
            .map(|one| one.intended_us)
            .collect()
    };
    assert_eq!(intended(0), (0..10).map(|i| i * 20_000).collect::<Vec<_>>());
    assert_eq!(intended(1).len(), 10);
    assert!(intended(1) != intended(0) && intended(2) != intended(1));
    assert!(
        samples.iter().all(|one| one.intended_us <= 182_000),
        "none after the recording's end"
    );
}

#[test]
fn the_targets_own_cookie_and_token_are_sent_in_place_of_the_recorded_ones() {
    let seen = Notes::default();
    let notes = Notes::clone(&seen);
    let address = serve(move |request| {
        notes.lock().unwrap().push(request.to_owned());
        Do::Answer(if request.starts_with("GET /login") {
            let page = "<input type=\"hidden\" name=\"csrf\" value=\"target-token\">";
            format!(
                "HTTP/1.1 200 OK\r\nSet-Cookie: sid=target-session\r\nContent-Type: text/html\r\n\
                 Content-Length: {}\r\n\r\n{page}",
                page.len()
            )
        } else if request.contains("sid=target-session") && request.contains("csrf=target-token") {
            OK.to_owned()
        } else {
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()
        })
    });
    let page = "<input type=\"hidden\" name=\"csrf\" value=\"rp_recordedtokenaaaaaaaaaaa\">";
    let login = format!(
        "HTTP/1.1 200 OK\r\nSet-Cookie: sid=rp_recordedsessionaaaaaaaaa\r\nContent-Type: text/html\r\n\
         Content-Length: {}\r\n\r\n{page}",
        page.len()
    );
    let post = "POST /login HTTP/1.1\r\nHost: shop.example\r\nCookie: sid=rp_recordedsessionaaaaaaaaa\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 69\r\n\r\n\
        csrf=rp_recordedtokenaaaaaaaaaaa&password=rp_recordedsecretaaaaaaaaaa";
    let (_folder, store) = store_with(&[
        said(
            1,
            0,
            "GET /login HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            &login,
        ),
        said(2, 10, post, OK),
    ]);
    let mut plan = plan_to(address);
    plan.secrets = vec!["login.password".to_owned()];
    let targets = targets(&plan, &store);
    let secrets = Secrets([("login.password".to_owned(), "hunter2 & more".to_owned())].into());
    let config = reprise_replay::ReplayConfig {
        prepared: reprise_replay::Prepared::new(plan, &store).unwrap(),
        run: "run".to_owned(),
        targets,
        secrets,
        users: reprise_replay::Users::default(),
        mysql_room: None,
        redaction: None,
    };
    let summary = start(config, &store).unwrap().join().unwrap().summary;
    assert_eq!(summary.outcomes.ok, 2, "{:?}", seen.lock().unwrap());
    let posted = seen.lock().unwrap().last().unwrap().clone();
    assert!(
        posted.ends_with("csrf=target-token&password=hunter2%20%26%20more"),
        "{posted}"
    );
    assert!(
        posted.contains(&format!("Host: {address}\r\n")) && posted.contains("Content-Length: 47")
    );
}

#[test]
fn without_a_clock_each_lane_sends_as_soon_as_it_may() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..100)
        .map(|i| get(i % 4, i64::from(i) * 10_000, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate.speed = reprise_replay::Speed::Max;
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(
        (summary.planned, summary.outcomes.ok),
        (100, 100),
        "{summary:?}"
    );
}

#[test]
fn what_is_left_out_is_counted_by_reason_and_a_plan_that_sends_nothing_is_refused() {
    let address: SocketAddr = serve(|_| Do::Answer(OK.to_owned()));
    let post = said(
        1,
        0,
        "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    let unanswered = said(2, 1, "GET /b HTTP/1.1\r\n\r\n", "");
    let (_folder, store) = store_with(&[post, unanswered, get(3, 2, "/c")]);
    let mut plan = plan_to(address);
    plan.read_only = true;
    let summary = play(&plan, "run", &store).summary;
    assert_eq!((summary.planned, summary.sent), (3, 1), "{summary:?}");
    assert_eq!(
        summary.skipped,
        [("read_only".to_owned(), 1), ("unanswered".to_owned(), 1)].into()
    );
    plan.http[0].recorded = Some("192.0.2.1:80".parse().unwrap());
    let targets = targets(&plan, &store);
    let config = reprise_replay::ReplayConfig {
        prepared: reprise_replay::Prepared::new(plan, &store).unwrap(),
        run: "nothing".to_owned(),
        targets,
        secrets: Secrets::default(),
        users: reprise_replay::Users::default(),
        mysql_room: None,
        redaction: None,
    };
    let refused = start(config, &store).unwrap_err();
    assert!(
        matches!(refused, ReplayError::NothingToSend(_)),
        "{refused}"
    );
}

#[test]
fn the_asked_rate_of_a_tick_leaves_out_what_is_not_sent() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let mut all: Vec<_> = (0..20).map(|i| get(i, i64::from(i) * 20, "/")).collect();
    all.extend((0..50).map(|i| said(i % 20, i64::from(i) * 8, "GET / HTTP/1.1\r\n\r\n", "")));
    let (_folder, store) = store_with(&all);
    let summary = play(&plan_to(address), "run", &store).summary;
    assert_eq!((summary.planned, summary.sent), (70, 20), "{summary:?}");
    let ticks = store.ticks(store.run("run").unwrap().id).unwrap();
    assert_eq!(ticks.iter().map(|tick| tick.planned).sum::<u64>(), 20);
}

#[test]
fn a_target_that_is_not_there_is_named_before_the_start() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let within = std::time::Duration::from_secs(10);
    let unreachable = targets(&plan_to(closed), &store)
        .reach(&plan_to(closed), within)
        .unwrap_err()
        .to_string();
    assert!(
        unreachable.starts_with(&format!("reach {closed}: ")),
        "{unreachable}"
    );
    let open = serve(|_| Do::Answer(OK.to_owned()));
    let plan = plan_to(open);
    targets(&plan, &store).reach(&plan, within).unwrap();
}

#[test]
fn how_many_threads_send_changes_nothing_of_what_is_sent() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..60)
        .map(|i| get(i % 13, i64::from(i) * 3, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate = Rate::by_copies(2.5);
    plan.faults = vec!["25:delay(ms=1)".parse().unwrap()];
    let mut sent = |run: &str, workers| {
        plan.workers = Some(workers);
        play(&plan, run, &store);
        let samples = samples(&store, run);
        samples
            .iter()
            .map(|one| (one.exchange, one.copy, one.intended_us, one.faults))
            .collect::<Vec<_>>()
    };
    assert_eq!(sent("one", 1), sent("three", 3));
}

#[test]
fn without_order_every_request_goes_at_its_time_whatever_is_outstanding() {
    let address = serve(|request| match request.split(' ').nth(1).unwrap() {
        "/hang" => Do::Hang,
        _ => Do::Answer(OK.to_owned()),
    });
    let (_folder, store) = store_with(&[get(1, 0, "/hang"), get(1, 10, "/next")]);
    let mut plan = plan_to(address);
    plan.timeout_ms = 400;
    plan.http_order = reprise_replay::HttpOrder::None;
    play(&plan, "run", &store);
    let next = samples(&store, "run").pop().unwrap();
    assert_eq!((next.outcome, next.waiting_us()), (Outcome::Ok, 0));
}

#[test]
fn without_order_a_request_waits_for_the_answer_that_sets_its_cookie_and_for_no_other() {
    let address = serve(|request| {
        if request.starts_with("GET /enter") {
            std::thread::sleep(std::time::Duration::from_millis(200));
            return Do::Answer(
                "HTTP/1.1 200 OK\r\nSet-Cookie: sid=own\r\nContent-Length: 0\r\n\r\n".to_owned(),
            );
        }
        Do::Answer(if request.contains("sid=own") {
            OK.to_owned()
        } else {
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()
        })
    });
    let enter = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=recorded\r\nContent-Length: 0\r\n\r\n";
    let with_cookie = "GET /mine HTTP/1.1\r\nHost: shop.example\r\nCookie: sid=recorded\r\n\r\n";
    let (_folder, store) = store_with(&[
        said(
            1,
            0,
            "GET /enter HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            enter,
        ),
        said(1, 10, with_cookie, OK),
    ]);
    let mut plan = plan_to(address);
    plan.http_order = reprise_replay::HttpOrder::None;
    play(&plan, "run", &store);
    let mine = samples(&store, "run").pop().unwrap();
    assert_eq!(mine.outcome, Outcome::Ok);
    assert!(mine.waiting_us() > 100_000, "{mine:?}");
}
