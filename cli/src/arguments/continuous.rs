//! Flags of `ci`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise ci                 # judged against the newest runs of the baseline\n  \
    reprise ci --as main       # the same, for a baseline called main\n  \
    reprise ci --as main --accept\n\n\
    What reprise.toml says: docs/continuous.md.")]
pub(crate) struct CiArguments {
    /// The file that says what to play
    #[arg(long, value_name = "FILE", default_value = "reprise.toml")]
    pub(crate) config: PathBuf,

    /// What its runs are called, with a number after it
    #[arg(long = "as", value_name = "NAME", default_value = "ci")]
    pub(crate) name: String,

    /// Let its runs be the baseline even if a check failed, the generator was late or the answers were of other work
    #[arg(long)]
    pub(crate) accept: bool,
}
