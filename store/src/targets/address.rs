//! Host and port out of what people write for a target: a URL, or `HOST[:PORT]`.

use super::TargetRefused;

/// Where a target is, before its name is resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
}

/// Reads an HTTP target.
pub(super) fn http(target: &str) -> Result<Address, TargetRefused> {
    let refuse = |why| TargetRefused::Unreadable {
        target: target.to_owned(),
        why,
    };
    let tls = has_scheme(target, "https");
    let rest = without_scheme(target, if tls { "https" } else { "http" })
        .ok_or_else(|| refuse("use http://HOST[:PORT] or https://HOST[:PORT]"))?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return Err(refuse(
            "paths come from the recording; use http://HOST[:PORT]",
        ));
    }
    if authority.contains('@') {
        return Err(refuse(
            "credentials come with --secret; use http://HOST[:PORT]",
        ));
    }
    let address = split(authority, if tls { 443 } else { 80 });
    address
        .map(|address| Address { tls, ..address })
        .ok_or_else(|| refuse("use http://HOST[:PORT]"))
}

/// Reads a MySQL target.
pub(super) fn mysql(target: &str) -> Result<Address, TargetRefused> {
    let refuse = || TargetRefused::Unreadable {
        target: without_password(target),
        why: "use mysql://USER@HOST[:PORT]/DATABASE or HOST[:PORT]",
    };
    let rest = without_scheme(target, "mysql")
        .or_else(|| without_scheme(target, "mariadb"))
        .ok_or_else(refuse)?;
    // A password may hold '/' or '@' written as they are: the last '@' ends it.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    split(authority, 3306).ok_or_else(refuse)
}

/// What may be repeated in an error: a URL without its user and password.
fn without_password(target: &str) -> String {
    match (target.split_once("://"), target.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://...@{host}"),
        (None, Some((_, host))) => format!("...@{host}"),
        _ => target.to_owned(),
    }
}

fn has_scheme(target: &str, scheme: &str) -> bool {
    target
        .split_once("://")
        .is_some_and(|(its, _)| its.eq_ignore_ascii_case(scheme))
}

/// What follows the scheme; all of it when there is none; `None` with another scheme.
fn without_scheme<'a>(target: &'a str, scheme: &str) -> Option<&'a str> {
    match target.split_once("://") {
        Some((its, rest)) => its.eq_ignore_ascii_case(scheme).then_some(rest),
        None => Some(target),
    }
}

/// Whether a `Host` field may hold this: a host, with a port or without, IPv6 in brackets.
pub(super) fn is_authority(text: &str) -> bool {
    let is_bare_ipv6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    !is_bare_ipv6 && split(text, 80).is_some()
}

fn split(authority: &str, default_port: u16) -> Option<Address> {
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (
            host,
            if rest.is_empty() {
                None
            } else {
                Some(rest.strip_prefix(':')?)
            },
        )
    } else if authority.parse::<std::net::Ipv6Addr>().is_ok() {
        (authority, None)
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    let port = match port {
        None => default_port,
        Some(digits) => digits.parse().ok().filter(|port| *port != 0)?,
    };
    let is_host = crate::recording::normal_host(host.as_bytes()).is_some();
    is_host.then(|| Address {
        tls: false,
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(result: Result<Address, TargetRefused>) -> Option<(String, u16)> {
        result.ok().map(|address| (address.host, address.port))
    }

    #[test]
    fn a_target_is_a_url_or_host_and_port() {
        for (target, host, port) in [
            ("http://staging", "staging", 80),
            ("HTTP://staging:8080/", "staging", 8080),
            ("127.0.0.1:9", "127.0.0.1", 9),
            ("http://[::1]:81", "::1", 81),
            ("::1", "::1", 80),
            ("https://staging", "staging", 443),
            ("HTTPS://staging:8443", "staging", 8443),
        ] {
            assert_eq!(
                read(http(target)),
                Some((host.to_owned(), port)),
                "{target}"
            );
        }
        for (target, host, port) in [
            ("mysql://root:p@ss/w@db:3307/shop?x=y", "db", 3307),
            ("db", "db", 3306),
            ("mariadb://u@[::1]/", "::1", 3306),
        ] {
            assert_eq!(
                read(mysql(target)),
                Some((host.to_owned(), port)),
                "{target}"
            );
        }
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for target in [
            "",
            "ftp://a",
            "https://",
            "http://",
            "http://a/b",
            "http://a:0",
            "http://a:x",
            "http://a:99999",
            "http://u:p@a",
            "http://[::1",
            "http://a b",
            "http://a?b",
            ":80",
        ] {
            assert_eq!(read(http(target)), None, "{target}");
        }
        assert_eq!(read(mysql("http://a")), None);
        assert_eq!(read(mysql("mysql://u:p@")), None);
    }

    #[test]
    fn a_host_field_has_a_host_and_perhaps_a_port() {
        for text in [
            "shop",
            "shop.example:8080",
            "[::1]",
            "[::1]:80",
            "10.0.0.1:1",
        ] {
            assert!(is_authority(text), "{text}");
        }
        for text in [
            "", ":80", "a:99999", "a:0", "a:", "a:b", "a:1:2", "[::1", "[x]:1", "a/b", "::1",
        ] {
            assert!(!is_authority(text), "{text}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_password() {
        let error = mysql("mysql://root:hunter2@a b/shop")
            .unwrap_err()
            .to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
