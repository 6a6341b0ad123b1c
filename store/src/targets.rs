//! Where traffic may be sent. Only this module makes an [`AllowedTarget`], and replay and fault
//! accept nothing else: loopback is free, any other host must have been allowed once in the file,
//! and what served a recording is refused unless that is asked for.

mod address;
mod shown_name;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use reprise_wire::Protocol;
use rusqlite::params;

use crate::recording::normal_host;
use crate::writer_life::now_ms;
use crate::{Error, RecordingId, Store};
use address::Address;

pub use shown_name::ShownName;

/// A place that traffic may be sent to, checked when it was made.
///
/// Connect to [`AllowedTarget::addresses`] only: resolving the name again could lead elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedTarget {
    protocol: Protocol,
    tls: bool,
    host: String,
    port: u16,
    addresses: Vec<SocketAddr>,
    warnings: Vec<String>,
}

impl AllowedTarget {
    /// What is spoken there.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether HTTP is spoken through TLS there: it was given as `https://`.
    pub const fn is_https(&self) -> bool {
        self.tls
    }

    /// The host as it was given: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as in a URL or a `Host` header; the port is left out when it is the scheme's own.
    pub fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match (self.protocol, self.tls, self.port) {
            (Protocol::Http, false, 80) | (Protocol::Http, true, 443) => host,
            (_, _, port) => format!("{host}:{port}"),
        }
    }

    /// The addresses that were checked, at least one.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What the user should see before anything is sent.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Whether a `Host` field may hold this: `shop.example`, `shop.example:8080`, `[::1]:80`.
pub fn is_authority(text: &str) -> bool {
    address::is_authority(text)
}

/// Why nothing may be sent there.
#[derive(Debug, thiserror::Error)]
pub enum TargetRefused {
    /// It cannot be read as a target.
    #[error("use target {target:?}: {why}")]
    Unreadable {
        /// What was given.
        target: String,
        /// What is wrong with it, and what it should look like.
        why: &'static str,
    },
    /// Its name has no address.
    #[error(
        "find the address of {host}: {}; check how it is written, or name its IP address",
        of_system(why)
    )]
    Unresolved {
        /// The host.
        host: String,
        /// What the system said; not a cause of its own, since the message says it.
        why: std::io::Error,
    },
    /// Nobody has said yet that traffic may go there.
    #[error(
        "send traffic to {}: it has not been allowed; \
         if it is yours to load, run `reprise targets allow {host}` first",
        named(host, *address)
    )]
    NotAllowed {
        /// The host as it was given.
        host: String,
        /// Its first address that is neither loopback nor allowed.
        address: IpAddr,
    },
    /// It served the recorded traffic: this is production.
    #[error(
        "send traffic to {host}: {recorded} was a server in the recording; \
         if that is really meant, add --allow-recorded-server"
    )]
    RecordedServer {
        /// The host as it was given.
        host: String,
        /// The recorded address or name that it matches.
        recorded: String,
    },
    /// The file could not be read.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A host with the address that it has, where that is not how it was given.
fn named(host: &str, address: IpAddr) -> String {
    if host.trim_matches(['[', ']']) == address.to_string() {
        host.to_owned()
    } else {
        format!("{host} ({address})")
    }
}

/// What the system said of a name, without the words of the one who asked it.
fn of_system(source: &std::io::Error) -> String {
    let said = source.to_string();
    match said.strip_prefix("failed to lookup address information: ") {
        Some(why) => why.to_owned(),
        None => said,
    }
}

impl Store {
    /// Allows a host name or address as a target from now on.
    ///
    /// # Errors
    /// It is neither, or the file cannot be written.
    pub fn allow_target(&self, host: &str) -> Result<(), Error> {
        let host = plain_host(host)?;
        self.transact(move |transaction| {
            transaction.execute(
                "INSERT OR IGNORE INTO allowed_target (host, allowed_at_ms) VALUES (?1, ?2)",
                params![host, now_ms()],
            )?;
            Ok(())
        })
    }

    /// Takes that back. True when it had been allowed.
    ///
    /// # Errors
    /// It is no host, or the file cannot be written.
    pub fn forget_target(&self, host: &str) -> Result<bool, Error> {
        let host = plain_host(host)?;
        self.transact(move |transaction| {
            Ok(transaction.execute("DELETE FROM allowed_target WHERE host = ?1", [host])? > 0)
        })
    }

    /// The hosts that have been allowed, in order of their names.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn targets(&self) -> Result<Vec<String>, Error> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached("SELECT host FROM allowed_target")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Checks an HTTP target: `http://HOST[:PORT]`, `https://HOST[:PORT]`, or `HOST[:PORT]`.
    ///
    /// `recording` is what will be replayed there; `None`, for a proxy, stands for all recordings.
    ///
    /// # Errors
    /// It is not allowed, see [`TargetRefused`].
    pub fn allow_http(
        &self,
        target: &str,
        recording: Option<RecordingId>,
        allow_recorded_server: bool,
    ) -> Result<AllowedTarget, TargetRefused> {
        self.check(
            address::http(target)?,
            Protocol::Http,
            recording,
            allow_recorded_server,
        )
    }

