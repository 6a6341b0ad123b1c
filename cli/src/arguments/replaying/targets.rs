//! Where it goes, and over which connections.

use std::time::Duration;

use clap::Args;

use crate::duration::parse_duration;

#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// Where recorded HTTP goes: `https://HOST:PORT` or `http://...`; repeatable as RECORDED=URL, where RECORDED is a recorded
    /// server (ADDRESS:PORT), a host, a path, or HOST/PATH
    #[arg(long, value_name = "[RECORDED=]URL")]
    pub(crate) http: Vec<String>,

    /// What the Host of a request names: `target`, `keep` (the recorded host), or a name [default: target]
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,

    /// Trust the certificates in this PEM file, not the system's
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) ca: Option<String>,

    /// Take any certificate an https target shows; said in the summary and kept with the run
    #[arg(long)]
    pub(crate) insecure: bool,

    /// Which connections HTTP requests share: `recorded` (each copy opens and closes its own as its client
    /// did), or `pool:N` (at most N to each target) [default: recorded]
    #[arg(long, value_name = "HOW")]
    pub(crate) connections: Option<String>,

    /// Where recorded MySQL goes: mysql://USER:PASSWORD@HOST:PORT/DATABASE, with ?tls=required, verify-ca or
    /// verify-identity and &ca=FILE for TLS
    #[arg(
        long,
        value_name = "URL",
        env = "REPRISE_MYSQL",
        hide_env_values = true
    )]
    pub(crate) mysql: Option<String>,

    /// Who logs in for a recorded MySQL user instead of --mysql's; repeatable. Without a password the
    /// environment variable REPRISE_MYSQL_PASSWORD_USER is asked
    #[arg(long = "mysql-user", value_name = "RECORDED=USER:PASSWORD")]
    pub(crate) mysql_users: Vec<String>,

    /// Close a connection whose answer takes longer [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// Allow a target that was a server in the recording
    #[arg(long)]
    pub(crate) allow_recorded_server: bool,

    /// Do not ask before data on another machine is changed
    #[arg(long, short)]
    pub(crate) yes: bool,
}
