//! Flags of `proxy`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use reprise_app::{ProxyProtocol, parse_protocol};

use crate::duration::parse_duration;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise proxy --listen 127.0.0.1:3307 --to mysql://127.0.0.1:3306\n  \
    reprise proxy --listen 3307 --to mysql://127.0.0.1:3306 --fault '5:error(code=1213) for mysql UPDATE'\n  \
    reprise proxy --listen 3307 --to mysql://127.0.0.1:3306 --fault '1:abort(wait=true) for mysql COMMIT'\n  \
    reprise proxy --listen 8081 --to http://staging:8080 --fault '20:delay(ms=250,jitter=50)@1m..2m' --for 10m\n  \
    reprise proxy --listen 2525 --to 127.0.0.1:25 --fault '100:bandwidth(rate=16)'\n  \
    reprise proxy --config proxies.toml --control 127.0.0.1:8474\n\n\
    Ctrl-C closes all connections and prints what passed. A host that is not this machine has to be \
    allowed once:\n`reprise targets allow HOST`.")]
pub(crate) struct ProxyArguments {
    /// Where to listen: ADDRESS:PORT, or a port alone for this machine only
    #[arg(long, value_name = "ADDR", required_unless_present = "config")]
    pub(crate) listen: Option<String>,

    /// Where to forward to: HOST:PORT, or http://HOST or mysql://HOST with :PORT where it is not the usual one
    #[arg(long, value_name = "ADDR", required_unless_present = "config")]
    pub(crate) to: Option<String>,

    /// What is spoken: tcp, http or mysql [default: what the scheme of --to says, else tcp]
    #[arg(long, value_name = "PROTOCOL", value_parser = parse_protocol)]
    pub(crate) protocol: Option<ProxyProtocol>,

    /// Make something go wrong: `PERCENT:NAME(option=value,...)[@FROM..TO][ for SELECTOR]`; repeatable.
    /// All of them: docs/faults.md
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,

    /// What chance depends on: equal seeds give equal draws to equal connections [default: a new one]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Open the proxies of this TOML file instead; docs/faults.md
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["listen", "to", "protocol", "faults", "seed", "allow_recorded_server"]
    )]
    pub(crate) config: Option<PathBuf>,

    /// Let faults be listed, added, changed and removed over HTTP here: ADDRESS:PORT, or a port alone
    #[arg(long, value_name = "ADDR")]
    pub(crate) control: Option<String>,

    /// What whoever controls has to send as `Authorization: Bearer TOKEN`; needed off this machine
    #[arg(
        long,
        value_name = "TOKEN",
        env = "REPRISE_CONTROL_TOKEN",
        hide_env_values = true
    )]
    pub(crate) control_token: Option<String>,

    /// End after this time
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Forward to a host although it was a server in a recording
    #[arg(long)]
    pub(crate) allow_recorded_server: bool,
}
