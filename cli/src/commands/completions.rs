//! `reprise completions SHELL`: the completion script on stdout.

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::output;

pub(crate) fn run(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "reprise", &mut script);
    output::text(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
