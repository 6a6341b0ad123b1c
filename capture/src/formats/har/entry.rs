//! One entry to an exchange on its connection.

use std::borrow::Cow;

use reprise_wire::{Exchange, Flags, Limits, Timestamp};
use serde_json::Value;

use super::OWN;
use super::fields::{bytes, milliseconds, number, text};
use super::message::{self, Text};
use super::places::{self, Authority};
use crate::formats::base64;
use crate::formats::heard::{self, Said};
use crate::formats::moment;
use crate::formats::open::OpenConnections;
use crate::formats::told::Told;

/// What an entry tells, or what kind of entry cannot be used.
pub(super) fn read(
    json: &[u8],
    limits: &Limits,
    connections: &mut OpenConnections<String>,
) -> Result<Vec<Told>, &'static str> {
    let entry: Value = parse(json).ok_or("entries that are not JSON")?;
    let request = entry.get("request").ok_or("entries without a request")?;
    let url = text(request, "url");
    let target =
        Target::of(text(request, "method"), url).ok_or("entries whose URL is not http or https")?;
    let times = Times::of(&entry).ok_or("entries without a readable startedDateTime")?;
    let own = entry.get(OWN).unwrap_or(&Value::Null);
    let asked = kept(own, "request", "requestMissing")
        .or_else(|| message::request(request, &target))
        .ok_or("entries without a method")?;
    let answered = entry.get("response").and_then(|response| {
        kept(own, "response", "responseMissing")
            .or_else(|| message::response(response, text(request, "method")))
    });
    let mut told = Vec::new();
    let span = (times.request_first, times.response_last);
    let authority = &target.authority;
    let connection = places::connection(&entry, authority, span, connections, &mut told);
    let request = said(&asked, times.request_first, times.request_last);
    let response = answered
        .as_ref()
        .map(|text| said(text, times.response_first, times.response_last));
    let mut heard = heard::http(limits, connection, Some(request), response);
    if let [one] = heard.as_mut_slice() {
        restore(own, &mut one.exchange);
    }
    told.extend(heard.into_iter().map(|one| Told::Exchange(Box::new(one))));
    Ok(told)
}

/// The entry; bytes that are not UTF-8, which some tools write into bodies, are replaced.
fn parse(json: &[u8]) -> Option<Value> {
    match std::str::from_utf8(json) {
        Ok(json) => serde_json::from_str(json).ok(),
        Err(_) => serde_json::from_str(&String::from_utf8_lossy(json)).ok(),
    }
}

fn said(text: &Text, first: Timestamp, last: Timestamp) -> Said<'_> {
    Said {
        bytes: &text.bytes,
        missing: text.missing,
        first,
        last,
    }
}

/// A message that our own field keeps as it was.
fn kept(own: &Value, key: &str, missing: &str) -> Option<Text> {
    let bytes = base64::decode(own.get(key)?.as_str()?)?;
    let missing = self::bytes(own, missing).unwrap_or(0);
    Some(Text { bytes, missing })
}

/// What our own field knows better than the decoder: how long messages were before redaction or a cap, and
/// what was unusual about them.
fn restore(own: &Value, exchange: &mut Exchange) {
    let messages = [
        ("request", "requestBytes", &mut exchange.request),
        ("response", "responseBytes", &mut exchange.response),
    ];
    for (name, length, payload) in messages {
        let Some(payload) = payload else { continue };
        if let Some(length) = bytes(own, length) {
            payload.wire_len = length;
        }
        // A gap after what was kept was read as zeros.
        if let Some(kept) = kept(own, name, "") {
            payload.bytes = kept.bytes;
        }
    }
    let flags = own.get("flags").and_then(Value::as_u64);
    if let Some(flags) = flags.and_then(|bits| u32::try_from(bits).ok()) {
        exchange.flags = Flags::from_bits_truncate(flags);
    }
}

/// Where a request goes, from its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// As it stands in the request line.
    pub(super) target: Cow<'a, str>,
    /// As it stands in the Host field.
    pub(super) host: &'a str,
    pub(super) authority: Authority<'a>,
}

