//! `reprise.toml`: what a repository wants played, and how it is judged. What `[replay]` says are the flags of
//! `reprise replay`, by their names, so that whatever can be asked for there can be asked for here.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser as _;
use reprise_app::{Error, MOST_RUNS, ReplayRequest};
use serde::Deserialize;

use crate::arguments::{Arguments, Command};
use crate::commands::replay::request;
use crate::percentage::percentage;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    recording: String,
    baseline: Option<String>,
    #[serde(default = "once")]
    repeat: u32,
    min_effect: Option<String>,
    notify: Option<String>,
    replay: toml::Table,
    #[serde(default)]
    write: Write,
}

/// Where answers are written to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    pub(super) html: Option<PathBuf>,
    pub(super) junit: Option<PathBuf>,
    pub(super) markdown: Option<PathBuf>,
}

/// What is played and how it is judged.
pub(super) struct Config {
    pub(super) replay: ReplayRequest,
    /// What the runs are called that these are compared with.
    pub(super) baseline: Option<String>,
    /// How often it is played.
    pub(super) repeat: u32,
    pub(super) min_effect: Option<f64>,
    /// A command told of the verdict.
    pub(super) notify: Option<String>,
    pub(super) write: Write,
}

const fn once() -> u32 {
    1
}

impl Config {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let named = |error: String| Error::Usage(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path)
            .map_err(|error| named(error.to_string()))
            .context("cannot read what to play; docs/continuous.md shows such a file")?;
        let file: File = toml::from_str(&text).map_err(|error| named(error.to_string()))?;
        if !(1..=MOST_RUNS).contains(&file.repeat) {
            let why = format!("repeat is {}; write 1 to {MOST_RUNS}", file.repeat);
            return Err(named(why).into());
        }
        let min_effect = file.min_effect.as_deref();
        Ok(Self {
            replay: replay(&file.recording, &file.replay)
                .map_err(|error| named(error.to_string()))?,
            baseline: file.baseline,
            repeat: file.repeat,
            min_effect: min_effect
                .map(|text| percentage("min-effect", text))
                .transpose()?,
            notify: file.notify,
            write: file.write,
        })
    }
}

/// The request that these flags of `reprise replay` make.
fn replay(recording: &str, flags: &toml::Table) -> anyhow::Result<ReplayRequest> {
    let mut words = ["reprise", "replay", recording, "--yes"]
        .map(str::to_owned)
        .to_vec();
    for (name, value) in flags {
        if [
            "run",
            "html",
            "ticks",
            "metrics",
            "dry-run",
            "yes",
            "plan",
            "resume",
            "file",
            "json",
            "repeat",
            "http-b",
            "mysql-b",
            "before-b",
            "min-effect",
        ]
        .contains(&name.as_str())
        {
            let why = format!("[replay] cannot have '{name}': `reprise ci` decides it");
            return Err(Error::Usage(why).into());
        }
        words.extend(flag(name, value)?);
    }
    let arguments = Arguments::try_parse_from(words).map_err(|error| {
        // what is wrong and, where something is missing, what; not how a command line is written
        let text = error.to_string();
        let lines = text.lines().take_while(|line| !line.is_empty());
        let said: Vec<&str> = lines.map(str::trim).collect();
        let said = said.join(" ");
        Error::Usage(format!("[replay]: {}", said.trim_start_matches("error: ")))
    })?;
    match arguments.command {
        Command::Replay(arguments) => request::of(*arguments),
        _ => Err(Error::Usage("[replay] is no replay".to_owned()).into()),
    }
}

/// A flag as words of a command line: `true` is the flag alone, a list is the flag again and again.
fn flag(name: &str, value: &toml::Value) -> Result<Vec<String>, Error> {
    let with = |text: String| format!("--{name}={text}");
    Ok(match value {
        toml::Value::Boolean(true) => vec![format!("--{name}")],
        toml::Value::Boolean(false) => Vec::new(),
        toml::Value::String(text) => vec![with(text.clone())],
        toml::Value::Integer(number) => vec![with(number.to_string())],
        toml::Value::Float(number) => vec![with(number.to_string())],
        toml::Value::Array(values) => {
            let words: Result<Vec<_>, _> = values.iter().map(|value| flag(name, value)).collect();
            words?.concat()
        }
        toml::Value::Table(_) | toml::Value::Datetime(_) => {
            return Err(Error::Usage(format!(
                "[replay] {name} is no text, number, list or true; write it as after --{name}"
            )));
        }
    })
}
