//! The options of a behaviour as they were written, taken one by one; and written again.

use std::fmt;

use crate::FaultError;

/// Options as written, in order; each behaviour takes those it knows.
#[derive(Debug, Default)]
pub(crate) struct Options {
    behaviour: &'static str,
    /// What may be written, for whoever wrote something else.
    allowed: &'static str,
    left: Vec<(String, String)>,
}

/// Milliseconds, as an option takes them.
const MILLISECONDS: &str = "whole milliseconds, 0 to 3600000";

impl Options {
    /// The options between the parentheses at the start of `text`, and what comes after them.
    pub(crate) fn split(text: &str) -> Result<(Self, &str), FaultError> {
        let Some(inside) = text.strip_prefix('(') else {
            return Ok((Self::default(), text));
        };
        let mut options = Self::default();
        let mut word = String::new();
        let mut key: Option<String> = None;
        let mut quoted = false;
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if quoted => word.extend(chars.next().map(|(_, next)| next)),
                '"' => quoted = !quoted,
                _ if quoted => word.push(c),
                '=' if key.is_none() => key = Some(std::mem::take(&mut word).trim().to_owned()),
                ',' | ')' => {
                    options.keep(key.take(), std::mem::take(&mut word))?;
                    if c == ')' {
                        return Ok((options, inside.get(at + 1..).unwrap_or_default()));
                    }
                }
                _ => word.push(c),
            }
        }
        Err(FaultError::NotClosed(text.to_owned()))
    }

    fn keep(&mut self, key: Option<String>, value: String) -> Result<(), FaultError> {
        match key {
            Some(key) if self.left.iter().any(|(name, _)| *name == key) => {
                Err(FaultError::OptionTwice(key))
            }
            Some(key) => {
                self.left.push((key, value));
                Ok(())
            }
            // `hang()` and a comma at the end are harmless
            None if value.trim().is_empty() => Ok(()),
            None => Err(FaultError::BadValue {
                option: value.trim().to_owned(),
                value: String::new(),
                allowed: "a value, written option=value",
            }),
        }
    }

    /// Whose options these are, and which it has.
    pub(crate) const fn of(&mut self, behaviour: &'static str, allowed: &'static str) {
        self.behaviour = behaviour;
        self.allowed = allowed;
    }

    /// Takes the text of an option.
    pub(crate) fn text(&mut self, option: &str) -> Option<String> {
        let at = self.left.iter().position(|(name, _)| name == option)?;
        Some(self.left.remove(at).1)
    }

    /// Takes an option that `read` understands; `allowed` says what that is.
    pub(crate) fn value<T>(
        &mut self,
        option: &str,
        allowed: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, FaultError> {
        let Some(value) = self.text(option) else {
            return Ok(None);
        };
        read(value.trim())
            .map(Some)
            .ok_or_else(|| FaultError::BadValue {
                option: option.to_owned(),
                value,
                allowed,
            })
    }

    /// Takes a whole number within a range.
    pub(crate) fn number(
        &mut self,
        option: &str,
        range: std::ops::RangeInclusive<u32>,
        allowed: &'static str,
    ) -> Result<Option<u32>, FaultError> {
        self.value(option, allowed, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// Takes milliseconds, at most an hour.
    pub(crate) fn milliseconds(&mut self, option: &str) -> Result<Option<u32>, FaultError> {
        self.number(option, 0..=3_600_000, MILLISECONDS)
    }

    /// Takes `true` or `false`.
    pub(crate) fn flag(&mut self, option: &str) -> Result<Option<bool>, FaultError> {
        self.value(option, "true or false", |text| text.parse().ok())
    }

    /// The error for a missing option; `needs` says which, and how it is written. Where one is left that
    /// nobody knows it may be the one, misspelt.
    pub(crate) fn missing(&self, needs: &'static str) -> FaultError {
        let misspelt = self.left.iter().find(|(name, _)| !self.knows(name));
        misspelt.map_or(
            FaultError::MissingOption {
                name: self.behaviour,
                needs,
            },
            |(name, _)| self.unknown(name),
        )
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), FaultError> {
        let first = self.left.first();
        first.map_or(Ok(()), |(name, _)| Err(self.unknown(name)))
    }

    /// Whether the behaviour has such an option, in this or another of its forms.
    fn knows(&self, option: &str) -> bool {
        let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut words = self.allowed.split(|c| !is_inside(c));
        words.any(|word| word == option)
    }

    fn unknown(&self, option: &str) -> FaultError {
        FaultError::UnknownOption {
            name: self.behaviour,
            option: option.to_owned(),
            allowed: self.allowed,
        }
    }
}

/// Writes options so that they read back: `(ms=250,jitter=50)`, or nothing when there are none.
#[derive(Debug, Default)]
pub(crate) struct Written(String);

impl Written {
    /// Adds an option.
    pub(crate) fn put(&mut self, option: &str, value: impl fmt::Display) {
        let before = if self.0.is_empty() { '(' } else { ',' };
        self.0.push_str(&format!("{before}{option}={value}"));
    }

    /// Adds an option that is not as it is by itself.
    pub(crate) fn put_unless<T: PartialEq + fmt::Display>(
        &mut self,
        option: &str,
        value: T,
        usual: T,
    ) {
        if value != usual {
            self.put(option, value);
        }
    }

    /// Adds an option whose text may hold anything.
    pub(crate) fn put_text(&mut self, option: &str, text: &str) {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        self.put(option, format!("\"{quoted}\""));
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)?;
        f.write_str(if self.0.is_empty() { "" } else { ")" })
    }
}
