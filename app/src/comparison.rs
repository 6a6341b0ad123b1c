//! Two sides of runs, or a run beside the recording it replayed: the samples are streamed from the store into
//! `measure`, which does the statistics.

mod answers;
mod veil;

use std::collections::BTreeMap;

use reprise_measure::{
    Comparison, Judging, RunSamples, Source, Summary, WatchSummary, compare, readable,
    watch_changes,
};
use reprise_replay::{Mismatch, Part, Plan, disturbances_so_far};
use reprise_store::{Run, RunState};
use reprise_wire::filter::Filter;

use crate::library::parse_filter;
use crate::{Error, Library};
use answers::Answered;

/// The name that stands for a run's own recording.
pub const RECORDING: &str = "recording";

/// The resampling's seed: the same runs always compare the same.
const SEED: u64 = 1;

/// What is compared: the names of one or several runs of each side; either side may be `recording`.
#[derive(Clone, Debug, Default)]
pub struct CompareRequest {
    /// The runs to compare against.
    pub a: Vec<String>,
    /// The runs to judge.
    pub b: Vec<String>,
    /// The least change that counts, as a share (0.05 is 5 %); `None` for the usual one.
    pub min_effect: Option<f64>,
}

impl CompareRequest {
    /// One run a side, by the usual limits.
    pub fn of(a: &str, b: &str) -> Self {
        Self {
            a: vec![a.to_owned()],
            b: vec![b.to_owned()],
            min_effect: None,
        }
    }

    /// The runs of both sides, A's first, without a recording.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &str> {
        let names = self.a.iter().chain(&self.b).map(String::as_str);
        names.filter(|name| *name != RECORDING)
    }

    /// `new against old`.
    pub(crate) fn title(&self) -> String {
        format!("{} against {}", self.b.join(", "), self.a.join(", "))
    }

    fn check(&self) -> Result<(), Error> {
        let recorded = |side: &[String]| side.iter().any(|name| name == RECORDING);
        let usage = |text: &str| Err(Error::Usage(text.to_owned()));
        if self.a.is_empty() || self.b.is_empty() {
            return usage(
                "a side of the comparison has no run; name one or several, as in a1,a2,a3",
            );
        }
        if recorded(&self.a) && recorded(&self.b) {
            return usage("a recording compared with itself says nothing; name a run");
        }
        let alone = |side: &[String]| side.len() == 1 || !recorded(side);
        if !alone(&self.a) || !alone(&self.b) {
            return usage("the recording is a side of its own; name no run beside it");
        }
        let mut seen = std::collections::BTreeSet::new();
        let several = self.a.len() + self.b.len() > 2;
        if let Some(twice) = self.runs().find(|name| several && !seen.insert(*name)) {
            return Err(Error::Usage(format!(
                "run '{twice}' is named twice: it would be compared with itself; name each run once"
            )));
        }
        match self.min_effect {
            Some(share) if !(share > 0.0 && share < 1.0) => {
                usage("the least effect is no share; write percent between 0% and 100%, such as 5%")
            }
            _ => Ok(()),
        }
    }
}

impl Library {
    /// Compares the runs of B with those of A. Runs that ended early are compared as far as the shortest got.
    ///
    /// # Errors
    /// When there is no such run, or a side makes no sense.
    pub fn compare(&self, request: &CompareRequest) -> Result<Comparison, Error> {
        request.check()?;
        let runs = |names: &[String]| -> Result<Vec<Run>, Error> {
            let runs = names.iter().filter(|name| *name != RECORDING);
            runs.map(|name| Ok(self.store.run(name)?)).collect()
        };
        let (a, b) = (runs(&request.a)?, runs(&request.b)?);
        let early = (a.iter().map(|run| ("A", run))).chain(b.iter().map(|run| ("B", run)));
        let early = early.filter_map(|(side, run)| Some((reached_us(run)?, side, run)));
        // A recording is as long as it is: a run beside it is taken whole.
        let judged = !a.is_empty() && !b.is_empty();
        let early = early
            .min_by_key(|(reached_us, ..)| *reached_us)
            .filter(|_| judged);
        let to_us = early.map_or(u64::MAX, |(reached_us, ..)| reached_us);
        let (a_samples, a_answers) = self.side(&a, &b, to_us)?;
        let (b_samples, b_answers) = self.side(&b, &a, to_us)?;
        let judging = Judging {
            min_effect: request.min_effect,
            seed: SEED,
        };
        let mut comparison = compare(&a_samples, &b_samples, judging);
        if let Some(of) = b.last() {
            comparison.answers = self.answer_changes(&a_answers, &b_answers, of)?;
            comparison.why.extend(answers_differ(&comparison));
        }
        if let Some((_, side, run)) = early {
            let which = if a.len() + b.len() > 2 {
                format!("{} of {side}", run.name)
            } else {
                side.to_owned()
            };
            let all = if a.len() + b.len() > 2 { "all" } else { "both" };
            comparison.why.push(format!(
                "{which} was {} after {}: {all} are compared as far as it got",
                run.state.name(),
                readable::moment(to_us)
            ));
        }
        comparison.watch = watch_changes(&watched(&a), &watched(&b));
        Ok(comparison)
    }

