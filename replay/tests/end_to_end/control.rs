//! Runs that are stopped, paused, changed or ended by a check while they are on.

use reprise_replay::{Event, Rate, WarningKind};
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

/// What a run sent: lane, copy, exchange.
fn positions(
    store: &reprise_store::Store,
    run: &str,
) -> std::collections::BTreeSet<(u32, u32, u32)> {
    let samples = samples(store, run);
    let positions = samples.iter().map(|one| (one.lane, one.copy, one.exchange));
    positions.collect()
}

#[test]
fn stages_change_the_rate_by_copies_and_the_same_whatever_the_workers() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    // forty lanes of one request, one every 25 ms
    let all: Vec<_> = (0..40).map(|i| get(i, i64::from(i) * 25, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.stages = "1x:1s,5x:1s".parse().unwrap();
    plan.workers = Some(1);
    let one = play(&plan, "one", &store);
    plan.workers = Some(3);
    let three = play(&plan, "three", &store);
    for ended in [&one, &three] {
        assert_eq!(ended.state, RunState::Complete);
        assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    }
    // the last copies begin at the very end of the second, on which side of it is the clock's
    let (one, three) = (positions(&store, "one"), positions(&store, "three"));
    assert!(
        one.symmetric_difference(&three).count() <= 10,
        "{one:?} {three:?}"
    );
    let planned = store.ticks(store.run("three").unwrap().id).unwrap();
    let planned: Vec<_> = planned.iter().map(|tick| tick.planned).collect();
    let (first, second) = (planned[0], planned[1]);
    assert!(
        (30..=60).contains(&first) && (140..=240).contains(&second),
        "{planned:?}"
    );
}

#[test]
fn a_ramp_by_speed_runs_the_clock_faster_and_a_chosen_rate_ends_the_stages() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..100).map(|i| get(i, i64::from(i) * 10, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate = Rate::by_speed(1.0);
    plan.stages = "1x..3x:1s,3x:30s".parse().unwrap();
    let handle = begin(&plan, "run", &store);
    assert_eq!(handle.control().rate(), 1.0);
    until(&handle, |tick| tick.start_us >= 1_000_000);
    assert_eq!(handle.control().rate(), 3.0);
    handle.control().set_rate(0.5);
    until(&handle, |tick| tick.start_us >= 1_500_000);
    assert_eq!(handle.control().rate(), 0.5);
    handle.stop();
    let summary = handle.join().unwrap().summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
}

#[test]
fn without_a_clock_the_recording_is_repeated_for_a_time_and_can_be_paused() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..100)
        .map(|i| get(i % 10, i64::from(i) * 10, "/"))
        .collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.rate.speed = reprise_replay::Speed::Max;
    plan.duration_ms = Some(1_500);
    let handle = begin(&plan, "run", &store);
    until(&handle, |tick| tick.sent > 0);
    handle.control().pause();
    until(&handle, |tick| tick.sent == 0 && tick.in_flight == 0);
    handle.control().resume();
    until(&handle, |tick| tick.sent > 0);
    let summary = handle.join().unwrap().summary;
    assert!(
        summary.is_accounted_for() && summary.planned > 100,
        "{summary:?}"
    );
    assert_eq!(summary.outcomes.ok, summary.sent);
    let mut samples = samples(&store, "run");
    let copies = samples.iter().map(|sample| sample.copy).max();
    assert!(copies > Some(0));
    // what went on after the pause was not meant to go while it lasted
    samples.sort_by_key(|sample| sample.sent_us);
    let pause = |at: &usize| samples[*at].sent_us - samples[at - 1].sent_us;
    let first_after = (1..samples.len()).max_by_key(pause).unwrap();
    let (before, after) = samples.split_at(first_after);
    let answered_us = before.iter().map(|sample| sample.done_us).max().unwrap();
    assert!(after.iter().all(|sample| sample.intended_us > answered_us));
}

#[test]
fn copies_that_a_higher_rate_adds_come_at_that_rate_and_not_all_in_what_is_left() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    // a hundred short sessions, fifty a second
    let all: Vec<_> = (0..100).map(|i| get(i, i64::from(i) * 20, "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.stages = "1x:1s,5x:2s".parse().unwrap();
    let ended = play(&plan, "run", &store);
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    let intended: Vec<u64> = samples(&store, "run")
        .iter()
        .map(|one| one.intended_us)
        .collect();
    let within = |seconds: std::ops::Range<u64>| {
        let us = seconds.start * 1_000_000..seconds.end * 1_000_000;
        intended.iter().filter(|at| us.contains(at)).count()
    };
    assert!((45..=55).contains(&within(0..1)), "{}", within(0..1));
    for second in [1..2, 2..3] {
        // copies stand where the seed puts them: 250, give or take
        assert!(
            (200..=300).contains(&within(second.clone())),
            "{}",
            within(second)
        );
    }
}

/// Waits until the run says that its time is up.
fn until_time_is_up(handle: &reprise_replay::Handle) -> String {
    let mut events = handle.events().iter();
    let up = events.find_map(|event| match event {
        Event::Warning(warning) if warning.kind == WarningKind::TimeIsUp => Some(warning.message),
        _ => None,
    });
    up.unwrap()
}

/// A lane that asks every 20 ms, each time for the answer before it, and a server that takes ten times as long.
fn behind(
    lasts_ms: u64,
) -> (
    tempfile::TempDir,
    reprise_store::Store,
    reprise_replay::Plan,
) {
    let address = serve(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        Do::Answer(OK.to_owned())
    });
    let all: Vec<_> = (0..20).map(|i| get(1, i64::from(i) * 20, "/")).collect();
    let (folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.duration_ms = Some(lasts_ms);
    (folder, store, plan)
}

#[test]
fn a_run_whose_time_is_up_says_that_it_still_sends_what_was_due_and_sends_it() {
    let (_folder, store, plan) = behind(290);
    let handle = begin(&plan, "run", &store);
    let said = until_time_is_up(&handle);
    assert!(said.contains("wait for earlier answers"), "{said}");
    let summary = handle.join().unwrap().summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
    assert_eq!((summary.planned, summary.outcomes.ok), (15, 15));
}

#[test]
fn a_run_whose_time_is_up_leaves_out_what_was_due_when_it_is_stopped() {
    let (_folder, store, plan) = behind(290);
    let handle = begin(&plan, "run", &store);
    until_time_is_up(&handle);
    handle.stop();
    let summary = handle.join().unwrap().summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
    assert_eq!(summary.planned, 15);
    assert!(summary.skipped.contains_key("stopped"), "{summary:?}");
}
