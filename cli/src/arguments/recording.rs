//! Flags of the commands that bring traffic in: `demo`, `record`, `import`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use reprise_app::{
    CaptureLimits, DEFAULT_SNAP_LENGTH, ExportFormat, RotateEvery, parse_rotation, parse_size,
};

use super::RedactionArguments;
use crate::duration::parse_duration;
use crate::whole::parse_whole;

/// What a ring may take, in bytes: libpcap counts it in 31 bits.
const RING_BYTES: std::ops::RangeInclusive<u64> = (1 << 20)..=(2 << 30);

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
#[command(group(ArgGroup::new("from").required(true).args(["interfaces", "command"])))]
#[command(after_help = "Examples:\n  \
    reprise record -i eth0 --port 80 --port 3306 --for 10m --name friday\n  \
    reprise record -i eth0 -i docker0 --max-size 2GB --name both-sides\n  \
    reprise record -i any --filter 'host 10.0.0.7' --name one-client\n  \
    reprise record -i eth0 --rotate 10m --keep 6 --name last-hour\n\n\
    From elsewhere, with tcpdump there; leave the connection that brings the packets out:\n  \
    reprise record --name web1 --restart \\\n    \
      --command \"ssh web1 sudo \\\n      \
        tcpdump -i any -U -s0 -w - 'tcp port 80 and not port 22'\"\n  \
    reprise record --name shop \\\n    \
      --command \"docker run --rm --net=container:shop nicolaka/netshoot \\\n      \
        tcpdump -i any -U -s0 -w - tcp\"\n  \
    reprise record --name pod \\\n    \
      --command \"kubectl debug -q -i pod/shop --profile=netadmin \\\n      \
        --image=nicolaka/netshoot -- \\\n      \
        tcpdump -i any -U -s0 -w - 'tcp and not port 10250'\"\n\n\
    Ctrl-C stops and keeps what was recorded. Without rights to capture, `reprise devices` names the fix.")]
pub(crate) struct RecordArguments {
    /// The interface to capture on; repeatable; `any` for all. `reprise devices` lists them
    #[arg(short, long = "interface", value_name = "INTERFACE")]
    pub(crate) interfaces: Vec<String>,

    /// A shell command that prints a pcap or pcapng stream; it ends with the recording. It cannot ask
    /// for a password: let ssh use a key
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["ports", "filter"])]
    pub(crate) command: Option<String>,

    /// Start the command again when it fails, after 1 to 30 seconds
    #[arg(long, requires = "command")]
    pub(crate) restart: bool,

    /// The recording's name
    #[arg(long)]
    pub(crate) name: String,

    /// Capture this TCP port only; repeatable. Without it: every TCP port
    #[arg(long = "port", value_name = "PORT")]
    pub(crate) ports: Vec<u16>,

    /// A pcap filter expression, combined with the ports
    #[arg(long, value_name = "BPF")]
    pub(crate) filter: Option<String>,

    /// The kernel's buffer for each interface; more of it outlasts longer bursts
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = parse_ring)]
    pub(crate) ring: u32,

    /// Keep so many bytes of each packet. Messages that are cut are kept with their true lengths, but cannot be
    /// replayed; what was cut is counted
    #[arg(long, value_name = "SIZE", default_value = "256KiB", value_parser = parse_snap_length)]
    pub(crate) snap_length: u32,

    /// Leave packets alone that are not for this machine (on a mirror port, that is all of them)
    #[arg(long)]
    pub(crate) no_promiscuous: bool,

    /// Capture through this reprise-tap. Without it: itself, or when it may not, through the one that
    /// REPRISE_TAP names, or beside reprise, or in the PATH
    #[arg(long, value_name = "PATH", conflicts_with = "command")]
    pub(crate) tap: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) stop_after: StopArguments,

    /// Go on in a new recording after this long or this much (`10m`, `1GB`): NAME-1, NAME-2, ... No packet
    /// is lost between them
    #[arg(long, value_name = "TIME|SIZE", value_parser = parse_rotation)]
    pub(crate) rotate: Option<RotateEvery>,

    /// With --rotate: keep so many recordings that have ended; older ones go to the bin
    #[arg(long, value_name = "N", requires = "rotate", value_parser = parse_whole::<usize>)]
    pub(crate) keep: Option<usize>,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,

    #[command(flatten)]
    pub(crate) redaction: RedactionArguments,
}

