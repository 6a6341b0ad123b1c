//! `reprise targets`: the hosts replay may send to. This machine needs no permission.

use std::process::ExitCode;

use super::Context;
use crate::arguments::{TargetsArguments, TargetsCommand};
use crate::output;

pub(crate) fn run(context: &Context, arguments: TargetsArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    match arguments.command.unwrap_or(TargetsCommand::List) {
        TargetsCommand::Allow { host } => library.allow_target(&host)?,
        TargetsCommand::Forget { host } => library.forget_target(&host)?,
        TargetsCommand::List => {}
    }
    let targets = library.targets()?;
    if context.json {
        output::json_lines(targets)?;
    } else if targets.is_empty() {
        output::text("only this machine; allow a host with `reprise targets allow HOST`\n")?;
    } else {
        for target in targets {
            output::text(&format!("{}\n", target.host))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
