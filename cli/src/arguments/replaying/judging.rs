//! What goes wrong, what must hold, and what is watched beside it.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct JudgingArguments {
    /// Inject a fault: `PERCENT:NAME(option=value,...)[@FROM..TO][ for SELECTOR]`; repeatable
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,

    /// A limit the run must hold: `p99<250ms`, `error_rate<1%`; repeatable
    #[arg(long = "check", value_name = "CHECK")]
    pub(crate) checks: Vec<String>,

    /// Stop as soon as a check fails
    #[arg(long, requires = "checks")]
    pub(crate) abort_on_fail: bool,

    /// Watch beside the load what a single user feels, apart from it: `lane:ID` or `operation:/PATH` as recorded,
    /// `http://HOST/PATH` or `sql:STATEMENT` every second; `NAME=` before it names it; repeatable
    #[arg(long = "probe", value_name = "[NAME=]WATCH")]
    pub(crate) probes: Vec<String>,

    /// Take the mismatches of an earlier run for what varies by itself: of one at 1x, on the build known to be
    /// right
    #[arg(long, value_name = "RUN")]
    pub(crate) baseline: Option<String>,
}
