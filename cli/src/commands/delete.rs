//! `reprise delete NAME`: into the bin.

use std::process::ExitCode;

use super::{Context, kept};
use crate::arguments::DeleteArguments;
use crate::output;

pub(crate) fn run(context: &Context, arguments: &DeleteArguments) -> anyhow::Result<ExitCode> {
    let name = &arguments.name;
    let library = context.existing_library()?;
    if arguments.search {
        return search(context, &library.delete_knee(name)?);
    }
    library.delete(kept(arguments.run), name)?;
    if !context.json {
        let run = if arguments.run { " --run" } else { "" };
        output::text(&format!(
            "{name} is in the bin; `reprise bin restore{run} {name}` brings it back\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every run of a search, which come back one by one.
fn search(context: &Context, runs: &[String]) -> anyhow::Result<ExitCode> {
    if let (false, Some(first)) = (context.json, runs.last()) {
        let how_many = match runs.len() {
            1 => "1 run is".to_owned(),
            some => format!("{some} runs are"),
        };
        output::text(&format!(
            "{how_many} in the bin; `reprise bin restore --run {first}` brings back the first\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
