//! `reprise`, the command: parses flags, runs a job of `app`, prints what it answers.
//! Results go to stdout, everything else to stderr; the exit codes are the design's.

mod arguments;
mod aside;
mod capturing;
mod commands;
mod duration;
mod exit;
mod keys;
mod live;
mod output;
mod progress;
mod stop;
mod table;
mod whole;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command, joined};
use commands::Context;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse_from(joined(std::env::args_os())) {
        Ok(arguments) => arguments,
        Err(error) => return exit::from_clap(&error),
    };
    let file = arguments.file.clone();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => exit::from_error(&error, file.as_deref()),
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let context = Context {
        file: arguments.file,
        json: arguments.json,
    };
    match arguments.command {
        Command::Demo(demo) => commands::demo::run(&context, demo),
        Command::Shop => commands::shop::run(&context),
        Command::Devices(devices) => commands::devices::run(&context, &devices),
        Command::Record(record) => commands::record::run(&context, record),
        Command::Import(import) => commands::import::run(&context, import),
        Command::Doctor => commands::doctor::run(&context),
        Command::Export(export) => commands::export::run(&context, export),
        Command::Recordings => commands::recordings::list(&context),
        Command::Show(show) => commands::recordings::show(&context, &show),
        Command::Operations(operations) => commands::recordings::operations(&context, &operations),
        Command::Exchanges(exchanges) => commands::exchanges::run(&context, &exchanges),
        Command::Replay(replay) => commands::replay::run(&context, *replay),
        Command::Plans(plans) => commands::plans::run(&context, plans),
        Command::Knee(knee) => commands::knee::run(&context, *knee),
        Command::Proxy(proxy) => commands::proxy::run(&context, proxy),
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::Ci(ci) => commands::ci::run(&context, &ci),
        Command::Runs => commands::runs::list(&context),
        Command::Report(report) => commands::runs::report(&context, &report),
        Command::Compare(compare) => commands::compare::run(&context, &compare),
        Command::Trend(trend) => commands::trend::run(&context, &trend),
        Command::Chart(chart) => commands::chart::run(&context, &chart),
        Command::Copy(copy) => commands::copy::run(&context, copy),
        Command::Trim(trim) => commands::trim::run(&context, trim),
        Command::Find(find) => commands::find::run(&context, &find),
        Command::Note(note) => commands::note::note(&context, note),
        Command::Rename(rename) => commands::note::rename(&context, &rename),
        Command::Delete(delete) => commands::delete::run(&context, &delete),
        Command::Bin(bin) => commands::bin::run(&context, bin),
        Command::Redaction(redaction) => commands::redaction::run(&context, redaction),
        Command::Targets(targets) => commands::targets::run(&context, targets),
        Command::Completions { shell } => commands::completions::run(shell),
    }
}
