//! `reprise record -i INTERFACE...|--command COMMAND --name NAME`: live traffic into the file until a limit or Ctrl-C.

use std::process::ExitCode;

use reprise_app::{CaptureCommand, Interfaces, PacketSource, RecordRequest, Rotate, StopAfter};

use super::{Context, recordings};
use crate::arguments::RecordArguments;
use crate::capturing;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

pub(crate) fn run(context: &Context, arguments: RecordArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let stop_after = StopAfter {
        duration: arguments.stop_after.duration,
        bytes: arguments.stop_after.max_size,
        packets: arguments.stop_after.max_packets,
        exchanges: arguments.stop_after.max_exchanges,
    };
    let rotate = arguments.rotate.map(|every| Rotate {
        every,
        keep: arguments.keep,
    });
    let source = match arguments.command {
        Some(line) => PacketSource::Command(CaptureCommand {
            line,
            restart: arguments.restart,
        }),
        None => PacketSource::Interfaces(Interfaces {
            names: arguments.interfaces,
            ring_bytes: arguments.ring,
            snap_length: arguments.snap_length,
            promiscuous: !arguments.no_promiscuous,
            tap: arguments.tap,
        }),
    };
    let job = library.record(&RecordRequest {
        source,
        ports: arguments.ports,
        filter: arguments.filter,
        stop_after,
        rotate,
        name: arguments.name,
        redaction: arguments.redaction.choice(),
        limits: arguments.limits.all()?,
    })?;
    let progress = Progress::open_ended("recording", context.json);
    let captured = capturing::follow(job, progress, &stop)?;
    // Those that `--keep` let go are no longer listed.
    let mut answers = library.recordings()?;
    answers.retain(|answer| captured.earlier.contains(&answer.recording.name));
    answers.sort_by_key(|answer| answer.recording.id);
    answers.push(captured.last);
    if context.json {
        output::json_lines(answers)?;
    } else {
        let texts: Vec<String> = answers.iter().map(recordings::describe).collect();
        output::text(&texts.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
