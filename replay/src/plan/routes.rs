//! Where what was recorded goes, on which connections, and whom its requests name.

use serde::{Deserialize, Serialize};

use crate::http::route::HttpSource;

/// Where a part of the recorded HTTP goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRoute {
    /// Which part; `None` is all that no other route takes.
    pub recorded: Option<HttpSource>,
    /// `http://HOST:PORT`.
    pub url: String,
}

/// Which connections HTTP requests share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connections {
    /// Each copy of a lane opens, uses and closes them as its client did.
    #[default]
    Recorded,
    /// At most this many to each target, for all requests together.
    Pool(u32),
}

/// Whose certificates https targets may show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tls {
    /// A file of certificates in PEM form to trust in place of the system's.
    pub ca: Option<String>,
    /// Whether any certificate will do.
    pub insecure: bool,
}

/// What the Host field of a request names, and Origin and Referer where they named the recorded host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostField {
    /// The target the request goes to.
    #[default]
    Target,
    /// The recorded host.
    Keep,
    /// This host, with its port if it needs one.
    Name(String),
}

/// Where recorded MySQL goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MysqlRoute {
    /// `HOST:PORT`.
    pub address: String,
    /// Who logs in, in place of the recorded users.
    pub user: String,
    /// The database selected where the recording names none.
    pub database: Option<String>,
    /// Whether TLS is spoken, and what is checked of the server's certificate.
    #[serde(default)]
    pub tls: MysqlTls,
    /// A file of certificates to trust instead of the system's.
    #[serde(default)]
    pub ca: Option<String>,
    /// Who logs in for particular recorded users.
    #[serde(default)]
    pub users: Vec<MysqlUser>,
}

/// Whether TLS is spoken with a MySQL target; the names are those of MySQL's `--ssl-mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MysqlTls {
    /// No TLS.
    #[default]
    Disabled,
    /// TLS with whoever answers.
    Required,
    /// The certificate has to be signed by a trusted authority.
    VerifyCa,
    /// The certificate has to be for the target's host, too.
    VerifyIdentity,
}

/// Who logs in for one recorded user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MysqlUser {
    /// The recorded user.
    pub recorded: String,
    /// The target's user.
    pub user: String,
}
