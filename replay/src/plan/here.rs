//! Whether a plan sends to the machine that plays it.

use std::net::IpAddr;

use super::Plan;

impl Plan {
    /// Whether it sends to this machine's loopback alone, by name or by address; a forwarded port may lead elsewhere.
    pub fn stays_on_this_machine(&self) -> bool {
        let urls = self.http.iter().map(|route| route.url.as_str());
        let mysql = self.mysql.iter().map(|route| route.address.as_str());
        urls.chain(mysql).all(is_loopback)
    }
}

/// Whether `HOST:PORT`, alone or in a URL, is the loopback.
fn is_loopback(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::HttpRoute;
    use super::*;

    fn stays(urls: &[&str]) -> bool {
        let route = |url: &&str| HttpRoute {
            recorded: None,
            url: (*url).to_owned(),
        };
        let http = urls.iter().map(route).collect();
        Plan {
            http,
            ..Plan::default()
        }
        .stays_on_this_machine()
    }

    #[test]
    fn a_plan_stays_on_this_machine_when_all_it_names_is_loopback() {
        assert!(stays(&["http://127.0.0.1:8080"]));
        assert!(stays(&["https://localhost/", "http://[::1]:80"]));
        assert!(!stays(&["http://127.0.0.1:8080", "http://shop:8080"]));
        assert!(!stays(&["http://127.0.0.1.example:8080"]));
        assert!(!stays(&["http://[2001:db8::1]:80"]));
    }

    #[test]
    fn the_address_of_a_database_is_no_url() {
        assert!(is_loopback("127.9.0.1:3306"));
        assert!(is_loopback("[::1]:3306"));
        assert!(!is_loopback("db:3306"));
    }
}
