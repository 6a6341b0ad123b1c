//! Flags of `proxy`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use reprise_app::{ProxyProtocol, parse_protocol};

use super::RedactionArguments;
use crate::duration::parse_duration;
use crate::whole::parse_whole;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  \
    reprise proxy --listen 127.0.0.1:3307 --to mysql://127.0.0.1:3306\n  \
    reprise proxy --listen 3307 --to mysql://127.0.0.1:3306 \\\n    \
      --fault '5:error(code=1213) for mysql UPDATE'\n  \
    reprise proxy --listen 3307 --to mysql://127.0.0.1:3306 \\\n    \
      --fault '1:abort(wait=true) for mysql COMMIT'\n  \
    reprise proxy --listen 8081 --to http://staging:8080 \\\n    \
      --fault '20:delay(ms=250,jitter=50)@1m..2m' --for 10m\n  \
    reprise proxy --listen 2525 --to 127.0.0.1:25 --fault '100:bandwidth(rate=16)'\n  \
    reprise proxy --listen 6380 --to redis://127.0.0.1:6379 \\\n    \
      --fault '5:error(reply=\"LOADING\") for redis GET'\n  \
    reprise proxy --listen 3307 --to mysql://127.0.0.1:3306 --record friday\n  \
    reprise proxy --listen 8443 --to https://staging \\\n    \
      --tls-cert own.pem --tls-key own.key --record friday\n  \
    reprise proxy --config proxies.toml --control 127.0.0.1:8474\n  \
    reprise proxy add db '20:delay(ms=250)'     # to one that runs, with --control\n\n\
    Ctrl-C closes all connections and prints what passed. A host that is not this machine has to be \
    allowed once: `reprise targets allow HOST`.")]
pub(crate) struct ProxyArguments {
    #[command(subcommand)]
    pub(crate) command: Option<ProxyCommand>,

    /// Where to listen: ADDRESS:PORT, or a port alone for this machine only
    #[arg(long, value_name = "ADDR", required_unless_present = "config")]
    pub(crate) listen: Option<String>,

    /// Where to forward to: HOST:PORT, or http://HOST or mysql://HOST with :PORT where it is not the usual one
    #[arg(long, value_name = "ADDR", required_unless_present = "config")]
    pub(crate) to: Option<String>,

    /// What is spoken: tcp, http, mysql, redis, memcached or smtp [default: what the scheme of --to says, else tcp]
    #[arg(long, value_name = "PROTOCOL", value_parser = parse_protocol)]
    pub(crate) protocol: Option<ProxyProtocol>,

    /// Make something go wrong: `PERCENT:NAME(option=value,...)[@FROM..TO][ for SELECTOR]`; repeatable.
    /// All of them: docs/faults.md
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,

    /// What chance depends on: equal seeds give equal draws to equal connections [default: a new one]
    #[arg(long, value_name = "NUMBER", value_parser = parse_whole::<u64>)]
    pub(crate) seed: Option<u64>,

    /// Record what passes under this name, as clients said and saw it, after all faults; read it with `show`
    #[arg(long, value_name = "NAME")]
    pub(crate) record: Option<String>,

    #[command(flatten)]
    pub(crate) redaction: RedactionArguments,

    #[command(flatten)]
    pub(crate) tls: TlsArguments,

    /// Open the proxies of this TOML file instead; docs/faults.md
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "listen", "to", "protocol", "faults", "seed", "allow_recorded_server", "record", "tls_cert", "ca",
            "insecure"
        ]
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

/// TLS that ends at the proxy and begins again behind it.
#[derive(Debug, Args)]
pub(crate) struct TlsArguments {
    /// Speak TLS with clients, showing the certificate of this PEM file, so that what they say is understood;
    /// MySQL clients get it where they ask for it. Without: TLS passes as it is
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<String>,

    /// The key of --tls-cert, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<String>,

    /// Trust the certificates of this PEM file behind the proxy, in place of the system's. With MySQL and without
    /// --tls-cert: speak TLS behind the proxy, with clients that do not
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) ca: Option<String>,

    /// Trust any certificate behind the proxy, as with MySQL unless --ca is given; there, like --ca, it asks for TLS
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// Orders to proxies that run with --control.
#[derive(Debug, Subcommand)]
pub(crate) enum ProxyCommand {
    /// Show proxies that run, and their faults with what each has done
    #[command(
        after_help = "Examples:\n  reprise proxy list\n  reprise proxy list --control 127.0.0.1:9000 --json"
    )]
    List {
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Add a fault to a proxy that runs; it holds at once
    #[command(after_help = "Examples:\n  \
        reprise proxy add db '20:delay(ms=250,jitter=50)'\n  \
        reprise proxy add db '5:error(code=1213) for mysql UPDATE' --off")]
    Add {
        /// The proxy's name; `proxy` where it was opened by flags
        proxy: String,
        /// The fault, as for --fault
        fault: String,
        /// Leave it switched off
        #[arg(long)]
        off: bool,
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Switch a fault on or off, or put another in its place
    #[command(after_help = "Examples:\n  \
        reprise proxy set db 2 --off\n  reprise proxy set db 2 '50:delay(ms=250)' --on")]
    Set {
        /// The proxy's name
        proxy: String,
        /// The fault's number, as `list` shows it
        #[arg(value_parser = fault_number)]
        id: u32,
        /// The fault to put in its place, counted from zero
        #[arg(required_unless_present_any = ["on", "off"])]
        fault: Option<String>,
        /// Switch it on
        #[arg(long, conflicts_with = "off")]
        on: bool,
        /// Switch it off; what it holds is freed
        #[arg(long)]
        off: bool,
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Remove a fault from a proxy, or all of them; what they hold is freed
    #[command(after_help = "Examples:\n  reprise proxy remove db 2\n  reprise proxy remove db")]
    Remove {
        /// The proxy's name
        proxy: String,
        /// The fault's number [default: all of them]
        #[arg(value_parser = fault_number)]
        id: Option<u32>,
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Let a proxy that was switched off listen again
    #[command(after_help = "Examples:\n  reprise proxy enable db")]
    Enable {
        /// The proxy's name
        proxy: String,
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Switch a proxy off: its connections end, and others are refused
    #[command(after_help = "Examples:\n  reprise proxy disable db")]
    Disable {
        /// The proxy's name
        proxy: String,
        #[command(flatten)]
        control: ControlArguments,
    },
    /// Remove all faults of all proxies
    #[command(after_help = "Examples:\n  reprise proxy reset")]
    Reset {
        #[command(flatten)]
        control: ControlArguments,
    },
}

fn fault_number(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no fault's number; `reprise proxy list` shows them"))
}

#[derive(Debug, Args)]
pub(crate) struct ControlArguments {
    /// Where the proxies are controlled, as they say when they start
    #[arg(long = "control", value_name = "URL", default_value = "127.0.0.1:8474")]
    pub(crate) at: String,

    /// What they were given as --control-token
    #[arg(
        long = "control-token",
        value_name = "TOKEN",
        env = "REPRISE_CONTROL_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
}
