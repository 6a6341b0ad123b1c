//! Self-contained HTML pages of runs and comparisons: what a colleague is handed.

use std::path::Path;

use reprise_measure::chart::Curve;
use reprise_measure::report::{ComparisonPart, Part, Report, RunPart, html};
use reprise_measure::trend::Trend;
use reprise_measure::{Comparison, FailureGroup, Tick};

use crate::answer::RunAnswer;
use crate::charts::{MOST_DRAWN, RunTimeline, write};
use crate::{CompareRequest, Error, Library, RECORDING, losses};

/// What a page is to show, in this order.
#[derive(Clone, Debug, Default)]
pub struct ReportRequest {
    /// Its heading.
    pub title: String,
    /// What is compared.
    pub comparisons: Vec<CompareRequest>,
    /// How the runs of a plan went over time.
    pub trend: Option<Trend>,
    /// The names of the runs that are shown whole.
    pub runs: Vec<String>,
}

/// Everything a page shows of one run, read from the store.
struct RunPage {
    answer: RunAnswer,
    timeline: RunTimeline,
    recorded: Option<Curve>,
    losses: Vec<(String, u64)>,
    /// Its recording's name, with a warning when that holds secrets.
    recording: String,
    /// Its plan, as it is kept: without secrets.
    plan: String,
    failures: Vec<FailureGroup>,
}

/// Everything a page shows of one comparison.
struct ComparisonPage {
    comparison: Comparison,
    a_ticks: Vec<Tick>,
    b_ticks: Vec<Tick>,
    recorded: Option<Curve>,
}

impl Library {
    /// Whether a page can be written there, found out before what it is about is measured. Nothing is written.
    ///
    /// # Errors
    /// When its folder is not there, or it is a folder itself.
    pub fn check_report_path(&self, path: &Path) -> Result<(), Error> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let why = if folder.is_some_and(|folder| !folder.is_dir()) {
            "its folder is not there; make it first"
        } else if path.is_dir() {
            "it is a folder; name a file in it"
        } else {
            return Ok(());
        };
        Err(Error::Usage(format!("--html {}: {why}", path.display())))
    }

    /// Writes one run as an HTML page.
    ///
    /// # Errors
    /// When there is no such run, or the file cannot be written.
    pub fn write_run_report(&self, run: &str, path: &Path) -> Result<(), Error> {
        let page = ReportRequest {
            title: run.to_owned(),
            runs: vec![run.to_owned()],
            ..ReportRequest::default()
        };
        self.write_report(&page, path)
    }

    /// Writes a comparison, and its runs, as an HTML page.
    ///
    /// # Errors
    /// When there is no such run, or the file cannot be written.
    pub fn write_comparison_report(
        &self,
        request: &CompareRequest,
        path: &Path,
    ) -> Result<(), Error> {
        let page = ReportRequest {
            title: request.title(),
            runs: request.runs().map(str::to_owned).collect(),
            comparisons: vec![request.clone()],
            ..ReportRequest::default()
        };
        self.write_report(&page, path)
    }

    /// Writes comparisons, trends and then runs as one HTML page.
    ///
    /// # Errors
    /// When there is no such run, or the file cannot be written.
    pub fn write_report(&self, request: &ReportRequest, path: &Path) -> Result<(), Error> {
        let comparisons = request
            .comparisons
            .iter()
            .map(|request| self.comparison_page(request));
        let comparisons: Vec<ComparisonPage> = comparisons.collect::<Result<_, _>>()?;
        let runs = request.runs.iter().map(|name| self.run_page(name));
        let runs: Vec<RunPage> = runs.collect::<Result<_, _>>()?;
        let parts = comparisons
            .iter()
            .map(ComparisonPage::part)
            .chain(request.trend.iter().map(Part::Trend))
            .chain(runs.iter().map(RunPage::part));
        let report = Report {
            title: request.title.clone(),
            subtitle: self.subtitle(),
            parts: parts.collect(),
        };
        write(path, &html(&report))
    }

    /// What stands below a page's heading.
    pub(crate) fn subtitle(&self) -> String {
        let file = self.path().file_name().unwrap_or_default();
        format!(
            "Reprise {}, from {}",
            env!("CARGO_PKG_VERSION"),
            file.to_string_lossy()
        )
    }

    fn run_page(&self, name: &str) -> Result<RunPage, Error> {
        let run = self.store.run(name)?;
        let timeline = self.timeline_of(&run)?;
        // The recording may have been deleted since; the run stands without it.
        let recording = self.store.recording_by_id(run.recording).ok();
        let recorded = match &recording {
            Some(recording) => Some(Curve::recorded(
                &self.store.recorded_latency(recording.id)?.latency,
            )),
            None => None,
        };
        let raw = recording.as_ref().is_some_and(|recording| recording.raw);
        let warning = if raw {
            " (raw: its secrets were stored)"
        } else {
            ""
        };
        let recording_fact = format!("{}{warning}", run.recording_name);
        let ledger = recording
            .map(|recording| recording.loss)
            .unwrap_or_default();
        let losses = losses(&ledger)
            .into_iter()
            .map(|loss| (loss.what, loss.count))
            .collect();
        let plan = shown_plan(run.plan.clone());
        let answer = RunAnswer::from(run);
        // a run without failures need not be read through
        let failures = match answer.summary.errors.is_empty() {
            true => Vec::new(),
            false => self.failures(name)?,
        };
        Ok(RunPage {
            plan,
            failures,
            answer,
            timeline,
            recorded,
            losses,
            recording: recording_fact,
        })
    }

    /// Of several runs a side, the first of each is drawn over time.
    fn comparison_page(&self, request: &CompareRequest) -> Result<ComparisonPage, Error> {
        let ticks = |side: &[String]| match side.first().map_or(RECORDING, String::as_str) {
            RECORDING => Ok(Vec::new()),
            name => {
                let run = self.store.run(name)?.id;
                Ok::<_, Error>(self.store.ticks_at_most(run, MOST_DRAWN)?)
            }
        };
        let (a_ticks, b_ticks) = (ticks(&request.a)?, ticks(&request.b)?);
        let recorded = match request.runs().last() {
            Some(run) if !a_ticks.is_empty() && !b_ticks.is_empty() => {
                let recording = self.store.run(run)?.recording;
                let recording = self.store.recording_by_id(recording).ok();
                let latency = recording.map(|recording| self.store.recorded_latency(recording.id));
                latency
                    .transpose()?
                    .map(|recorded| Curve::recorded(&recorded.latency))
            }
            _ => None,
        };
        Ok(ComparisonPage {
            comparison: self.compare(request)?,
            a_ticks,
            b_ticks,
            recorded,
        })
    }
}

