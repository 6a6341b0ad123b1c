//! Keys pressed at a terminal while a run is on: what they do to it, and the terminal as it was afterwards.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reprise_fixtures::shop::Shop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

/// A command at a terminal of its own, which somebody types at and reads.
struct AtTerminal {
    child: Child,
    terminal: File,
    /// The command's end, held so that it outlives the command.
    theirs: File,
    read: String,
}

impl AtTerminal {
    /// Replays at a quarter of the recorded speed, with a fault to switch.
    fn replay(desk: &Desk, shop: &Shop, run: &str) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let mut as_theirs = File::options();
        let theirs = as_theirs.read(true).write(true);
        let theirs = theirs.open(name.to_str().unwrap()).unwrap();
        // a session of its own, with this as its terminal
        let mut command = Command::new("setsid");
        desk.at_home(&mut command)
            .args(["--ctty", env!("CARGO_BIN_EXE_reprise"), "replay", RECORDING])
            .args(["--http", &url(shop), "--secret", &password_secret()])
            .args(["--speed", "0.25", "--run", run, "--json"])
            .args(["--fault", "20:delay(ms=1)"])
            .env("TERM", "xterm")
            .stdin(theirs.try_clone().unwrap())
            .stdout(Stdio::piped())
            .stderr(theirs.try_clone().unwrap());
        Self {
            child: command.spawn().unwrap(),
            terminal: File::from(terminal),
            theirs,
            read: String::new(),
        }
    }

    /// Reads on until this is said.
    fn until(&mut self, said: &str) {
        let soon = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let mut some = [0; 1_024];
        while !self.read.contains(said) {
            let mut ready = [PollFd::new(&self.terminal, PollFlags::IN)];
            if poll(&mut ready, Some(&soon)).unwrap() == 0 {
                let ended = self.child.try_wait().unwrap();
                assert!(ended.is_none(), "no {said:?}: {}", self.read);
                continue;
            }
            let length = self.terminal.read(&mut some).unwrap();
            self.read
                .push_str(&String::from_utf8_lossy(&some[..length]));
        }
        let end = self.read.find(said).map_or(0, |at| at + said.len());
        self.read.drain(..end);
    }

    fn press(&mut self, key: &[u8]) {
        self.terminal.write_all(key).unwrap();
    }

    /// Whether it shows what is typed, and gives it by lines.
    fn is_as_it_was(&self) -> bool {
        let modes = tcgetattr(&self.theirs).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits for its end; the answer.
    fn end(mut self) -> Value {
        let mut answer = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut answer).unwrap();
        assert!(self.child.wait().unwrap().code() == Some(0), "{answer}");
        assert!(self.is_as_it_was());
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for AtTerminal {
    fn drop(&mut self) {
        // of a test that failed half-way; one that has ended is not there any more
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_hold_a_run_change_its_rate_switch_its_faults_and_end_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let mut run = AtTerminal::replay(&desk, &shop, "held");
    run.until("s ends it");
    assert!(!run.is_as_it_was());
    // what was answered is committed within a second
    while number(&desk.answer(&["report", "held"]), "/sent") == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    for (keys, said) in [
        (" ", "it is held"),
        (" ", "it goes on"),
        ("+", "0.75x the recorded rate"),
        ("---", "0.5x the recorded rate"),
        ("1", "fault 1 is off: 20:delay(ms=1)"),
        ("1", "fault 1 is on"),
        ("2", "there is no fault 2"),
        ("s", "stopping"),
    ] {
        run.press(keys.as_bytes());
        run.until(said);
    }
    let answer = run.end();
    conserved(&answer);
    assert_eq!(answer["run"]["state"], "stopped");
    assert!((1..178).contains(&number(&answer, "/sent")), "{answer}");
}

#[test]
fn ctrl_c_ends_a_run_that_heeds_keys_and_the_terminal_is_as_it_was() {
    let desk = Desk::with_recording();
    let shop = shop();
    let mut run = AtTerminal::replay(&desk, &shop, "ended");
    run.until("s ends it");
    run.press(&[3]);
    run.until("Ctrl-C again leaves now");
    let answer = run.end();
    conserved(&answer);
    assert_eq!(answer["run"]["state"], "stopped");
}
