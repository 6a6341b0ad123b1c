//! Files into a recording, at full speed: captures, and traffic in the formats of other tools.

mod merged;
mod source;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reprise_store::{NewRecording, Recording, Store};
use reprise_wire::{Limits, Timestamp};

use crate::event::Events;
use crate::file::{CaptureFile, FileEnd, FileProgress};
use crate::formats::{FormatFile, Keep};
use crate::ingest::LostBefore;
use crate::reassembly::ReassemblyLimits;
use crate::{
    CaptureError, CaptureEvent, Handle, Ingest, Progress, Recorder, Redaction, Stopper, Warning,
};
use merged::{Dated, Merged};
use source::Sources;

/// How often progress is told, and how often the ledger is stored.
const TELL_EVERY: Duration = Duration::from_millis(100);
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);
/// How many packets go by between two looks at the clock.
const LOOK_EVERY: u32 = 256;
/// The same for exchanges of other formats, which can be large.
const LOOK_EVERY_TOLD: u32 = 8;

/// Which files to import, and how.
#[derive(Clone, Debug, Default)]
pub struct ImportConfig {
    /// The files; captures are read together, their packets in the order of their times.
    pub files: Vec<PathBuf>,
    /// The recording's name.
    pub name: String,
    /// Caps of one connection's decoding.
    pub limits: Limits,
    /// Caps of putting connections together.
    pub reassembly: ReassemblyLimits,
    /// Which secrets to replace before they are stored; `None` stores everything as it was said.
    pub redaction: Option<Redaction>,
}

/// Starts importing.
///
/// # Errors
/// A file cannot be read or is no capture, or the recording cannot be created. Nothing is left
/// behind then.
pub fn import(config: ImportConfig, store: &Store) -> Result<Handle, CaptureError> {
    let sources = source::in_order(&config.files)?;
    let started_at = sources.begins.unwrap_or_else(now);
    let source = config
        .files
        .iter()
        .map(|path| {
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
        })
        .collect::<Vec<_>>()
        .join(", ");
    let writer = store.create_recording(&NewRecording {
        name: config.name,
        source,
        started_at,
    })?;
    let recorder = Recorder::start(writer, config.limits, config.redaction)?;
    let ingest = Ingest::new(recorder, config.reassembly);
    let stopper = Stopper::default();
    let asked = stopper.clone();
    Handle::start("reprise-import", stopper, move |events| {
        Import {
            ingest,
            limits: config.limits,
            stopper: asked,
            lost_before: LostBefore::default(),
        }
        .run(sources, events)
    })
}