impl<'a> Target<'a> {
    pub(super) fn of(method: &str, url: &'a str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://")?;
        let port = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => 80,
            "https" | "wss" => 443,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let path = path.split('#').next().unwrap_or(path);
        let target = match method {
            "CONNECT" => Cow::Borrowed(host),
            "OPTIONS" if path == "/*" => Cow::Borrowed("*"),
            _ if path.starts_with('/') => Cow::Borrowed(path),
            _ => Cow::Owned(format!("/{path}")),
        };
        let (name, given) = match host.rsplit_once(':') {
            Some((name, digits)) if !digits.ends_with(']') => (name, digits.parse().ok()),
            _ => (host, None),
        };
        let authority = Authority {
            host: name.trim_matches(['[', ']']),
            port: given.unwrap_or(port),
        };
        Some(Self {
            target,
            host,
            authority,
        })
    }
}

/// The four times of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    request_first: Timestamp,
    request_last: Timestamp,
    response_first: Timestamp,
    response_last: Timestamp,
}

impl Times {
    /// From when it started and its timings; without timings, from how long it took.
    fn of(entry: &Value) -> Option<Self> {
        let started = moment::iso(text(entry, "startedDateTime"))?;
        let timings = entry.get("timings").unwrap_or(&Value::Null);
        let took = |key| milliseconds(timings, key);
        // The time for TLS is part of that for connecting.
        let request_first = started.plus_nanos(took("blocked") + took("dns") + took("connect"));
        let request_last = request_first.plus_nanos(took("send"));
        let known = ["send", "wait", "receive"].map(|key| number(timings, key));
        if known.iter().all(Option::is_none) {
            let end = started.plus_nanos(milliseconds(entry, "time"));
            return Some(Self {
                request_first: started,
                request_last: started,
                response_first: end,
                response_last: end,
            });
        }
        let response_first = request_last.plus_nanos(took("wait"));
        Some(Self {
            request_first,
            request_last,
            response_first,
            response_last: response_first.plus_nanos(took("receive")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(method: &str, url: &str) -> Option<(String, String, String, u16)> {
        let Target {
            target,
            host,
            authority,
        } = Target::of(method, url)?;
        let name = authority.host.to_owned();
        Some((target.into_owned(), host.to_owned(), name, authority.port))
    }

    #[test]
    fn a_url_says_target_host_and_port() {
        let expected = |target: &str, host: &str, name: &str, port| {
            Some((target.to_owned(), host.to_owned(), name.to_owned(), port))
        };
        assert_eq!(
            target("GET", "http://me:pw@shop:8080/cart/7?x=1#top"),
            expected("/cart/7?x=1", "shop:8080", "shop", 8080)
        );
        assert_eq!(
            target("GET", "HTTPS://[::1]?q"),
            expected("/?q", "[::1]", "::1", 443)
        );
        assert_eq!(
            target("CONNECT", "http://shop:443/"),
            expected("shop:443", "shop:443", "shop", 443)
        );
        assert_eq!(target("GET", "data:text/plain,x"), None);
        assert_eq!(target("GET", "chrome-extension://abc/x.js"), None);
    }

    #[test]
    fn times_come_from_the_timings_or_else_from_the_whole() {
        let at = |json: &str| {
            let times = Times::of(&serde_json::from_str(json).unwrap()).unwrap();
            let since = |at: Timestamp| at.micros_since(Timestamp::default());
            [
                since(times.request_first),
                since(times.request_last),
                since(times.response_first),
                since(times.response_last),
            ]
        };
        let timed = r#"{"startedDateTime":"1970-01-01T00:00:01Z","time":99,"timings":
            {"blocked":-1,"dns":2,"connect":"3","ssl":1,"send":0.001,"wait":4.5,"receive":1}}"#;
        assert_eq!(at(timed), [1_005_000, 1_005_001, 1_009_501, 1_010_501]);
        let whole = r#"{"startedDateTime":"1970-01-01T00:00:01Z","time":99}"#;
        assert_eq!(at(whole), [1_000_000, 1_000_000, 1_099_000, 1_099_000]);
    }
}
