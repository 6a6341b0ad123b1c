//! `reprise import FILE... --name NAME`: captures into the file, with progress by bytes read.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use reprise_app::{
    DEFAULT_PATIENCE, Error, FlowingFile, ImportRequest, PacketSource, RecordRequest, StopAfter,
};

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
        // beside what comes by a pipe, a file that is not followed ends where it ends now
        let idle = if arguments.follow {
            arguments.idle
        } else {
            Some(Duration::ZERO)
        };
        let job = library.record(&RecordRequest {
            source: PacketSource::Files {
                files: flowing(files, idle)?,
                patience: DEFAULT_PATIENCE,
            },
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

/// Captures that still come in.
fn flowing(files: Vec<PathBuf>, idle: Option<Duration>) -> Result<Vec<FlowingFile>, Error> {
    let standard_input = files.iter().filter(|path| *path == Path::new("-"));
    if standard_input.count() > 1 {
        let why = "standard input can be read once; name `-` once";
        return Err(Error::Usage(why.to_owned()));
    }
    let files = files.into_iter();
    Ok(files.map(|path| FlowingFile { path, idle }).collect())
}
