//! Flags of `knee`: those of `replay`, but for the rate and the run, which are the search's.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::replaying::{
    ChangingArguments, JudgingArguments, RateBy, SendingArguments, TargetArguments,
};
use crate::duration::parse_duration;
use crate::whole::parse_whole;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("target").required(true).multiple(true).args(["http", "mysql"])))]
#[command(after_help = "Examples:\n  \
    reprise knee friday --http http://staging:8080 \\\n    \
      --check 'p99<250ms' --check 'error_rate<1%'\n  \
    reprise knee friday --http http://127.0.0.1:8080 --check 'p95<50ms' \\\n    \
      --from 2x --to 20x --within 10%\n  \
    reprise knee friday --mysql mysql://load:secret@staging-db/shop \\\n    \
      --check 'p99<20ms' --by speed\n\n\
    The rate doubles until a check fails, then the edge is closed in on, and both its sides are tried again. Every step is a \
    run of its own: `reprise report RUN` shows it, and `reprise report SEARCH` the whole search again.\n\n\
    Exit codes: 0 a rate held; 1 not even the first did; 3 none did, and nothing of all that a step sent was answered.")]
pub(crate) struct KneeArguments {
    /// The recording to replay
    pub(crate) name: String,

    #[command(flatten, next_help_heading = "The search")]
    pub(crate) search: SearchArguments,

    #[command(flatten, next_help_heading = "What is sent")]
    pub(crate) sending: SendingArguments,

    #[command(flatten, next_help_heading = "Where to")]
    pub(crate) targets: TargetArguments,

    #[command(flatten, next_help_heading = "What is changed on the way")]
    pub(crate) changing: ChangingArguments,

    #[command(
        flatten,
        next_help_heading = "Faults, checks, probes and what is watched"
    )]
    pub(crate) judging: JudgingArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    /// The rate of the first step, in times the recorded one
    #[arg(long, value_name = "RATE", default_value = "1x")]
    pub(crate) from: String,

    /// Go no higher than this
    #[arg(long, value_name = "RATE", default_value = "64x")]
    pub(crate) to: String,

    /// How near the highest rate that holds and the lowest that fails shall come
    #[arg(long, value_name = "PERCENT", default_value = "5%")]
    pub(crate) within: String,

    /// What a higher rate is: more users (`copies`: every lane is played several times), or a faster clock (`speed`:
    /// think times shrink)
    #[arg(long, value_enum, default_value_t = RateBy::Copies, value_name = "WHAT", hide_possible_values = true)]
    pub(crate) by: RateBy,

    /// How long each step is measured
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse_duration)]
    pub(crate) step: Duration,

    /// How long each step settles before that
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = parse_duration)]
    pub(crate) settle: Duration,

    /// How long the target rests between steps
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse_duration)]
    pub(crate) rest: Duration,

    /// The search's name, with which those of its runs begin [default: NAME-knee and a number]
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,

    /// Run this command before each step, to restore the target's database
    #[arg(long, value_name = "CMD")]
    pub(crate) before: Option<String>,

    /// The seed of every random choice [default: 1]
    #[arg(long, value_name = "NUMBER", value_parser = parse_whole::<u64>)]
    pub(crate) seed: Option<u64>,

    /// Also write the search as a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
