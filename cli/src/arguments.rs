//! The flags of every command, as clap reads them. Names and defaults are the design's; the commands
//! themselves turn these into requests of `app`.

mod continuous;
mod copying;
mod keeping;
mod knee;
mod listing;
mod negative;
mod proxying;
mod recording;
mod redaction;
mod replaying;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use continuous::CiArguments;
pub(crate) use copying::{CopyArguments, TrimArguments};
pub(crate) use keeping::{
    BinArguments, BinCommand, DeleteArguments, FindArguments, NoteArguments, RenameArguments,
};
pub(crate) use knee::KneeArguments;
pub(crate) use listing::{
    AnswerName, ChartArguments, CompareArguments, DevicesArguments, ExchangesArguments,
    FormArguments, NameArguments, OperationsArguments, PlansArguments, PlansCommand,
    ReportArguments, SchemaArguments, TargetsArguments, TargetsCommand, ThemeName, TrendArguments,
};
pub(crate) use negative::joined;
pub(crate) use proxying::{ControlArguments, ProxyArguments, ProxyCommand};
pub(crate) use recording::{DemoArguments, ExportArguments, ImportArguments, RecordArguments};
pub(crate) use redaction::{RedactionArguments, RedactionCommand, RedactionCommandArguments};
pub(crate) use replaying::{
    ChangingArguments, CopyWrites, HttpOrder, JudgingArguments, MissingValue, RateArguments,
    RateBy, ReplayArguments, SendingArguments, SeriesArguments, TargetArguments,
};

/// Records production HTTP and MySQL traffic, replays it harder against staging while things break,
/// and says what changed.
#[derive(Debug, Parser)]
#[command(
    name = "reprise",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Start with `reprise demo`: the whole story on a sample shop, nothing else installed.\n\n\
                  Exit codes: 0 done; 1 a check failed or a comparison regressed; 2 wrong usage or \
                  unreadable input; 3 refused for safety or target unreachable; 4 storage or internal failure."
)]
pub(crate) struct Arguments {
    /// The file to work on [default: $XDG_DATA_HOME/reprise/library.reprise]
    #[arg(
        long,
        global = true,
        env = "REPRISE_FILE",
        value_name = "FILE",
        help_heading = "Of every command"
    )]
    pub(crate) file: Option<PathBuf>,

    /// Answer in JSON on stdout (fields documented in docs/json.md)
    #[arg(long, global = true, help_heading = "Of every command")]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole story on a sample shop: record, replay, break, compare, report
    Demo(DemoArguments),
    /// Open the sample shop on this machine, as a target for its traffic
    Shop,
    /// List network interfaces, and why one cannot be captured
    Devices(DevicesArguments),
    /// Record live traffic from interfaces
    Record(RecordArguments),
    /// Import captures, HAR, .gor, MySQL logs and access logs, also .gz and .zst
    Import(ImportArguments),
    /// Write a recording in another tool's format
    Export(ExportArguments),
    /// List recordings
    Recordings,
    /// Show one recording: what is in it and what was lost
    Show(NameArguments),
    /// List a recording's operations, busiest first
    Operations(OperationsArguments),
    /// List a recording's exchanges
    Exchanges(ExchangesArguments),
    /// Replay a recording against a target
    Replay(Box<ReplayArguments>),
    /// Plans kept under a name, to be run again
    Plans(PlansArguments),
    /// Stand between a client and its server, and make things go wrong on purpose
    Proxy(ProxyArguments),
    /// Find the highest rate a target holds
    Knee(Box<KneeArguments>),
    /// Play what reprise.toml says, and judge it against the runs of its baseline
    Ci(CiArguments),
    /// List runs
    Runs,
    /// Report on one run
    Report(ReportArguments),
    /// Compare two runs, or a run with its recording
    Compare(CompareArguments),
    /// The last runs of a plan, and where they took a step
    Trend(TrendArguments),
    /// Write one chart of a run as SVG
    Chart(ChartArguments),
    /// Copy a recording, or a part of it, to another file
    Copy(CopyArguments),
    /// Cut a recording down to a part of it
    Trim(TrimArguments),
    /// Find recordings, runs, plans and operations by words
    Find(FindArguments),
    /// Write a note or tags beside a recording or a run
    Note(NoteArguments),
    /// Call a recording or a run something else
    Rename(RenameArguments),
    /// Delete a recording or a run: it goes to the bin
    Delete(DeleteArguments),
    /// What was deleted: list it, bring it back, remove it for good
    Bin(BinArguments),
    /// What counts as a secret, and whether a recording holds any
    Redaction(RedactionCommandArguments),
    /// Hosts that replay may send to
    Targets(TargetsArguments),
    /// Look at what this machine and the file are good for, and say what to mend
    #[command(after_help = "Exit code 1 when something is bad.")]
    Doctor,
    /// Print what an answer in JSON looks like, as a JSON Schema
    Schema(SchemaArguments),
    /// Print a shell's completion script
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}
