//! `reprise copy` and `reprise trim`: a recording, or a part of it, elsewhere or in its own place.

use std::path::PathBuf;

use clap::Args;
use reprise_app::PartRequest;

#[derive(Debug, Args)]
pub(crate) struct PartArguments {
    /// Only what began then: local clock times (`10:00..10:20`) or offsets (`5m..15m`)
    #[arg(long, value_name = "A..B")]
    between: Option<String>,

    /// Only exchanges that match: `status:5xx operation:/cart`
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
}

impl From<PartArguments> for PartRequest {
    fn from(arguments: PartArguments) -> Self {
        Self {
            between: arguments.between,
            filter: arguments.filter,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise copy friday --to /media/usb/friday.reprise\n  \
    reprise copy friday --to archive.reprise --as friday-2026-11\n  \
    reprise copy friday --to errors.reprise \\\n    \
      --between 10:00..10:20 --where status:5xx\n\n\
    Exit code 1 when it was stopped before all was copied.")]
pub(crate) struct CopyArguments {
    /// The recording's name
    pub(crate) name: String,

    /// The file it goes to; made when it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,

    /// What it is called there [default: the same]
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) called: Option<String>,

    #[command(flatten)]
    pub(crate) part: PartArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise trim friday --between 10:00..10:20\n  \
    reprise trim friday --where '-operation:/health'\n\n\
    The whole recording goes to the bin, from where `bin restore` brings it back. To replay a part of a \
    recording there is no need to trim it: `reprise replay NAME --between A..B` also sends the logins that the \
    part needs, which a trimmed recording may lack.\n\n\
    Exit code 1 when it was stopped, and the recording is as it was.")]
pub(crate) struct TrimArguments {
    /// The recording's name
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) part: PartArguments,
}
