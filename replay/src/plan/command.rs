//! A command that a run runs at its time: `60s run systemctl restart mysql`.

use std::fmt;
use std::str::FromStr;

use reprise_measure::length;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A command and its time. Serialised as the text a person writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimedCommand {
    /// When it is started, in microseconds of the run.
    pub at_us: u64,
    /// What `sh -c` is given.
    pub command: String,
}

/// Why a text is no command at a time. Fits after "failed to ".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("read `{0}`: write TIME run COMMAND, as in 60s run systemctl restart mysql")]
pub struct CommandError(String);

impl FromStr for TimedCommand {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let wrong = || CommandError(text.to_owned());
        let (at, rest) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or_else(wrong)?;
        let rest = rest.trim_start().strip_prefix("run").ok_or_else(wrong)?;
        let command = rest.trim();
        if command.is_empty() || !rest.starts_with(char::is_whitespace) {
            return Err(wrong());
        }
        Ok(Self {
            at_us: length::parse(at).ok_or_else(wrong)?,
            command: command.to_owned(),
        })
    }
}

impl fmt::Display for TimedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run {}", length::exact(self.at_us), self.command)
    }
}

impl TryFrom<String> for TimedCommand {
    type Error = CommandError;

    fn try_from(text: String) -> Result<Self, CommandError> {
        text.parse()
    }
}

impl From<TimedCommand> for String {
    fn from(command: TimedCommand) -> Self {
        command.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_with_its_time_and_written_again() {
        let command: TimedCommand = " 1m30s run  systemctl restart mysql ".parse().unwrap();
        assert_eq!(command.at_us, 90_000_000);
        assert_eq!(command.command, "systemctl restart mysql");
        assert_eq!(command.to_string().parse(), Ok(command));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "60s",
            "60s run",
            "run x",
            "60s runx",
            "soon run x",
            "60s stop x",
        ] {
            let error = text.parse::<TimedCommand>().unwrap_err().to_string();
            assert!(error.contains("60s run systemctl"), "{text}: {error}");
        }
    }
}
