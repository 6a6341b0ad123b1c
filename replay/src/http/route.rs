//! Which recorded HTTP goes to which target: by the recorded server, by the Host its requests name, by the
//! beginning of their path.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The part of the recorded HTTP that a route takes, written `SERVER`, `HOST`, `/PATH` or `HOST/PATH`.
///
/// | written | takes |
/// |---|---|
/// | `10.0.0.9:80` | requests that were sent to this server, or that name it as their Host |
/// | `10.0.0.9` | the same, on any port |
/// | `shop.example`, `shop.example:8080` | requests whose Host field names it; without a port, with any |
/// | `/api` | requests for `/api` and what lies below it |
/// | `shop.example/api` | both must hold |
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpSource {
    /// In lower case, port included if one was given.
    authority: Option<Authority>,
    /// Without a slash at its end.
    path: Option<String>,
}

/// A server's address or a host's name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Authority {
    text: String,
    /// When it is an address.
    address: Option<(IpAddr, Option<u16>)>,
}

/// Why a text names no part of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "read '{0}' as a recorded server: write ADDRESS:PORT, a host's name, /PATH or HOST/PATH, as in \
     shop.example/api=http://127.0.0.1:8080"
)]
pub struct HttpSourceError(String);

/// A recorded request, as far as routes look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressed<'a> {
    /// Where its connection led.
    pub(crate) server: SocketAddr,
    /// What its Host field says.
    pub(crate) host: Option<&'a [u8]>,
    /// Its target as sent.
    pub(crate) target: &'a [u8],
}

impl HttpSource {
    /// How particular it is about the request, the longest path first and a host before none; `None` when
    /// it does not take it.
    pub(crate) fn fits(&self, request: Addressed<'_>) -> Option<(usize, bool)> {
        let host_fits = self
            .authority
            .as_ref()
            .is_none_or(|authority| authority.fits(request));
        let path = path_of(request.target);
        let path_fits = self.path.as_ref().is_none_or(|prefix| {
            path.strip_prefix(prefix.as_bytes())
                .is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
        });
        let length = self.path.as_ref().map_or(0, |prefix| prefix.len() + 1);
        (host_fits && path_fits).then_some((length, self.authority.is_some()))
    }
}

impl Authority {
    fn fits(&self, request: Addressed<'_>) -> bool {
        let by_address = self.address.is_some_and(|(ip, port)| {
            request.server.ip().to_canonical() == ip
                && port.is_none_or(|port| port == request.server.port())
        });
        by_address || request.host.is_some_and(|host| self.is_named_by(host))
    }

    fn is_named_by(&self, host: &[u8]) -> bool {
        let host = String::from_utf8_lossy(host).trim().to_ascii_lowercase();
        host == self.text || without_port(&host) == self.text
    }
}

/// The path of a request's target, whether it is written with a host before it (RFC 9112 section 3.2) or not.
pub(crate) fn path_of(target: &[u8]) -> &[u8] {
    let path = origin_form(target).unwrap_or(target);
    let end = path.iter().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// Path and query of a target in absolute form, `http://host/path?query`; `None` when it is in another form.
/// The path may be empty.
pub(crate) fn origin_form(target: &[u8]) -> Option<&[u8]> {
    let scheme = target.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = target.split_at_checked(scheme)?;
    if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
        return None;
    }
    let rest = rest.strip_prefix(b"://")?;
    let path = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    rest.get(path..)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // what stands in brackets has colons of its own
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

impl FromStr for HttpSource {
    type Err = HttpSourceError;

    fn from_str(text: &str) -> Result<Self, HttpSourceError> {
        let wrong = || HttpSourceError(text.to_owned());
        let (authority, path) = match text.find('/') {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let path = path.trim_end_matches('/');
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '@');
        if text.is_empty() || text.contains(odd) || text.contains("://") {
            return Err(wrong());
        }
        let authority = (!authority.is_empty())
            .then(|| Authority::of(authority).ok_or_else(wrong))
            .transpose()?;
        Ok(Self {
            authority,
            path: (!path.is_empty()).then(|| path.to_owned()),
        })
    }
}

impl Authority {
    fn of(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let address = match (text.parse::<SocketAddr>(), bare.parse::<IpAddr>()) {
            (Ok(address), _) => Some((address.ip().to_canonical(), Some(address.port()))),
            (_, Ok(ip)) => Some((ip.to_canonical(), None)),
            _ => None,
        };
        let name_ends = text.rfind(':').filter(|_| address.is_none());
        let port = name_ends.and_then(|at| text.get(at + 1..));
        let name = name_ends.and_then(|at| text.get(..at)).unwrap_or(&text);
        let port_is_one = port.is_none_or(|port| port.parse::<u16>().is_ok());
        let is_name = address.is_some()
            || !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        (port_is_one && is_name).then_some(Self { text, address })
    }
}

impl fmt::Display for HttpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority.as_ref();
        f.write_str(authority.map_or("", |authority| &authority.text))?;
        match (&self.path, authority) {
            (Some(path), _) => f.write_str(path),
            (None, None) => f.write_str("/"),
            (None, Some(_)) => Ok(()),
        }
    }
}

impl TryFrom<String> for HttpSource {
    type Error = HttpSourceError;

    fn try_from(text: String) -> Result<Self, HttpSourceError> {
        text.parse()
    }
}

impl From<HttpSource> for String {
    fn from(source: HttpSource) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(source: &str, host: &str, target: &str) -> Option<(usize, bool)> {
        let request = Addressed {
            server: "10.0.0.9:80".parse().unwrap(),
            host: Some(host.as_bytes()),
            target: target.as_bytes(),
        };
        source.parse::<HttpSource>().unwrap().fits(request)
    }

    #[test]
    fn a_route_takes_a_server_a_host_or_a_path() {
        for (source, taken) in [
            ("10.0.0.9:80", true),
            ("10.0.0.9", true),
            ("10.0.0.9:81", false),
            ("[::ffff:10.0.0.9]:80", true),
            ("Shop.Example", true),
            ("shop.example:8080", true),
            ("shop.example:81", false),
            ("example", false),
            ("/", true),
            ("/api", true),
            ("/api/", true),
            ("/api/v1/", true),
            ("/ap", false),
            ("shop.example/api", true),
            ("other.example/api", false),
        ] {
            let found = fits(source, "shop.example:8080", "/api/v1?x=/y");
            assert_eq!(found.is_some(), taken, "{source}");
        }
        assert!(fits("/api", "x", "http://shop.example/api?y").is_some());
    }

    #[test]
    fn a_longer_path_is_more_particular_than_a_shorter_one_and_than_a_host() {
        let of = |source| fits(source, "shop.example", "/api/v1/x");
        assert!(of("/api/v1") > of("/api") && of("/api") > of("shop.example"));
        assert!(of("shop.example/api") > of("/api") && of("shop.example") > of("/"));
    }

    #[test]
    fn a_source_reads_back_as_it_was_written_and_what_is_none_is_refused() {
        for text in ["10.0.0.9:80", "shop.example", "/api", "a.b:81/api/v1", "/"] {
            assert_eq!(text.parse::<HttpSource>().unwrap().to_string(), text);
        }
        for text in ["", "a b", "http://a", "a:b", "a?b", "u@a", ":80", "/a#b"] {
            let error = text.parse::<HttpSource>().unwrap_err().to_string();
            assert!(error.contains("HOST/PATH"), "{error}");
        }
    }
}
