use std::cell::Cell;

use reprise_measure::{CheckResult, GeneratorLimit, OperationSummary, Quantiles, Summary};
use reprise_store::{Kept, NewRun, RecordingId, RunState};
use reprise_wire::Timestamp;

use super::*;
use crate::answer::RunHead;

fn request() -> KneeRequest {
    KneeRequest {
        replay: ReplayRequest {
            checks: vec!["p99<250ms".to_owned()],
            ..ReplayRequest::new("friday".to_owned())
        },
        bounds: Bounds {
            from: 1.0,
            to: 64.0,
            within: 0.05,
        },
        by: RateBy::Copies,
        step: Duration::from_secs(15),
        settle: Duration::from_secs(3),
        rest: Duration::ZERO,
    }
}

/// What a run would have answered of a target that holds up to `capacity`, whose search slows down first.
fn answered(replay: &ReplayRequest, times: f64, capacity: f64) -> RunAnswer {
    let held = times <= capacity;
    let operation = |name: &str, p95: u64| OperationSummary {
        id: Some(1),
        operation: name.to_owned(),
        response_us: Quantiles {
            count: 1_000,
            p95,
            ..Quantiles::default()
        },
        ..OperationSummary::default()
    };
    let searching = if held { 10_000 } else { 400_000 };
    RunAnswer {
        run: RunHead {
            id: 1,
            name: replay.run.clone().unwrap_or_default(),
            recording: replay.recording.clone(),
            resumes: None,
            search: None,
            seed: 1,
            state: RunState::Complete,
            started_at: String::new(),
            http: None,
            insecure: false,
            mysql: None,
            baseline: None,
            note: String::new(),
            tags: Vec::new(),
        },
        summary: Summary {
            checks: vec![CheckResult {
                check: "p99<250ms".to_owned(),
                value: Some(1.0),
                held,
                readable: "412 ms".to_owned(),
            }],
            operations: vec![
                operation("GET /", 3_000),
                operation("GET /search", searching),
            ],
            ..Summary::default()
        },
    }
}

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().expect("a folder");
    let library = Library::open(Some(&folder.path().join("knee.reprise"))).expect("a library");
    (folder, library)
}

#[test]
fn the_edge_is_found_and_every_step_is_a_run_of_its_own() {
    let (_folder, library) = library();
    let mut played = Vec::new();
    let answer = library
        .knee::<Error>(&request(), &|| false, &mut |replay, times| {
            assert_eq!(replay.duration_ms, Some(18_000));
            assert_eq!(replay.warm_up_ms, Some(3_000));
            assert_eq!(replay.rate, RateChange::Copies(times));
            played.push(replay.run.clone().unwrap_or_default());
            Ok(answered(replay, times, 9.3))
        })
        .expect("an answer");
    let (holds, fails) = (answer.holds.expect("holds"), answer.fails.expect("fails"));
    assert!(holds.times <= 9.3 && 9.3 < fails.times);
    assert_eq!(fails.why.as_deref(), Some("p99<250ms measured 412 ms"));
    let first = answer.first_to_break.expect("an operation");
    assert_eq!(first.operation, "GET /search");
    assert_eq!(first.before_p95_us, Some(10_000));
    assert!(!answer.stopped && !answer.generator_limited);
    assert_eq!(played[0], "friday-knee-1-1-1x");
    let mut names = played.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), played.len());
}

#[test]
fn a_search_that_is_stopped_says_what_it_knows() {
    let (_folder, library) = library();
    let steps = Cell::new(0);
    let answer = library
        .knee::<Error>(&request(), &|| steps.get() == 3, &mut |replay, times| {
            steps.set(steps.get() + 1);
            Ok(answered(replay, times, 64.0))
        })
        .expect("an answer");
    assert!(answer.stopped);
    assert_eq!(answer.holds.map(|step| step.times), Some(4.0));
    assert_eq!(answer.steps.len(), 3);

    let answer = library
        .knee::<Error>(&request(), &|| false, &mut |replay, times| {
            let mut stopped = answered(replay, times, 64.0);
            stopped.run.state = RunState::Stopped;
            Ok(stopped)
        })
        .expect("an answer");
    assert!(answer.stopped && answer.holds.is_none() && answer.steps.is_empty());
}

