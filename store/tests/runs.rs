//! A run comes back with every sample, tick and note, however it ended.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::time::Duration;

use reprise_measure::{Histogram, Summary, Tick};
use reprise_store::{Error, Kept, RunState, Store, TickSums};
use support::*;

fn tick(number: u64) -> Tick {
    let mut response = Histogram::default();
    response.record(number + 1);
    Tick {
        start_us: number * 1_000_000,
        duration_us: 1_000_000,
        response,
        ..Tick::default()
    }
}

fn summary(sent: u64) -> Summary {
    Summary {
        planned: sent,
        sent,
        ..Summary::default()
    }
}

fn samples(store: &Store, run: &str) -> Vec<reprise_measure::Sample> {
    let run = store.run(run).unwrap();
    store.samples(run.id).map(Result::unwrap).collect()
}

#[test]
fn a_run_comes_back_as_it_went_in() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    assert_eq!(store.run("a").unwrap().state, RunState::Running);
    let all: Vec<_> = (0..20_000).map(sample).collect();
    for batch in all.chunks(700) {
        writer.add_samples(batch).unwrap();
    }
    for number in 0..1_200 {
        writer.add_tick(&tick(number)).unwrap();
    }
    writer.note(5, serde_json::json!({"paused": true})).unwrap();
    let id = writer.id();
    let run = writer.finish(RunState::Stopped, &summary(20_000)).unwrap();

    assert_eq!(run, store.run("a").unwrap());
    assert_eq!(
        (run.state, run.seed, run.samples),
        (RunState::Stopped, u64::MAX, 20_000)
    );
    assert_eq!(run.plan, new_run("a").plan);
    assert_eq!(run.summary, Some(summary(20_000)));
    assert_eq!(samples(&store, "a"), all);
    assert_eq!(
        store.ticks(id).unwrap(),
        (0..1_200).map(tick).collect::<Vec<_>>()
    );
    assert_eq!(store.run_events(id).unwrap()[0].at_us, 5);
    assert_eq!(store.run_operations(id).unwrap(), new_run("a").operations);
}

#[test]
fn the_ticks_of_a_long_run_are_added_up_to_as_many_as_are_asked_for() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    for number in 0..1_000 {
        let tick = Tick {
            sent: number,
            ..tick(number)
        };
        writer.add_tick(&tick).unwrap();
    }
    let id = writer.id();
    writer.finish(RunState::Complete, &summary(1)).unwrap();
    let few = store.ticks_at_most(id, 300).unwrap();
    // four and four together
    assert_eq!(few.len(), 250);
    assert_eq!(few.iter().map(|tick| tick.sent).sum::<u64>(), 499_500);
    assert_eq!(
        (few[1].start_us, few[1].duration_us),
        (4_000_000, 4_000_000)
    );
    assert_eq!(few[1].response.count(), 4);
    assert_eq!(store.ticks_at_most(id, 1_000).unwrap().len(), 1_000);
}

#[test]
fn ticks_that_were_read_once_are_not_read_again_while_a_run_goes_on() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    let mut sums = TickSums::new(writer.id(), 8);
    let mut next = 0;
    for more in [5, 0, 1, 3, 30, 1] {
        for _ in 0..more {
            writer.add_tick(&tick(next)).unwrap();
            next += 1;
        }
        writer.commit().unwrap();
        assert_eq!(store.take_ticks(&mut sums).unwrap() as u64, more);
        assert!(sums.ticks().len() <= 8);
        // as if all had been read at once
        let at_once = store.ticks_at_most(writer.id(), 8).unwrap();
        assert_eq!(sums.ticks(), at_once, "after {next}");
    }
    // 40 ticks, eight and eight together
    assert_eq!(sums.ticks().len(), 5);
}

#[test]
fn samples_of_two_runs_at_once_do_not_mix() {
    let (_folder, store) = store();
    let (a, b) = (
        store.create_run(new_run("a")).unwrap(),
        store.create_run(new_run("b")).unwrap(),
    );
    for round in 0..10 {
        a.add_samples(&[sample(round)]).unwrap();
        b.add_samples(&[sample(1_000 + round)]).unwrap();
        a.commit().unwrap();
    }
    a.finish(RunState::Complete, &summary(10)).unwrap();
    b.finish(RunState::Complete, &summary(10)).unwrap();
    assert_eq!(
        samples(&store, "a"),
        (0..10).map(sample).collect::<Vec<_>>()
    );
    assert_eq!(
        samples(&store, "b"),
        (1_000..1_010).map(sample).collect::<Vec<_>>()
    );
    let names: Vec<_> = store
        .runs()
        .unwrap()
        .into_iter()
        .map(|run| run.name)
        .collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn a_dropped_run_keeps_its_last_checkpoint_and_says_that_it_was_interrupted() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    writer.add_samples(&[sample(1)]).unwrap();
    writer.checkpoint(&summary(1)).unwrap();
    drop(writer);
    let run = store.run("a").unwrap();
    assert_eq!(
        (run.state, run.summary),
        (RunState::Interrupted, Some(summary(1)))
    );
    assert_eq!(samples(&store, "a"), [sample(1)]);
}

#[test]
fn a_run_goes_to_the_bin_and_back_and_then_for_good() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    assert!(matches!(store.delete_run("a"), Err(Error::InUse { .. })));
    assert!(matches!(
        store.create_run(new_run("a")),
        Err(Error::NameTaken { .. })
    ));
    writer
        .add_samples(&(0..9_000).map(sample).collect::<Vec<_>>())
        .unwrap();
    let id = writer.id();
    writer.finish(RunState::Complete, &summary(9_000)).unwrap();
    store.delete_run("a").unwrap();
    store.undo_delete(Kept::Run, "a").unwrap();
    assert_eq!(samples(&store, "a").len(), 9_000);
    store.delete_run("a").unwrap();
    assert!(store.binned().unwrap()[0].stored_bytes > 0);
    store.empty_bin(Duration::ZERO).unwrap();
    assert_eq!(store.samples(id).count(), 0);
    assert!(matches!(store.run("a"), Err(Error::Unknown { .. })));
}

#[test]
fn one_thing_is_removed_from_the_bin_and_the_others_stay() {
    let (_folder, store) = store();
    for name in ["a", "b"] {
        let writer = store.create_run(new_run(name)).unwrap();
        writer.add_samples(&[sample(1)]).unwrap();
        writer.finish(RunState::Complete, &summary(1)).unwrap();
        store.delete_run(name).unwrap();
    }
    store.remove_binned(Kept::Run, "a").unwrap();
    let gone = store.undo_delete(Kept::Run, "a");
    assert!(matches!(gone, Err(Error::NotBinned { .. })));
    let names: Vec<_> = store
        .binned()
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["b"]);
    store.undo_delete(Kept::Run, "b").unwrap();
    assert_eq!(samples(&store, "b"), [sample(1)]);
}

#[test]
fn a_run_is_renamed_once_it_is_over() {
    let (_folder, store) = store();
    let writer = store.create_run(new_run("a")).unwrap();
    assert!(matches!(
        store.rename_run("a", "b"),
        Err(Error::InUse { .. })
    ));
    writer.finish(RunState::Complete, &summary(0)).unwrap();
    let other = store.create_run(new_run("c")).unwrap();
    assert!(matches!(
        store.rename_run("a", "c"),
        Err(Error::NameTaken { .. })
    ));
    other.finish(RunState::Complete, &summary(0)).unwrap();
    store.rename_run("a", "b").unwrap();
    assert_eq!(store.run("b").unwrap().name, "b");
    assert!(matches!(store.run("a"), Err(Error::Unknown { .. })));
}
