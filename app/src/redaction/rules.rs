//! The rules in force and their file: read, checked, saved.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use reprise_wire::redact::{Rule, Rules, RulesError};
use serde::Serialize;

use crate::Error;
use crate::places::configuration_folder;

/// What a new file of rules says: how to write one, in comments.
const STARTER: &str = include_str!("starter.toml");

/// The rules in force.
#[derive(Clone, Debug, Serialize)]
pub struct RulesAnswer {
    /// The file they come from; null when there is none and the built-in ones hold alone.
    pub source: Option<PathBuf>,
    /// Where the user's file is, or would be.
    pub file: PathBuf,
    /// The file's text; what a new file would say when there is none.
    pub text: String,
    /// All of them, in the order in which they are tried.
    pub rules: Vec<RuleAnswer>,
}

/// One rule, for people.
#[derive(Clone, Debug, Serialize)]
pub struct RuleAnswer {
    /// What its hits are counted under.
    pub name: String,
    /// What it matches: `header Authorization`, `column users.email`.
    pub matches: Vec<String>,
    /// What takes a value's place: `pseudonym`, `shape`, ...
    pub action: String,
    /// The exchanges it holds for, in the filter language; null for all.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Whether it is one of the built-in rules.
    pub built_in: bool,
}

/// What a text of rules comes to: the rules, or why it cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct RulesReading {
    /// All rules that would be in force; empty with a problem.
    pub rules: Vec<RuleAnswer>,
    /// Why the text cannot be read; null when it can.
    pub problem: Option<RulesProblem>,
}

/// Why a text of rules cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct RulesProblem {
    /// The line, from 1.
    pub line: usize,
    /// The rule's name, when it has one.
    pub rule: Option<String>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Rules with where they come from.
pub(super) struct Loaded {
    pub(super) rules: Rules,
    source: Option<PathBuf>,
    text: String,
}

/// The user's file of rules: `redaction.toml` in Reprise's configuration folder.
pub fn redaction_rules_file() -> PathBuf {
    configuration_folder().join("redaction.toml")
}

/// The rules of `file`, or those in force.
///
/// # Errors
/// The file cannot be read, or is no text of rules.
pub fn redaction_rules(file: Option<&Path>) -> Result<RulesAnswer, Error> {
    let loaded = load(file)?;
    Ok(RulesAnswer {
        source: loaded.source,
        file: redaction_rules_file(),
        text: loaded.text,
        rules: loaded.rules.iter().map(RuleAnswer::from).collect(),
    })
}

/// Reads a text of rules without saving it.
pub fn read_redaction_rules(text: &str) -> RulesReading {
    match Rules::parse(text) {
        Ok(rules) => RulesReading {
            rules: rules.iter().map(RuleAnswer::from).collect(),
            problem: None,
        },
        Err(problem) => RulesReading {
            rules: Vec::new(),
            problem: Some(problem.into()),
        },
    }
}

/// Saves a text of rules as the user's file, which is in force from the next recording on.
///
/// # Errors
/// It is no text of rules, or the file cannot be written; the old one stays then.
pub fn save_redaction_rules(text: &str) -> Result<RulesAnswer, Error> {
    let file = redaction_rules_file();
    parse(text, &file)?;
    write(&file, text)?;
    redaction_rules(None)
}

/// Makes the user's file of rules, which says in comments how to write them; where it is.
///
/// # Errors
/// There is one, or it cannot be written.
pub fn init_redaction_rules() -> Result<PathBuf, Error> {
    let file = redaction_rules_file();
    if file.exists() {
        return Err(Error::Usage(format!(
            "{} is there already; edit it, or move it away to have a new one made",
            file.display()
        )));
    }
    write(&file, STARTER)?;
    Ok(file)
}

/// The rules of `file`, or those in force.
pub(super) fn load(file: Option<&Path>) -> Result<Loaded, Error> {
    let users = redaction_rules_file();
    let path = file.unwrap_or(&users);
    match fs::read_to_string(path) {
        Ok(text) => Ok(Loaded {
            rules: parse(&text, path)?,
            source: Some(path.to_path_buf()),
            text,
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.is_none() => {
            Ok(Loaded {
                rules: Rules::default(),
                source: None,
                text: STARTER.to_owned(),
            })
        }
        Err(source) if file.is_some() => Err(Error::Usage(format!(
            "cannot read the redaction rules {}: {source}",
            path.display()
        ))),
        Err(source) => Err(Error::File {
            doing: "read the redaction rules",
            path: users,
            source,
        }),
    }
}

fn parse(text: &str, path: &Path) -> Result<Rules, Error> {
    Rules::parse(text)
        .map_err(|error| Error::Usage(format!("failed to {error} ({})", path.display())))
}

/// Writes a file beside its place and moves it there, so that no half of it is ever read.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |doing| {
        let path = path.to_path_buf();
        move |source| Error::File {
            doing,
            path,
            source,
        }
    };
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed("create the folder of"))?;
    }
    let beside = path.with_extension("toml.new");
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&beside, path))
        .map_err(failed("write"))
}

impl From<&Rule> for RuleAnswer {
    fn from(rule: &Rule) -> Self {
        Self {
            name: rule.name.clone(),
            matches: rule.targets.iter().map(ToString::to_string).collect(),
            action: rule.action.to_string(),
            filter: rule.filter.as_ref().map(ToString::to_string),
            built_in: rule.built_in,
        }
    }
}

impl From<RulesError> for RulesProblem {
    fn from(error: RulesError) -> Self {
        Self {
            line: error.line,
            rule: error.rule,
            problem: error.problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_new_file_can_be_read_as_it_is_and_with_every_example_on() {
        assert!(read_redaction_rules(STARTER).problem.is_none());
        let examples: Vec<&str> = STARTER
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(code) if code.starts_with("[[") || code.contains(" = ") => code,
                _ => "",
            })
            .collect();
        let reading = read_redaction_rules(&examples.join("\n"));
        assert!(reading.problem.is_none(), "{:?}", reading.problem);
        assert_eq!(
            reading.rules.iter().filter(|rule| !rule.built_in).count(),
            5
        );
        assert!(!reading.rules.iter().any(|rule| rule.name == "card_column"));
    }

    #[test]
    fn a_problem_says_where_it_is() {
        let problem = read_redaction_rules("[[rule]]\nname = \"a\"\nheadr = [\"x\"]")
            .problem
            .unwrap();
        assert_eq!((problem.line, problem.rule.as_deref()), (3, Some("a")));
    }
}
