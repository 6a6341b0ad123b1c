//! `reprise note` and `rename`: what a recording or run is called, and what is written beside it.

use std::process::ExitCode;

use reprise_app::RemarkChange;

use super::{Context, kept};
use crate::arguments::{NoteArguments, RenameArguments};
use crate::output;

pub(crate) fn note(context: &Context, arguments: NoteArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let kind = kept(arguments.run);
    let change = RemarkChange {
        note: arguments.text,
        tag: arguments.tag,
        untag: arguments.untag,
    };
    let remarks = if change == RemarkChange::default() {
        library.remarks(kind, &arguments.name)?
    } else {
        library.remark(kind, &arguments.name, change)?
    };
    if context.json {
        output::json(&remarks)?;
    } else {
        let text = described(&remarks.note, &remarks.tags);
        let nothing = format!("nothing is written beside {}\n", remarks.name);
        output::text(if text.is_empty() { &nothing } else { &text })?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn rename(context: &Context, arguments: &RenameArguments) -> anyhow::Result<ExitCode> {
    let RenameArguments { name, to, run } = arguments;
    context.existing_library()?.rename(kept(*run), name, to)?;
    if !context.json {
        output::text(&format!("{name} is called {to} now\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A note and tags in lines of their own, each ended; nothing when there is nothing.
pub(crate) fn described(note: &str, tags: &[String]) -> String {
    let tags = match tags {
        [] => String::new(),
        tags => format!("  tags: {}\n", tags.join(" ")),
    };
    let note: String = note
        .lines()
        .map(|line| format!("  note: {line}\n"))
        .collect();
    format!("{note}{tags}")
}
