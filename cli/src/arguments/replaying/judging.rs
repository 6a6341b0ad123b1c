//! What goes wrong, what must hold, and what is watched beside it.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::duration::parse_duration;

#[derive(Debug, Args)]
pub(crate) struct JudgingArguments {
    /// Inject a fault: `PERCENT:NAME(option=value,...)[@FROM..TO][ via PROXY][ for SELECTOR]`; with `via` in the
    /// standing proxy of that name; repeatable (docs/faults.md)
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,

    /// Where proxies that faults name are controlled: what `reprise proxy --control` shows; repeatable
    #[arg(long = "with-proxy", value_name = "URL")]
    pub(crate) with_proxies: Vec<String>,

    /// What those want to be told, as `--control-token` there
    #[arg(
        long,
        value_name = "TOKEN",
        env = "REPRISE_CONTROL_TOKEN",
        hide_env_values = true
    )]
    pub(crate) control_token: Option<String>,

    /// Run a command at its time: `60s run systemctl restart mysql`; what it writes is kept; repeatable
    #[arg(long = "at", value_name = "TIME run COMMAND")]
    pub(crate) commands: Vec<String>,

    /// With --again or --plan: run the commands that plan has, too
    #[arg(long)]
    pub(crate) run_commands: bool,

    /// A limit the run must hold: `p99<250ms`, `error_rate<1% @stage2`, `recovers within 10s`; repeatable
    #[arg(long = "check", value_name = "CHECK")]
    pub(crate) checks: Vec<String>,

    /// Stop as soon as a check fails
    #[arg(long, requires = "checks")]
    pub(crate) abort_on_fail: bool,

    /// But no sooner than this long into the run
    #[arg(long, value_name = "TIME", requires = "abort_on_fail", value_parser = parse_duration)]
    pub(crate) abort_after: Option<Duration>,

    /// Watch beside the load what a single user feels, apart from it: `lane:ID` or `operation:/PATH` as recorded,
    /// `http://HOST/PATH` or `sql:STATEMENT` every second; `NAME=` before it names it; repeatable
    #[arg(long = "probe", value_name = "[NAME=]WATCH")]
    pub(crate) probes: Vec<String>,

    /// Watch a server or a machine beside the load, once a second: `host` and `process:NAME` or `pid:ID` (here),
    /// `mysql` (the run's own target), `mysql://USER:PASSWORD@HOST:PORT`,
    /// `http://HOST:PORT/metrics#SERIES,SERIES{label="value"}`, `munin://HOST#PLUGIN,PLUGIN`; `NAME=` before it names
    /// it; repeatable (docs/watching.md)
    #[arg(long, value_name = "[NAME=]SOURCE")]
    pub(crate) watch: Vec<String>,

    /// Take the mismatches of an earlier run for what varies by itself: of one at 1x, on the build known to be
    /// right
    #[arg(long, value_name = "RUN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) baseline: Option<String>,
}
