//! Several runs, and a second side to compare with.

use clap::{ArgGroup, Args};

#[derive(Clone, Debug, Args)]
#[command(group(ArgGroup::new("second_side").multiple(true).args(["http_b", "mysql_b"])))]
pub(crate) struct SeriesArguments {
    /// Play it this many times; the runs are called as --run says, with a number [default: 1, of two sides 5]
    #[arg(long = "repeat", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(reprise_app::MOST_RUNS)))]
    pub(crate) times: Option<u32>,

    /// Compare with a second side: play the same against B, in turn with A, and judge B. Where B's HTTP goes, as
    /// --http
    #[arg(long, value_name = "[RECORDED=]URL")]
    pub(crate) http_b: Vec<String>,

    /// Where B's MySQL goes, as --mysql [env, with --http-b: REPRISE_MYSQL_B]
    #[arg(long, value_name = "URL")]
    pub(crate) mysql_b: Option<String>,

    /// Run this command before each run of B instead of --before
    #[arg(long, value_name = "CMD", requires = "second_side")]
    pub(crate) before_b: Option<String>,

    /// Of two sides: the least change that counts [default: 5%]
    #[arg(long, value_name = "PERCENT", requires = "second_side")]
    pub(crate) min_effect: Option<String>,
}