/// How much may be held in memory.
#[derive(Debug, Args)]
pub(crate) struct LimitArguments {
    /// Change how much is held in memory or how long is waited, `body=1MiB` or `idle=2h`; repeatable.
    /// docs/recording.md lists all
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = parse_limit)]
    limits: Vec<String>,
}

impl LimitArguments {
    /// The limits, those given and the others.
    pub(crate) fn all(&self) -> anyhow::Result<CaptureLimits> {
        let mut all = CaptureLimits::default();
        for setting in &self.limits {
            all.set(setting).map_err(anyhow::Error::msg)?;
        }
        Ok(all)
    }
}

/// A setting that can be read.
fn parse_limit(text: &str) -> Result<String, String> {
    CaptureLimits::default().set(text)?;
    Ok(text.to_owned())
}

/// When a recording ends by itself; the first that is reached counts.
#[derive(Debug, Args)]
pub(crate) struct StopArguments {
    /// Stop after this long (`90s`, `10m`, `1h`)
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Stop after this many bytes of packets (`500MB`, `2GiB`)
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_size: Option<u64>,

    /// Stop after this many packets
    #[arg(long, value_name = "N", value_parser = parse_whole::<u64>)]
    pub(crate) max_packets: Option<u64>,

    /// Stop after this many exchanges; those read together with the last are kept, too
    #[arg(long, value_name = "N", value_parser = parse_whole::<u64>)]
    pub(crate) max_exchanges: Option<u64>,
}

/// A ring's size: libpcap takes no more than 2 GiB.
fn parse_ring(text: &str) -> Result<u32, String> {
    let bytes = parse_size(text)?;
    let ring = u32::try_from(bytes).ok();
    ring.filter(|_| RING_BYTES.contains(&bytes))
        .ok_or_else(|| format!("'{text}' is out of range; write 1MiB to 2GiB"))
}

/// Headers of the longest kind have this much, and no packet is longer than that.
const SNAP_LENGTHS: std::ops::RangeInclusive<u64> = 128..=DEFAULT_SNAP_LENGTH as u64;

fn parse_snap_length(text: &str) -> Result<u32, String> {
    let bytes = parse_size(text)?;
    let length = u32::try_from(bytes).ok();
    length
        .filter(|_| SNAP_LENGTHS.contains(&bytes))
        .ok_or_else(|| format!("'{text}' is out of range; write 128 to 256KiB"))
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise import friday.pcapng --name friday\n  \
    reprise import part1.pcap.gz part2.pcap.gz --name friday --json\n  \
    reprise import browser.har --name browser\n  \
    reprise import traffic_*.gor slow.log --name mixed\n  \
    reprise import --follow /var/tmp/web.pcap /var/tmp/db.pcap \\\n    \
      --idle 30s --name both\n  \
    ssh web1 cat /var/tmp/web.pcap.gz | reprise import - --name web1\n\n\
    What each format keeps and loses is in docs/formats.md.")]
pub(crate) struct ImportArguments {
    /// Captures and files of other tools, in any order: packets of several captures are taken in the order
    /// of their times. A named pipe, or `-` for standard input, holds a capture
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// The recording's name
    #[arg(long)]
    pub(crate) name: String,

    /// Go on reading captures as they grow, until Ctrl-C
    #[arg(long)]
    pub(crate) follow: bool,

    /// With --follow: end a capture when it has not grown for so long (`30s`)
    #[arg(long, value_name = "TIME", requires = "follow", value_parser = parse_duration)]
    pub(crate) idle: Option<Duration>,

    /// With --follow: end after this long (`90s`, `10m`, `1h`)
    #[arg(long = "for", value_name = "TIME", requires = "follow", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,

    #[command(flatten)]
    pub(crate) redaction: RedactionArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise export friday --to har --out friday.har\n  \
    reprise export friday --to curl --where status:5xx > again.sh\n  \
    reprise export friday --to pcap --out friday.pcap && wireshark friday.pcap\n\n\
    What each format keeps and loses is in docs/formats.md.")]
pub(crate) struct ExportArguments {
    /// The recording's name
    pub(crate) name: String,

    /// The format: har, pcap, gor, vegeta or curl
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
