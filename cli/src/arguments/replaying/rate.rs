//! How fast, how often and for how long.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::duration::parse_duration;
use crate::whole::parse_whole;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RateBy {
    /// More users: every lane is played several times
    Copies,
    /// A faster clock: think times shrink
    Speed,
}

#[derive(Debug, Args)]
pub(crate) struct RateArguments {
    /// Multiply the recorded arrival rate: `5x`, `0.5x`
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<String>,

    /// What --rate and --stages change: the users (`copies`: every lane is played several times), or the clock
    /// (`speed`: think times shrink)
    #[arg(long, value_enum, default_value_t = RateBy::Copies, value_name = "WHAT", hide_possible_values = true)]
    pub(crate) by: RateBy,

    /// Run the clock this many times faster, or `max`
    #[arg(long, value_name = "S", conflicts_with = "rate")]
    pub(crate) speed: Option<String>,

    /// Play every lane this many times; a fraction samples lanes: `0.3`
    #[arg(long, value_name = "N", conflicts_with = "rate")]
    pub(crate) copies: Option<String>,

    /// Change the rate as the run goes, in steps and ramps; the recording repeats until the last one ends:
    /// `1x:1m,5x:2m,5x..10x:2m`
    #[arg(long, value_name = "STAGES", conflicts_with = "rate")]
    pub(crate) stages: Option<String>,

    /// Repeat the recording until Ctrl-C or the end of --duration
    #[arg(long = "loop")]
    pub(crate) repeat: bool,

    /// Stop after this long; a shorter recording is repeated
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Warm up this long: sent, counted and drawn, and in no statistic, check or comparison
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) warm_up: Option<Duration>,

    /// The seed of every random choice [default: 1]
    #[arg(long, value_name = "NUMBER", value_parser = parse_whole::<u64>)]
    pub(crate) seed: Option<u64>,
}
