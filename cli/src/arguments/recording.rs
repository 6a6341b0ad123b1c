//! Flags of the commands that bring traffic in: `demo`, `record`, `import`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use reprise_app::ExportFormat;

use crate::duration::parse_duration;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  reprise demo --out demo-out")]
pub(crate) struct DemoArguments {
    /// Folder for the file and the report [default: reprise-demo in the system's temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// How long the sample traffic is recorded; its two minutes are compressed into this
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = parse_duration)]
    pub(crate) length: Duration,

    /// Import the shipped capture instead of capturing live
    #[arg(long)]
    pub(crate) no_capture: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise record -i eth0 --port 80 --port 3306 --for 10m --name friday\n  \
    reprise record -i any --filter 'host 10.0.0.7' --name one-client\n\n\
    Ctrl-C stops and keeps what was recorded. Without rights to capture, `reprise devices` names the fix.")]
pub(crate) struct RecordArguments {
    /// The interface to capture on; `reprise devices` lists them
    #[arg(short, long, value_name = "INTERFACE")]
    pub(crate) interface: String,

    /// The recording's name
    #[arg(long)]
    pub(crate) name: String,

    /// Capture this TCP port only; repeatable. Without it: every TCP port
    #[arg(long = "port", value_name = "PORT")]
    pub(crate) ports: Vec<u16>,

    /// A pcap filter expression, combined with the ports
    #[arg(long, value_name = "BPF")]
    pub(crate) filter: Option<String>,

    /// Stop after this long (`90s`, `10m`, `1h`)
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    #[command(flatten)]
    pub(crate) redaction: RedactionArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise import friday.pcapng --name friday\n  \
    reprise import part1.pcap.gz part2.pcap.gz --name friday --json\n  \
    reprise import browser.har --name browser\n\n\
    What each format keeps and loses is in docs/formats.md.")]
pub(crate) struct ImportArguments {
    /// Captures and files of other tools, in any order: the earliest is read first
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// The recording's name
    #[arg(long)]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) redaction: RedactionArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise export friday --to har --out friday.har\n  \
    reprise export friday --to har --where 'status:5xx' | python3 -m json.tool\n\n\
    What each format keeps and loses is in docs/formats.md.")]
pub(crate) struct ExportArguments {
    /// The recording's name
    pub(crate) name: String,

    /// The format: har
    #[arg(long = "to", value_name = "FORMAT")]
    pub(crate) format: ExportFormat,

    /// Only exchanges that match: `method:POST status:5xx operation:/cart -status:404 took:>100ms /regex/`
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// The file to write; without it the standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Replace the file when it is there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RedactionArguments {
    /// Keep secrets as they were captured. The file then holds passwords and tokens
    #[arg(long)]
    pub(crate) no_redaction: bool,
}
