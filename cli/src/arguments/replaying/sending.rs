//! What of a recording is sent, and in which order.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HttpOrder {
    /// A request waits for the answers its client had before sending it
    Lane,
    /// Every request goes at its intended time, whatever is outstanding
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CopyWrites {
    /// They are sent; rows that are there already are conflicts
    Send,
    /// Only the first playing of a lane writes; the others are skipped, counted as copy_write
    Skip,
}

#[derive(Debug, Args)]
pub(crate) struct SendingArguments {
    /// Play only this part of the recording: local clock times (`10:00..10:20`) or offsets (`5m..15m`)
    #[arg(long, value_name = "A..B")]
    pub(crate) between: Option<String>,

    /// Send only exchanges that match: `method:GET -operation:/report`
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// What makes HTTP requests one user's: `session`, `connection`, `cookie`, `cookie:NAME`, `authorization`,
    /// `header:NAME`
    /// [default: session]
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) lane: Option<String>,

    /// Whether a request waits for the answers its client had before it sent it (`lane`), or goes at its intended
    /// time whatever is outstanding (`none`) [default: lane]
    #[arg(long, value_enum, value_name = "ORDER", hide_possible_values = true)]
    pub(crate) http_order: Option<HttpOrder>,

    /// Send only what cannot change data
    #[arg(long)]
    pub(crate) read_only: bool,

    /// A SQL function that writes: with --read-only, statements that call it are left out too; repeatable
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) read_only_deny: Vec<String>,

    /// What becomes of MySQL writes in copies and repetitions of a lane: they are sent (`send`; rows that are there
    /// already are conflicts), or only its first playing writes (`skip`; counted as copy_write) [default: send]
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    pub(crate) copy_writes: Option<CopyWrites>,

    /// Send recorded MySQL even where replaying the HTTP makes it happen again
    #[arg(long)]
    pub(crate) both_tiers: bool,
}
