//! `reprise devices`: interfaces, and why one cannot be captured.

use std::process::ExitCode;

use super::Context;
use crate::output;
use crate::table::Table;

pub(crate) fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let devices = reprise_app::devices()?;
    if context.json {
        output::json_lines(devices)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["interface", "capture", "addresses"]);
    let mut fix = None;
    for device in devices {
        let state = match (&device.why, device.up) {
            (Some(_), _) => "no",
            (None, true) => "yes",
            (None, false) => "yes (down)",
        };
        fix = fix.or(device.why);
        table.row(vec![
            device.name,
            state.to_owned(),
            device.addresses.join(" "),
        ]);
    }
    output::text(&table.render())?;
    if let Some(why) = fix {
        output::text(&format!("\n{why}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
