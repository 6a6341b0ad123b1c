//! tcpdump beside us: writes the same packets to a file and says how many it lost.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;

/// A running tcpdump.
pub(crate) struct Tcpdump {
    process: Child,
    said: BufReader<ChildStderr>,
}

impl Tcpdump {
    /// Starts it; when this returns it captures.
    pub(crate) fn start(file: &Path, port: u16, ring_bytes: u32) -> Result<Self, Failure> {
        let mut process = Command::new("tcpdump")
            .args(["-i", "lo", "-B", &(ring_bytes >> 10).to_string(), "-w"])
            .arg(file)
            // It would change to a user of its own, who may not write here.
            .args(["-Z", "root", "tcp", "port", &port.to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("start tcpdump: {error}; install it"))?;
        let stderr = process.stderr.take().ok_or("read what tcpdump says")?;
        let mut said = BufReader::new(stderr);
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            if said.read_line(&mut line)? == 0 {
                return Err("start tcpdump: it ended at once; run this as root".into());
            }
        }
        Ok(Self { process, said })
    }

    /// Ends it, and tells how many packets the kernel dropped for it.
    pub(crate) fn stop(mut self) -> Result<u64, Failure> {
        let process = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw);
        kill_process(process.ok_or("stop tcpdump")?, Signal::INT)?;
        let lines = self.said.by_ref().lines().map_while(Result::ok);
        let dropped = lines
            .filter_map(|line| {
                let (count, what) = line.split_once(' ')?;
                (what == "packets dropped by kernel").then(|| count.parse().ok())?
            })
            .last();
        self.process.wait()?;
        Ok(dropped.ok_or("read what tcpdump lost")?)
    }
}
