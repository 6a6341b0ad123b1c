//! Flags of `replay`: which exchanges, how fast, where to, disturbed how, held to what.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::duration::parse_duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RateBy {
    /// More users: every lane is played several times
    Copies,
    /// A faster clock: think times shrink
    Speed,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingValue {
    /// They are sent as they were recorded
    Send,
    /// They are skipped, counted as value_missing
    Skip,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise replay friday --http http://127.0.0.1:8080 --run base\n  \
    reprise replay friday --http http://staging:8080 --rate 5x --check 'p99<250ms' --run five\n  \
    reprise replay friday --http http://staging:8080 --stages 1x:1m,5x:2m,5x..10x:2m --run peak\n  \
    reprise replay friday --http http://staging:8080 --fault '5:error(status=503)@30s..60s' --run broken\n  \
    reprise replay friday --http /api=http://127.0.0.1:9000 --http http://127.0.0.1:8080 --run split\n  \
    reprise replay --plan base --http http://staging:8081 --run candidate\n  \
    reprise replay friday --mysql mysql://load:secret@staging-db:3306/shop --speed 2 --run db\n\n\
    A host that is not this machine has to be allowed once: `reprise targets allow HOST`.")]
pub(crate) struct ReplayArguments {
    /// The recording to replay
    #[arg(required_unless_present_any = ["plan", "resume"])]
    pub(crate) name: Option<String>,

    /// Run the plan of this run again, changed by whatever else is given; its secrets have to be given again
    #[arg(long, value_name = "RUN")]
    pub(crate) plan: Option<String>,

    /// Go on with a run that was stopped or killed, from the moment of the recording it had reached
    #[arg(
        long,
        value_name = "RUN",
        conflicts_with_all = ["name", "plan", "between", "speed", "rate", "copies", "stages", "repeat", "duration"]
    )]
    pub(crate) resume: Option<String>,

    /// Where recorded HTTP goes: http[s]://HOST:PORT; repeatable as RECORDED=URL, where RECORDED is a recorded
    /// server (ADDRESS:PORT), a host, a path, or HOST/PATH
    #[arg(long, value_name = "[RECORDED=]URL", required_unless_present_any = ["mysql", "plan", "resume"])]
    pub(crate) http: Vec<String>,

    /// Which connections HTTP requests share: `recorded` (each copy opens and closes its own as its client
    /// did), or `pool:N` (at most N to each target) [default: recorded]
    #[arg(long, value_name = "HOW")]
    pub(crate) connections: Option<String>,

    /// Rewrite requests: `path:s|^/v1/|/v2/|`, `header:X-Env=staging for method:POST`,
    /// `json:$.email=load{copy}@example.org`; repeatable (docs/replaying.md)
    #[arg(long = "rewrite", value_name = "RULE")]
    pub(crate) rewrites: Vec<String>,

    /// Rewrite requests by the rules in this TOML file, before those of --rewrite
    #[arg(long = "rewrites", value_name = "FILE")]
    pub(crate) rewrites_file: Option<PathBuf>,

    /// Trust the certificates in this PEM file, not the system's
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) ca: Option<String>,

    /// Take any certificate an https target shows; said in the summary and kept with the run
    #[arg(long)]
    pub(crate) insecure: bool,

    /// What the Host of a request names: `target`, `keep` (the recorded host), or a name [default: target]
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,

    /// Where recorded MySQL goes: mysql://USER:PASSWORD@HOST:PORT/DATABASE, with ?tls=required, verify-ca or
    /// verify-identity and &ca=FILE for TLS
    #[arg(
        long,
        value_name = "URL",
        env = "REPRISE_MYSQL",
        hide_env_values = true
    )]
    pub(crate) mysql: Option<String>,

    /// Who logs in for a recorded MySQL user instead of --mysql's; repeatable. Without a password the
    /// environment variable REPRISE_MYSQL_PASSWORD_USER is asked
    #[arg(long = "mysql-user", value_name = "RECORDED=USER:PASSWORD")]
    pub(crate) mysql_users: Vec<String>,

    /// The run's name [default: the recording's name and a number]
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,

    /// Run the clock this many times faster, or `max`
    #[arg(
        long,
        value_name = "S",
        conflicts_with = "rate",
        allow_negative_numbers = true
    )]
    pub(crate) speed: Option<String>,

    /// Play every lane this many times; a fraction samples lanes: `0.3`
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "rate",
        allow_negative_numbers = true
    )]
    pub(crate) copies: Option<String>,

    /// Multiply the recorded arrival rate: `5x`, `0.5x`
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) rate: Option<String>,

    /// What --rate and --stages change
    #[arg(long, value_enum, default_value_t = RateBy::Copies)]
    pub(crate) by: RateBy,

    /// Change the rate as the run goes, in steps and ramps; the recording repeats until the last one ends:
    /// `1x:1m,5x:2m,5x..10x:2m`
    #[arg(long, value_name = "STAGES", conflicts_with = "rate")]
    pub(crate) stages: Option<String>,

    /// Repeat the recording until Ctrl-C or the end of --duration
    #[arg(long = "loop")]
    pub(crate) repeat: bool,

    /// Stop after this long; a shorter recording is repeated
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Warm up this long: sent, counted and drawn, and in no statistic, check or comparison
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) warm_up: Option<Duration>,

    /// Play only this part of the recording: local clock times (`10:00..10:20`) or offsets (`5m..15m`)
    #[arg(long, value_name = "A..B")]
    pub(crate) between: Option<String>,

    /// Send only exchanges that match: `method:GET -operation:/report`
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// Watch beside the load what a single user feels, apart from it: `lane:ID` or `operation:/PATH` as recorded,
    /// `http://HOST/PATH` or `sql:STATEMENT` every second; `NAME=` before it names it; repeatable
    #[arg(long = "probe", value_name = "[NAME=]WATCH")]
    pub(crate) probes: Vec<String>,

    /// Inject a fault: `PERCENT:NAME(option=value,...)[@FROM..TO][ for SELECTOR]`; repeatable
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<String>,

    /// A limit the run must hold: `p99<250ms`, `error_rate<1%`; repeatable
    #[arg(long = "check", value_name = "CHECK")]
    pub(crate) checks: Vec<String>,

    /// Stop as soon as a check fails
    #[arg(long, requires = "checks")]
    pub(crate) abort_on_fail: bool,

    /// A redacted credential to send: `login.password=VALUE` (`login.password` alone asks the environment
    /// variable REPRISE_SECRET_LOGIN_PASSWORD); repeatable
    #[arg(long = "secret", value_name = "KEY=VALUE")]
    pub(crate) secrets: Vec<String>,

    /// Correlate what is not found by itself: `POST /api/orders json:id -> GET /orders/{id} path:2`;
    /// repeatable
    #[arg(long, value_name = "FROM -> TO")]
    pub(crate) correlate: Vec<String>,

    /// Send values of this name as they were recorded, `*` for all; repeatable. --dry-run lists the names
    #[arg(long, value_name = "NAME")]
    pub(crate) no_correlate: Vec<String>,

    /// Take the mismatches of an earlier run for what varies by itself: of one at 1x, on the build known to be
    /// right
    #[arg(long, value_name = "RUN")]
    pub(crate) baseline: Option<String>,

    /// What becomes of requests that carry a value nobody supplies
    /// [default: send]
    #[arg(long, value_enum)]
    pub(crate) unsourced: Option<MissingValue>,

    /// Accounts for the copies to log in with, `user:password` on each line
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,

    /// The seed of every random choice [default: 1]
    #[arg(long)]
    pub(crate) seed: Option<u64>,

    /// Close a connection whose answer takes longer [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// Whether a lane's requests wait for its earlier answers [default: lane]
    #[arg(long, value_enum)]
    pub(crate) http_order: Option<HttpOrder>,

    /// What makes HTTP requests one user's: session, connection, cookie[:NAME], authorization, header:NAME
    /// [default: session]
    #[arg(long, value_name = "KEY")]
    pub(crate) lane: Option<String>,

    /// What MySQL statements were prepared from before the recording began: client, statement id and text, as
    /// the server tells them (docs/mysql.md has the query)
    #[arg(long, value_name = "FILE")]
    pub(crate) statements: Option<PathBuf>,

    /// Send only what cannot change data
    #[arg(long)]
    pub(crate) read_only: bool,

    /// A SQL function that writes: with --read-only, statements that call it are left out too; repeatable
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) read_only_deny: Vec<String>,

    /// What becomes of MySQL writes in copies and repetitions of a lane [default: send]
    #[arg(long, value_enum)]
    pub(crate) copy_writes: Option<CopyWrites>,

    /// Send recorded MySQL even where replaying the HTTP makes it happen again
    #[arg(long)]
    pub(crate) both_tiers: bool,

    /// Allow a target that was a server in the recording
    #[arg(long)]
    pub(crate) allow_recorded_server: bool,

    /// Do not ask before data on another machine is changed
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Run this command first, to restore the target's database
    #[arg(long, value_name = "CMD")]
    pub(crate) before: Option<String>,

    /// Say what would be sent and skipped, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Write the run's HTML report here when it ends
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
