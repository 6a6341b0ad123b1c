//! `reprise import FILE... --name NAME`: captures into the file, with progress by bytes read.

use std::path::PathBuf;
use std::process::ExitCode;

use reprise_app::{Error, FlowingFile, ImportRequest, PacketSource, RecordRequest, StopAfter};

use super::{Context, recordings};
use crate::arguments::ImportArguments;
use crate::capturing;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let (name, redaction) = (arguments.name, arguments.redaction.choice());
    let (files, limits) = (arguments.files, arguments.limits.all()?);
    let flows = arguments.follow || files.iter().any(|file| FlowingFile::is_pipe(file));
    let (job, progress) = if flows {
        let stop_after = StopAfter {
            duration: arguments.duration,
            ..StopAfter::default()
        };
        let job = library.record(&RecordRequest {
            source: PacketSource::File(FlowingFile {
                path: alone(files)?,
                idle: arguments.idle,
            }),
            ports: Vec::new(),
            filter: None,
            stop_after,
            rotate: None,
            name,
            redaction,
            limits,
        })?;
        (job, Progress::open_ended("importing", context.json))
    } else {
        let request = ImportRequest {
            files,
            name,
            redaction,
            limits,
        };
        let job = library.import(&request)?;
        (job, Progress::start("importing", context.json))
    };
    let answer = capturing::follow(job, progress, &stop)?.last;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&recordings::describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The only file: what is read as it comes cannot be put in order with others.
fn alone(files: Vec<PathBuf>) -> Result<PathBuf, Error> {
    <[PathBuf; 1]>::try_from(files)
        .map(|[file]| file)
        .map_err(|_| {
            let why = "a growing file, a pipe or standard input is imported alone; import the others apart";
            Error::Usage(why.to_owned())
        })
}
