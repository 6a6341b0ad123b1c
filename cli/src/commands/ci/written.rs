//! What `ci` leaves behind: a page, JUnit for the build server, Markdown for the pull request, and a word to whoever
//! wants to know.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reprise_app::{
    Error, Library, ReportRequest, comparison_markdown, judged_junit, run_summary_markdown,
};

use super::config::{Config, Write};
use super::{CiAnswer, Outcome};
use crate::aside;
use crate::commands::forms::to_file;

/// The runs that the page's trend goes back.
const TREND: usize = 20;

/// Whether every file that was asked for has a folder to be written to: better known before the run than after it.
pub(super) fn check(asked: &Write) -> Result<(), Error> {
    let paths = [&asked.junit, &asked.markdown, &asked.html];
    for path in paths.into_iter().flatten() {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Error::Usage(format!(
                "[write]: {} cannot be written, since there is no folder {}; make it, or write elsewhere",
                path.display(),
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Writes every file that was asked for.
pub(super) fn write(library: &Library, asked: &Write, outcome: &Outcome) -> anyhow::Result<()> {
    if let Some(path) = &asked.junit {
        let text = judged_junit(&outcome.runs, outcome.comparison.as_ref())?;
        to_file(path, |to| Ok(to.write_all(text.as_bytes())?))?;
    }
    if let Some(path) = &asked.markdown {
        to_file(path, |to| Ok(to.write_all(markdown(outcome).as_bytes())?))?;
    }
    if let Some(path) = &asked.html {
        let runs: Vec<String> = outcome
            .runs
            .iter()
            .map(|run| run.run.name.clone())
            .collect();
        let trend = library.trend(&outcome.name, TREND)?;
        let page = ReportRequest {
            title: runs.join(", "),
            comparisons: outcome.request.iter().cloned().collect(),
            // one run is no course of things
            trend: Some(trend).filter(|trend| trend.runs.len() > 1),
            runs,
        };
        library.write_report(&page, path)?;
    }
    Ok(())
}

/// The comparison first, then each run.
fn markdown(outcome: &Outcome) -> String {
    let comparison = outcome.comparison.iter().map(comparison_markdown);
    let parts = comparison.chain(outcome.runs.iter().map(run_summary_markdown));
    parts.collect::<Vec<_>>().join("\n")
}

/// Tells the command: the verdict in its environment, the Markdown on its standard input. Its failure is said and changes
/// no verdict.
pub(super) fn notify(config: &Config, outcome: &Outcome, answer: &CiAnswer) {
    let Some(command) = &config.notify else {
        return;
    };
    let told = Command::new("sh")
        .args(["-c", command])
        .env("REPRISE_VERDICT", answer.verdict)
        .env("REPRISE_HELD", if answer.held { "yes" } else { "no" })
        .env("REPRISE_RUNS", answer.runs.join(","))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .and_then(|mut child| {
            if let Some(mut input) = child.stdin.take() {
                // A command that does not read is none that failed.
                let _ = input.write_all(markdown(outcome).as_bytes());
            }
            child.wait()
        });
    match told {
        Ok(status) if status.success() => {}
        Ok(status) => aside::say(format_args!(
            "reprise: warning: notify '{command}' ended with {status}"
        )),
        Err(error) => aside::say(format_args!(
            "reprise: warning: notify '{command}' did not start: {error}"
        )),
    }
}
