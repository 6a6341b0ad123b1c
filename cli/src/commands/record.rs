//! `reprise record -i INTERFACE --name NAME`: live traffic into the file until a limit or Ctrl-C.

use std::process::ExitCode;

use reprise_app::RecordRequest;

use super::{Context, import, recordings};
use crate::arguments::RecordArguments;
use crate::output;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: RecordArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let job = library.record(&RecordRequest {
        interface: arguments.interface,
        ports: arguments.ports,
        filter: arguments.filter,
        duration: arguments.duration,
        name: arguments.name,
        redact: !arguments.redaction.no_redaction,
    })?;
    let answer = import::follow(job, "recording", context.json, &stop)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&recordings::describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}
