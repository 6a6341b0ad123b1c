//! Reads a fault from the form a person writes. Grammar in [`crate::Fault`].

use std::str::FromStr;

use crate::SpokenProtocol;

use crate::options::Options;
use crate::{Behaviour, Count, Fault, FaultError, Injected, Selector, Window};

/// Vaurien's name for an `error` that strikes the first so many and then never again.
const TRANSIENT: &str = "transient";

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let (percent, rest) = text
            .split_once(':')
            .ok_or_else(|| FaultError::NoPercent(text.to_owned()))?;
        let percent = percent.trim().parse()?;
        let rest = rest.trim_start();
        let name_len = rest
            .find(|c: char| !c.is_ascii_alphabetic() && c != '_')
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at(name_len);
        let (mut options, rest) = Options::split(rest)?;
        let mut conditions = Conditions::parse(rest)?;
        let behaviour = if name == TRANSIENT {
            conditions.agitate(&mut options)?;
            Behaviour::read("error", options)?
        } else {
            Behaviour::read(name, options)?
        };
        agree(&behaviour, conditions.selector.as_ref())?;
        Ok(Self {
            percent,
            behaviour,
            window: conditions.window,
            count: conditions.count,
            via: conditions.via,
            selector: conditions.selector,
        })
    }
}

/// What follows the behaviour: when, how often, on what.
#[derive(Default)]
struct Conditions {
    window: Option<Window>,
    count: Count,
    via: Option<String>,
    selector: Option<Selector>,
}

impl Conditions {
    fn parse(text: &str) -> Result<Self, FaultError> {
        let mut all = Self::default();
        let mut rest = text;
        if let Some(span) = text.strip_prefix('@') {
            let (span, after) = word(span);
            if span == "every" {
                rest = text.get(1..).unwrap_or_default();
            } else {
                all.window = Some(span.parse()?);
                rest = after;
            }
        } else if text.starts_with(|c: char| !c.is_whitespace()) {
            return Err(FaultError::LeftOver(text.to_owned()));
        }
        loop {
            let (keyword, after) = word(rest);
            match keyword {
                "" => return Ok(all),
                "for" => {
                    all.selector = Some(after.parse()?);
                    return Ok(all);
                }
                "every" => rest = all.every(after)?,
                "via" => {
                    let (name, after) = word(after);
                    if name.is_empty() || all.via.is_some() {
                        return Err(FaultError::BadVia(rest.trim().to_owned()));
                    }
                    all.via = Some(name.to_owned());
                    rest = after;
                }
                "after" => (all.count.after, rest) = number(keyword, after)?,
                "first" => {
                    let (first, after) = number(keyword, after)?;
                    all.count.first = Some(first);
                    rest = after;
                }
                "of" if word(after).0 == "all" && !all.count.is_everything() => {
                    all.count.of_all = true;
                    rest = word(after).1;
                }
                _ => return Err(FaultError::LeftOver(rest.trim().to_owned())),
            }
        }
    }

    /// Reads `60s for 5s`; what comes after it.
    fn every<'a>(&mut self, text: &'a str) -> Result<&'a str, FaultError> {
        let (every, rest) = word(text);
        let (keyword, rest) = word(rest);
        let (on, rest) = word(rest);
        if keyword != "for" {
            return Err(FaultError::BadRepeat(format!("every {}", text.trim())));
        }
        let window = self.window.unwrap_or_default();
        self.window = Some(window.repeated(every, on)?);
        Ok(rest)
    }

    /// Takes what `transient` has besides the options of `error`: how many it strikes.
    fn agitate(&mut self, options: &mut Options) -> Result<(), FaultError> {
        let times = options.number("agitate", 1..=u32::MAX, "a whole number above 0")?;
        if !self.count.is_everything() {
            return Err(FaultError::BadCount(format!("{TRANSIENT}{}", self.count)));
        }
        self.count = Count {
            after: 0,
            first: Some(times.unwrap_or(1)),
            of_all: true,
        };
        Ok(())
    }
}

/// The next word of `text`, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// The number after `keyword`, above 0, and what comes after it.
fn number<'a>(keyword: &str, text: &'a str) -> Result<(u32, &'a str), FaultError> {
    let (number, rest) = word(text);
    let parsed = number.parse().ok().filter(|number| *number > 0);
    let bad = || FaultError::BadCount(format!("{keyword} {number}"));
    Ok((parsed.ok_or_else(bad)?, rest))
}

/// What has a meaning in one protocol cannot be asked for in the other.
fn agree(behaviour: &Behaviour, selector: Option<&Selector>) -> Result<(), FaultError> {
    let Some(selector) = selector else {
        return Ok(());
    };
    if behaviour.acts_on_connections() && selector.asks_for_exchanges() {
        return Err(FaultError::BadSelector {
            selector: selector.to_string(),
            why: "selects exchanges, but this fault acts on whole connections: write http, mysql or connection:N",
        });
    }
    if behaviour.bursts().is_some()
        && (selector.protocol().is_some() || selector.asks_for_exchanges())
    {
        return Err(FaultError::BadSelector {
            selector: selector.to_string(),
            why: "selects exchanges, but this fault acts on bursts, where no exchanges are known: write connection:N, \
                  or nothing",
        });
    }
    let only = behaviour.only_in();
    let Some(asked) = selector.protocol() else {
        return Ok(());
    };
    if only.is_empty() || only.contains(&asked) {
        return Ok(());
    }
    let why = match (behaviour, only, asked) {
        (Behaviour::Injected(Injected::Line { .. }), _, SpokenProtocol::Http) => {
            "selects HTTP, whose errors have a status: write error(status=...)"
        }
        (Behaviour::Injected(Injected::Line { .. }), _, _) => {
            "selects MySQL, whose errors have a number: write error(code=...)"
        }
        (Behaviour::Injected(_), _, SpokenProtocol::Http) => {
            "selects HTTP, which has no error number: write error(status=...)"
        }
        (Behaviour::Injected(_), _, SpokenProtocol::Mysql) => {
            "selects MySQL, which has no status: write error(code=...)"
        }
        (Behaviour::Injected(_), _, _) => {
            "selects a protocol of lines, which has neither status nor number: write error, or error(reply=...)"
        }
        (_, [SpokenProtocol::Mysql], _) => {
            "selects another protocol, but this fault only has a meaning in MySQL"
        }
        _ => "selects another protocol, but this fault only has a meaning in HTTP",
    };
    Err(FaultError::BadSelector {
        selector: selector.to_string(),
        why,
    })
}

#[cfg(test)]
mod tests;
