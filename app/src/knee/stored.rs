//! Searches that were made, told from the runs that were their steps: listed, drawn, written as a page.

use std::path::Path;

use reprise_measure::chart::{self, Chart, Style};
use reprise_measure::knee::{Bounds, KneeAnswer};
use reprise_measure::readable::percent;
use reprise_measure::report::{KneePart, Part, Report, html};
use reprise_replay::{RateBy, SearchStep};
use reprise_store::{Run, RunState};

use crate::answer::{RunAnswer, RunHead};
use crate::charts::write;
use crate::{Error, Library};

/// A run that was a step of a search.
struct Step {
    of: SearchStep,
    run: RunAnswer,
}

impl Library {
    /// A search that was made, from those of its runs that are still there.
    ///
    /// # Errors
    /// When no run is a step of a search of that name, or they cannot be read.
    pub fn knee_found(&self, name: &str) -> Result<KneeAnswer, Error> {
        Ok(found(&self.steps_of(name)?))
    }

    /// Every search of which a run is left, the newest first.
    ///
    /// # Errors
    /// When the runs cannot be read.
    pub fn knees(&self) -> Result<Vec<KneeAnswer>, Error> {
        let mut searches: Vec<Vec<Step>> = Vec::new();
        for step in self.steps()? {
            let same = |search: &&mut Vec<Step>| search[0].of.search == step.of.search;
            match searches.iter_mut().find(same) {
                Some(search) => search.push(step),
                None => searches.push(vec![step]),
            }
        }
        let ordered = searches.into_iter().map(|mut search| {
            search.sort_by_key(|step| step.of.number);
            found(&search)
        });
        Ok(ordered.collect())
    }

    /// Puts every run of a search into the bin, those too that ended before they could say anything; answers their names.
    ///
    /// # Errors
    /// When no run is of a search of that name, or one is being written.
    pub fn delete_knee(&self, name: &str) -> Result<Vec<String>, Error> {
        // the newest first: a search that is on fails before anything is gone
        let runs = self.store.runs()?.into_iter();
        let runs = runs.filter(|run| step_of(run).is_some_and(|step| step.search == name));
        let names: Vec<String> = runs.map(|run| run.name).collect();
        if names.is_empty() {
            return Err(Error::Usage(format!(
                "there is no search '{name}'; `reprise runs` lists the runs that searches are made of"
            )));
        }
        for run in &names {
            self.store.delete_run(run)?;
        }
        Ok(names)
    }

    /// Writes a search as an HTML page.
    ///
    /// # Errors
    /// When there is no such search, or the file cannot be written.
    pub fn write_knee_report(&self, name: &str, path: &Path) -> Result<(), Error> {
        let steps = self.steps_of(name)?;
        let found = found(&steps);
        let facts = match steps.first() {
            Some(step) => facts(step, self.plan_of_run(&step.run.run.name)?.rate.by),
            None => Vec::new(),
        };
        let report = Report {
            title: format!("Where {} breaks", found.recording),
            subtitle: self.subtitle(),
            parts: vec![Part::Knee(KneePart {
                found: &found,
                facts,
            })],
        };
        write(path, &html(&report))
    }

    /// Every run that is a step of a search, the newest first.
    fn steps(&self) -> Result<Vec<Step>, Error> {
        let runs = self.store.runs()?.into_iter();
        let steps = runs.filter(|run| is_step(run.state)).filter_map(|run| {
            let of = step_of(&run)?;
            let run = RunAnswer::from(run);
            Some(Step { of, run })
        });
        Ok(steps.collect())
    }

    /// The steps of one search, in the order of trying; never none.
    fn steps_of(&self, name: &str) -> Result<Vec<Step>, Error> {
        let mut steps = self.steps()?;
        steps.retain(|step| step.of.search == name);
        steps.sort_by_key(|step| step.of.number);
        if steps.is_empty() {
            return Err(Error::Usage(format!(
                "there is no run and no search '{name}'; `reprise runs` lists them"
            )));
        }
        Ok(steps)
    }
}

/// Which step of which search a run is.
pub(crate) fn step_of(run: &Run) -> Option<SearchStep> {
    serde_json::from_value(run.plan.get("search")?.clone()).ok()
}

/// Whether a run that ended so says how its rate went: one that a failed check ended does.
pub(super) const fn is_step(state: RunState) -> bool {
    matches!(state, RunState::Complete | RunState::Aborted)
}

/// The two charts of a search: response time and throughput over the rate.
pub fn knee_charts(found: &KneeAnswer, style: Style) -> [Chart; 2] {
    [
        chart::response_time_by_rate(found, style),
        chart::throughput_by_rate(found, style),
    ]
}

fn found(steps: &[Step]) -> KneeAnswer {
    let bounds = steps.first().map_or(
        Bounds {
            from: 1.0,
            to: 1.0,
            within: 1.0,
        },
        |step| step.of.bounds,
    );
    let head = steps.first();
    let played = steps
        .iter()
        .map(|step| (step.of.times, step.run.run.name.clone(), &step.run.summary));
    KneeAnswer::of(
        head.map(|step| step.of.search.clone()).unwrap_or_default(),
        head.map(|step| step.run.run.recording.clone())
            .unwrap_or_default(),
        bounds,
        played,
    )
}

/// What a page says of a search beside what it found.
fn facts(first: &Step, by: RateBy) -> Vec<(String, String)> {
    let RunHead {
        recording,
        started_at,
        seed,
        http,
        mysql,
        ..
    } = &first.run.run;
    let Bounds { from, to, within } = first.of.bounds;
    let by = match by {
        RateBy::Copies => "more users",
        RateBy::Speed => "a faster clock",
    };
    let searched = format!("{from}x to {to}x, within {}", percent(within));
    let facts = [
        ("recording", Some(recording.clone())),
        ("started", Some(started_at.clone())),
        ("seed", Some(seed.to_string())),
        ("HTTP to", http.clone()),
        ("MySQL to", mysql.clone()),
        ("a higher rate is", Some(by.to_owned())),
        ("searched", Some(searched)),
    ];
    let given = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}
