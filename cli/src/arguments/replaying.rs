//! Flags of `replay`, in the groups its help shows.

mod changing;
mod judging;
mod output;
mod rate;
mod sending;
mod series;
mod targets;

use clap::{ArgGroup, Args};

pub(crate) use changing::{ChangingArguments, MissingValue};
pub(crate) use judging::JudgingArguments;
pub(crate) use output::RunArguments;
pub(crate) use rate::{RateArguments, RateBy};
pub(crate) use sending::{CopyWrites, HttpOrder, SendingArguments};
pub(crate) use series::SeriesArguments;
pub(crate) use targets::TargetArguments;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("target").required(true).multiple(true).args(["http", "mysql", "plan", "again", "resume"])))]
#[command(after_help = "Examples:\n  \
    reprise replay friday --http http://127.0.0.1:8080 --run base\n  \
    reprise replay friday --http http://staging:8080 --rate 5x \\\n    \
      --check 'p99<250ms' --run five\n  \
    reprise replay friday --http http://staging:8080 \\\n    \
      --stages 1x:1m,5x:2m,5x..10x:2m --run peak\n  \
    reprise replay friday --http http://staging:8080 \\\n    \
      --fault '5:error(status=503)@30s..60s' --run broken\n  \
    reprise replay friday --http /api=http://127.0.0.1:9000 \\\n    \
      --http http://127.0.0.1:8080 --run split\n  \
    reprise replay --again base --http http://staging:8081 --run candidate\n  \
    reprise replay friday --http http://staging:8080 \\\n    \
      --rate 5x --save-plan peak --dry-run\n  \
    reprise replay --plan peak --run tuesday\n  \
    reprise replay friday --http http://old:8080 --http-b http://new:8080 \\\n    \
      --repeat 5 --html judged.html\n  \
    reprise replay friday --mysql mysql://load:secret@staging-db:3306/shop \\\n    \
      --speed 2 --watch mysql --run db\n\n\
    A host that is not this machine has to be allowed once: `reprise targets allow HOST`.")]
pub(crate) struct ReplayArguments {
    /// The recording to replay
    #[arg(required_unless_present_any = ["plan", "again", "resume"])]
    pub(crate) name: Option<String>,

    /// Run the plan kept under this name (`--save-plan`, `reprise plans`), changed by whatever else is given; its secrets
    /// have to be given again
    #[arg(long, value_name = "PLAN", conflicts_with = "again")]
    pub(crate) plan: Option<String>,

    /// Run the plan of this run again, as `--plan`
    #[arg(long, value_name = "RUN")]
    pub(crate) again: Option<String>,

    /// Go on with a run that was stopped or killed, from the moment of the recording it had reached
    #[arg(
        long,
        value_name = "RUN",
        conflicts_with_all = ["name", "plan", "again", "between", "speed", "rate", "copies", "stages", "repeat", "duration", "times", "http_b", "mysql_b"]
    )]
    pub(crate) resume: Option<String>,

    #[command(flatten, next_help_heading = "What is sent")]
    pub(crate) sending: SendingArguments,

    #[command(flatten, next_help_heading = "Where to")]
    pub(crate) targets: TargetArguments,

    #[command(flatten, next_help_heading = "How fast")]
    pub(crate) rate: RateArguments,

    #[command(flatten, next_help_heading = "What is changed on the way")]
    pub(crate) changing: ChangingArguments,

    #[command(
        flatten,
        next_help_heading = "Faults, checks, probes and what is watched"
    )]
    pub(crate) judging: JudgingArguments,

    #[command(flatten, next_help_heading = "The run")]
    pub(crate) output: RunArguments,

    #[command(flatten, next_help_heading = "Several runs, and a second side")]
    pub(crate) series: SeriesArguments,
}
