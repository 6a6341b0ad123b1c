//! The last runs of a plan, told from what is kept of each.

use std::path::Path;

use reprise_measure::report::{Part, Report, html};
use reprise_measure::trend::{Trend, TrendRun};
use reprise_replay::{Plan, SearchStep};
use reprise_store::{Run, RunState};

use crate::answer::RunAnswer;
use crate::charts::write;
use crate::series::number;
use crate::{Error, Library};

impl Library {
    /// The last `most` complete runs that belong together: those of one plan. `name` is what they are called (`main` for `main-1`,
    /// `main-2` and so on), one of them, or a plan that is kept.
    ///
    /// # Errors
    /// When there is no such thing, or the runs cannot be read.
    pub fn trend(&self, name: &str, most: usize) -> Result<Trend, Error> {
        let mut complete = self.store.runs()?;
        complete.retain(|run| run.state == RunState::Complete);
        let numbered = |run: &Run| number(&run.name, name).is_some();
        let (mut runs, plan) = if let Ok(plan) = self.plan_of_run(name) {
            (complete, plan)
        } else if let Ok(plan) = self.saved_plan(name) {
            (complete, plan)
        } else {
            complete.retain(numbered);
            let newest = complete.first().ok_or_else(|| unknown(name))?;
            let plan = self.plan_of_run(&newest.name)?;
            (complete, plan)
        };
        let by_name = runs.iter().all(numbered);
        let wanted = alike(plan, by_name);
        let recording = wanted.recording.clone();
        let before = runs.len();
        runs.retain(|run| plan_of(run).is_some_and(|plan| alike(plan, by_name) == wanted));
        let left_out = if by_name { before - runs.len() } else { 0 };
        runs.truncate(most);
        runs.reverse();
        let runs = runs.into_iter().map(RunAnswer::from).map(trend_run);
        Ok(Trend::of(
            name.to_owned(),
            recording,
            runs.collect(),
            left_out as u64,
        ))
    }

    /// Writes a trend as an HTML page.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_trend_report(&self, trend: &Trend, path: &Path) -> Result<(), Error> {
        let report = Report {
            title: format!("{} over time", trend.name),
            subtitle: self.subtitle(),
            parts: vec![Part::Trend(trend)],
        };
        write(path, &html(&report))
    }
}

fn unknown(name: &str) -> Error {
    Error::Usage(format!(
        "there is no complete run '{name}' or '{name}-1', and no plan '{name}'; `reprise runs` and `reprise plans` list them"
    ))
}

pub(crate) fn plan_of(run: &Run) -> Option<Plan> {
    let plan = Plan::from_json(run.plan.clone()).ok()?;
    Some(Plan {
        recording: run.recording_name.clone(),
        ..plan
    })
}

/// What of a plan decides how the target is loaded, and where it is. Runs of one name are often played against another
/// address each time: then that does not count.
pub(crate) fn alike(plan: Plan, anywhere: bool) -> Plan {
    let (http, mysql) = if anywhere {
        (Vec::new(), None)
    } else {
        (plan.http, plan.mysql)
    };
    let search: Option<SearchStep> = None;
    Plan {
        http,
        mysql,
        search,
        checks: Vec::new(),
        abort_on_fail: false,
        baseline: None,
        resumes: None,
        secrets: Vec::new(),
        watch: Vec::new(),
        workers: None,
        ..plan
    }
}

fn trend_run(answer: RunAnswer) -> TrendRun {
    let summary = &answer.summary;
    TrendRun {
        run: answer.run.name,
        started_at: answer.run.started_at,
        p50_us: summary.response_us.p50,
        p95_us: summary.response_us.p95,
        p99_us: summary.response_us.p99,
        error_rate: summary.error_rate,
        answered_per_s: summary.answered_per_s(),
        held: summary.checks_held(),
    }
}
