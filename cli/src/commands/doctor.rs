//! `reprise doctor`: what this machine and the file are good for. Exit code 1 when something does not work.

use std::process::ExitCode;

use reprise_app::Health;

use super::Context;
use crate::{exit, output};

pub(crate) fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let findings = reprise_app::doctor(context.file.as_deref());
    let bad = findings.iter().any(|finding| finding.health == Health::Bad);
    if context.json {
        output::json_lines(findings)?;
    } else {
        for finding in findings {
            let (subject, health) = (finding.subject, finding.health.name());
            output::text(&format!("{subject:<8}{health:<9}{}\n", finding.found))?;
            if let Some(fix) = finding.fix {
                output::text(&format!("{:17}{fix}\n", ""))?;
            }
        }
    }
    Ok(if bad {
        ExitCode::from(exit::JUDGED)
    } else {
        ExitCode::SUCCESS
    })
}
