//! Runs as they are kept: listed, and one with all its numbers. A run whose process was killed has
//! the numbers of its last commit.

use std::collections::BTreeMap;

use reprise_replay::{HttpRoute, Mismatch};
use reprise_store::{Run, RunState};

use crate::answer::{RunAnswer, RunHead, StepOfSearch, rfc3339};
use crate::knee::step_of;
use crate::replay::http_targets::shown;
use crate::{Error, Library};

impl Library {
    /// Every run, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs(&self) -> Result<Vec<RunAnswer>, Error> {
        Ok(self
            .store
            .runs()?
            .into_iter()
            .map(RunAnswer::from)
            .collect())
    }

    /// One run.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn run(&self, name: &str) -> Result<RunAnswer, Error> {
        Ok(self.store.run(name)?.into())
    }

    /// What the operations of a run's samples are called.
    pub(crate) fn run_operation_names(&self, run: &Run) -> Result<BTreeMap<u32, String>, Error> {
        let operations = self.store.run_operations(run.id)?.into_iter();
        Ok(operations
            .map(|operation| (operation.id.0, operation.text))
            .collect())
    }

    /// The first of `prefix-1`, `prefix-2`, ... that is not `taken` by any run's name.
    pub(crate) fn free_run_name(
        &self,
        prefix: &str,
        taken: impl Fn(&str, &str) -> bool,
    ) -> Result<String, Error> {
        let runs = self.store.runs()?;
        let mut number = 1_u64;
        loop {
            let name = format!("{prefix}-{number}");
            if !runs.iter().any(|run| taken(&run.name, &name)) {
                return Ok(name);
            }
            number += 1;
        }
    }

    /// The answers of a run that were not the recorded ones, some of each operation, with both.
    ///
    /// # Errors
    /// When there is no run of that name, or it cannot be read.
    pub fn mismatches(&self, run: &str) -> Result<Vec<Mismatch>, Error> {
        let run = self.store.run(run)?.id;
        Ok(Mismatch::all(&self.store, run)?)
    }
}

impl From<Run> for RunAnswer {
    fn from(run: Run) -> Self {
        let target = |pointer: &str| {
            run.plan
                .pointer(pointer)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        };
        let search = step_of(&run).map(|step| StepOfSearch {
            name: step.search,
            step: step.number,
            times: step.times,
        });
        let mut summary = run.summary.unwrap_or_default();
        if run.state == RunState::Interrupted {
            summary.cut_off();
        }
        Self {
            run: RunHead {
                id: run.id.0,
                recording: run.recording_name,
                resumes: target("/resumes"),
                search,
                seed: run.seed,
                state: run.state,
                started_at: rfc3339(run.started_at),
                http: http_targets(&run.plan),
                insecure: run.plan.pointer("/tls/insecure") == Some(&true.into()),
                mysql: target("/mysql/address"),
                baseline: target("/baseline"),
                name: run.name,
                note: run.remarks.note,
                tags: run.remarks.tags,
            },
            summary,
        }
    }
}

/// Where a plan sends HTTP, as it was given.
fn http_targets(plan: &serde_json::Value) -> Option<String> {
    let routes: Vec<HttpRoute> = serde_json::from_value(plan.get("http")?.clone()).ok()?;
    let shown: Vec<String> = routes.iter().map(shown).collect();
    Some(shown.join(", ")).filter(|text| !text.is_empty())
}
