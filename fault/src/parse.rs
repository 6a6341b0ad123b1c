//! Reads a fault from the form a person writes. Grammar in [`crate::Fault`].

use std::str::FromStr;

use reprise_wire::Protocol;

use crate::{Behaviour, Fault, FaultError, Injected, Selector, Window, sqlstate};

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
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at(name_len);
        let (options, rest) = options(rest)?;
        let behaviour = behaviour(name, options)?;
        let (window, rest) = window(rest)?;
        let selector = selector(rest)?;
        agree(&behaviour, selector.as_ref())?;
        Ok(Self {
            percent,
            behaviour,
            window,
            selector,
        })
    }
}

/// Options as written: name and value, in order.
type Options = Vec<(String, String)>;

/// The options between the parentheses as name and value, and what comes after them.
fn options(text: &str) -> Result<(Options, &str), FaultError> {
    let Some(inside) = text.strip_prefix('(') else {
        return Ok((Vec::new(), text));
    };
    let mut found = Options::new();
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
                let value = std::mem::take(&mut word);
                match key.take() {
                    Some(key) if found.iter().any(|(name, _)| *name == key) => {
                        return Err(FaultError::OptionTwice(key));
                    }
                    Some(key) => found.push((key, value)),
                    // `delay()` and a comma at the end are harmless
                    None if value.trim().is_empty() => {}
                    None => {
                        return Err(FaultError::BadValue {
                            option: value.trim().to_owned(),
                            value: String::new(),
                            allowed: "a value, written option=value",
                        });
                    }
                }
                if c == ')' {
                    return Ok((found, inside.get(at + 1..).unwrap_or_default()));
                }
            }
            _ => word.push(c),
        }
    }
    Err(FaultError::NotClosed(text.to_owned()))
}

fn behaviour(name: &str, options: Options) -> Result<Behaviour, FaultError> {
    match name {
        "delay" => delay(options),
        "error" => error(options),
        _ => Err(FaultError::UnknownName(name.to_owned())),
    }
}

fn delay(options: Options) -> Result<Behaviour, FaultError> {
    const MILLISECONDS: &str = "whole milliseconds, 0 to 3600000";
    let (mut ms, mut jitter_ms) = (None, 0);
    for (option, value) in options {
        match option.as_str() {
            "ms" => ms = Some(number(&option, &value, 0..=3_600_000, MILLISECONDS)?),
            "jitter" => jitter_ms = number(&option, &value, 0..=3_600_000, MILLISECONDS)?,
            _ => {
                return Err(FaultError::UnknownOption {
                    name: "delay",
                    option,
                    allowed: "ms and jitter",
                });
            }
        }
    }
    let ms = ms.ok_or(FaultError::MissingOption {
        name: "delay",
        needs: "ms, as in delay(ms=250) or delay(ms=250,jitter=50)",
    })?;
    Ok(Behaviour::Delay { ms, jitter_ms })
}

fn error(options: Options) -> Result<Behaviour, FaultError> {
    let (mut status, mut code, mut state, mut message) = (None, None, None, None);
    for (option, value) in options {
        match option.as_str() {
            "status" => {
                status = Some(number(
                    &option,
                    &value,
                    400..=599,
                    "an HTTP status, 400 to 599",
                )?)
            }
            "code" => {
                code = Some(number(
                    &option,
                    &value,
                    1..=65_535,
                    "a MySQL error number, 1 to 65535",
                )?)
            }
            "sqlstate" => state = Some(sqlstate_of(&value)?),
            "message" => message = Some(value),
            _ => {
                return Err(FaultError::UnknownOption {
                    name: "error",
                    option,
                    allowed: "status (HTTP), or code, sqlstate and message (MySQL)",
                });
            }
        }
    }
    let needs = "either status, as in error(status=503), or code, as in error(code=1213); \
                 sqlstate and message go with code";
    match (status, code) {
        (Some(status), None) if state.is_none() && message.is_none() => {
            Ok(Behaviour::Error(Injected::HttpStatus(status)))
        }
        (None, Some(code)) => {
            let (usual_state, usual_message) = sqlstate::of(code);
            Ok(Behaviour::Error(Injected::Mysql {
                code,
                sqlstate: state.unwrap_or(*usual_state),
                message: message.unwrap_or_else(|| usual_message.to_owned()),
            }))
        }
        _ => Err(FaultError::MissingOption {
            name: "error",
            needs,
        }),
    }
}

fn number<N>(
    option: &str,
    value: &str,
    range: std::ops::RangeInclusive<u32>,
    allowed: &'static str,
) -> Result<N, FaultError>
where
    N: TryFrom<u32>,
{
    let parsed = value
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|parsed| range.contains(parsed));
    parsed
        .and_then(|parsed| N::try_from(parsed).ok())
        .ok_or_else(|| FaultError::BadValue {
            option: option.to_owned(),
            value: value.to_owned(),
            allowed,
        })
}

fn sqlstate_of(value: &str) -> Result<[u8; 5], FaultError> {
    let bytes = value.trim().as_bytes();
    <[u8; 5]>::try_from(bytes)
        .ok()
        .filter(|state| state.iter().all(u8::is_ascii_alphanumeric))
        .ok_or_else(|| FaultError::BadValue {
            option: "sqlstate".to_owned(),
            value: value.to_owned(),
            allowed: "five letters or digits, as in 40001",
        })
}

/// The span after `@`, if there is one, and what comes after it.
fn window(text: &str) -> Result<(Option<Window>, &str), FaultError> {
    let Some(text) = text.strip_prefix('@') else {
        return Ok((None, text));
    };
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (span, rest) = text.split_at(end);
    Ok((Some(span.parse()?), rest))
}

/// The selector after ` for `, if there is one; anything else is an error.
fn selector(text: &str) -> Result<Option<Selector>, FaultError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let after = text
        .trim_start()
        .strip_prefix("for")
        .filter(|_| text.starts_with(' '));
    match after {
        Some(selector) if selector.is_empty() || selector.starts_with(' ') => {
            selector.parse().map(Some)
        }
        _ => Err(FaultError::LeftOver(trimmed.to_owned())),
    }
}

/// An error of one protocol cannot be injected into the other.
fn agree(behaviour: &Behaviour, selector: Option<&Selector>) -> Result<(), FaultError> {
    let Behaviour::Error(injected) = behaviour else {
        return Ok(());
    };
    let why = match (injected, selector.and_then(Selector::protocol)) {
        (Injected::HttpStatus(_), Some(Protocol::Mysql)) => {
            "selects MySQL, which has no status: write error(code=...)"
        }
        (Injected::Mysql { .. }, Some(Protocol::Http)) => {
            "selects HTTP, which has no error number: write error(status=...)"
        }
        _ => return Ok(()),
    };
    Err(FaultError::BadSelector {
        selector: selector.map(ToString::to_string).unwrap_or_default(),
        why,
    })
}

#[cfg(test)]
mod tests;
