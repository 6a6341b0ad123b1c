//! Runs and comparisons written for other tools: build servers, pull requests, spreadsheets, plotters.

use std::io::Write;

use reprise_measure::interchange::{
    SampleRows, hgrm, junit, operations_csv, run_markdown, ticks_csv, watched_csv,
};
use reprise_measure::{Comparison, Digits, Histogram, Summary};
use reprise_replay::Plan;
use reprise_store::Run;

use crate::answer::RunAnswer;
use crate::{Error, Library};

/// A form in which a run is written for another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunForm {
    /// A summary for a pull request.
    Markdown,
    /// Its checks, for a build server.
    Junit,
    /// The response time's percentile table, for HdrHistogram's plotter.
    Hgrm,
    /// Its ticks as CSV.
    Ticks,
    /// What was watched, as CSV.
    Watched,
    /// Its operations as CSV.
    Operations,
    /// Every sample as CSV.
    Samples,
}

impl RunForm {
    /// What is written, in an error.
    const fn what(self) -> &'static str {
        match self {
            Self::Markdown => "the summary",
            Self::Junit => "the checks",
            Self::Hgrm => "the percentiles",
            Self::Ticks => "the ticks",
            Self::Watched => "what was watched",
            Self::Operations => "the operations",
            Self::Samples => "the samples",
        }
    }

    fn failed(self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::Form {
            what: self.what(),
            source: Box::new(source),
        }
    }
}

/// The checks of runs and the verdict of their comparison, for a build server.
///
/// # Errors
/// When the XML cannot be written.
pub fn judged_junit(runs: &[RunAnswer], comparison: Option<&Comparison>) -> Result<String, Error> {
    let runs = runs.iter().map(|run| (run.run.name.as_str(), &run.summary));
    let runs: Vec<(&str, &Summary)> = runs.collect();
    junit(&runs, comparison).map_err(|source| RunForm::Junit.failed(source))
}

/// A run as Markdown, for a pull request.
pub fn run_summary_markdown(run: &RunAnswer) -> String {
    run_markdown(&run.run.name, &run.run.recording, &run.summary)
}

impl Library {
    /// Writes a run in the form another tool reads. Samples are streamed; everything else is small.
    ///
    /// # Errors
    /// When there is no such run, or it cannot be read or written.
    pub fn write_run(&self, name: &str, form: RunForm, to: &mut dyn Write) -> Result<(), Error> {
        let run = self.store.run(name)?;
        let text = match form {
            RunForm::Markdown => {
                let answer = RunAnswer::from(run);
                run_markdown(name, &answer.run.recording, &answer.summary)
            }
            RunForm::Junit => junit(&[(name, &RunAnswer::from(run).summary)], None)
                .map_err(|source| form.failed(source))?,
            RunForm::Hgrm => hgrm(&self.response_times(&run)?),
            RunForm::Ticks => {
                let ticks = self.store.ticks(run.id)?;
                return ticks_csv(&ticks, to).map_err(|source| form.failed(source));
            }
            RunForm::Watched => {
                let ticks = self.store.ticks(run.id)?;
                return watched_csv(&ticks, to).map_err(|source| form.failed(source));
            }
            RunForm::Operations => {
                let summary = RunAnswer::from(run).summary;
                return operations_csv(&summary, to).map_err(|source| form.failed(source));
            }
            RunForm::Samples => return self.write_samples(&run, to),
        };
        to.write_all(text.as_bytes())
            .map_err(|source| form.failed(source))
    }

    /// Response times of what the run measured, three digits.
    fn response_times(&self, run: &Run) -> Result<Histogram, Error> {
        let from_us = Plan::from_json(run.plan.clone())?.warm_up_us();
        let mut times = Histogram::new(Digits::Three);
        for sample in self.store.samples(run.id) {
            let sample = sample?;
            if sample.is_measured(from_us) && sample.has_response_time() {
                times.record(sample.response_us());
            }
        }
        Ok(times)
    }

    fn write_samples(&self, run: &Run, to: &mut dyn Write) -> Result<(), Error> {
        let names = self.run_operation_names(run)?;
        let form = RunForm::Samples;
        let mut rows = SampleRows::new(to, &names).map_err(|source| form.failed(source))?;
        for sample in self.store.samples(run.id) {
            rows.write(&sample?).map_err(|source| form.failed(source))?;
        }
        rows.finish().map_err(|source| form.failed(source))
    }
}
