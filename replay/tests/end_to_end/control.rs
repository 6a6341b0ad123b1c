//! Runs that are stopped, paused, changed or ended by a check while they are on.

use reprise_replay::{Event, Rate};
use reprise_store::RunState;

use super::http::{OK, samples};
use super::support::{Do, begin, get, plan_to, play, serve, store_with};

#[test]
fn a_stopped_run_is_stored_with_everything_accounted_for() {
    let address = serve(|_| Do::Hang);
    let all: Vec<_> = (0..50)
        .map(|i| get(i % 5, i64::from(i) * 100, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.drain_ms = 50;
    let handle = begin(&plan, "run", &store);
    // stop as soon as something is outstanding
    let outstanding = |event: &Event| matches!(event, Event::Tick(tick) if tick.in_flight > 0);
    assert!(handle.events().iter().any(|event| outstanding(&event)));
    handle.stop();
    let ended = handle.join().unwrap();
    assert_eq!(ended.state, RunState::Stopped);
    assert_eq!(store.run("run").unwrap().state, RunState::Stopped);
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    assert!(ended.summary.outcomes.unfinished > 0);
    assert!(ended.summary.planned < 50);
}

#[test]
fn a_failed_check_ends_the_run_when_the_plan_says_so() {
    let address =
        serve(|_| Do::Answer("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n".to_owned()));
    let all: Vec<_> = (0..4_000)
        .map(|i| get(i % 50, i64::from(i) * 5, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.checks = vec!["error_rate<1%".to_owned()];
    plan.abort_on_fail = true;
    let ended = play(&plan, "run", &store);
    assert_eq!(ended.state, RunState::Aborted);
    assert!(!ended.summary.checks_held() && ended.summary.is_accounted_for());
    assert!(ended.summary.planned < 4_000);
}

/// Waits for a tick that is as it should be.
fn until(handle: &reprise_replay::Handle, wanted: impl Fn(&reprise_measure::Tick) -> bool) {
    let found = |event: &Event| matches!(event, Event::Tick(tick) if wanted(tick));
    assert!(
        handle.events().iter().any(|event| found(&event)),
        "the run ended before"
    );
}

#[test]
fn a_paused_run_sends_nothing_and_goes_on_where_it_was() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..100)
        .map(|i| get(i % 10, i64::from(i) * 10, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let handle = begin(&plan_to(address), "run", &store);
    until(&handle, |tick| tick.sent > 0);
    handle.control().pause();
    until(&handle, |tick| tick.sent == 0 && tick.in_flight == 0);
    until(&handle, |tick| tick.sent == 0);
    handle.control().resume();
    let summary = handle.join().unwrap().summary;
    assert_eq!(
        (summary.planned, summary.outcomes.ok),
        (100, 100),
        "{summary:?}"
    );
}

#[test]
fn a_higher_rate_begins_more_copies_and_a_lower_one_retires_them() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..400)
        .map(|i| get(i % 20, i64::from(i) * 5, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let up = begin(&plan_to(address), "up", &store);
    until(&up, |tick| tick.sent > 0);
    up.control().set_rate(3.0);
    let summary = up.join().unwrap().summary;
    assert!(
        summary.is_accounted_for() && summary.outcomes.ok == 1_200,
        "{summary:?}"
    );

    let mut plan = plan_to(address);
    plan.rate = Rate::by_copies(3.0);
    let down = begin(&plan, "down", &store);
    until(&down, |tick| tick.sent > 0);
    down.control().set_rate(1.0);
    let summary = down.join().unwrap().summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
    assert!(
        summary.planned >= 400 && summary.planned < 1_200,
        "{summary:?}"
    );
}

#[test]
fn a_run_for_a_time_repeats_the_recording_until_then() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..10).map(|i| get(i, i64::from(i) * 10, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.duration_ms = Some(450);
    let ended = play(&plan, "run", &store);
    assert_eq!(ended.state, RunState::Complete);
    assert!(
        ended.summary.is_accounted_for() && ended.summary.planned > 20,
        "{:?}",
        ended.summary
    );
    let mut places: Vec<_> = samples(&store, "run")
        .iter()
        .map(|one| (one.exchange, one.copy))
        .collect();
    places.dedup();
    assert_eq!(places.len() as u64, ended.summary.sent, "no position twice");
}
