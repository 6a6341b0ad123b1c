//! What exchanges are in: the protocols that faults know.

/// A protocol of which exchanges, and errors of its own, are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpokenProtocol {
    /// HTTP/1.0 and HTTP/1.1.
    Http,
    /// MySQL and MariaDB.
    Mysql,
    /// Redis, and whatever else speaks RESP.
    Redis,
    /// memcached's text protocol.
    Memcached,
    /// SMTP.
    Smtp,
}

impl SpokenProtocol {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Http,
        Self::Mysql,
        Self::Redis,
        Self::Memcached,
        Self::Smtp,
    ];

    /// As it is written: `http`, `redis`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Mysql => "mysql",
            Self::Redis => "redis",
            Self::Memcached => "memcached",
            Self::Smtp => "smtp",
        }
    }

    /// The one that is written so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|spoken| spoken.name() == name)
    }

    /// Several of them as a person reads them: `redis, memcached or smtp`.
    pub(crate) fn list(these: &[Self]) -> String {
        let names: Vec<&str> = these.iter().map(|spoken| spoken.name()).collect();
        match names.split_last() {
            Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            _ => names.concat(),
        }
    }
}

impl From<reprise_wire::Protocol> for SpokenProtocol {
    fn from(protocol: reprise_wire::Protocol) -> Self {
        match protocol {
            reprise_wire::Protocol::Http => Self::Http,
            reprise_wire::Protocol::Mysql => Self::Mysql,
        }
    }
}
