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
    let answer = capturing::follow(job, progress, &stop)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&recordings::describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}
