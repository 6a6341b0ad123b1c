//! Which runs of a name others are compared with: the newest of the same plan whose numbers are worth it, and why newer
//! ones are not among them.

use reprise_replay::Plan;
use reprise_store::{Kept, RemarkChange, RunState};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::RunAnswer;
use crate::series::number;
use crate::trend::{alike, plan_of};
use crate::{Error, Library};

/// The tag of a run that others are compared with whatever its own numbers are.
pub const BASELINE: &str = "baseline";

/// Runs to compare with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Their names, the oldest first.
    pub runs: Vec<String>,
    /// Newer ones of the name, the oldest first.
    pub passed_over: Vec<UnfitRun>,
}

/// A run that others are not compared with.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct UnfitRun {
    /// Its name.
    pub run: String,
    /// Why not.
    pub why: String,
}

impl Library {
    /// The newest runs called `name-1`, `name-2` and so on that the runs just `played` are compared with, at most so many:
    /// none of themselves, none of another plan, and none whose numbers say little of its target.
    ///
    /// # Errors
    /// When the runs cannot be read.
    pub fn baseline(&self, name: &str, most: u32, played: &[RunAnswer]) -> Result<Baseline, Error> {
        let plan = played.first().map(|run| self.plan_of_run(&run.run.name));
        let plan = plan.transpose()?.map(|plan| alike(plan, true));
        let is_played = |run: &str| played.iter().any(|one| one.run.name == run);
        let runs = self.store.runs()?.into_iter();
        let numbered = runs.filter_map(|run| Some((number(&run.name, name)?, run)));
        let mut numbered: Vec<_> = numbered.filter(|(_, run)| !is_played(&run.name)).collect();
        numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        let mut found = Baseline::default();
        for (_, run) in numbered {
            if found.runs.len() >= most as usize {
                break;
            }
            let other: Option<Plan> = plan_of(&run).map(|plan| alike(plan, true));
            let why = if plan.is_some() && other != plan {
                Some("it played another plan".to_owned())
            } else {
                unfit(&RunAnswer::from(run.clone()))
            };
            match why {
                None => found.runs.push(run.name),
                Some(why) => found.passed_over.push(UnfitRun { run: run.name, why }),
            }
        }
        found.runs.reverse();
        found.passed_over.reverse();
        Ok(found)
    }

    /// Lets others be compared with a run whatever its own numbers are.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn take_as_baseline(&self, run: &str) -> Result<(), Error> {
        let change = RemarkChange {
            tag: vec![BASELINE.to_owned()],
            ..RemarkChange::default()
        };
        self.remark(Kept::Run, run, change).map(drop)
    }
}

impl UnfitRun {
    /// Those of some runs that others are not to be compared with.
    pub fn of(runs: &[RunAnswer]) -> Vec<Self> {
        let unfit = runs.iter().filter_map(|run| {
            let why = unfit(run)?;
            let run = run.run.name.clone();
            Some(Self { run, why })
        });
        unfit.collect()
    }
}

/// Why others are not to be compared with a run, unless it is tagged as a baseline.
fn unfit(run: &RunAnswer) -> Option<String> {
    if run.run.state != RunState::Complete {
        return Some(format!("it is {}", run.run.state.name()));
    }
    if run.run.tags.iter().any(|tag| tag == BASELINE) {
        return None;
    }
    let summary = &run.summary;
    let failed = summary.checks.iter().filter(|check| !check.held);
    let failed = failed.map(|check| format!("{} measured {}", check.check, check.readable));
    let unfaithful = summary
        .unfaithful
        .then(|| "more than 5 % of its answers differ from the recorded ones".to_owned());
    let why: Vec<String> = failed
        .chain(summary.generator_failed())
        .chain(unfaithful)
        .collect();
    (!why.is_empty()).then(|| why.join("; "))
}

#[cfg(test)]
mod tests {
    use reprise_measure::{CheckResult, GeneratorLimit, Summary};
    use reprise_store::{NewRun, RecordingId, Store};
    use reprise_wire::Timestamp;

    use super::*;

    /// A library with these runs, the oldest first, all complete.
    fn library(runs: &[(&str, Plan, Summary)]) -> (tempfile::TempDir, Library) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("baseline.reprise");
        let store = Store::open(&path).expect("a store");
        for (name, plan, summary) in runs {
            let run = store
                .create_run(NewRun {
                    name: (*name).to_owned(),
                    recording: RecordingId(1),
                    recording_name: "friday".to_owned(),
                    seed: 1,
                    plan: plan.to_json().expect("a plan"),
                    started_at: Timestamp::from_nanos(0),
                    operations: Vec::new(),
                })
                .expect("a run");
            run.finish(RunState::Complete, summary).expect("its end");
        }
        drop(store);
        let library = Library::open(Some(&path)).expect("a library");
        (folder, library)
    }

    fn failing() -> Summary {
        Summary {
            checks: vec![CheckResult {
                check: "p99<250ms".to_owned(),
                readable: "412 ms".to_owned(),
                ..CheckResult::default()
            }],
            ..Summary::default()
        }
    }

    fn plan() -> Plan {
        Plan::of("friday")
    }

    #[test]
    fn runs_that_say_little_of_their_target_are_passed_over_and_named() {
        let late = Summary {
            generator_late: true,
            generator_limits: vec![GeneratorLimit::Lateness { p99_us: 31_000 }],
            ..Summary::default()
        };
        let other = Plan {
            warm_up_ms: 9_000,
            ..plan()
        };
        let (_folder, library) = library(&[
            ("main-1", plan(), Summary::default()),
            ("main-2", plan(), failing()),
            ("main-3", plan(), Summary::default()),
            ("main-10", plan(), late),
            ("main-11", other, Summary::default()),
            ("ci-1", plan(), Summary::default()),
        ]);
        let played = [library.run("ci-1").expect("a run")];
        let found = library.baseline("main", 1, &played).expect("a baseline");
        assert_eq!(found.runs, ["main-3"]);
        let passed_over: Vec<(&str, &str)> = found
            .passed_over
            .iter()
            .map(|one| (one.run.as_str(), one.why.as_str()))
            .collect();
        assert_eq!(
            passed_over,
            [
                ("main-10", "the generator was late (p99 31 ms)"),
                ("main-11", "it played another plan"),
            ]
        );
        let more = library.baseline("main", 3, &played).expect("a baseline");
        assert_eq!(more.runs, ["main-1", "main-3"]);
        assert_eq!(more.passed_over[0].why, "p99<250ms measured 412 ms");
        let itself = library.baseline("ci", 3, &played).expect("a baseline");
        assert_eq!(itself, Baseline::default());
    }

    #[test]
    fn a_run_that_is_tagged_as_one_is_a_baseline_whatever_failed_in_it() {
        let (_folder, library) = library(&[("main-1", plan(), failing())]);
        let run = [library.run("main-1").expect("a run")];
        assert_eq!(UnfitRun::of(&run).len(), 1);
        library.take_as_baseline("main-1").expect("a tag");
        assert!(UnfitRun::of(&[library.run("main-1").expect("a run")]).is_empty());
        let found = library.baseline("main", 1, &[]).expect("a baseline");
        assert_eq!(found.runs, ["main-1"]);
    }
}
