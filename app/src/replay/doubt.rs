//! Whether targets given as `http://` speak HTTP at all, asked once a run's first answers were all failures: a server that
//! wants TLS hangs up on, or refuses, whatever is said in the clear, and the run would be of nothing.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use reprise_measure::Outcomes;
use reprise_replay::{ReplayError, Targets};

/// So many first outcomes have to be bad before anybody is asked.
const BAD_BEGINNING: u64 = 5;

/// A doubt about a run's targets, and what became of it.
pub(super) struct Doubt(Mutex<State>);

enum State {
    /// Nothing has been answered as recorded yet.
    Open {
        targets: Box<Targets>,
        outcomes: u64,
    },
    /// The targets are asked.
    Asked(JoinHandle<Option<ReplayError>>),
    /// It was right.
    Founded(ReplayError),
    /// There is none, or nobody to ask.
    Gone,
}

impl Doubt {
    pub(super) fn about(targets: &Targets) -> Self {
        let has_plain = targets.http.iter().any(|target| !target.is_https());
        Self(Mutex::new(match has_plain {
            true => State::Open {
                targets: Box::new(targets.clone()),
                outcomes: 0,
            },
            false => State::Gone,
        }))
    }

    /// Takes the outcomes of a tick; whether a target is known by now to speak something else.
    pub(super) fn is_founded(&self, latest: &Outcomes) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match std::mem::replace(&mut *state, State::Gone) {
            State::Open { targets, outcomes } if latest.ok == 0 => {
                match outcomes + latest.total() {
                    few if few < BAD_BEGINNING => State::Open {
                        targets,
                        outcomes: few,
                    },
                    _ => ask(targets),
                }
            }
            State::Asked(asked) if asked.is_finished() => heard(asked),
            State::Open { .. } => State::Gone,
            other => other,
        };
        *state = next;
        matches!(*state, State::Founded(_))
    }

    /// What is wrong with a target, once the run has ended.
    pub(super) fn settled(self) -> Option<ReplayError> {
        match self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            State::Founded(error) => Some(error),
            State::Asked(asked) => match heard(asked) {
                State::Founded(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}

fn ask(targets: Box<Targets>) -> State {
    let asks = std::thread::Builder::new().name("doubt".to_owned());
    let asked = asks.spawn(move || targets.misspoken());
    asked.map_or(State::Gone, State::Asked)
}

fn heard(asked: JoinHandle<Option<ReplayError>>) -> State {
    let said = asked.join().ok().flatten();
    said.map_or(State::Gone, State::Founded)
}
