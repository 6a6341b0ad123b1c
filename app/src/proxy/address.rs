//! Addresses as people write them for a proxy.

use std::net::{Ipv4Addr, SocketAddr};

use reprise_fault::ProxyProtocol;

use crate::Error;

/// Where to listen: `ADDRESS:PORT`, or a port alone on this machine only; `flag` says what was given it.
///
/// # Errors
/// When it is neither.
pub fn listen(flag: &str, text: &str) -> Result<SocketAddr, Error> {
    let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
    let port = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    port.or_else(|_| text.replace("localhost", "127.0.0.1").parse())
        .map_err(|_| {
            Error::Usage(format!(
                "{flag} '{text}': write ADDRESS:PORT, as in 127.0.0.1:3307, or a port alone"
            ))
        })
}

/// Where proxies are controlled, as a URL: an address, a port alone of this machine, or the page that
/// `reprise proxy` shows.
pub(crate) fn control_address(text: &str) -> String {
    let text = text.trim().trim_end_matches('/');
    let text = text.strip_suffix("/api/proxies").unwrap_or(text);
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return format!("http://127.0.0.1:{port}");
    }
    if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    }
}

/// What a target's scheme says about what is spoken there.
pub(super) fn protocol_of(to: &str) -> ProxyProtocol {
    match to.split_once("://").map(|(scheme, _)| scheme) {
        Some("mysql" | "mariadb") => ProxyProtocol::Mysql,
        Some("http" | "https") => ProxyProtocol::Http,
        Some("redis") => ProxyProtocol::Redis,
        Some("memcached") => ProxyProtocol::Memcached,
        Some("smtp") => ProxyProtocol::Smtp,
        _ => ProxyProtocol::Tcp,
    }
}

/// A target that names its port: neither HTTP nor MySQL, which have a usual one here.
pub(super) fn host_and_port(to: &str) -> Result<&str, Error> {
    let named = ["tcp://", "redis://", "memcached://", "smtp://"];
    let address = named.iter().find_map(|scheme| to.strip_prefix(scheme));
    let address = address.unwrap_or(to).trim_end_matches('/');
    let has_port = address.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && port.parse().is_ok_and(|port: u16| port > 0)
    });
    if address.contains("://") || !has_port {
        return Err(Error::Usage(format!(
            "--to '{to}': write HOST:PORT, as in 127.0.0.1:3306, with http://, https://, mysql://, redis://, \
             memcached:// or smtp:// before it to say what is spoken"
        )));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_of_this_machine_only() {
        for text in ["3307", ":3307", "127.0.0.1:3307", "localhost:3307"] {
            assert_eq!(
                listen("--listen", text).unwrap().to_string(),
                "127.0.0.1:3307"
            );
        }
        assert_eq!(
            listen("--listen", "[::1]:80").unwrap().to_string(),
            "[::1]:80"
        );
        for text in ["", "shop:80", "127.0.0.1", "99999"] {
            assert!(listen("--listen", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_control_address_is_a_url_however_it_was_written() {
        for text in [
            "8474",
            ":8474",
            "127.0.0.1:8474",
            "http://127.0.0.1:8474/",
            " http://127.0.0.1:8474/api/proxies ",
        ] {
            assert_eq!(control_address(text), "http://127.0.0.1:8474");
        }
        assert_eq!(control_address("https://staging:1"), "https://staging:1");
    }

    #[test]
    fn the_scheme_names_the_protocol() {
        assert_eq!(protocol_of("mysql://db:3306"), ProxyProtocol::Mysql);
        assert_eq!(protocol_of("http://shop"), ProxyProtocol::Http);
        assert_eq!(protocol_of("redis://cache:6379"), ProxyProtocol::Redis);
        assert_eq!(protocol_of("db:3306"), ProxyProtocol::Tcp);
    }

    #[test]
    fn a_bare_target_needs_its_port() {
        assert_eq!(host_and_port("tcp://db:25").unwrap(), "db:25");
        assert_eq!(host_and_port("redis://cache:6379/").unwrap(), "cache:6379");
        for text in ["db", "http://db:80", ":25", "db:x", "db:0"] {
            assert!(host_and_port(text).is_err(), "{text}");
        }
    }
}
