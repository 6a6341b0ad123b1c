//! `reprise delete NAME`: into the bin.

use std::process::ExitCode;

use super::{Context, kept};
use crate::arguments::DeleteArguments;
use crate::output;

pub(crate) fn run(context: &Context, arguments: &DeleteArguments) -> anyhow::Result<ExitCode> {
    let name = &arguments.name;
    let library = context.existing_library()?;
    library.delete(kept(arguments.run), name)?;
    if !context.json {
        let run = if arguments.run { " --run" } else { "" };
        output::text(&format!(
            "{name} is in the bin; `reprise bin restore{run} {name}` brings it back\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
