//! Packets from a command's output: `ssh HOST tcpdump -w -`, or anything else that prints a pcap or
//! pcapng stream. Its words become warnings; when it fails it can be started again.

mod words;

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::delivery::{Ended, Losses, Outlet};
use super::process::{Exit, Process};
use super::stream::{self, StreamEnd};
use crate::event::Events;
use crate::file::FileEnd;
use crate::{CaptureError, CaptureEvent, LostBefore, Stopper, Warning};
use words::Words;

/// How long it waits before it starts a command again: so long at first, twice as long each time
/// that no packet came, at most so long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How soon a stop is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A command that prints packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureCommand {
    /// What `sh -c` runs.
    pub line: String,
    /// Whether to start it again when it fails.
    pub restart: bool,
}

/// What its thread works with.
pub(super) struct Source {
    pub(super) command: CaptureCommand,
    pub(super) outlet: Outlet,
    pub(super) stopper: Stopper,
    pub(super) losses: Losses,
    pub(super) events: Events,
}

/// How one run of the command ended.
struct Ran {
    stream: StreamEnd,
    exit: Exit,
}

impl Source {
    /// Runs the command until it ends for good, or is stopped.
    pub(super) fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut has_packets = false;
        let ended = loop {
            let ran = match self.run_once() {
                Ok(ran) => ran,
                Err(error) => break Ended::Failed(error),
            };
            let packets = ran.packets();
            has_packets |= packets > 0;
            if self.stopper.is_asked() || self.outlet.is_cut_off() {
                break ran.stopped(&self.command.line, has_packets);
            }
            self.count_unreadable(&ran.stream);
            if !ran.failed() {
                break Ended::Whole;
            }
            if !self.command.restart {
                break self.broken(&ran, has_packets);
            }
            if packets > 0 {
                pause = FIRST_PAUSE;
            }
            self.warn(Warning::CommandAgain {
                how: ran.told(),
                after: pause,
            });
            self.wait(pause);
            if self.stopper.is_asked() {
                break ran.stopped(&self.command.line, has_packets);
            }
            self.losses.add(LostBefore {
                restarts: 1,
                ..LostBefore::default()
            });
            pause = LONGEST_PAUSE.min(pause * 2);
        };
        self.outlet.end(ended);
    }

    fn run_once(&mut self) -> Result<Ran, CaptureError> {
        let line = &self.command.line;
        let mut words = Words::new(self.losses.clone(), self.events.clone());
        let listen = move |errors: &mut dyn Read| {
            words.hear(errors);
            words.last()
        };
        let mut shell = Command::new("sh");
        let started = Process::start(shell.args(["-c", line]), &self.stopper, listen);
        let (process, output) = started.map_err(|source| CaptureError::CommandStart {
            line: line.clone(),
            source,
        })?;
        let output = Box::new(output.telling_silence(&self.events));
        let stream = stream::run(
            Path::new(line),
            |own| own,
            output,
            &mut self.outlet,
            &self.losses,
        );
        let exit = process.end();
        Ok(Ran { stream, exit })
    }

    /// Without another try, a command that failed ends the recording: as an error when there is
    /// nothing to record.
    fn broken(&self, ran: &Ran, has_packets: bool) -> Ended {
        if let (StreamEnd::Foreign(_), false) = (&ran.stream, has_packets) {
            return Ended::Failed(ran.error(&self.command.line));
        }
        self.warn(Warning::CommandEnded { how: ran.told() });
        Ended::Broken
    }

    fn count_unreadable(&self, stream: &StreamEnd) {
        if let StreamEnd::Read {
            end: FileEnd::Cut | FileEnd::Damaged,
            ..
        } = stream
        {
            self.losses.add(LostBefore {
                unreadable_records: 1,
                ..LostBefore::default()
            });
        }
    }

    fn warn(&self, warning: Warning) {
        self.events.tell(CaptureEvent::Warning(warning));
    }

    fn wait(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while Instant::now() < until && !self.stopper.is_asked() {
            std::thread::sleep(LOOK_EVERY.min(pause));
        }
    }
}

impl Ran {
    const fn packets(&self) -> u64 {
        match &self.stream {
            StreamEnd::Foreign(_) => 0,
            StreamEnd::Read { packets, .. } => *packets,
        }
    }

    fn failed(&self) -> bool {
        let whole = matches!(
            self.stream,
            StreamEnd::Read {
                end: FileEnd::Whole,
                ..
            }
        );
        !whole || !self.exit.is_success()
    }

    /// It ended because it was asked to.
    fn stopped(&self, line: &str, has_packets: bool) -> Ended {
        match &self.stream {
            StreamEnd::Foreign(_) if !has_packets => Ended::Failed(self.error(line)),
            _ => Ended::Whole,
        }
    }

    fn error(&self, line: &str) -> CaptureError {
        CaptureError::Command {
            line: line.to_owned(),
            how: self.told(),
        }
    }

    /// What came, how it ended, and its last words.
    fn told(&self) -> String {
        let came = match &self.stream {
            StreamEnd::Foreign(came) if came.is_empty() => "it printed nothing".to_owned(),
            StreamEnd::Foreign(came) => {
                let came = String::from_utf8_lossy(came);
                format!("it printed no capture but \"{}\"", came.escape_debug())
            }
            StreamEnd::Read { end, packets } => {
                let cut = match end {
                    FileEnd::Cut => ", the last of them cut",
                    FileEnd::Damaged => ", then something that is no packet",
                    FileEnd::Whole | FileEnd::Stopped => "",
                };
                format!("it printed {packets} packets{cut}")
            }
        };
        format!("{came}, and {}", self.exit)
    }
}
