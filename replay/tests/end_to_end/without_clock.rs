//! Runs without a clock, and plans that are given up.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reprise_replay::{Event, Planning, Prepared, ReplayError, Speed};
use reprise_store::{RunState, Store};

use super::http::{OK, samples};
use super::support::{Do, Said, begin, get, plan_to, play, said, serve, store_with};

/// Users that come two at a time, ten pairs of them, each with four requests.
fn pairs() -> Vec<Said> {
    let users = (0..20_u16).flat_map(|user| {
        let comes_ms = i64::from(user / 2) * 100;
        (0..4).map(move |nth| get(user, comes_ms + nth * 20, &format!("/{user}/{nth}")))
    });
    users.collect()
}

/// The most lane copies that were between the moment their first request was meant to go and their last answer at once.
fn at_once(store: &Store, run: &str) -> usize {
    let mut lanes = std::collections::BTreeMap::new();
    for sample in samples(store, run) {
        let span = lanes
            .entry((sample.lane, sample.copy))
            .or_insert((sample.intended_us, sample.done_us));
        *span = (span.0.min(sample.intended_us), span.1.max(sample.done_us));
    }
    let spans: Vec<(u64, u64)> = lanes.into_values().collect();
    let open = |at: u64| {
        spans
            .iter()
            .filter(move |(from, to)| (*from..*to).contains(&at))
    };
    let most = spans.iter().map(|(from, _)| open(*from).count());
    most.max().unwrap_or(0)
}

#[test]
fn no_more_lanes_play_at_once_than_were_under_way_at_once() {
    let address = serve(|_| {
        std::thread::sleep(Duration::from_millis(2));
        Do::Answer(OK.to_owned())
    });
    let (_folder, store) = store_with(&pairs());
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    plan.workers = Some(1);
    for (run, copies, most) in [("once", 1.0, 2), ("thrice", 3.0, 6)] {
        plan.rate.copies = copies;
        let ended = play(&plan, run, &store);
        assert_eq!(ended.state, RunState::Complete);
        let all = 80 * copies as u64;
        let counted = (ended.summary.planned, ended.summary.outcomes.ok);
        assert_eq!(counted, (all, all), "{:?}", ended.summary);
        let playing = at_once(&store, run);
        assert!((2..=most).contains(&playing), "{playing} of {most}");
    }
}

#[test]
fn lanes_that_wait_for_a_place_when_a_run_is_stopped_are_not_planned() {
    let address = serve(|_| Do::Hang);
    let (_folder, store) = store_with(&pairs());
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    plan.repeat = true;
    plan.workers = Some(1);
    plan.drain_ms = 20;
    let handle = begin(&plan, "run", &store);
    while store
        .run("run")
        .unwrap()
        .summary
        .is_none_or(|all| all.sent < 2)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    handle.stop();
    let ended = handle.join().unwrap();
    assert_eq!(ended.state, RunState::Stopped);
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    // the two that play: what they sent, and what would have come after
    assert_eq!(
        (ended.summary.planned, ended.summary.outcomes.unfinished),
        (4, 2)
    );
}

#[test]
fn a_plan_tells_how_far_it_is_and_can_be_given_up() {
    let (_folder, store) = store_with(&pairs());
    let plan = plan_to(serve(|_| Do::Hang));
    let mut told = Vec::new();
    let whole = Prepared::watched(plan.clone(), &store, &mut |planning| {
        told.push(planning);
        ControlFlow::Continue(())
    });
    assert_eq!(whole.unwrap().sends(), 80);
    assert_eq!(told, [Planning { read: 0, of: 80 }]);
    let given_up = Prepared::watched(plan, &store, &mut |_| ControlFlow::Break(()));
    assert!(matches!(given_up, Err(ReplayError::PlanningStopped)));
}

