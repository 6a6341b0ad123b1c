//! `reprise delete NAME`: into the bin, back out of it, or gone for good. Asks before it loses anything.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use reprise_app::{Error, Kept};

use super::Context;
use crate::arguments::DeleteArguments;
use crate::output;

pub(crate) fn run(context: &Context, arguments: &DeleteArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let kind = if arguments.run {
        Kept::Run
    } else {
        Kept::Recording
    };
    let done = match &arguments.name {
        Some(name) if arguments.undo => {
            library.undelete(kind, name)?;
            format!("{name} is back\n")
        }
        Some(name) => {
            library.delete(kind, name)?;
            let run = if arguments.run { " --run" } else { "" };
            format!("{name} is in the bin; `reprise delete{run} --undo {name}` brings it back\n")
        }
        None => {
            confirm(arguments.yes)?;
            let gone = library.empty_bin()?;
            format!("{gone} removed for good\n")
        }
    };
    if !context.json {
        output::text(&done)?;
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "a question belongs on stderr")]
fn confirm(yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::Usage("emptying the bin cannot be undone; say --yes".to_owned()).into());
    }
    eprint!("Remove everything in the bin for good? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("y") {
        Ok(())
    } else {
        Err(Error::Usage("nothing removed".to_owned()).into())
    }
}
