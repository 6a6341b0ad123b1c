//! A server or machine that is watched beside the load: it tells numbers of itself, once a second.

use std::fmt;
use std::str::FromStr;

use reprise_wire::exposition::Selector;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::MysqlRoute;

/// One watched source of a plan. Written `SOURCE` or `NAME=SOURCE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedSource {
    /// What it is called in charts and tables; unique in its plan.
    pub name: String,
    /// Where its numbers come from.
    pub from: WatchFrom,
}

/// Where the numbers of a watched source come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchFrom {
    /// This machine's own `/proc`.
    Host,
    /// One process of this machine, by its id.
    Pid(u32),
    /// The processes of this machine with that name, together.
    Process(String),
    /// The status of the server the run's MySQL goes to, with its login.
    Target,
    /// The status of a MySQL or MariaDB server.
    Mysql(MysqlRoute),
    /// Metrics in Prometheus's text format.
    Prometheus {
        /// `http[s]://HOST[:PORT]`.
        target: String,
        /// `/metrics`.
        path: String,
        /// Which of them.
        #[serde(with = "selectors")]
        series: Vec<Selector>,
    },
    /// A munin node.
    Munin {
        /// `HOST:PORT`.
        address: String,
        /// Which of its plugins: `cpu`; or a field of one: `cpu.user`.
        fields: Vec<String>,
    },
}

/// The port of munin nodes.
const MUNIN_PORT: u16 = 4949;

/// A text that is no watched source.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "read the source `{0}`: write host, pid:ID, process:NAME, mysql (the run's target), \
     mysql://USER:PASSWORD@HOST:PORT, http://HOST:PORT/metrics#SERIES,SERIES{{label=\"value\"}} or \
     munin://HOST#PLUGIN,PLUGIN, with NAME= before it to name it"
)]
pub struct WatchedSourceError(pub String);

impl WatchedSource {
    /// The name that `text` gives its source, if it gives one, and the source.
    pub fn split(text: &str) -> (Option<&str>, &str) {
        let text = text.trim();
        if is_source(text) {
            return (None, text);
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        let named = text
            .split_once('=')
            .map(|(name, from)| (name.trim(), from.trim()));
        match named {
            Some((name, from)) if !name.is_empty() && name.chars().all(plain) => (Some(name), from),
            _ => (None, text),
        }
    }
}

/// Whether it begins as a source does, rather than with a name.
fn is_source(text: &str) -> bool {
    let kinds = [
        "pid:", "process:", "mysql://", "http://", "https://", "munin://",
    ];
    matches!(text, "host" | "mysql") || kinds.iter().any(|kind| text.starts_with(kind))
}

impl FromStr for WatchFrom {
    type Err = WatchedSourceError;

    /// Reads all but `mysql://`, which holds a password and is for the caller to read.
    fn from_str(text: &str) -> Result<Self, WatchedSourceError> {
        read(text).ok_or_else(|| WatchedSourceError(text.to_owned()))
    }
}

fn read(text: &str) -> Option<WatchFrom> {
    match text {
        "host" => return Some(WatchFrom::Host),
        "mysql" => return Some(WatchFrom::Target),
        _ => {}
    }
    let (kind, rest) = text.split_once(':')?;
    match kind {
        "pid" => rest.trim().parse().ok().map(WatchFrom::Pid),
        "process" => {
            let name = rest.trim();
            (!name.is_empty()).then(|| WatchFrom::Process(name.to_owned()))
        }
        "http" | "https" => {
            let (place, series) = rest.strip_prefix("//")?.split_once('#')?;
            let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
            let readable = |part: &str| part.chars().all(|c| c.is_ascii_graphic());
            let series = Selector::list(series).filter(|list| !list.is_empty())?;
            (!host.is_empty() && readable(host) && readable(path)).then(|| WatchFrom::Prometheus {
                target: format!("{kind}://{host}"),
                path: if path.is_empty() { "/metrics" } else { path }.to_owned(),
                series,
            })
        }
        "munin" => munin(rest.strip_prefix("//")?),
        _ => None,
    }
}

fn munin(rest: &str) -> Option<WatchFrom> {
    let (host, fields) = rest.split_once('#')?;
    let fields: Vec<String> = fields
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    // munin's own rule for names: anything else could be a command of its own
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let is_name = |name: &String| !name.is_empty() && name.chars().all(plain);
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_graphic()) || !fields.iter().all(is_name)
    {
        return None;
    }
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port {
        host.to_owned()
    } else {
        format!("{host}:{MUNIN_PORT}")
    };
    Some(WatchFrom::Munin { address, fields })
}

