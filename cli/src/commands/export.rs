//! `reprise export NAME --to FORMAT`: a recording in another tool's format, to a file or the standard output.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use anyhow::Context as _;
use reprise_app::readable::{count, counted};
use reprise_app::{Error, ExportAnswer, ExportRequest};

use super::Context;
use crate::arguments::ExportArguments;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: ExportArguments) -> anyhow::Result<ExitCode> {
    let format = arguments.format.name();
    if arguments.out.is_none() {
        let refuse = |why: String| Err(anyhow::Error::from(Error::Usage(why)));
        if context.json {
            return refuse("--json answers what was written where; name a file with --out".into());
        }
        if arguments.format.is_binary() && io::stdout().is_terminal() {
            return refuse(format!(
                "{format} is not for a terminal; name a file with --out"
            ));
        }
    }
    let library = context.existing_library()?;
    let stop = Stop::listen()?;
    let request = ExportRequest {
        name: arguments.name,
        format: arguments.format,
        filter: arguments.filter,
        out: arguments.out,
        force: arguments.force,
    };
    // Only a file's progress is shown: the lines of a stream show themselves.
    let mut progress = Progress::start("exporting", context.json || request.out.is_none());
    let mut look = |share: f64| {
        progress.update(Some(share), &format!("{:.0} %", share * 100.0));
        stop.flow()
    };
    let mut stdout = io::stdout().lock();
    let exported = library.export(&request, &mut stdout, &mut look);
    drop(stdout);
    let answer = exported?;
    for (what, number) in &answer.left_out {
        progress.note(&format!("reprise: {} {what} were left out", count(*number)));
    }
    if answer.raw {
        let warning = "its secrets were stored as they were captured, and the export has them too";
        progress.note(&format!(
            "reprise: warning: {}: {warning}",
            answer.recording
        ));
    }
    progress.finish();
    tell(context, &answer)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(context: &Context, answer: &ExportAnswer) -> anyhow::Result<()> {
    let Some(out) = &answer.out else {
        return Ok(());
    };
    if context.json {
        return output::json(answer);
    }
    let exchanges = counted(answer.exchanges, "exchange");
    let out = out.display();
    output::text(&format!("{out}: {exchanges} as {}\n", answer.format))
        .context("failed to say what was exported")
}
