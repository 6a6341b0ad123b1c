//! `reprise bin`: what was deleted, brought back or removed for good. Asks before it loses anything.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use reprise_app::answer::BinnedAnswer;
use reprise_app::readable::bytes;
use reprise_app::{Error, Library};

use super::{Context, kept};
use crate::arguments::{BinArguments, BinCommand};
use crate::aside;
use crate::output;
use crate::table::Table;

pub(crate) fn run(context: &Context, arguments: BinArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let done = match arguments.command.unwrap_or(BinCommand::List) {
        BinCommand::List => {
            list(context, library.bin()?)?;
            return Ok(ExitCode::SUCCESS);
        }
        BinCommand::Restore { name, run } => {
            library.restore(kept(run), &name)?;
            format!("{name} is back\n")
        }
        BinCommand::Remove { name, run, yes } => {
            confirm(yes, &format!("Remove {name} for good?"))?;
            library.remove_binned(kept(run), &name)?;
            format!("{name} is gone for good\n")
        }
        BinCommand::Empty { yes } => empty(&library, yes)?,
    };
    if !context.json {
        output::text(&done)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: &Context, binned: Vec<BinnedAnswer>) -> anyhow::Result<()> {
    if context.json {
        return output::json_lines(binned);
    }
    if binned.is_empty() {
        return output::text("the bin is empty\n");
    }
    let mut table = Table::new(&["name", "<what", "<deleted", "size"]);
    for one in binned {
        let what = one.kind.name().to_owned();
        table.row(vec![one.name, what, one.deleted_at, bytes(one.bytes)]);
    }
    output::text(&table.render())
}

fn empty(library: &Library, yes: bool) -> anyhow::Result<String> {
    let size: u64 = library.bin()?.iter().map(|one| one.bytes).sum();
    let question = format!("Remove everything in the bin ({}) for good?", bytes(size));
    confirm(yes, &question)?;
    let gone = library.empty_bin()?;
    Ok(format!("{gone} removed for good\n"))
}

fn confirm(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::Usage("this cannot be undone; say --yes".to_owned()).into());
    }
    aside::ask(format_args!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("y") {
        Ok(())
    } else {
        Err(Error::Usage("nothing removed".to_owned()).into())
    }
}
