//! `[replay]`: flags of `reprise replay` by their names, each with the line it stands in. What is wrong is said of the
//! line of the flag that alone is refused in the same words.

use std::error::Error as _;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, CommandFactory as _, Parser as _};
use reprise_app::ReplayRequest;

use super::entries::{Entry, Given, Wrong};
use crate::arguments::{Arguments, Command};
use crate::commands::replay::request;

/// Flags that `reprise ci` decides itself.
const DECIDED: [&str; 13] = [
    "run",
    "html",
    "ticks",
    "metrics",
    "control",
    "dry-run",
    "yes",
    "plan",
    "save-plan",
    "resume",
    "file",
    "json",
    "before-b",
];

/// Flags of two sides; these are compared with the baseline.
const TWO_SIDES: [&str; 2] = ["http-b", "mysql-b"];

/// Keys that stand above the first section.
pub(super) const ABOVE: [&str; 5] = ["recording", "baseline", "repeat", "min-effect", "notify"];

/// Where a flag is tried that is no target itself.
const ANYWHERE: &str = "--http=http://127.0.0.1:1";

/// The flags of a replay.
pub(super) struct Flags {
    recording: String,
    /// Where they begin.
    line: usize,
    flags: Vec<Flag>,
}

/// One of them, with one value.
struct Flag {
    key: String,
    line: usize,
    word: String,
}

impl Flags {
    /// The flags that the entries of the section beginning on `line` are.
    pub(super) fn of(recording: &str, line: usize, entries: &[Entry]) -> Result<Self, Wrong> {
        let mut flags = Vec::new();
        for entry in entries {
            add(entry, &mut flags)?;
        }
        let is_target = |flag: &Flag| ["http", "mysql", "again"].contains(&flag.key.as_str());
        if !flags.iter().any(is_target) {
            let says = "[replay] does not say where to; add http = \"http://HOST:PORT\" or mysql";
            return Err(Wrong::at(line, says.to_owned()));
        }
        Ok(Self {
            recording: recording.to_owned(),
            line,
            flags,
        })
    }

    /// The request they make.
    pub(super) fn request(&self) -> Result<ReplayRequest, Wrong> {
        let words: Vec<&str> = self.flags.iter().map(|flag| flag.word.as_str()).collect();
        self.read(&words)
            .map_err(|says| self.blame(says, |_| Ok(())))
    }

    /// Whose fault it is that the request of all flags is refused with these words; `refused` refuses a request.
    pub(super) fn blame(
        &self,
        says: String,
        refused: impl Fn(ReplayRequest) -> Result<(), String>,
    ) -> Wrong {
        let alone = |flag: &&Flag| {
            let target = ["http", "mysql"].contains(&flag.key.as_str());
            let words = [ANYWHERE, flag.word.as_str()];
            let words = if target { &words[1..] } else { &words[..] };
            self.read(words).and_then(&refused).err().as_ref() == Some(&says)
        };
        let named = |flag: &&Flag| says.split_whitespace().next() == Some(flag.key.as_str());
        let shown = |flag: &&Flag| {
            let value = flag.word.split_once('=').map(|(_, value)| value);
            value.is_some_and(|value| says.contains(&format!("{value:?}")))
        };
        let flags = || self.flags.iter();
        let found = flags().find(alone).or_else(|| flags().find(named));
        let Some(flag) = found.or_else(|| flags().find(shown)) else {
            return Wrong::at(self.line, format!("[replay]: {says}"));
        };
        // it is said as of a command line's flag
        let flagged = format!("--{}", flag.key);
        let says = match says.strip_prefix(&flagged) {
            Some(rest) => format!("{}{rest}", flag.key),
            None if says.starts_with(&flag.key) => says,
            None => format!("{}: {says}", flag.key),
        };
        Wrong::at(flag.line, says)
    }

    fn read(&self, flags: &[&str]) -> Result<ReplayRequest, String> {
        let words = ["reprise", "replay", &self.recording, "--yes"];
        let words = words.iter().chain(flags);
        let arguments = Arguments::try_parse_from(words).map_err(|error| said(&error))?;
        match arguments.command {
            Command::Replay(arguments) => {
                request::of(*arguments).map_err(|error| error.to_string())
            }
            _ => Err("it is no replay".to_owned()),
        }
    }
}

