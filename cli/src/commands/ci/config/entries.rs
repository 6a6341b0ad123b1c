//! A TOML file as keys with the lines they stand in, so that what is wrong with one can be said in a sentence.

use std::ops::Range;
use std::path::Path;

use reprise_app::Error;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What was written is shown up to this length.
const SHOWN: usize = 40;

/// A key, or one of a list, with what was given it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where it stands, from 1.
    pub(super) line: usize,
    /// As it stands in the file.
    written: String,
    pub(super) given: Given,
}

/// What can be given.
#[derive(Debug)]
pub(super) enum Given {
    Text(String),
    /// A number in decimal digits.
    Number(String),
    Yes(bool),
    List(Vec<Entry>),
    Section(Vec<Entry>),
    Moment,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Wrong {
    /// None of a particular line.
    pub(super) line: Option<usize>,
    pub(super) says: String,
}

impl Wrong {
    pub(super) const fn somewhere(says: String) -> Self {
        Self { line: None, says }
    }

    pub(super) const fn at(line: usize, says: String) -> Self {
        Self {
            line: Some(line),
            says,
        }
    }

    /// "reprise.toml, line 3: repeat is 'three'; write a whole number from 1 to 100".
    pub(super) fn of(self, path: &Path) -> Error {
        let (path, says) = (path.display(), self.says);
        Error::Usage(match self.line {
            Some(line) => format!("{path}, line {line}: {says}"),
            None => format!("{path}: {says}"),
        })
    }
}

/// The file's keys in the order of its lines.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Wrong> {
    let table = DeTable::parse(text).map_err(|error| {
        let says = error.message().trim().replace('\n', " ");
        match error.span() {
            Some(at) => Wrong::at(line(text, at.start), says),
            None => Wrong::somewhere(says),
        }
    })?;
    Ok(section(table.into_inner(), text))
}

fn section(table: DeTable<'_>, text: &str) -> Vec<Entry> {
    let entries = table.into_iter();
    let mut entries: Vec<Entry> = entries
        .map(|(key, value)| Entry::new(&key, value, text))
        .collect();
    entries.sort_by_key(|entry| entry.line);
    entries
}

impl Entry {
    fn new(key: &Spanned<DeString<'_>>, value: Spanned<DeValue<'_>>, text: &str) -> Self {
        let name = key.get_ref().clone().into_owned();
        // a section begins where its name stands, and goes on to the next
        let begins = match value.get_ref() {
            DeValue::Table(_) => key.span(),
            _ => value.span(),
        };
        Self::given(name, value, begins, text)
    }

    fn given(key: String, value: Spanned<DeValue<'_>>, at: Range<usize>, text: &str) -> Self {
        let written = shown(text.get(value.span()).unwrap_or_default());
        let given = match value.into_inner() {
            DeValue::String(text) => Given::Text(text.into_owned()),
            DeValue::Integer(number) => {
                let decimal = i64::from_str_radix(number.as_str(), number.radix());
                let decimal = decimal.map(|number| number.to_string());
                Given::Number(decimal.unwrap_or_else(|_| number.as_str().to_owned()))
            }
            DeValue::Float(number) => Given::Number(number.as_str().to_owned()),
            DeValue::Boolean(yes) => Given::Yes(yes),
            DeValue::Datetime(_) => Given::Moment,
            DeValue::Array(values) => Given::List(
                values
                    .into_iter()
                    .map(|value| {
                        let at = value.span();
                        Self::given(key.clone(), value, at, text)
                    })
                    .collect(),
            ),
            DeValue::Table(table) => Given::Section(section(table, text)),
        };
        Self {
            line: line(text, at.start),
            key,
            written,
            given,
        }
    }

    /// What is wrong with it, and what to write instead.
    pub(super) fn wrong(&self, write: &str) -> Wrong {
        let (key, written) = (&self.key, &self.written);
        let is = match &self.given {
            Given::Section(_) => "a section",
            _ => written.as_str(),
        };
        Wrong::at(self.line, format!("{key} is {is}; write {write}"))
    }

    /// Its text, which says something; `write` is what to write.
    pub(super) fn text(&self, write: &str) -> Result<String, Wrong> {
        match &self.given {
            Given::Text(text) if !text.trim().is_empty() => Ok(text.clone()),
            _ => Err(self.wrong(write)),
        }
    }

    /// Its number, from `least` to `most`.
    pub(super) fn whole(&self, least: u32, most: u32) -> Result<u32, Wrong> {
        let number = match &self.given {
            Given::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.wrong(&format!("a whole number from {least} to {most}")))
    }

    /// Its keys.
    pub(super) fn section(self) -> Result<Vec<Self>, Wrong> {
        match self.given {
            Given::Section(entries) => Ok(entries),
            _ => {
                let section = format!("[{}] on a line of its own, and its keys below", self.key);
                Err(self.wrong(&section))
            }
        }
    }
}

/// The line, from 1, that a place of the text is in.
fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// The beginning of what was written.
fn shown(written: &str) -> String {
    let line = written.lines().next().unwrap_or_default();
    let beginning: String = line.chars().take(SHOWN).collect();
    if beginning.len() < written.len() {
        format!("{beginning}…")
    } else {
        beginning
    }
}
