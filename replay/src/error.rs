//! Why a replay cannot be planned, started or finished. Messages fit after "failed to replay: ".

use std::io;

use thiserror::Error;

/// What stops a replay. What merely goes wrong with single requests is an outcome, not an error.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The stored document is no plan.
    #[error("the plan cannot be read: {0}")]
    Plan(#[source] serde_json::Error),
    /// The plan was written by a newer program.
    #[error(
        "the plan has version {version}, this program knows up to {known}: use a newer reprise"
    )]
    NewerPlan {
        /// What the plan says.
        version: u64,
        /// What is known here.
        known: u32,
    },
    /// Speed or copies are not positive numbers.
    #[error("the rate is not a positive number: write a number such as 5, or 0.5 to send less")]
    Rate,
    /// So many copies can only be a mistake.
    #[error("{asked} copies are asked for: at most {most} can be played")]
    TooManyCopies {
        /// What was asked for.
        asked: f64,
        /// What is possible.
        most: f64,
    },
    /// A timeout of zero fails every request.
    #[error("the timeout is zero: give at least one millisecond")]
    NoTimeout,
    /// There is nowhere to send anything.
    #[error("no target is given: name one for HTTP, for MySQL, or both")]
    NoTarget,
    /// The target's URL is not one that can be used.
    #[error("`{url}` is no target: {why}")]
    BadTarget {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Routes and targets were not given alike.
    #[error("the plan's routes and the given targets differ: give one target for each route")]
    TargetsDiffer,
    /// A target is not there, or lets nobody in.
    #[error(
        "{target} cannot be reached: {why}; check that it runs and that address and login are right"
    )]
    Unreachable {
        /// Where it should be.
        target: String,
        /// What was met.
        why: String,
    },
    /// A check cannot be read.
    #[error("the check `{check}` cannot be read: {source}")]
    Check {
        /// As given.
        check: String,
        /// Why not.
        source: reprise_measure::CheckError,
    },
    /// Faults do not fit together.
    #[error(transparent)]
    Fault(#[from] reprise_fault::FaultError),
    /// The filter cannot be read.
    #[error("the filter cannot be read: {0}")]
    Filter(#[from] reprise_wire::filter::FilterError),
    /// Nothing of the recording is left to send.
    #[error("nothing is left to send: {0}")]
    NothingToSend(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] reprise_store::Error),
    /// A thread or its timer could not be made.
    #[error("the sending threads cannot be started: {0}")]
    Start(#[source] io::Error),
    /// A thread of the engine ended by a defect; what was committed is in the store.
    #[error("the {0} thread ended unexpectedly: what was measured before is stored")]
    ThreadLost(&'static str),
}