    /// Checks a MySQL target: `mysql://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, or `HOST[:PORT]`.
    /// User, password and database are the caller's to read.
    ///
    /// `recording` is what will be replayed there; `None`, for a proxy, stands for all recordings.
    ///
    /// # Errors
    /// It is not allowed, see [`TargetRefused`].
    pub fn allow_mysql(
        &self,
        target: &str,
        recording: Option<RecordingId>,
        allow_recorded_server: bool,
    ) -> Result<AllowedTarget, TargetRefused> {
        self.check(
            address::mysql(target)?,
            Protocol::Mysql,
            recording,
            allow_recorded_server,
        )
    }

    fn check(
        &self,
        Address { tls, host, port }: Address,
        protocol: Protocol,
        recording: Option<RecordingId>,
        allow_recorded_server: bool,
    ) -> Result<AllowedTarget, TargetRefused> {
        let resolved = (host.as_str(), port).to_socket_addrs();
        let addresses: Vec<SocketAddr> = resolved
            .map_err(|why| TargetRefused::Unresolved {
                host: host.clone(),
                why,
            })?
            .collect();
        if addresses.is_empty() {
            let why = std::io::Error::other("the name has no address");
            return Err(TargetRefused::Unresolved { host, why });
        }
        // Production first: nobody should be told to allow a host that is refused anyway.
        let warnings = match self.recorded_server(&host, &addresses, recording)? {
            Some(recorded) if all_loopback(&addresses) || allow_recorded_server => {
                let named = if recorded == host {
                    recorded
                } else {
                    format!("{host}: {recorded}")
                };
                vec![format!("{named} was a server in the recording")]
            }
            Some(recorded) => return Err(TargetRefused::RecordedServer { host, recorded }),
            None => Vec::new(),
        };
        if let Some(address) = self.first_not_allowed(&host, &addresses)? {
            return Err(TargetRefused::NotAllowed { host, address });
        }
        Ok(AllowedTarget {
            protocol,
            tls,
            host,
            port,
            addresses,
            warnings,
        })
    }

    /// The recorded address or name that a target matches, if any.
    fn recorded_server(
        &self,
        host: &str,
        addresses: &[SocketAddr],
        recording: Option<RecordingId>,
    ) -> Result<Option<String>, Error> {
        let name = normal_host(host.as_bytes());
        let forms = addresses.iter().flat_map(|address| forms(address.ip()));
        let forms = forms.map(|address| address.to_string());
        let candidates: Vec<String> = name.into_iter().chain(forms).collect();
        self.read(|sql| {
            // Deleted recordings count too: their servers are no less production.
            let mut statement = sql.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM server \
                 WHERE host = ?1 AND (?2 IS NULL OR recording = ?2))",
            )?;
            for candidate in candidates {
                let number = recording.map(|recording| recording.0);
                if statement.query_row(params![candidate, number], |row| row.get(0))? {
                    return Ok(Some(candidate));
                }
            }
            Ok(None)
        })
    }

    /// The first address that may not be sent to: neither loopback, nor allowed itself or by name.
    fn first_not_allowed(
        &self,
        host: &str,
        addresses: &[SocketAddr],
    ) -> Result<Option<IpAddr>, Error> {
        let allowed = self.targets()?;
        let is_allowed = |host: &String| allowed.contains(host);
        if normal_host(host.as_bytes())
            .as_ref()
            .is_some_and(is_allowed)
        {
            return Ok(None);
        }
        let mut addresses = addresses.iter().map(|address| address.ip().to_canonical());
        Ok(addresses.find(|address| !address.is_loopback() && !is_allowed(&address.to_string())))
    }
}

/// The addresses that sending to `address` may reach: itself, and the IPv4 address within an IPv6 one that
/// is translated or tunnelled to it (mapped RFC 4291 section 2.5.5, NAT64 RFC 6052 section 2.1, 6to4 RFC 3056).
fn forms(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let canonical = address.to_canonical();
    let within = match canonical {
        IpAddr::V6(v6) => within(v6),
        IpAddr::V4(_) => None,
    };
    std::iter::once(canonical).chain(within)
}

fn within(address: Ipv6Addr) -> Option<IpAddr> {
    let octets = match address.segments() {
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
            [high, low]
        }
        [0x2002, high, low, ..] => [high, low],
        _ => return None,
    };
    let [[a, b], [c, d]] = octets.map(u16::to_be_bytes);
    Some(Ipv4Addr::new(a, b, c, d).into())
}

fn all_loopback(addresses: &[SocketAddr]) -> bool {
    addresses
        .iter()
        .all(|address| address.ip().to_canonical().is_loopback())
}

/// A host as it is stored, refusing what has a scheme, a port or a path.
fn plain_host(host: &str) -> Result<String, Error> {
    let has_port = !host.starts_with('[') && host.matches(':').count() == 1;
    let bare = !has_port && !host.ends_with("]:") && !host.contains("]:");
    normal_host(host.as_bytes())
        .filter(|_| bare)
        .ok_or_else(|| Error::BadHost(host.to_owned()))
}

#[cfg(test)]
mod tests;
