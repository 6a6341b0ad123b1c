//! `reprise import FILE... --name NAME`: captures into the file, with progress by bytes read.

use std::process::ExitCode;

use reprise_app::readable::{bytes, count};
use reprise_app::{CaptureJob, CaptureNews, ImportRequest};

use super::{Context, recordings};
use crate::arguments::ImportArguments;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let job = library.import(&ImportRequest {
        files: arguments.files,
        name: arguments.name,
        redact: !arguments.redaction.no_redaction,
    })?;
    let answer = follow(job, "importing", context.json, &stop)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&recordings::describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows a capture's progress until it ends, stopping it when the user asks.
pub(crate) fn follow(
    job: CaptureJob,
    label: &'static str,
    quiet: bool,
    stop: &Stop,
) -> anyhow::Result<reprise_app::answer::RecordingAnswer> {
    let mut progress = Progress::start(label, quiet);
    let stopper = job.stopper();
    let watch = stop.watch(move || stopper.stop());
    while let Some(news) = job.next_news() {
        match news {
            CaptureNews::Warning(warning) => progress.note(&format!("reprise: warning: {warning}")),
            CaptureNews::Progress(now) => {
                let line = format!(
                    "{} packets, {}, {} exchanges, {} lost",
                    count(now.packets),
                    bytes(now.bytes),
                    count(now.exchanges),
                    count(now.lost),
                );
                progress.update(now.fraction, &line);
            }
        }
    }
    drop(watch);
    progress.finish();
    Ok(job.finish()?)
}
