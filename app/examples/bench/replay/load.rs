//! One client making load for some seconds, and what it told and used.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::CONNECTIONS;
use super::recording::{NAME, RATE};
use super::target::Nginx;
use crate::Failure;
use crate::process::{Told, is_installed, program, reprise, told};

const SECONDS: u64 = 4;

/// What is asked of a client that cannot do without a rate; in requests a second.
const UNREACHABLE: u64 = 1_000_000;

/// Who makes the load.
#[derive(Clone, Copy, Debug)]
pub(super) enum Client<'a> {
    /// The command, with the file its recording is in.
    Replay(&'a Path),
    Wrk,
    Oha,
    Vegeta,
    /// GoReplay, with the same requests in a file of its own.
    Goreplay(&'a Path),
    /// Sends nothing: only wakes.
    Timer,
}

/// What came of it; a number that a client does not tell is NaN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// Requests a second.
    pub(super) rate: f64,
    /// CPU time of the whole process for a request, in microseconds.
    pub(super) cpu_us: f64,
    /// Of the sending thread alone.
    pub(super) sending_us: f64,
    /// How much later than asked requests left, in microseconds.
    pub(super) late_p50_us: f64,
    pub(super) late_p99_us: f64,
    /// What was sent as a share of what was asked for.
    pub(super) met: f64,
    /// The share of answers that were as recorded.
    pub(super) ok: f64,
}

/// The command replaying the recording in `file`; both are called the same in every file.
pub(super) fn replayed(file: &Path, url: &str, speed: &str) -> Command {
    let mut command = pinned();
    command.arg(reprise());
    command.arg("--file").arg(file);
    command.args(["replay", NAME, "--json", "--http", url, "--speed", speed]);
    command
}

/// A program on the first core.
fn pinned() -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]);
    command
}

