//! A child in a process group of its own, whose every process is gone when this has ended.

use std::fmt;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::event::Events;
use crate::{CaptureEvent, Stopper, Warning};

/// How long it may take to end by itself once its output has ended.
const SETTLE: Duration = Duration::from_millis(500);
/// How long it may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);
/// How long what it said is read after everything of it was ended by force.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// After how long without a byte the user is told that it is silent.
const SILENCE: Duration = Duration::from_secs(10);
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// A running command.
pub(super) struct Process {
    child: Child,
    leash: Leash,
    stopper: Stopper,
    words: JoinHandle<Option<String>>,
}

/// Its output, which is read until its end: that of a command that was stopped comes soon.
pub(super) struct Output {
    pipe: ChildStdout,
    leash: Leash,
    stopper: Stopper,
    /// Until its first byte: since when it has been silent, and who is told.
    silent: Option<(Instant, Events)>,
}

/// What a command's processes are ended with.
#[derive(Clone)]
struct Leash {
    group: Pid,
    /// Since when they are being ended.
    since: Option<Instant>,
    killed: bool,
    /// Whether its pipes are still worth waiting for.
    given_up: Arc<AtomicBool>,
}

/// How it ended, and what it said last.
#[derive(Debug)]
pub(super) struct Exit {
    status: Option<ExitStatus>,
    last_word: Option<String>,
}

impl Process {
    /// Starts a command; `listen` reads what it says on its standard error until that ends, and
    /// answers with the last word worth telling.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(
        command: &mut Command,
        stopper: &Stopper,
        listen: impl FnOnce(&mut dyn Read) -> Option<String> + Send + 'static,
    ) -> io::Result<(Self, Output)> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let lost = || io::Error::from(io::ErrorKind::BrokenPipe);
        let group = Pid::from_child(&child);
        let leash = Leash {
            group,
            since: None,
            killed: false,
            given_up: Arc::default(),
        };
        let pipe = child.stdout.take().ok_or_else(lost)?;
        let errors = child.stderr.take().ok_or_else(lost)?;
        let mut errors = Patient {
            pipe: errors,
            given_up: Arc::clone(&leash.given_up),
        };
        let words = std::thread::Builder::new()
            .name("reprise-words".to_owned())
            .spawn(move || listen(&mut errors))?;
        let output = Output {
            pipe,
            leash: leash.clone(),
            stopper: stopper.clone(),
            silent: None,
        };
        let process = Self {
            child,
            leash,
            stopper: stopper.clone(),
            words,
        };
        Ok((process, output))
    }

    /// Waits for its end, and sees to it.
    pub(super) fn end(mut self) -> Exit {
        // Nobody reads its output any more: it is ending by itself, or it has to.
        let closed = Instant::now();
        while !self.has_ended() && closed.elapsed() < SETTLE + GRACE {
            if self.stopper.is_asked() || closed.elapsed() >= SETTLE {
                self.leash.pull();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // Before it is waited for, while its number cannot belong to anybody else.
        self.leash.kill();
        let status = self.child.wait().ok();
        let until = Instant::now() + LAST_WORDS;
        while !self.words.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.leash.given_up.store(true, Ordering::Relaxed);
        let last_word = self.words.join().ok().flatten();
        Exit { status, last_word }
    }

    /// Whether the shell has ended; it stays to be waited for.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(self.leash.group), options), Ok(None))
    }
}

impl Output {
    /// Has somebody told when it does not begin.
    pub(super) fn telling_silence(mut self, events: &Events) -> Self {
        self.silent = Some((Instant::now(), events.clone()));
        self
    }
}

impl Leash {
    /// Asks every process to end; when they take too long, ends them by force.
    fn pull(&mut self) {
        match self.since {
            None => {
                self.since = Some(Instant::now());
                self.send(Signal::TERM);
            }
            Some(since) if since.elapsed() >= GRACE => self.kill(),
            Some(_) => {}
        }
    }

    fn kill(&mut self) {
        if !self.killed {
            self.killed = true;
            self.send(Signal::KILL);
        }
    }

    fn send(&self, signal: Signal) {
        // A group without processes has ended, which is what is wanted.
        let _ = kill_process_group(self.group, signal);
    }

    /// Whether they were ended by force so long ago that whoever still has the pipe is no concern.
    fn is_slack(&self) -> bool {
        let long_ago = |since: Instant| since.elapsed() >= GRACE + LAST_WORDS;
        self.killed && self.since.is_some_and(long_ago)
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stopper.is_asked() {
                self.leash.pull();
                if self.leash.is_slack() {
                    return Ok(0);
                }
            }
            if is_readable(&self.pipe) {
                self.silent = None;
                return self.pipe.read(buffer);
            }
            let is_long = |silent: &mut (Instant, Events)| silent.0.elapsed() >= SILENCE;
            if let Some((_, events)) = self.silent.take_if(is_long) {
                let silent = Warning::CommandSilent { so_far: SILENCE };
                events.tell(CaptureEvent::Warning(silent));
            }
        }
    }
}

/// A pipe that is read until its end, or until it is given up.
struct Patient<P> {
    pipe: P,
    given_up: Arc<AtomicBool>,
}

impl<P: Read + AsFd> Read for Patient<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !is_readable(&self.pipe) {
            if self.given_up.load(Ordering::Relaxed) {
                return Ok(0);
            }
        }
        self.pipe.read(buffer)
    }
}

/// Waits for something to read, its end included, for a moment.
pub(super) fn is_readable(pipe: &impl AsFd) -> bool {
    let mut pipes = [PollFd::new(pipe, PollFlags::IN)];
    !matches!(poll(&mut pipes, Some(&WAIT)), Ok(0) | Err(_))
}

impl Exit {
    pub(super) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status.map(|status| (status.code(), status.signal())) {
            Some((Some(0), _)) => write!(f, "ended")?,
            Some((Some(code), _)) => write!(f, "ended with exit status {code}")?,
            Some((None, Some(signal))) => write!(f, "was ended by signal {signal}")?,
            Some((None, None)) | None => write!(f, "ended")?,
        }
        match &self.last_word {
            Some(word) => write!(f, ": {word}"),
            None => Ok(()),
        }
    }
}
