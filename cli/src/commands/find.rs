//! `reprise find WORD...`: where words are in names, notes, tags and operations.

use std::process::ExitCode;

use super::Context;
use crate::arguments::FindArguments;
use crate::output;
use crate::table::Table;
use crate::whole::at_most;

pub(crate) fn run(context: &Context, arguments: &FindArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let found = library.find(&arguments.words.join(" "), at_most(arguments.limit))?;
    if context.json {
        output::json_lines(found)?;
    } else if found.is_empty() {
        output::text("nothing has all of these words\n")?;
    } else {
        let mut table = Table::new(&["what", "<name", "<where"]);
        for one in found {
            table.row(vec![one.kind.name().to_owned(), one.name, one.hit]);
        }
        output::text(&table.render())?;
    }
    Ok(ExitCode::SUCCESS)
}