/// The clock, for a recording without packets.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// How much of some files has been read, in files.
fn read_of(parts: &[FileProgress]) -> f64 {
    parts.iter().map(FileProgress::fraction).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a fraction for a progress bar")]
const fn files(count: usize) -> f64 {
    count as f64
}

struct Import {
    ingest: Ingest,
    limits: Limits,
    stopper: Stopper,
    lost_before: LostBefore,
}

impl Import {
    fn run(mut self, sources: Sources, events: &Events) -> Result<Recording, CaptureError> {
        let captures = sources.captures.len();
        let count = captures + sources.formats.len();
        let mut whole = self.captures(sources.captures, count, events)?;
        for (index, file) in sources.formats.into_iter().enumerate() {
            if !whole {
                break;
            }
            whole = self.format(&file, captures + index, count, events)? != FileEnd::Stopped;
        }
        self.ingest.set_lost_before(self.lost_before);
        let left_out = self.ingest.counts().replay_connections;
        if left_out > 0 {
            let warning = Warning::ReplayLeftOut {
                connections: left_out,
            };
            events.tell(CaptureEvent::Warning(warning));
        }
        let progress = self.ingest.progress();
        events.tell(CaptureEvent::Progress(Progress {
            file_fraction: Some(1.0),
            ..progress
        }));
        if whole {
            self.ingest.finish()
        } else {
            self.ingest.interrupt()
        }
    }

    /// Reads captures; whether to their ends. `count` is how many files there are with those of other formats.
    fn captures(
        &mut self,
        captures: Vec<Dated>,
        count: usize,
        events: &Events,
    ) -> Result<bool, CaptureError> {
        if let [file] = captures.as_slice() {
            return Ok(self.capture(CaptureFile::open(&file.path)?, count, events));
        }
        let mut merged = Merged::of(captures);
        let mut looks = Looks::every(LOOK_EVERY);
        let mut goes_on = true;
        while goes_on {
            let (done, parts) = merged.progress();
            let ingest = &mut self.ingest;
            let stopper = &self.stopper;
            let ended = merged.go_on(&mut |packet| {
                ingest.packet(packet);
                let look = looks.look(ingest, stopper, events, &|| {
                    (f64::from(done) + read_of(&parts)) / files(count)
                });
                goes_on = look.is_continue();
                look
            })?;
            let Some(ended) = ended else {
                return Ok(true);
            };
            for done in ended {
                self.ended(&done.file, done.end, done.is_empty, events);
            }
        }
        for file in merged.unfinished() {
            self.ended(&file, FileEnd::Stopped, false, events);
        }
        Ok(false)
    }

    /// Reads the only capture; whether to its end.
    fn capture(&mut self, mut file: CaptureFile, count: usize, events: &Events) -> bool {
        let packets_before = self.ingest.progress().packets;
        let progress = file.progress();
        let mut looks = Looks::every(LOOK_EVERY);
        let ingest = &mut self.ingest;
        let stopper = &self.stopper;
        let end = file.read(&mut |packet| {
            ingest.packet(packet);
            looks.look(ingest, stopper, events, &|| {
                progress.fraction() / files(count)
            })
        });
        let is_empty = self.ingest.progress().packets == packets_before;
        self.ended(&file, end, is_empty, events);
        end != FileEnd::Stopped
    }

    fn ended(&mut self, file: &CaptureFile, end: FileEnd, is_empty: bool, events: &Events) {
        let loss = file.loss();
        self.lost_before.kernel_dropped += loss.kernel_dropped;
        self.lost_before.interface_dropped += loss.interface_dropped;
        self.lost_before.unreadable_records += loss.unreadable_records;
        self.note_end(file.path(), end, is_empty, events);
    }

    fn format(
        &mut self,
        file: &FormatFile,
        done: usize,
        count: usize,
        events: &Events,
    ) -> Result<FileEnd, CaptureError> {
        let exchanges_before = self.ingest.progress().exchanges;
        let mut keep = Keep::default();
        let mut looks = Looks::every(LOOK_EVERY_TOLD);
        let ingest = &mut self.ingest;
        let stopper = &self.stopper;
        let opened = file.open()?;
        let progress = opened.progress();
        ingest.close_connections();
        let readings = file.read(opened, &self.limits, &mut |told| {
            keep.take(ingest.recorder(), told);
            looks.look(ingest, stopper, events, &|| {
                // Its parts are one file among the others.
                (files(done) + read_of(&progress) / files(progress.len().max(1))) / files(count)
            })
        })?;
        let last = keep.finish(ingest.recorder());
        ingest.told(progress.iter().map(FileProgress::bytes).sum(), last);
        let is_empty = self.ingest.progress().exchanges == exchanges_before;
        let mut end = FileEnd::Whole;
        for reading in readings {
            self.note_end(&reading.path, reading.end, is_empty, events);
            for warning in reading.problems.warnings(&reading.path) {
                events.tell(CaptureEvent::Warning(warning));
            }
            end = reading.end;
        }
        Ok(end)
    }

    fn note_end(&mut self, path: &Path, end: FileEnd, is_empty: bool, events: &Events) {
        let path = || path.to_path_buf();
        let warning = match end {
            FileEnd::Cut => Warning::FileCut(path()),
            FileEnd::Damaged => Warning::FileDamaged(path()),
            FileEnd::Stopped => Warning::FileNotFinished(path()),
            FileEnd::Whole if is_empty => Warning::NoPackets(path()),
            FileEnd::Whole => return,
        };
        if matches!(end, FileEnd::Cut | FileEnd::Damaged) {
            self.lost_before.unreadable_records += 1;
        }
        events.tell(CaptureEvent::Warning(warning));
    }
}

/// Now and then, while a file is read: tells how far it is, stores the ledger, hears the wish to stop.
struct Looks {
    told: Instant,
    stored: Instant,
    every: u32,
    unseen: u32,
}

impl Looks {
    fn every(every: u32) -> Self {
        Self {
            told: Instant::now(),
            stored: Instant::now(),
            every,
            unseen: 0,
        }
    }

    fn look(
        &mut self,
        ingest: &mut Ingest,
        stopper: &Stopper,
        events: &Events,
        fraction: &impl Fn() -> f64,
    ) -> ControlFlow<()> {
        self.unseen += 1;
        if self.unseen < self.every {
            return ControlFlow::Continue(());
        }
        self.unseen = 0;
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            let progress = Progress {
                file_fraction: Some(fraction()),
                ..ingest.progress()
            };
            events.tell(CaptureEvent::Progress(progress));
        }
        if self.stored.elapsed() >= CHECKPOINT_EVERY {
            self.stored = Instant::now();
            ingest.checkpoint();
        }
        if stopper.is_asked() || ingest.has_failed() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use reprise_store::RecordingState;

    use super::*;
    use crate::packet_builder::{Conversation, PcapOptions, write_pcap};

    #[test]
    fn an_import_stopped_before_the_end_of_its_file_is_interrupted_and_keeps_what_it_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.pcap");
        let start = Timestamp::from_micros(1);
        let addresses = [40_000, 80].map(|port| ([10, 0, 0, 1], port).into());
        let mut long = Conversation::new(addresses[0], addresses[1], start);
        long.handshake();
        while long.frames().len() < 3 * LOOK_EVERY as usize {
            long.client("GET / HTTP/1.1\r\n\r\n")
                .server("HTTP/1.1 204 No Content\r\n\r\n");
        }
        let mut file = std::fs::File::create(&path).unwrap();
        let link = crate::LinkType::ETHERNET;
        write_pcap(&mut file, link, PcapOptions::default(), long.frames()).unwrap();

        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        let new = NewRecording {
            name: "stopped".to_owned(),
            source: String::new(),
            started_at: start,
        };
        let writer = store.create_recording(&new).unwrap();
        let recorder = Recorder::start(writer, Limits::default(), None).unwrap();
        let stopper = Stopper::default();
        stopper.stop();
        let import = Import {
            ingest: Ingest::new(recorder, ReassemblyLimits::default()),
            stopper,
            limits: Limits::default(),
            lost_before: LostBefore::default(),
        };
        let (events, told) = Events::new();
        let sources = source::in_order(std::slice::from_ref(&path)).unwrap();
        let recording = import.run(sources, &events).unwrap();
        assert_eq!(recording.state, RecordingState::Interrupted);
        assert_eq!(recording.loss.packets, u64::from(LOOK_EVERY));
        assert!(recording.exchanges.http > 0);
        let warning = CaptureEvent::Warning(Warning::FileNotFinished(path));
        assert!(told.try_iter().any(|event| event == warning));
    }
}
