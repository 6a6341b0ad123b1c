//! Who served: the addresses and names of recorded servers, so that none becomes a replay's target.

use std::net::IpAddr;

use rustc_hash::FxHashSet;

/// More servers than this are not remembered; a capture of that many is a scan, not a service.
const MOST: usize = 10_000;

/// Servers seen so far, as an address without port or a lower-case name.
#[derive(Default)]
pub(crate) struct Servers {
    seen: FxHashSet<String>,
    new: Vec<String>,
}

impl Servers {
    /// Notes a server's address.
    pub(crate) fn add_address(&mut self, address: IpAddr) {
        self.add(address.to_canonical().to_string());
    }

    /// Notes the host that an HTTP request names, if its head has one.
    pub(crate) fn add_http_request(&mut self, request: &[u8]) {
        if let Some(host) = host_of(request)
            && !host_is_seen(&self.seen, host)
            && let Some(name) = normal(host)
        {
            self.add(name);
        }
    }

    /// Those not handed out before.
    pub(crate) fn take_new(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new)
    }

    fn add(&mut self, host: String) {
        if self.seen.len() < MOST && self.seen.insert(host.clone()) {
            self.new.push(host);
        }
    }
}

/// The usual case, a name as it was stored, without allocating.
fn host_is_seen(seen: &FxHashSet<String>, host: &[u8]) -> bool {
    std::str::from_utf8(host).is_ok_and(|host| seen.contains(host))
}

/// The value of the first `Host` header (RFC 9112 section 3.2), as it stands.
fn host_of(request: &[u8]) -> Option<&[u8]> {
    for line in request.split(|byte| *byte == b'\n').skip(1) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return None;
        }
        if let Some((name, value)) = line.split_at_checked(5)
            && name.eq_ignore_ascii_case(b"host:")
        {
            return Some(value.trim_ascii());
        }
    }
    None
}

/// A host without port, trailing dot and capitals, an address in its canonical form.
pub(crate) fn normal(host: &[u8]) -> Option<String> {
    let host = std::str::from_utf8(host).ok()?;
    let bare = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None if host.matches(':').count() == 1 => host.split_once(':')?.0,
        None => host,
    };
    let bare = bare.trim_end_matches('.');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_canonical().to_string());
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!bare.is_empty() && bare.len() <= 253 && bare.chars().all(plain)).then(|| bare.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_without_port_case_or_final_dot() {
        for (host, expected) in [
            ("Shop.Example:8080", Some("shop.example")),
            ("shop.example.", Some("shop.example")),
            ("[2001:DB8::1]:80", Some("2001:db8::1")),
            ("::ffff:10.0.0.1", Some("10.0.0.1")),
            ("10.0.0.1:80", Some("10.0.0.1")),
            ("", None),
            ("a b", None),
            ("<script>", None),
        ] {
            assert_eq!(normal(host.as_bytes()).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn the_host_header_is_found_in_the_head_only() {
        let request = b"GET / HTTP/1.1\r\nAccept: */*\r\nhOsT:  Shop.example \r\n\r\n";
        assert_eq!(host_of(request), Some(&b"Shop.example"[..]));
        assert_eq!(
            host_of(b"POST / HTTP/1.1\r\nA: b\r\n\r\nhost: not.this"),
            None
        );
        assert_eq!(host_of(b"\0\x01\x02"), None);
    }

    #[test]
    fn each_server_is_handed_out_once() {
        let mut servers = Servers::default();
        servers.add_address("::ffff:10.0.0.1".parse().unwrap());
        servers.add_address("10.0.0.1".parse().unwrap());
        servers.add_http_request(b"GET / HTTP/1.1\r\nHost: A:80\r\n\r\n");
        servers.add_http_request(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(servers.take_new(), ["10.0.0.1", "a"]);
        assert!(servers.take_new().is_empty());
    }
}