/// A user with many small requests, and three who upload more than is kept at hand.
fn uploads_beside_small_requests() -> Vec<Said> {
    let small = (0..20).map(|nth| get(0, nth, &format!("/small/{nth}")));
    let large = (0..63_u16).map(|nth| {
        let body = "x".repeat(50_000);
        let request = format!(
            "POST /large/{nth} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        said(1 + nth % 3, 30 + i64::from(nth), &request, OK)
    });
    small.chain(large).collect()
}

#[test]
fn a_request_that_had_to_make_room_before_its_lane_came_to_it_is_read_again() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let (_folder, store) = store_with(&uploads_beside_small_requests());
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    plan.repeat = true;
    plan.timeout_ms = 5_000;
    plan.workers = Some(1);
    let handle = begin(&plan, "run", &store);
    let mut sent = 0;
    let enough = handle.events().iter().any(|event| {
        if let Event::Tick(tick) = event {
            sent += tick.sent;
        }
        sent > 4 * 83
    });
    assert!(enough, "the run ended after {sent}");
    handle.stop();
    let summary = handle.join().unwrap().summary;
    let skipped: u64 = summary.skipped.values().sum();
    assert_eq!(
        summary.planned,
        summary.outcomes.ok + skipped,
        "{summary:?}"
    );
}

/// Twenty users with so many requests each, all at the same pace.
fn long_sessions(requests: u32) -> Vec<Said> {
    let all = (0..requests).flat_map(|nth| {
        (0..20_u16).map(move |user| get(user, i64::from(nth) * 20, &format!("/{user}/{nth}")))
    });
    all.collect()
}

/// The user and the number of a request of theirs.
fn whose(request: &str) -> (usize, u32) {
    let mut path = request.split(' ').nth(1).unwrap().split('/').skip(1);
    let mut number = || path.next().unwrap().parse::<u32>().unwrap();
    (number() as usize, number())
}

#[test]
fn of_a_large_recording_no_lane_gets_far_ahead_of_a_slow_one() {
    const REQUESTS: u32 = 500;
    let come: Arc<[AtomicU32; 20]> = Arc::default();
    let widest = Arc::new(AtomicU32::new(0));
    let (noting, noted) = (Arc::clone(&come), Arc::clone(&widest));
    let address = serve(move |request| {
        let (user, nth) = whose(request);
        noting[user].store(nth, Ordering::Relaxed);
        if user == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        let ahead = nth.saturating_sub(noting[0].load(Ordering::Relaxed));
        noted.fetch_max(ahead, Ordering::Relaxed);
        Do::Answer(OK.to_owned())
    });
    let (_folder, store) = store_with(&long_sessions(REQUESTS));
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    plan.workers = Some(1);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 20 * u64::from(REQUESTS), "{summary:?}");
    // 4,096 requests of twenty users, and what positions are not told apart by
    let widest = widest.load(Ordering::Relaxed);
    assert!((50..250).contains(&widest), "{widest}");
}

#[test]
fn nobody_waits_for_a_lane_whose_answer_does_not_come() {
    const REQUESTS: u32 = 500;
    let answered = Arc::new(AtomicU32::new(0));
    let address = serve(move |request| {
        if whose(request) != (0, 3) {
            answered.fetch_add(1, Ordering::Relaxed);
            return Do::Answer(OK.to_owned());
        }
        let others = 19 * REQUESTS;
        let waits = || answered.load(Ordering::Relaxed) < others;
        for _ in (0..2_000).take_while(|_| waits()) {
            std::thread::sleep(Duration::from_millis(10));
        }
        match waits() {
            true => Do::Hang,
            false => Do::Answer(OK.to_owned()),
        }
    });
    let (_folder, store) = store_with(&long_sessions(REQUESTS));
    let mut plan = plan_to(address);
    plan.rate.speed = Speed::Max;
    plan.workers = Some(1);
    let summary = play(&plan, "run", &store).summary;
    assert_eq!(summary.outcomes.ok, 20 * u64::from(REQUESTS), "{summary:?}");
}
