//! The run itself.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use reprise_app::listen_address;

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The run's name [default: the recording's name and a number]
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,

    /// Run this command first, to restore the target's database
    #[arg(long, value_name = "CMD")]
    pub(crate) before: Option<String>,

    /// Say what would be sent and skipped, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Keep the plan under this name, to be run again with `--plan`; with `--dry-run` only that
    #[arg(long, value_name = "PLAN")]
    pub(crate) save_plan: Option<String>,

    /// Write the run's HTML report here when it ends
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Print the numbers of every second on standard output while it runs, a JSON object a line; the answer is the last
    /// line
    #[arg(long)]
    pub(crate) ticks: bool,

    /// Let Prometheus read the numbers at http://ADDRESS/metrics while it runs: `127.0.0.1:9464`, or a port alone
    #[arg(long, value_name = "ADDRESS", value_parser = parse_metrics_address)]
    pub(crate) metrics: Option<SocketAddr>,

    /// Let the run be held, changed and ended over HTTP here while it is on: ADDRESS:PORT, or a port alone;
    /// with --control-token also from other machines
    #[arg(long, value_name = "ADDR")]
    pub(crate) control: Option<String>,
}

fn parse_metrics_address(text: &str) -> Result<SocketAddr, String> {
    let address = listen_address("--metrics", text);
    address.map_err(|_| format!("'{text}' is no address; write 127.0.0.1:9464, or a port alone"))
}