    /// What one side measured and answered; a side without runs is the recording of the `others`.
    fn side(
        &self,
        runs: &[Run],
        others: &[Run],
        to_us: u64,
    ) -> Result<(Vec<RunSamples>, Answered), Error> {
        let mut answered = Answered::default();
        if let (true, Some(of)) = (runs.is_empty(), others.first()) {
            let samples = self.recorded_samples(of, &mut answered)?;
            return Ok((vec![samples], answered));
        }
        let samples = runs.iter().map(|run| {
            answered.keep(Mismatch::all(&self.store, run.id)?);
            self.run_samples(run, to_us, &mut answered)
        });
        let samples = samples.collect::<Result<_, Error>>()?;
        Ok((samples, answered))
    }

    fn run_samples(
        &self,
        run: &Run,
        to_us: u64,
        answered: &mut Answered,
    ) -> Result<RunSamples, Error> {
        let names = self.run_operation_names(run)?;
        let duration_us = run
            .summary
            .as_ref()
            .map_or(0, |summary| summary.duration_ms * 1_000);
        let plan = Plan::from_json(run.plan.clone())?;
        let warm_up_us = plan.warm_up_us();
        let duration_us = duration_us.min(to_us).saturating_sub(warm_up_us);
        let mut samples =
            RunSamples::new(run.name.clone(), Source::Run, duration_us, names.clone())
                .measuring_from(warm_up_us)
                .turning_at(turns_us(&plan, run))
                .measuring_to(to_us)
                .on_one_machine(plan.stays_on_this_machine())
                .with_not_opened(run.summary.as_ref().map_or(0, Summary::not_opened));
        for sample in self.store.samples(run.id) {
            let sample = sample?;
            samples.push(&sample);
            if sample.is_measured(warm_up_us) && sample.intended_us < to_us {
                let operation = names.get(&sample.operation).map_or("", String::as_str);
                answered.push(operation, &sample);
            }
        }
        if samples.generator_late() {
            for sample in self.store.samples(run.id) {
                samples.push_again(&sample?);
            }
        }
        Ok(samples)
    }

    /// What was recorded of the exchanges that the run could send: those with a request, in the part that it
    /// played and matching its filter.
    fn recorded_samples(&self, run: &Run, answered: &mut Answered) -> Result<RunSamples, Error> {
        let recording = self.store.recording_by_id(run.recording)?;
        let names: BTreeMap<u32, String> = self.operation_names(&recording)?.into_iter().collect();
        let plan = Plan::from_json(run.plan.clone())?;
        let filter = parse_filter(plan.filter.as_deref())?;
        let part = plan.between.unwrap_or(Part {
            from_us: 0,
            to_us: u64::MAX,
        });
        let duration_us = part.length_us().min(recording.duration_ms * 1_000);
        let mut samples = RunSamples::new(RECORDING, Source::Recording, duration_us, names.clone());
        for row in self.store.all_exchanges(recording.id) {
            let row = row?;
            let at_us = u64::try_from(row.at_us).unwrap_or(0);
            let operation = names.get(&row.operation.0).map_or("", String::as_str);
            let matches = |filter: &Filter| filter.matches(&row.candidate(operation));
            let played = part.holds(at_us) && filter.as_ref().is_none_or(matches);
            if row.request_bytes.is_none() || !played {
                continue;
            }
            let at_us = at_us - part.from_us;
            answered.push_recorded(operation, row.status);
            samples.push_recorded(at_us, row.operation.0, row.latency_us(), row.is_error());
        }
        Ok(samples)
    }
}

/// When the run's plan began or ended something: faults, commands, stages of its rate.
fn turns_us(plan: &Plan, run: &Run) -> Vec<u64> {
    let summary = run.summary.clone().unwrap_or_default();
    let ended_us = summary.duration_ms.saturating_mul(1_000);
    let disturbances = disturbances_so_far(plan, &summary, ended_us);
    let spans = disturbances.into_iter().flat_map(|one| one.spans);
    let stages = plan.stages.begun().map(|(at_us, _)| at_us);
    stages
        .chain(spans.flat_map(|(from_us, to_us)| [from_us, to_us]))
        .collect()
}

/// What the runs of a side watched.
fn watched(runs: &[Run]) -> Vec<&[WatchSummary]> {
    let summaries = runs.iter().filter_map(|run| run.summary.as_ref());
    summaries.map(|summary| summary.watch.as_slice()).collect()
}

/// That answers changed, as a reason to look: no verdict rests on it.
fn answers_differ(comparison: &Comparison) -> Option<String> {
    let first = comparison.answers.first()?;
    let more = match comparison.answers.len() - 1 {
        0 => String::new(),
        1 => ", and in one other operation".to_owned(),
        more => format!(", and in {more} other operations"),
    };
    Some(format!(
        "answers changed: {}: {}{more}",
        first.operation,
        first.words()
    ))
}

/// How far a run got that ended before its plan did, in microseconds of its own time; `None` for one that
/// ended as planned. What an interrupted run sent in its last second may not have been committed.
fn reached_us(run: &Run) -> Option<u64> {
    let lasted_us = run.summary.as_ref()?.duration_ms * 1_000;
    match run.state {
        RunState::Complete | RunState::Running => None,
        RunState::Interrupted => Some(lasted_us.saturating_sub(1_000_000)),
        RunState::Stopped | RunState::Aborted | RunState::Failed => Some(lasted_us),
    }
}
