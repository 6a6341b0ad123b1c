//! Many proxies from one TOML file.

use std::fmt;
use std::path::Path;

use serde::de::{Error as DeError, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::request::{ProxiesRequest, ProxyRequest, parse_protocol};
use crate::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    control: Option<ListenAddress>,
    #[serde(default)]
    proxy: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    listen: ListenAddress,
    to: String,
    protocol: Option<String>,
    #[serde(default)]
    faults: Vec<String>,
    seed: Option<u64>,
    #[serde(default)]
    allow_recorded_server: bool,
    record: Option<String>,
    tls_cert: Option<String>,
    tls_key: Option<String>,
    ca: Option<String>,
    #[serde(default)]
    insecure: bool,
}

/// `ADDRESS:PORT`, or a port alone, which is written as a number too.
struct ListenAddress(String);

impl<'de> Deserialize<'de> for ListenAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AddressOrPort).map(Self)
    }
}

struct AddressOrPort;

impl Visitor<'_> for AddressOrPort {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address such as \"127.0.0.1:3307\", or a port")
    }

    fn visit_str<E: DeError>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: DeError>(self, number: i64) -> Result<String, E> {
        let port = u16::try_from(number);
        port.map(|port| port.to_string())
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

/// Reads a file of proxies (docs/faults.md).
///
/// # Errors
/// It cannot be read, holds something unknown, or no proxy.
pub fn read_proxy_file(path: &Path) -> Result<ProxiesRequest, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    read(&text, path)
}

/// Reads the text of a file of proxies.
pub(super) fn read(text: &str, path: &Path) -> Result<ProxiesRequest, Error> {
    let wrong = |why: String| Error::Usage(format!("--config {}: {why}", path.display()));
    let File { control, proxy } = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    if proxy.is_empty() {
        return Err(wrong(
            "it names no proxy; write [[proxy]] with name, listen and to".to_owned(),
        ));
    }
    let proxies = proxy.into_iter().map(|table| {
        let protocol = table.protocol.as_deref().map(parse_protocol).transpose();
        Ok(ProxyRequest {
            protocol: protocol.map_err(|why| wrong(format!("{}: {why}", table.name)))?,
            name: table.name,
            listen: table.listen.0,
            to: table.to,
            faults: table.faults,
            seed: table.seed,
            allow_recorded_server: table.allow_recorded_server,
            record: table.record,
            tls_cert: table.tls_cert,
            tls_key: table.tls_key,
            ca: table.ca,
            insecure: table.insecure,
        })
    });
    Ok(ProxiesRequest {
        proxies: proxies.collect::<Result<_, Error>>()?,
        control: control.map(|address| address.0),
        ..ProxiesRequest::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_file(text: &str) -> Result<ProxiesRequest, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proxies.toml");
        std::fs::write(&path, text).unwrap();
        read_proxy_file(&path)
    }

    #[test]
    fn proxies_are_read_with_their_faults() {
        let text = "control = '127.0.0.1:8474'\n\
            [[proxy]]\nname = 'db'\nlisten = '3307'\nto = 'mysql://127.0.0.1:3306'\nfaults = ['1:hang']\n\
            [[proxy]]\nname = 'mail'\nlisten = '2525'\nto = '127.0.0.1:25'\nprotocol = 'tcp'\nseed = 7\n";
        let request = read_file(text).unwrap();
        assert_eq!(request.control.as_deref(), Some("127.0.0.1:8474"));
        assert_eq!(request.proxies[0].faults, ["1:hang"]);
        assert_eq!(
            (request.proxies[1].name.as_str(), request.proxies[1].seed),
            ("mail", Some(7))
        );
    }

    #[test]
    fn a_port_alone_may_be_a_number() {
        let text = "control = 8474\n[[proxy]]\nname = 'db'\nlisten = 3307\nto = 'mysql://127.0.0.1:3306'\n";
        let request = read_file(text).unwrap();
        assert_eq!(request.control.as_deref(), Some("8474"));
        assert_eq!(request.proxies[0].listen, "3307");
    }

    #[test]
    fn what_is_wrong_is_said_with_the_place() {
        for (text, why) in [
            ("", "[[proxy]]"),
            ("[[proxy]]\nname = 'db'\n", "listen"),
            ("[[proxy]]\nname='a'\nlisten=70000\nto='b:1'", "or a port"),
            (
                "[[proxy]]\nname='a'\nlisten='1'\nto='b:1'\nprotocl='tcp'",
                "protocl",
            ),
            (
                "[[proxy]]\nname='a'\nlisten='1'\nto='b:1'\nprotocol='udp'",
                "tcp, http, mysql, redis",
            ),
        ] {
            let error = read_file(text).unwrap_err().to_string();
            assert!(
                error.contains(why) && error.contains("proxies.toml"),
                "{error}"
            );
        }
    }
}
