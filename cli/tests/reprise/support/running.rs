//! A command that runs beside the test: read as it speaks, sent signals, waited for.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use super::Desk;

/// A command that is running, and its words on stderr so far.
pub(crate) struct Running {
    child: Child,
    words: BufReader<ChildStderr>,
}

impl Running {
    pub(crate) fn start(desk: &Desk, arguments: &[&str]) -> Self {
        Self::of(desk.command(arguments))
    }

    /// Starts a command.
    pub(crate) fn of(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let words = BufReader::new(child.stderr.take().unwrap());
        Self { child, words }
    }

    /// Reads on until it says something that begins like this; that line.
    pub(crate) fn until(&mut self, beginning: &str) -> String {
        let mut all = String::new();
        loop {
            let known = all.len();
            let read = self.words.read_line(&mut all).unwrap();
            assert!(read > 0, "it ended without {beginning:?}: {all}");
            let line = &all[known..];
            if line.starts_with(beginning) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, by its process id.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has written something to stdout, and takes the first byte of that.
    pub(crate) fn until_it_writes(&mut self) {
        let stdout = self.child.stdout.as_mut().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
    }

    /// What it writes to stdout from here to its end.
    pub(crate) fn rest_of_output(&mut self) -> String {
        let mut rest = String::new();
        let stdout = self.child.stdout.as_mut().unwrap();
        stdout.read_to_string(&mut rest).unwrap();
        rest
    }

    /// Waits for its end: exit code and stdout.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.words.read_to_string(&mut rest).unwrap();
        let output = self.rest_of_output();
        (self.child.wait().unwrap().code(), output)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // of a test that failed half-way; one that has ended is not there any more
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