impl Client<'_> {
    /// Makes load at `rate` requests a second, or as fast as it goes. `None` when it is not installed, or
    /// has no such rate.
    pub(super) fn run(
        self,
        folder: &Path,
        nginx: &mut Nginx,
        rate: Option<u64>,
    ) -> Result<Option<Load>, Failure> {
        if !self.is_installed() {
            return Ok(None);
        }
        let mut command = self.command(folder, &nginx.url(), rate)?;
        let before = nginx.answered()?;
        let told = told(&mut command, &folder.join("told"))?;
        let answered = nginx.answered()? - before;
        self.read(&told, rate, Some(answered)).map(Some)
    }

    fn is_installed(self) -> bool {
        let name = match self {
            Self::Replay(_) | Self::Timer => return true,
            Self::Wrk => "wrk",
            Self::Oha => "oha",
            Self::Vegeta => "vegeta",
            Self::Goreplay(_) => "goreplay",
        };
        is_installed(name)
    }

    fn command(self, folder: &Path, url: &str, rate: Option<u64>) -> Result<Command, Failure> {
        let lasts = format!("{SECONDS}s");
        let connections = CONNECTIONS.to_string();
        let mut command = pinned();
        match self {
            Self::Replay(file) => {
                let times = rate.map(|rate| (rate as f64 / RATE as f64).to_string());
                command = replayed(file, url, times.as_deref().unwrap_or("max"));
                command.args(["--duration", &lasts]);
            }
            Self::Wrk => {
                let path = format!("{url}/item/17");
                command.args(["wrk", "-t1", "-c", &connections, "-d", &lasts, &path]);
            }
            Self::Oha => {
                let path = format!("{url}/item/17");
                command.args(["oha", "--no-tui", "--output-format", "json"]);
                command.args(["-c", &connections, "-z", &lasts]);
                if let Some(rate) = rate {
                    command.args(["-q", &rate.to_string()]);
                }
                command.arg(path);
            }
            Self::Vegeta => {
                let rate = rate.unwrap_or(0);
                let vegeta = program("vegeta").ok_or("vegeta is not installed")?;
                let (vegeta, told) = (vegeta.display(), folder.join("vegeta"));
                let told = told.display();
                // what the shell has waited for is counted as its own, and what it becomes at last
                let attack = format!(
                    "echo GET {url}/item/17 | {vegeta} attack -rate {rate} -duration {lasts} \
                     -workers {connections} -max-workers {connections} -connections {connections} \
                     > {told} && exec {vegeta} report -type json {told}"
                );
                command.args(["sh", "-c", &attack]);
            }
            Self::Goreplay(file) => {
                let rate = rate.unwrap_or(UNREACHABLE);
                let percent = rate as f64 * 100.0 / RATE as f64;
                let input = format!("{}|{percent:.0}%", file.display());
                command.arg(program("goreplay").ok_or("GoReplay is not installed")?);
                command.args(["--input-file", &input, "--input-file-loop"]);
                command.args(["--output-http", url, "--exit-after", &lasts]);
                command.args(["--output-http-workers", &connections]);
            }
            Self::Timer => {
                let this = std::env::current_exe()?;
                command.arg(this).arg("timer");
                command.args([rate.unwrap_or(1_000), SECONDS].map(|number| number.to_string()));
            }
        }
        Ok(command)
    }

    /// What it told, and of those that tell nothing how many requests nginx has `answered`.
    pub(super) fn read(
        self,
        told: &Told,
        rate: Option<u64>,
        answered: Option<u64>,
    ) -> Result<Load, Failure> {
        let json = || serde_json::from_str::<Value>(&told.output);
        let number =
            |json: &Value, at: &str| json.pointer(at).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let mut load = Load {
            rate: f64::NAN,
            cpu_us: f64::NAN,
            sending_us: f64::NAN,
            late_p50_us: f64::NAN,
            late_p99_us: f64::NAN,
            met: f64::NAN,
            ok: f64::NAN,
        };
        let requests = match self {
            Self::Replay(_) => {
                let json = json()?;
                let sent = number(&json, "/sent");
                load.late_p50_us = number(&json, "/lateness_us/p50");
                load.late_p99_us = number(&json, "/lateness_us/p99");
                load.ok = number(&json, "/outcomes/ok") / sent;
                load.rate = number(&json, "/rate/sent_per_s");
                let sending = told.threads.get("replay-0").copied();
                load.sending_us = sending.unwrap_or(f64::NAN) * 1e6 / sent;
                sent
            }
            Self::Wrk => {
                let words: Vec<&str> = told.output.split_ascii_whitespace().collect();
                let before = |word: &str| {
                    let at = words.iter().position(|known| *known == word)?;
                    words.get(at.checked_sub(1)?)?.parse::<f64>().ok()
                };
                let requests = before("requests").ok_or("wrk said no number of requests")?;
                load.rate = requests / SECONDS as f64;
                requests
            }
            Self::Oha => {
                let json = json()?;
                let answered = json.pointer("/statusCodeDistribution/200");
                let requests = answered.and_then(Value::as_f64).unwrap_or(f64::NAN);
                load.rate = number(&json, "/summary/requestsPerSec");
                requests
            }
            Self::Vegeta => {
                let json = json()?;
                load.rate = number(&json, "/rate");
                number(&json, "/requests")
            }
            Self::Goreplay(_) => {
                let requests = answered.map_or(f64::NAN, |answered| answered as f64);
                load.rate = requests / SECONDS as f64;
                requests
            }
            Self::Timer => {
                let mut words = told.output.split_ascii_whitespace().map(str::parse::<f64>);
                load.late_p50_us = words.next().ok_or("the timer said nothing")??;
                load.late_p99_us = words.next().ok_or("the timer said one number")??;
                f64::NAN
            }
        };
        load.cpu_us = told.used.cpu_s * 1e6 / requests;
        load.met = rate.map_or(f64::NAN, |rate| requests / (rate * SECONDS) as f64);
        Ok(load)
    }
}
