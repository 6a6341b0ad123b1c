//! `reprise chart RUN KIND --out F.svg`: one chart of a run as a file.

use std::process::ExitCode;

use reprise_app::Theme;

use super::Context;
use crate::arguments::{self, ChartArguments};
use crate::output;

pub(crate) fn run(context: &Context, arguments: &ChartArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let theme = match arguments.theme {
        arguments::ThemeName::Light => Theme::Light,
        arguments::ThemeName::Dark => Theme::Dark,
    };
    library.write_chart(&arguments.run, arguments.kind, theme, &arguments.out)?;
    let path = arguments.out.display().to_string();
    if context.json {
        output::json(&serde_json::json!({ "run": arguments.run, "out": path }))?;
    } else {
        output::text(&format!("{path}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
