//! Flags of the commands that keep order in the file: names, notes, tags, the bin, finding.

use clap::{Args, Subcommand};

use crate::whole::parse_whole;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise rename friday black-friday\n  \
    reprise rename --run five before-the-index")]
pub(crate) struct RenameArguments {
    /// The recording's or run's name
    pub(crate) name: String,

    /// What it is called from now on
    pub(crate) to: String,

    /// It is a run, not a recording
    #[arg(long)]
    pub(crate) run: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise note friday 'taken at noon, before the index on stock'\n  \
    reprise note friday --tag peak --tag v2 --untag draft\n  \
    reprise note --run five           # what is written beside it\n  \
    reprise note friday ''            # takes the note away")]
pub(crate) struct NoteArguments {
    /// The recording's or run's name
    pub(crate) name: String,

    /// The note from now on; without it and without a tag, what there is is shown
    pub(crate) text: Option<String>,

    /// It is a run, not a recording
    #[arg(long)]
    pub(crate) run: bool,

    /// A word to find it by; repeatable
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Vec<String>,

    /// A tag that it loses; repeatable
    #[arg(long, value_name = "WORD")]
    pub(crate) untag: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise find checkout\n  \
    reprise find update stock           # SQL and routes are found in the operations\n  \
    reprise find tag:peak")]
pub(crate) struct FindArguments {
    /// Words that all have to be there; `tag:WORD` asks for that tag
    #[arg(required = true)]
    pub(crate) words: Vec<String>,

    /// At most this many; 0 for all
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = parse_whole::<usize>)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise delete friday           # into the bin\n  \
    reprise delete --run five\n  \
    reprise delete --search edge    # every run of a search for the edge\n  \
    reprise bin                     # what is in it\n  \
    reprise bin restore friday")]
pub(crate) struct DeleteArguments {
    /// The recording's, run's or search's name
    pub(crate) name: String,

    /// It is a run, not a recording
    #[arg(long)]
    pub(crate) run: bool,

    /// It is a search for the edge: all its runs
    #[arg(long, conflicts_with = "run")]
    pub(crate) search: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "What has been in the bin for seven days goes by itself.\n\nExamples:\n  \
    reprise bin\n  \
    reprise bin restore friday\n  \
    reprise bin restore --run five\n  \
    reprise bin remove friday       # for good; asks first\n  \
    reprise bin empty               # all of it, for good; asks first"
)]
pub(crate) struct BinArguments {
    #[command(subcommand)]
    pub(crate) command: Option<BinCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BinCommand {
    /// List what was deleted and can be brought back
    List,
    /// Bring back what was deleted last under a name
    Restore {
        /// The recording's or run's name
        name: String,
        /// It is a run, not a recording
        #[arg(long)]
        run: bool,
    },
    /// Remove one thing for good
    Remove {
        /// The recording's or run's name
        name: String,
        /// It is a run, not a recording
        #[arg(long)]
        run: bool,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Remove everything in it for good
    Empty {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}