/// An entry as flags: `true` is the flag alone, a list is the flag again and again.
fn add(entry: &Entry, flags: &mut Vec<Flag>) -> Result<(), Wrong> {
    let key = entry.key.clone();
    if let Some(says) = out_of_place(&key) {
        return Err(Wrong::at(entry.line, says));
    }
    // one that there is not is left to the reading of all flags, which knows what it is like
    let takes = action(&key);
    match &entry.given {
        Given::Yes(yes) if !matches!(takes, Some(Takes::One | Takes::Several)) => {
            let alone = yes.then(|| Flag::of(entry, format!("--{key}")));
            flags.extend(alone);
        }
        _ if takes == Some(Takes::Nothing) => return Err(entry.wrong("true, or leave it out")),
        Given::List(_) if takes == Some(Takes::One) => {
            return Err(entry.wrong("one value: it can be given once"));
        }
        Given::List(values) => {
            for value in values {
                flags.push(with_value(value)?);
            }
        }
        _ => flags.push(with_value(entry)?),
    }
    Ok(())
}

/// What a flag of `reprise replay` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    One,
    Several,
}

/// What the flag of this name takes; `None` when there is none.
fn action(key: &str) -> Option<Takes> {
    let command = Arguments::command();
    let mut flags = command.find_subcommand("replay")?.get_arguments();
    let action = flags
        .find(|flag| flag.get_long() == Some(key))?
        .get_action();
    Some(match action {
        ArgAction::Append => Takes::Several,
        other if other.takes_values() => Takes::One,
        _ => Takes::Nothing,
    })
}

/// Whether `reprise replay` has a flag of this name.
pub(super) fn is_flag(key: &str) -> bool {
    action(key).is_some()
}

impl Flag {
    fn of(entry: &Entry, word: String) -> Self {
        Self {
            key: entry.key.clone(),
            line: entry.line,
            word,
        }
    }
}

fn with_value(entry: &Entry) -> Result<Flag, Wrong> {
    let (Given::Text(value) | Given::Number(value)) = &entry.given else {
        return Err(entry.wrong(&format!(
            "it in quotes, as after --{} of reprise replay",
            entry.key
        )));
    };
    Ok(Flag::of(entry, format!("--{}={value}", entry.key)))
}

/// Why a key cannot stand under `[replay]`, if it cannot.
fn out_of_place(key: &str) -> Option<String> {
    if DECIDED.contains(&key) {
        Some(format!(
            "[replay] cannot have '{key}': `reprise ci` decides it"
        ))
    } else if TWO_SIDES.contains(&key) {
        Some(format!(
            "[replay] cannot have '{key}': `reprise ci` compares with the runs of the baseline"
        ))
    } else if ABOVE.contains(&key) && key != "baseline" {
        Some(format!(
            "'{key}' stands above [replay], before the first section"
        ))
    } else {
        None
    }
}

/// What is wrong with flags, in the words of the file.
fn said(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![plain(text)],
        Some(ContextValue::Strings(texts)) => texts.iter().map(|text| plain(text)).collect(),
        _ => Vec::new(),
    };
    let flag = context(ContextKind::InvalidArg).join(" or ");
    let value = context(ContextKind::InvalidValue).join(" ");
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let like = context(ContextKind::SuggestedArg);
            let like = like.first().map_or_else(String::new, |like| {
                format!("; there is {like}, which is like it")
            });
            format!("{flag} is no flag of `reprise replay`{like}")
        }
        ErrorKind::InvalidValue => {
            let there_are = context(ContextKind::ValidValue).join(" or ");
            format!("{flag} is '{value}'; write {there_are}")
        }
        ErrorKind::ValueValidation => match error.source() {
            Some(why) if !why.is::<ParseIntError>() => format!("{flag}: {why}"),
            _ => format!("{flag} is '{value}'; write a whole number"),
        },
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg).join(" and ");
            format!("{flag} cannot be given beside {other}")
        }
        ErrorKind::MissingRequiredArgument => {
            format!("it needs {flag} beside it")
        }
        _ => {
            let text = error.to_string();
            let lines = text.lines().take_while(|line| !line.is_empty());
            let said: Vec<&str> = lines.map(str::trim).collect();
            said.join(" ").trim_start_matches("error: ").to_owned()
        }
    }
}

/// `--rate <RATE>` as `rate`.
fn plain(flag: &str) -> String {
    match flag.strip_prefix("--") {
        Some(rest) => {
            let name = rest.split(['=', ' ']).next();
            name.unwrap_or(rest).to_owned()
        }
        None => flag.to_owned(),
    }
}
