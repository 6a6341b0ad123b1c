//! A probe: what a single user feels while the load is on, on its own connections and counted apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One probe of a plan. Written `WATCH` or `NAME=WATCH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// What it is called in charts, checks and the summary; unique in its plan.
    pub name: String,
    /// What it sends.
    pub watch: Watch,
}

/// What a probe sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watch {
    /// A recorded lane at its own pace, again and again.
    Lane(u32),
    /// The recorded exchanges of the operations with this in their text, at their own pace, again and again.
    Operation(String),
    /// A GET every second.
    Http {
        /// `http[s]://HOST[:PORT]`.
        target: String,
        /// `/health`.
        path: String,
    },
    /// A statement every second, to the plan's MySQL target.
    Sql(String),
}

/// A text that is no probe.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "read the probe `{0}`: write lane:ID, operation:/PATH, http://HOST/PATH or sql:STATEMENT, with NAME= before \
     it to name it"
)]
pub struct ProbeError(pub String);

impl FromStr for Probe {
    type Err = ProbeError;

    fn from_str(text: &str) -> Result<Self, ProbeError> {
        let text = text.trim();
        if let Some(watch) = Watch::read(text) {
            return Ok(Self {
                name: text.to_owned(),
                watch,
            });
        }
        let named = text.split_once('=').and_then(|(name, watch)| {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
            let name = name.trim();
            let is_name = !name.is_empty() && name.chars().all(plain);
            Some((is_name.then_some(name)?, Watch::read(watch.trim())?))
        });
        let (name, watch) = named.ok_or_else(|| ProbeError(text.to_owned()))?;
        Ok(Self {
            name: name.to_owned(),
            watch,
        })
    }
}

impl Watch {
    fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "lane" => rest.trim().parse().ok().map(Self::Lane),
            "operation" => {
                (!rest.trim().is_empty()).then(|| Self::Operation(rest.trim().to_owned()))
            }
            "sql" => (!rest.trim().is_empty()).then(|| Self::Sql(rest.trim().to_owned())),
            "http" | "https" => {
                let host = rest.strip_prefix("//")?;
                let (host, path) = host.split_at(host.find('/').unwrap_or(host.len()));
                let readable = |part: &str| part.chars().all(|c| c.is_ascii_graphic());
                (!host.is_empty() && readable(host) && readable(path)).then(|| Self::Http {
                    target: format!("{kind}://{host}"),
                    path: if path.is_empty() { "/" } else { path }.to_owned(),
                })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lane(lane) => write!(f, "lane:{lane}"),
            Self::Operation(operation) => write!(f, "operation:{operation}"),
            Self::Http { target, path } => write!(f, "{target}{path}"),
            Self::Sql(sql) => write!(f, "sql:{sql}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        let probe: Probe = text.parse().ok()?;
        Some((probe.name, probe.watch.to_string()))
    }

    #[test]
    fn a_probe_is_named_by_what_it_watches_or_by_a_name() {
        for text in [
            "lane:7",
            "operation:/cart",
            "http://127.0.0.1:80/health?a=b",
            "sql:SELECT a = 1",
        ] {
            assert_eq!(read(text), Some((text.to_owned(), text.to_owned())));
            let named = format!("the one={text}");
            assert_eq!(read(&named), Some(("the one".to_owned(), text.to_owned())));
        }
        let bare = read("https://shop").unwrap();
        assert_eq!(bare.1, "https://shop/");
    }

    #[test]
    fn what_is_no_probe_is_refused_with_what_to_write() {
        for text in [
            "",
            "lane:x",
            "sql:",
            "operation: ",
            "http:shop",
            "http://",
            "ftp://a",
            "=lane:1",
            "a",
        ] {
            let error = text.parse::<Probe>().unwrap_err().to_string();
            assert!(error.contains("lane:ID"), "{error}");
        }
    }
}
