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
    use super::super::{HttpRoute, MysqlRoute};
    use super::*;

    #[test]
    fn a_plan_stays_on_this_machine_when_all_it_names_is_loopback() {
        let to = |http: &[&str], mysql: Option<&str>| {
            let route = |url: &&str| HttpRoute {
                recorded: None,
                url: (*url).to_owned(),
            };
            Plan {
                http: http.iter().map(route).collect(),
                mysql: mysql.map(|address| MysqlRoute {
                    address: address.to_owned(),
                    ..MysqlRoute::default()
                }),
                ..Plan::default()
            }
            .stays_on_this_machine()
        };
        assert!(to(&["http://127.0.0.1:8080"], None));
        assert!(to(
            &["https://localhost/", "http://[::1]:80"],
            Some("127.9.0.1:3306")
        ));
        assert!(!to(&["http://127.0.0.1:8080"], Some("db:3306")));
        assert!(!to(&["http://127.0.0.1.example:8080"], None));
        assert!(!to(&["http://[2001:db8::1]:80"], None));
    }
}
