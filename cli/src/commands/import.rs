//! `reprise import FILE... --name NAME`: captures into the file, with progress by bytes read.

use std::process::ExitCode;

use reprise_app::ImportRequest;

use super::{Context, recordings};
use crate::arguments::ImportArguments;
use crate::capturing;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let job = library.import(&ImportRequest {
        files: arguments.files,
        name: arguments.name,
        redaction: arguments.redaction.choice(),
    })?;
    let answer = capturing::follow(job, Progress::start("importing", context.json), &stop)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&recordings::describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}
