//! Faults in the replay's own connections: the same exchanges whatever the threads, and what each of them
//! does to its exchange.

use reprise_measure::{Outcome, SampleFlags};
use reprise_replay::ReplayError;

use super::http::{OK, samples};
use super::support::{Do, Notes, Said, get, plan_to, play, serve, store_with};

#[test]
fn one_worker_and_eight_hit_the_same_exchanges() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let all: Vec<_> = (0..240).map(|i| get(i % 24, i64::from(i), "/")).collect();
    let (_folder, store) = store_with(&all);
    let mut plan = plan_to(address);
    plan.seed = 7;
    plan.faults = [
        "20:delay(ms=2,jitter=2,distribution=normal)",
        "10:error(status=503)",
        "10:blackout",
        "5:timeout(ms=3)",
        "10:abort",
    ]
    .map(|fault| fault.parse().unwrap())
    .to_vec();
    let mut struck = |run: &str, workers| {
        plan.workers = Some(workers);
        let summary = play(&plan, run, &store).summary;
        assert!(summary.is_accounted_for(), "{summary:?}");
        let samples = samples(&store, run);
        let of = |one: &reprise_measure::Sample| (one.exchange, one.faults, one.outcome);
        samples.iter().map(of).collect::<Vec<_>>()
    };
    let one = struck("one", 1);
    assert_eq!(one.len(), 240);
    for bit in 0..5 {
        assert!(
            one.iter().any(|(_, bits, _)| bits & 1 << bit != 0),
            "fault {bit}"
        );
    }
    assert_eq!(one, struck("eight", 8));
}

/// The outcome of the second of three requests on a connection, which the fault strikes, and what reached
/// the server.
fn second_of_three(fault: &str) -> (Vec<Outcome>, Vec<String>) {
    let seen = Notes::default();
    let notes = Notes::clone(&seen);
    let address = serve(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        notes.lock().unwrap().push(path.to_owned());
        Do::Answer(OK.to_owned())
    });
    let (_folder, store) = store_with(&[get(1, 0, "/a"), get(1, 20, "/b"), get(1, 40, "/c")]);
    let mut plan = plan_to(address);
    plan.timeout_ms = 200;
    plan.faults = vec![format!("100:{fault} for /b").parse().unwrap()];
    let summary = play(&plan, "run", &store).summary;
    assert!(summary.is_accounted_for(), "{summary:?}");
    let samples = samples(&store, "run");
    assert!(samples[1].flags.contains(SampleFlags::FAULT_ENDED));
    // the third had to connect anew, unless the answer was only made up
    let anew = samples[2].flags.contains(SampleFlags::RECONNECTED);
    assert_eq!(anew, !fault.starts_with("error"), "{fault}");
    let seen = seen.lock().unwrap().clone();
    (samples.iter().map(|one| one.outcome).collect(), seen)
}

#[test]
fn a_struck_exchange_ends_as_its_fault_says_and_the_lane_goes_on() {
    use Outcome::{ErrorReply, Ok, Reset, Timeout};
    for (fault, outcome, reaches) in [
        ("error(status=503)", ErrorReply, false),
        ("blackout", Reset, false),
        ("reset_peer(ms=5)", Reset, false),
        ("timeout(ms=5)", Reset, false),
        ("hang", Timeout, false),
        ("abort", Reset, true),
        ("abort(wait=true)", Reset, true),
    ] {
        let (outcomes, seen) = second_of_three(fault);
        assert_eq!(outcomes, [Ok, outcome, Ok], "{fault}");
        let expected: &[&str] = if reaches {
            &["/a", "/b", "/c"]
        } else {
            &["/a", "/c"]
        };
        assert_eq!(seen, expected, "{fault}");
    }
}

#[test]
fn a_delay_may_be_as_long_as_what_was_recorded_times_a_number() {
    let address = serve(|_| Do::Answer(OK.to_owned()));
    let took = |ms| Said {
        took_ms: ms,
        ..get(1, 0, "/a")
    };
    let later = Said {
        at_ms: 100,
        ..took(5)
    };
    let (_folder, store) = store_with(&[took(60), later]);
    let mut plan = plan_to(address);
    plan.faults = vec!["100:delay(recorded=2.5,ms=10)".parse().unwrap()];
    play(&plan, "run", &store);
    let lengths: Vec<u64> = samples(&store, "run")
        .iter()
        .map(|one| one.done_us - one.sent_us)
        .collect();
    // 2.5 times 60 ms and 10 ms more; 2.5 times 5 ms and 10 ms more
    assert!(lengths[0] >= 160_000, "{lengths:?}");
    assert!(lengths[1] >= 22_500, "{lengths:?}");
    assert!(lengths[1] < lengths[0], "{lengths:?}");
}

#[test]
fn a_fault_the_replay_cannot_do_is_refused_with_the_way_to_have_it() {
    let (_folder, store) = store_with(&[get(1, 0, "/a")]);
    let address = serve(|_| Do::Answer(OK.to_owned()));
    for (fault, why) in [
        ("10:latency(ms=40)", "reprise proxy"),
        ("10:truncate(bytes=4)", "reprise proxy"),
        ("10:delay(ms=4,when=after)", "reprise proxy"),
        ("10:hang first 3", "a span of time"),
        ("10:hang for mysql in:transaction", "for mysql COMMIT"),
    ] {
        let mut plan = plan_to(address);
        plan.faults = vec![fault.parse().unwrap()];
        let error = reprise_replay::Prepared::new(plan, &store).unwrap_err();
        assert!(matches!(error, ReplayError::FaultNotHere { .. }), "{fault}");
        assert!(error.to_string().contains(why), "{error}");
    }
}
