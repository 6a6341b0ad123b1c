//! `reprise trim NAME`: a recording cut down to a part of it, the whole one kept in the bin.

use std::process::ExitCode;

use reprise_app::readable::{bytes, counted};

use super::Context;
use crate::arguments::TrimArguments;
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: TrimArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let stop = Stop::listen()?;
    let mut progress = Progress::start("trimming", context.json);
    let trimmed = library.trim(&arguments.name, &arguments.part.into(), &mut |share| {
        progress.update(Some(share), &format!("{:.0} %", share * 100.0));
        stop.flow()
    });
    progress.finish();
    let trimmed = trimmed?;
    let answer = &trimmed.recording;
    if context.json {
        output::json(answer)?;
    } else {
        let name = &answer.recording.name;
        let exchanges = counted(answer.exchanges.http + answer.exchanges.mysql, "exchange");
        output::text(&match &trimmed.whole {
            Some(whole) => format!(
                "{name} has {exchanges} now, {}; the whole of it is in the bin as {whole}, and\n\
                 `reprise bin restore {whole}` brings it back\n",
                bytes(answer.bytes.stored)
            ),
            None => format!("stopped: {name} is as it was, with {exchanges}\n"),
        })?;
    }
    Ok(if trimmed.whole.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::JUDGED)
    })
}
