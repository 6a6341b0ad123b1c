//! `reprise copy NAME --to FILE`: a recording to another file, for somebody else or for keeping.

use std::process::ExitCode;

use reprise_app::readable::{bytes, counted};
use reprise_app::{CopyRequest, RecordingState};

use super::Context;
use crate::arguments::CopyArguments;
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: CopyArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let stop = Stop::listen()?;
    let request = CopyRequest {
        name: arguments.name,
        to: arguments.to,
        called: arguments.called,
        part: arguments.part.into(),
    };
    let mut progress = Progress::start("copying", context.json);
    let copied = library.copy(&request, &mut |share| {
        progress.update(Some(share), &format!("{:.0} %", share * 100.0));
        stop.flow()
    });
    progress.finish();
    let answer = copied?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&format!(
            "{} is in {}: {}, {}{}{}\n",
            answer.recording.name,
            request.to.display(),
            counted(answer.exchanges.http + answer.exchanges.mysql, "exchange"),
            bytes(answer.bytes.stored),
            if stop.asked() {
                "; stopped, so it is not whole and marked as interrupted"
            } else {
                ""
            },
            if answer.recording.raw {
                "; its secrets are in it as they were captured"
            } else {
                ""
            },
        ))?;
    }
    let whole = answer.recording.state == RecordingState::Complete || !stop.asked();
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::JUDGED)
    })
}
