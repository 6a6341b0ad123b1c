//! `reprise schema NAME`: what an answer in JSON looks like, as a JSON Schema (draft 2020-12).

use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::{Comparison, KneeAnswer, SecondLine, Trend};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::ci::CiAnswer;
use super::replay::series::SeriesAnswer;
use crate::arguments::{AnswerName, SchemaArguments};
use crate::output;

pub(crate) fn run(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
    let schema = match arguments.answer {
        AnswerName::Run => of::<RunAnswer>(),
        AnswerName::Series => of::<SeriesAnswer<'_>>(),
        AnswerName::Second => of::<SecondLine<'_>>(),
        AnswerName::Comparison => of::<Comparison>(),
        AnswerName::Search => of::<KneeAnswer>(),
        AnswerName::Trend => of::<Trend>(),
        AnswerName::Ci => of::<CiAnswer>(),
    };
    output::text(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(ExitCode::SUCCESS)
}

/// What is written, not what would be read: every field is there that is not left out on purpose.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}
