//! Keys pressed while a run is on, at a terminal: they hold it, change its rate, switch its faults, end it. The terminal
//! gives keys one by one meanwhile, and is put back when the run is over or Ctrl-C ends it.

use std::io::{IsTerminal, stderr, stdin};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use reprise_app::{Control, ReplayJob};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

use crate::progress::Voice;

/// How long it is waited for a job to come back from the background, where its terminal is another's.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// What one press of `+` or `-` changes, in times the recorded rate; the least that is left.
const STEP: f64 = 0.5;

/// What the keys do, for the line that is shown when a run begins.
const HELP: &str = "reprise: space holds it and lets it go on, + and - change its rate, 1 to 9 switch its faults, s ends it";

/// Keys that are heeded; dropping it ends that.
pub(crate) struct Keys {
    ends: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
    terminal: Terminal,
}

/// The terminal as it is to be put back; once.
#[derive(Clone)]
pub(crate) struct Terminal(Arc<Mutex<Option<Termios>>>);

/// What is done with a run.
struct Hand(Control);

impl Keys {
    /// Heeds keys from now on; `None` where nobody sits at a terminal, or it is not ours.
    pub(crate) fn heed(job: &ReplayJob, voice: Voice) -> Option<Self> {
        if !stdin().is_terminal() || !stderr().is_terminal() || !is_ours() {
            return None;
        }
        let ends = Arc::new(eventfd(0, EventfdFlags::CLOEXEC).ok()?);
        let terminal = Terminal::by_keys()?;
        let hand = Hand(job.control());
        voice.say(HELP);
        let until = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            while let Some(keys) = pressed(&until) {
                for key in keys {
                    if let Some(said) = hand.does(key) {
                        voice.say(&said);
                    }
                }
            }
        });
        Some(Self {
            ends,
            thread: Some(thread),
            terminal,
        })
    }

    /// The terminal, to be put back before a second Ctrl-C leaves at once.
    pub(crate) fn terminal(&self) -> Terminal {
        self.terminal.clone()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // the thread only waits for this and for keys
        let _ = rustix::io::write(&*self.ends, &1_u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.terminal.put_back();
    }
}

impl Terminal {
    /// Has keys given one by one and not shown; signals go on to work.
    fn by_keys() -> Option<Self> {
        let before = tcgetattr(stdin()).ok()?;
        let mut modes = before.clone();
        modes
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Now, &modes).ok()?;
        Some(Self(Arc::new(Mutex::new(Some(before)))))
    }

    /// Puts it back as it was.
    pub(crate) fn put_back(&self) {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before.filter(|_| is_ours()) {
            // one that is gone needs nothing
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

/// Whether this process is in the foreground of its terminal: in the background, touching it would stop us.
fn is_ours() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}

/// The keys that were pressed next; `None` when no more are heeded.
fn pressed(ends: &OwnedFd) -> Option<Vec<u8>> {
    loop {
        let input = stdin();
        let mut either = [
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(ends, PollFlags::IN),
        ];
        match poll(&mut either, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return None,
        }
        if !either[1].revents().is_empty() {
            return None;
        }
        if !is_ours() {
            std::thread::sleep(ASK_AGAIN);
            continue;
        }
        let mut keys = [0; 16];
        return match rustix::io::read(input.as_fd(), &mut keys) {
            Ok(0) | Err(_) => None,
            Ok(length) => keys.get(..length).map(<[u8]>::to_vec),
        };
    }
}

impl Hand {
    /// Does what a key asks for; what there is to say of it.
    fn does(&self, key: u8) -> Option<String> {
        match key {
            b' ' | b'p' => Some(self.hold()),
            b'+' | b'=' => Some(self.rate(STEP)),
            b'-' => Some(self.rate(-STEP)),
            b'1'..=b'9' => Some(self.switch(usize::from(key - b'1'))),
            b's' | b'q' => {
                self.0.stop();
                Some("reprise: stopping; outstanding answers have five seconds".to_owned())
            }
            b'?' | b'h' => Some(HELP.to_owned()),
            _ => None,
        }
    }

    fn hold(&self) -> String {
        if self.0.is_paused() {
            self.0.resume();
            "reprise: it goes on".to_owned()
        } else {
            self.0.pause();
            "reprise: it is held; what is outstanding is answered; space lets it go on".to_owned()
        }
    }

    fn rate(&self, step: f64) -> String {
        if !self.0.has_rate() {
            return "reprise: it goes as fast as the target answers and has no rate to change"
                .to_owned();
        }
        let times = (self.0.rate() + step).max(STEP);
        self.0.set_rate(times);
        format!("reprise: {times}x the recorded rate from here on")
    }

    fn switch(&self, index: usize) -> String {
        let number = index + 1;
        let Some((fault, is_on)) = self.0.faults().nth(index) else {
            return match self.0.faults().count() {
                0 => "reprise: the run has no faults".to_owned(),
                all => format!("reprise: there is no fault {number}; it has {all}"),
            };
        };
        self.0.set_fault(index, !is_on);
        let now = if is_on { "off" } else { "on" };
        format!("reprise: fault {number} is {now}: {fault}")
    }
}
