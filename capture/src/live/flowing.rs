//! A capture that still comes in: a file that grows, a named pipe, or standard input.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::delivery::{Ended, Hush, Losses, Outlet};
use super::process::is_readable;
use super::stream::{self, StreamEnd};
use crate::event::Events;
use crate::file::FileEnd;
use crate::{CaptureError, CaptureEvent, LostBefore, Stopper, Warning};

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// How often a file is looked at for more.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The bits of an interface's number in which a capture has its own; above them is the capture's.
const INTERFACE_BITS: u32 = 16;

/// A capture to read while it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowingFile {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// A file only: ends when it has not grown for so long. `None`: when it is stopped.
    pub idle: Option<Duration>,
}

impl FlowingFile {
    /// Whether `path` can only be read once, as it comes.
    pub fn is_pipe(path: &Path) -> bool {
        let is_fifo = || std::fs::metadata(path).is_ok_and(|file| file.file_type().is_fifo());
        path == Path::new(STANDARD_INPUT) || is_fifo()
    }

    /// What it is called, for people.
    pub(super) fn name(&self) -> String {
        if self.path == Path::new(STANDARD_INPUT) {
            return "standard input".to_owned();
        }
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Opens it; a named pipe without waiting for who writes it.
    pub(super) fn open(&self) -> Result<File, CaptureError> {
        let opened = if self.path == Path::new(STANDARD_INPUT) {
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
            let mut options = OpenOptions::new();
            options.read(true).custom_flags(flags).open(&self.path)
        };
        opened.map_err(|source| CaptureError::Io {
            path: self.path.clone(),
            source,
        })
    }
}

/// What its thread works with.
pub(super) struct Source {
    /// Which of the captures it is.
    pub(super) number: u32,
    pub(super) flowing: FlowingFile,
    pub(super) file: File,
    pub(super) outlet: Outlet,
    pub(super) stopper: Stopper,
    pub(super) losses: Losses,
    pub(super) events: Events,
}

impl Source {
    /// Reads it until it ends, or is stopped.
    pub(super) fn run(mut self) {
        let path = self.flowing.path.clone();
        // What standard input is redirected from is there already.
        let is_file = self.file.metadata().is_ok_and(|file| file.is_file());
        let grows = is_file && path != Path::new(STANDARD_INPUT);
        let stopper = self.stopper.clone();
        let lull = Lull {
            hush: self.outlet.hush(),
            told: false,
        };
        let bytes: Box<dyn Read + Send> = if grows {
            Box::new(Growing {
                file: self.file,
                stopper,
                lull,
                idle: self.flowing.idle,
                grew: Instant::now(),
                left: None,
            })
        } else {
            Box::new(Pipe {
                file: self.file,
                stopper,
                lull,
            })
        };
        let first = self.number << INTERFACE_BITS;
        let interface = move |own: u32| first.wrapping_add(own);
        let stream = stream::run(&path, interface, bytes, &mut self.outlet, &self.losses);
        let stopped = self.stopper.is_asked() || self.outlet.is_cut_off();
        let ended = match stream {
            StreamEnd::Foreign(came) if came.is_empty() => Ended::Failed(CaptureError::Empty(path)),
            StreamEnd::Foreign(_) => Ended::Failed(CaptureError::Foreign(path)),
            StreamEnd::Read { .. } if stopped && grows => Ended::Whole,
            // There may be more that nobody can read any more.
            StreamEnd::Read { .. } if stopped => {
                let warning = Warning::FileNotFinished(path);
                self.events.tell(CaptureEvent::Warning(warning));
                Ended::Broken
            }
            StreamEnd::Read { end, .. } => {
                let warning = match end {
                    FileEnd::Whole | FileEnd::Stopped => None,
                    FileEnd::Cut => Some(Warning::FileCut(path)),
                    FileEnd::Damaged => Some(Warning::FileDamaged(path)),
                };
                if let Some(warning) = warning {
                    self.losses.add(LostBefore {
                        unreadable_records: 1,
                        ..LostBefore::default()
                    });
                    self.events.tell(CaptureEvent::Warning(warning));
                }
                Ended::Whole
            }
        };
        self.outlet.end(ended);
    }
}

/// A time in which nothing comes, told when it begins.
struct Lull {
    hush: Hush,
    told: bool,
}

impl Lull {
    fn goes_on(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.hush.tell();
        }
    }

    fn is_over(&mut self) {
        self.told = false;
    }
}

/// A file whose end is only where it is now.
struct Growing {
    file: File,
    stopper: Stopper,
    lull: Lull,
    idle: Option<Duration>,
    /// When something was last read.
    grew: Instant,
    /// Once it is stopped: what is there and has not been read.
    left: Option<u64>,
}

impl Growing {
    /// What has not been read of what is there.
    fn unread(&mut self) -> u64 {
        let read = io::Seek::stream_position(&mut self.file).unwrap_or(0);
        let length = self.file.metadata().map_or(0, |file| file.len());
        length.saturating_sub(read)
    }
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopper.is_asked() && self.left.is_none() {
                self.left = Some(self.unread());
            }
            let room = match self.left {
                Some(0) => return Ok(0),
                Some(left) => usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(buffer.len()),
                None => buffer.len(),
            };
            let room = buffer.get_mut(..room).unwrap_or_default();
            let read = self.file.read(room)?;
            if read > 0 {
                self.grew = Instant::now();
                self.lull.is_over();
                self.left = self.left.map(|left| left.saturating_sub(read as u64));
                return Ok(read);
            }
            let is_idle = self.idle.is_some_and(|idle| self.grew.elapsed() >= idle);
            if self.left.is_some() || is_idle {
                return Ok(0);
            }
            self.lull.goes_on();
            thread::sleep(LOOK_EVERY);
        }
    }
}

/// A pipe that is read until its writer closes it, or the reading is stopped.
struct Pipe {
    file: File,
    stopper: Stopper,
    lull: Lull,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopper.is_asked() {
                return Ok(0);
            }
            if !is_readable(&self.file) {
                self.lull.goes_on();
                continue;
            }
            match self.file.read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => {
                    self.lull.is_over();
                    return read;
                }
            }
        }
    }
}
