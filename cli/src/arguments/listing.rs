//! Flags of the commands that look at what is kept: listings, reports, comparisons, targets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use reprise_app::ChartKind;

use crate::whole::parse_whole;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  reprise devices\n  reprise devices --watch")]
pub(crate) struct DevicesArguments {
    /// Show what each interface carries, once a second until Ctrl-C. Needs no rights
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NameArguments {
    /// The recording's name
    pub(crate) name: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  reprise operations friday --limit 10")]
pub(crate) struct OperationsArguments {
    /// The recording's name
    pub(crate) name: String,

    /// At most this many; 0 for all
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = parse_whole::<usize>)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise exchanges friday --where 'method:POST status:5xx'\n  \
    reprise exchanges friday --where 'protocol:mysql took:>100ms' --limit 20\n  \
    reprise exchanges friday --id 4711        # the whole request and answer")]
pub(crate) struct ExchangesArguments {
    /// The recording's name
    pub(crate) name: String,

    /// Only those that match: `method:POST status:5xx operation:/cart -status:404 took:>100ms /regex/`
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// At most this many; 0 for all
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = parse_whole::<usize>)]
    pub(crate) limit: usize,

    /// Show this one whole, request and answer
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<u32>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  reprise report five\n  reprise report five --mismatches\n  reprise report five --html five.html\n  reprise report five --junit checks.xml --markdown summary.md\n  reprise report five --samples - | head"
)]
pub(crate) struct ReportArguments {
    /// The run's name, or that of a search (`reprise knee`)
    pub(crate) run: String,

    /// Show where answers were not the recorded ones; with --json both answers of each
    #[arg(long)]
    pub(crate) mismatches: bool,

    /// Also write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) forms: FormArguments,
}

/// Forms for other tools; a FILE of `-` is standard output, and then nothing else is printed there.
#[derive(Debug, Args)]
#[command(next_help_heading = "For other tools (FILE may be - for standard output)")]
pub(crate) struct FormArguments {
    /// Write a summary in Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Write the checks as JUnit XML, for a build server
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Write the response times as a percentile table, for HdrHistogram's plotter
    #[arg(long, value_name = "FILE")]
    pub(crate) hgrm: Option<PathBuf>,

    /// Write the numbers of every second as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) ticks: Option<PathBuf>,

    /// Write what --watch sampled as CSV: a line for each series and second
    #[arg(long, value_name = "FILE")]
    pub(crate) watched: Option<PathBuf>,

    /// Write the operations as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) operations: Option<PathBuf>,

    /// Write every sample with its five times as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) samples: Option<PathBuf>,
}

impl FormArguments {
    /// Whether any of them is asked for.
    pub(crate) fn any(&self) -> bool {
        let Self {
            markdown,
            junit,
            hgrm,
            ticks,
            watched,
            operations,
            samples,
        } = self;
        [markdown, junit, hgrm, ticks, watched, operations, samples]
            .iter()
            .any(|path| path.is_some())
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise compare base five\n  \
    reprise compare base five --html compare.html\n  \
    reprise compare old-1,old-2,old-3 new-1,new-2,new-3\n  \
    reprise compare recording base     # with what was recorded: never a verdict")]
pub(crate) struct CompareArguments {
    /// The run to compare against, several of them (a1,a2,a3), or `recording`
    pub(crate) a: String,

    /// The run to judge, or several of them
    pub(crate) b: String,

    /// The least change of a quantile or of the throughput that counts: 5%, and more for single runs shorter than half a minute
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_effect: Option<String>,

    /// Also write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Also write a summary in Markdown, for a pull request; - is standard output, and then nothing else is printed there
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise trend main                     # the runs main-1, main-2 and so on\n  \
    reprise trend peak --last 50           # the runs of a kept plan\n  \
    reprise trend main-7 --html trend.html # the runs of main-7's plan")]
pub(crate) struct TrendArguments {
    /// What the runs are called before their number, one of them, or a plan
    pub(crate) name: String,

    /// At most so many runs, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) last: u32,

    /// Also write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeName {
    /// For a light page
    Light,
    /// For a dark page
    Dark,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  reprise chart five response_time --out five.svg")]
pub(crate) struct ChartArguments {
    /// The run's name, or that of a search (`reprise knee`)
    pub(crate) run: String,

    /// What to draw: response_time, heat_map, service (beside response time), error_rate, statuses, rows, rate, in_flight,
    /// lateness, probes, watch, quantiles, distribution or over_rate; of a search response_time or rate, over the rate
    /// asked for
    pub(crate) kind: ChartKind,

    /// The SVG file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    /// Its colours: `light` or `dark`
    #[arg(long, value_enum, default_value_t = ThemeName::Light, hide_possible_values = true)]
    pub(crate) theme: ThemeName,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  reprise targets\n  reprise targets allow staging.example\n  reprise targets forget staging.example"
)]
pub(crate) struct TargetsArguments {
    #[command(subcommand)]
    pub(crate) command: Option<TargetsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TargetsCommand {
    /// Allow replay to send to a host
    Allow {
        /// A host name or address
        host: String,
    },
    /// Take a host off the list
    Forget {
        /// A host name or address
        host: String,
    },
    /// List the hosts
    List,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise plans\n  \
    reprise plans save peak --run friday-3\n  \
    reprise plans show peak\n  \
    reprise replay --plan peak --run tuesday\n  \
    reprise plans delete peak")]
pub(crate) struct PlansArguments {
    #[command(subcommand)]
    pub(crate) command: Option<PlansCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlansCommand {
    /// Show one plan: all of it that was asked for
    Show {
        /// The plan's name
        name: String,
    },
    /// Keep the plan of a run under a name; `reprise replay --save-plan` keeps one that was not run
    Save {
        /// The plan's name
        name: String,
        /// The run
        #[arg(long)]
        run: String,
    },
    /// Keep a plan under another name, too
    Copy {
        /// The plan's name
        name: String,
        /// The name of its copy
        copy: String,
    },
    /// Forget a plan; its runs keep theirs
    Delete {
        /// The plan's name
        name: String,
    },
    /// List the plans
    List,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  reprise schema comparison > comparison.schema.json")]
pub(crate) struct SchemaArguments {
    /// Which answer
    #[arg(value_enum)]
    pub(crate) answer: AnswerName,
}

/// An answer with a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AnswerName {
    /// Of `replay` and `report`; of `runs`, each line
    Run,
    /// Of `replay` with several runs or two sides
    Series,
    /// A line of `replay --ticks`
    Second,
    /// Of `compare`
    Comparison,
    /// Of `knee`, and of `report` of a search
    Search,
    /// Of `trend`
    Trend,
    /// Of `ci`
    Ci,
}
