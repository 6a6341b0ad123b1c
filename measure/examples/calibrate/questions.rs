//! What is asked of the comparison: kinds of pairs whose truth is known, and how often it must be found.

use reprise_measure::{Comparison, Verdict};

use super::generator::HeldUp;
use super::server::Server;
use super::traffic::{self, Fault, Traffic};

/// The operation that a change is planted in.
const PLANTED: u32 = 7;

/// A kind of pair: what is compared, and what must come of it.
pub(super) struct Question {
    pub(super) text: &'static str,
    pub(super) a: Traffic,
    pub(super) b: Traffic,
    /// Runs of each side.
    pub(super) runs: u64,
    pub(super) right: fn(&Comparison) -> bool,
    pub(super) goal: Goal,
    /// Long, or of many runs: a third of the pairs must do.
    pub(super) costly: bool,
}

pub(super) enum Goal {
    /// Right in at least this share of the pairs.
    AtLeast(f64),
    /// Shown, not promised.
    Shown,
}

/// All of them, in the order they are printed.
pub(super) fn questions() -> Vec<Question> {
    let mut questions = nothing_changed();
    questions.extend(one_operation());
    questions.extend(tails_and_errors());
    questions.extend(faults());
    questions.extend(several_runs());
    questions.extend(late_generators());
    questions
}

fn unchanged(comparison: &Comparison) -> bool {
    !matches!(comparison.verdict, Verdict::Regressed | Verdict::Improved)
}

fn regressed(comparison: &Comparison) -> bool {
    comparison.verdict == Verdict::Regressed
}

/// The planted operation is found, and first.
fn named(comparison: &Comparison) -> bool {
    let first = comparison.operations.first();
    regressed(comparison)
        && first.is_some_and(|row| row.changed() && row.operation == traffic::name(PLANTED))
}

fn minute(server: Server) -> Traffic {
    Traffic {
        server,
        ..Traffic::default()
    }
}

fn nothing_changed() -> Vec<Question> {
    let question = |server: Server| Question {
        text: server.text(),
        a: minute(server),
        b: minute(server),
        runs: 1,
        right: unchanged,
        goal: Goal::AtLeast(0.95),
        costly: false,
    };
    Server::ALL.into_iter().map(question).collect()
}

fn one_operation() -> Vec<Question> {
    let planted = |text, server, slower: f64, minutes: u64| {
        let traffic = |slower| Traffic {
            server,
            seconds: minutes * 60,
            per_second: 1_000,
            slower,
            ..Traffic::default()
        };
        Question {
            text,
            a: traffic(None),
            b: traffic(Some((PLANTED, slower))),
            runs: 1,
            right: named,
            goal: Goal::AtLeast(0.95),
            costly: true,
        }
    };
    vec![
        planted(
            "10 % slower in one of 20 operations, steady, 3 min of 1,000/s",
            Server::Steady,
            1.1,
            3,
        ),
        planted("the same, drifting, 6 min", Server::Drifting, 1.1, 6),
        planted("the same, long-tailed, 3 min", Server::LongTailed, 1.1, 3),
        planted(
            "20 % slower in one of 20, queueing, 2 min",
            Server::Queueing,
            1.2,
            2,
        ),
        planted(
            "20 % slower in one of 20, noisy neighbour, 2 min",
            Server::Neighbour,
            1.2,
            2,
        ),
    ]
}

fn tails_and_errors() -> Vec<Question> {
    let question = |text, a: Traffic, b: Traffic, goal| Question {
        text,
        a,
        b,
        runs: 1,
        right: regressed,
        goal,
        costly: true,
    };
    let tail = |text, server| {
        let b = Traffic {
            tail: Some((0.01, 10.0)),
            ..minute(server)
        };
        question(text, minute(server), b, Goal::AtLeast(0.95))
    };
    vec![
        tail(
            "1 % of the requests 10 times slower, steady",
            Server::Steady,
        ),
        tail("the same, drifting", Server::Drifting),
        tail("the same, queueing", Server::Queueing),
        question(
            "1 % errors in bursts of one second against none",
            minute(Server::Steady),
            minute(Server::Failing),
            Goal::Shown,
        ),
    ]
}