/// Parts of a plan in which people may have written a token or a password: a page is handed on without them.
const LEFT_OUT: [&str; 4] = ["rewrites", "statements", "probes", "watch"];

/// A plan as a page shows it.
fn shown_plan(mut plan: serde_json::Value) -> String {
    for name in LEFT_OUT {
        let part = plan.get_mut(name);
        let given = part.filter(|part| part.as_array().is_some_and(|list| !list.is_empty()));
        if let Some(given) = given {
            *given = "left out: it may hold secrets".into();
        }
    }
    serde_json::to_string_pretty(&plan).unwrap_or_default()
}

impl RunPage {
    fn part(&self) -> Part<'_> {
        let run = &self.answer.run;
        let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut facts = vec![
            fact("recording", &self.recording),
            fact("started", &run.started_at),
            fact("seed", &run.seed.to_string()),
        ];
        facts.extend(run.http.iter().map(|url| fact("HTTP to", url)));
        facts.extend(run.mysql.iter().map(|address| fact("MySQL to", address)));
        facts.extend(
            run.baseline
                .iter()
                .map(|run| fact("not compared: where this run differed", run)),
        );
        Part::Run(Box::new(RunPart {
            name: run.name.clone(),
            state: run.state.name().to_owned(),
            facts,
            summary: &self.answer.summary,
            timeline: self.timeline.whole(),
            recorded: self.recorded.clone(),
            losses: self.losses.clone(),
            failures: self.failures.clone(),
            alerts: run.alerts(),
            notes: Vec::new(),
            again: format!(
                "reprise replay --again {} (secrets have to be given again)",
                run.name
            ),
            plan: self.plan.clone(),
        }))
    }
}

impl ComparisonPage {
    fn part(&self) -> Part<'_> {
        Part::Comparison(Box::new(ComparisonPart {
            comparison: &self.comparison,
            a_ticks: &self.a_ticks,
            b_ticks: &self.b_ticks,
            recorded: self.recorded.clone(),
        }))
    }
}