#[test]
fn a_generator_that_is_late_is_no_verdict_on_the_target() {
    let (_folder, library) = library();
    let answer = library
        .knee::<Error>(&request(), &|| false, &mut |replay, times| {
            let mut late = answered(replay, times, 64.0);
            late.summary.generator_late = times > 4.0;
            Ok(late)
        })
        .expect("an answer");
    assert!(answer.generator_limited);
    assert_eq!(answer.first_to_break, None);
    assert!(
        answer
            .holds
            .is_some_and(|step| step.times == 4.0 || step.times < 4.3)
    );
}

#[test]
fn a_step_whose_connections_the_generator_could_not_open_is_no_verdict_on_the_target() {
    let (_folder, library) = library();
    let answer = library
        .knee::<Error>(&request(), &|| false, &mut |replay, times| {
            // the check fails of it, too
            let mut short = answered(replay, times, 4.0);
            if times > 4.0 {
                let limits = &mut short.summary.generator_limits;
                limits.push(GeneratorLimit::Files { refused: 312 });
            }
            Ok(short)
        })
        .expect("an answer");
    assert!(answer.generator_limited);
    assert_eq!(answer.first_to_break, None);
    let why = answer.fails.and_then(|step| step.why).expect("why");
    assert!(why.contains("no file descriptor left for 312"), "{why}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_sent() {
    let (_folder, library) = library();
    let refused = |change: &dyn Fn(&mut KneeRequest)| {
        let mut request = request();
        change(&mut request);
        library
            .knee::<Error>(&request, &|| false, &mut |_, _| {
                unreachable!("nothing is sent")
            })
            .expect_err("refused")
            .to_string()
    };
    assert!(refused(&|request| request.replay.checks.clear()).contains("--check"));
    assert!(refused(&|request| request.bounds.to = 1.0).contains("--to"));
    assert!(refused(&|request| request.bounds.within = 0.0).contains("--within"));
    assert!(refused(&|request| request.step = Duration::ZERO).contains("--step"));
}

/// A run in the file that was a step of the search.
fn stored(library: &Library, search: &str, number: u32, state: RunState) {
    let step = SearchStep {
        search: search.to_owned(),
        number,
        times: f64::from(number),
        bounds: request().bounds,
    };
    let run = NewRun {
        name: format!("{search}-{number}"),
        recording: RecordingId(1),
        recording_name: "friday".to_owned(),
        seed: 1,
        started_at: Timestamp::from_nanos(1_000_000_000),
        plan: serde_json::json!({ "search": step }),
        operations: Vec::new(),
    };
    let writer = library.store.create_run(run).expect("a run");
    writer.finish(state, &Summary::default()).expect("its end");
}

#[test]
fn a_search_goes_into_the_bin_with_all_its_runs_and_comes_back_with_them() {
    let (_folder, library) = library();
    for (search, number, state) in [
        ("edge", 1, RunState::Complete),
        ("edge", 2, RunState::Stopped),
        ("other", 1, RunState::Complete),
    ] {
        stored(&library, search, number, state);
    }
    let gone = library.delete_knee("edge").expect("deleted");
    assert_eq!(gone, ["edge-2", "edge-1"]);
    let left: Vec<String> = (library.knees().expect("searches").into_iter())
        .map(|knee| knee.name)
        .collect();
    assert_eq!(left, ["other"]);
    assert!(library.delete_knee("edge").is_err());
    for run in gone {
        library.restore(Kept::Run, &run).expect("it is back");
    }
    assert_eq!(
        library.knee_found("edge").expect("it is back").steps.len(),
        1
    );
}

#[test]
fn a_run_says_which_step_of_which_search_it_was() {
    let (_folder, library) = library();
    stored(&library, "edge", 2, RunState::Complete);
    let run = library.run("edge-2").expect("the run");
    let of = run.run.search.expect("a search");
    assert_eq!((of.name.as_str(), of.step, of.times), ("edge", 2, 2.0));
}