/// A fault for 20 s of the minute.
fn faults() -> Vec<Question> {
    let fault = |server, errors, in_bursts| Traffic {
        fault: Some(Fault { errors, in_bursts }),
        ..minute(server)
    };
    let question = |text, a, b, right: fn(&Comparison) -> bool, goal| Question {
        text,
        a,
        b,
        runs: 1,
        right,
        goal,
        costly: false,
    };
    let promised = || Goal::AtLeast(0.95);
    let twice = |text, server, in_bursts| {
        let traffic = fault(server, 0.2, in_bursts);
        question(text, traffic.clone(), traffic, unchanged, promised())
    };
    vec![
        twice("A/A, a fault for 20 s: 20 % errors", Server::Steady, false),
        twice(
            "the same, the fault's errors in bursts",
            Server::Steady,
            true,
        ),
        twice(
            "the same, and other errors in bursts",
            Server::Failing,
            true,
        ),
        question(
            "a fault for 20 s: 20 % errors in A, 30 % in B",
            fault(Server::Steady, 0.2, false),
            fault(Server::Steady, 0.3, false),
            regressed,
            promised(),
        ),
        question(
            "the same in bursts: 10 % in A, 40 % in B",
            fault(Server::Steady, 0.1, true),
            fault(Server::Steady, 0.4, true),
            regressed,
            Goal::Shown,
        ),
        question(
            "a fault for 20 s in B only: 5 % errors",
            minute(Server::Steady),
            fault(Server::Steady, 0.05, false),
            regressed,
            promised(),
        ),
    ]
}

fn several_runs() -> Vec<Question> {
    let between = |text, runs, slower: f64, right: fn(&Comparison) -> bool, goal| {
        let traffic = |all_slower| Traffic {
            between_runs: 0.03,
            all_slower,
            ..minute(Server::Drifting)
        };
        Question {
            text,
            a: traffic(1.0),
            b: traffic(slower),
            runs,
            right,
            goal,
            costly: true,
        }
    };
    let promised = || Goal::AtLeast(0.95);
    vec![
        between(
            "A/A, runs differ by 3 % by themselves, one a side",
            1,
            1.0,
            unchanged,
            Goal::Shown,
        ),
        between("the same, three a side", 3, 1.0, unchanged, promised()),
        between("the same, five a side", 5, 1.0, unchanged, promised()),
        between(
            "everything 20 % slower, five a side",
            5,
            1.2,
            regressed,
            promised(),
        ),
    ]
}

/// For some 40 ms every second.
const HELD_UP: HeldUp = HeldUp {
    every_us: 1e6,
    lasts_us: (2e4, 6e4),
    with_target: false,
};

fn late(server: Server) -> Traffic {
    Traffic {
        held_up: Some(HELD_UP),
        ..minute(server)
    }
}

/// Never held up; requests of a lane wait for each other, as they do by a generator that is.
fn punctual(server: Server) -> Traffic {
    let never = HeldUp {
        every_us: 1e12,
        ..HELD_UP
    };
    Traffic {
        held_up: Some(never),
        ..minute(server)
    }
}

fn late_generators() -> Vec<Question> {
    let (steady, queueing, shedding) = (Server::Steady, Server::Queueing, Server::Shedding);
    let with_target = Traffic {
        held_up: Some(HeldUp {
            with_target: true,
            ..HELD_UP
        }),
        ..minute(queueing)
    };
    let tripled = Traffic {
        all_slower: 3.0,
        ..late(steady)
    };
    let question = |(text, a, b, right): (_, _, _, fn(&Comparison) -> bool)| Question {
        text,
        a,
        b,
        runs: 1,
        right,
        goal: Goal::AtLeast(0.95),
        costly: false,
    };
    let all = [
        (
            "A/A, B's generator late (held up for 20 to 60 ms a second), steady",
            punctual(steady),
            late(steady),
            unchanged as fn(&Comparison) -> bool,
        ),
        (
            "the same, B's generator late, queueing",
            punctual(queueing),
            late(queueing),
            unchanged,
        ),
        (
            "the same, A's generator late, queueing",
            late(queueing),
            punctual(queueing),
            unchanged,
        ),
        (
            "the same, both late, queueing",
            late(queueing),
            late(queueing),
            unchanged,
        ),
        (
            "the same, B's generator late and its target held up with it",
            punctual(queueing),
            with_target,
            unchanged,
        ),
        (
            "the same, B's generator late, the target turns away who would wait 30 ms",
            punctual(shedding),
            late(shedding),
            unchanged,
        ),
        (
            "everything takes 3 times as long, B's generator late",
            punctual(steady),
            tripled,
            regressed,
        ),
        (
            "10 % errors against none, B's generator late",
            punctual(steady),
            late(Server::Broken),
            regressed,
        ),
    ];
    all.into_iter().map(question).collect()
}