impl WatchFrom {
    /// What it is called when nobody names it.
    pub fn usual_name(&self) -> String {
        let host = |url: &str| {
            let bare = url.split_once("://").map_or(url, |(_, host)| host);
            bare.to_owned()
        };
        match self {
            Self::Host => "host".to_owned(),
            Self::Pid(pid) => format!("pid {pid}"),
            Self::Process(name) => name.clone(),
            Self::Target => "mysql".to_owned(),
            Self::Mysql(route) => format!("mysql {}", route.address),
            Self::Prometheus { target, .. } => host(target),
            Self::Munin { address, .. } => format!("munin {address}"),
        }
    }
}

impl fmt::Display for WatchFrom {
    /// As it is written, but for logins: those are never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Pid(pid) => write!(f, "pid:{pid}"),
            Self::Process(name) => write!(f, "process:{name}"),
            Self::Target => f.write_str("mysql"),
            Self::Mysql(route) => write!(f, "mysql://{}@{}", route.user, route.address),
            Self::Prometheus {
                target,
                path,
                series,
            } => {
                let series: Vec<String> = series.iter().map(Selector::to_string).collect();
                write!(f, "{target}{path}#{}", series.join(","))
            }
            Self::Munin { address, fields } => write!(f, "munin://{address}#{}", fields.join(",")),
        }
    }
}

/// Selectors as texts: the plan stays readable, and `wire` needs no form of its own in it.
mod selectors {
    use reprise_wire::exposition::Selector;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(list: &[Selector], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(list.iter().map(Selector::to_string))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<Selector>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let read = |text: String| {
            let why = || D::Error::custom(format!("'{text}' is no series"));
            text.parse().map_err(|_| why())
        };
        texts.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_source_reads_back_as_it_was_written() {
        for text in [
            "host",
            "mysql",
            "pid:1234",
            "process:mysqld",
            "http://db:9104/metrics#node_load1,http_requests_total{code=\"500\",method!=\"GET\"}",
            "munin://db:4949#cpu,load.load",
        ] {
            let (name, from) = WatchedSource::split(text);
            assert_eq!((name, from), (None, text));
            let from: WatchFrom = from.parse().unwrap();
            assert_eq!(from.to_string(), text);
            let json = serde_json::to_value(&from).unwrap();
            assert_eq!(serde_json::from_value::<WatchFrom>(json).unwrap(), from);
            let named = format!("the db={text}");
            assert_eq!(WatchedSource::split(&named), (Some("the db"), text));
        }
    }

    #[test]
    fn path_and_port_have_defaults() {
        let read = |text: &str| text.parse::<WatchFrom>().unwrap().to_string();
        assert_eq!(read("http://db:9104#up"), "http://db:9104/metrics#up");
        assert_eq!(read("munin://db#cpu"), "munin://db:4949#cpu");
    }

    #[test]
    fn what_is_no_source_is_refused_with_what_to_write() {
        for text in [
            "",
            "pid:x",
            "process:",
            "http://db:9104/metrics",
            "http://db:9104/metrics#",
            "http://db/metrics#a{b=}",
            "http:///metrics#a",
            "munin://db",
            "munin://db#",
            "munin://db#cpu\nquit",
            "ftp://db",
        ] {
            let error = text.parse::<WatchFrom>().unwrap_err().to_string();
            assert!(error.contains("process:NAME"), "{error}");
        }
    }
}
