//! What a face asks for when it asks for a replay: the flags of `reprise replay`, or the fields of the
//! window's Replay page. Texts are parsed here, so that both faces give the same errors.

use std::path::PathBuf;

use reprise_replay::{CopyWrites, HttpOrder, MissingValues, RateBy, SearchStep};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Everything a replay can be asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplayRequest {
    /// The recording's name.
    pub recording: String,
    /// The plan, kept under this name, that is run; every other field left at its default is as it has it.
    #[serde(default)]
    pub plan: Option<String>,
    /// The run whose plan is run again; as `plan`.
    #[serde(default)]
    pub again: Option<String>,
    /// The run that ended early and is gone on with; as `again`, but from the moment it had reached.
    pub resume: Option<String>,
    /// Where HTTP goes: `http://HOST:PORT` for all that nothing else takes, `RECORDED=http://HOST:PORT` for
    /// what was recorded of a server, a host or a path.
    pub http: Vec<String>,
    /// A file of certificates in PEM form that https targets may show; `None`: the system's.
    pub ca: Option<String>,
    /// Take any certificate.
    pub insecure: bool,
    /// Which connections HTTP requests share: `recorded`, or `pool:N`; `None` is `recorded`.
    pub connections: Option<String>,
    /// A TOML file of rules that rewrite HTTP requests.
    pub rewrites_file: Option<PathBuf>,
    /// Rules that rewrite HTTP requests, after those of the file.
    pub rewrites: Vec<String>,
    /// What the Host field names: `target`, `keep` for the recorded host, or a host; `None` is `target`.
    pub host: Option<String>,
    /// Where MySQL goes: `mysql://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub mysql: Option<String>,
    /// Who logs in for particular recorded users: `RECORDED=USER:PASSWORD`.
    pub mysql_users: Vec<String>,
    /// The run's name; `None` makes one of the recording's name and a number.
    pub run: Option<String>,
    /// How fast.
    pub rate: RateChange,
    /// Every lane this many times, beside what `rate` asks for of speed.
    pub copies: Option<f64>,
    /// The rate over time, in times what the fields above ask for: `1x:1m,5x:2m,5x..10x:2m`.
    pub stages: Option<String>,
    /// What the stages change.
    pub stages_by: RateBy,
    /// Repeat the recording until stopped.
    pub repeat: bool,
    /// Stop after this long, repeating a shorter recording; milliseconds.
    pub duration_ms: Option<u64>,
    /// How long to warm up: sent, counted and drawn, and in no statistic; milliseconds.
    pub warm_up_ms: Option<u64>,
    /// Play only this part of the recording: clock times or offsets, `10:00..10:20`, `5m..15m`.
    pub between: Option<String>,
    /// What makes HTTP exchanges one lane: `session`, `connection`, `cookie:NAME` and so on.
    pub lanes: Option<String>,
    /// Send only exchanges that match this filter.
    pub filter: Option<String>,
    /// Probes beside the load: `lane:ID`, `operation:/PATH`, `http://HOST/PATH`, `sql:STATEMENT`, with `NAME=`
    /// before them to name them.
    pub probes: Vec<String>,
    /// Servers and machines that tell numbers of themselves meanwhile: `host`, `pid:ID`, `process:NAME`, `mysql`,
    /// `mysql://USER:PASSWORD@HOST:PORT`, `http://HOST:PORT/metrics#SERIES`, `munin://HOST#PLUGIN`, with `NAME=`
    /// before them to name them.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Faults, in the fault language; those that name a proxy (`via db`) act there.
    pub faults: Vec<String>,
    /// Where those proxies are controlled: `http://HOST:PORT`, or `HOST:PORT`.
    #[serde(default)]
    pub with_proxies: Vec<String>,
    /// What their control APIs want to be told. Never stored.
    #[serde(default)]
    pub control_token: Option<String>,
    /// Commands at a time: `60s run systemctl restart mysql`.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Run the commands of the plan that is run again.
    #[serde(default)]
    pub run_commands: bool,
    /// Checks, in the check language.
    pub checks: Vec<String>,
    /// Stop as soon as a check fails.
    pub abort_on_fail: bool,
    /// No sooner than this many milliseconds into the run.
    #[serde(default)]
    pub abort_after_ms: Option<u64>,
    /// `KEY=VALUE` of redacted credentials; `KEY` alone reads `REPRISE_SECRET_KEY` from the environment.
    pub secrets: Vec<String>,
    /// Correlations to add: `POST /api/orders json:id -> GET /orders/{id} path:2`.
    #[serde(default)]
    pub correlate: Vec<String>,
    /// Names of correlations to leave out; `*` is all.
    #[serde(default)]
    pub no_correlate: Vec<String>,
    /// An earlier run whose mismatches are no news.
    #[serde(default)]
    pub baseline: Option<String>,
    /// What becomes of requests that carry a value nobody supplies.
    #[serde(default)]
    pub missing_values: Option<MissingValues>,
    /// A file of accounts for the copies, `user:password` on each line.
    #[serde(default)]
    pub users: Option<PathBuf>,
    /// The seed of every random choice.
    pub seed: Option<u64>,
    /// How long to wait for an answer; milliseconds.
    pub timeout_ms: Option<u64>,
    /// What the requests of a lane wait for.
    pub http_order: Option<HttpOrder>,
    /// A file that tells what statements were prepared from before the recording began.
    pub statements: Option<PathBuf>,
    /// Send only what cannot change data.
    pub read_only: bool,
    /// SQL functions that write although their statement reads.
    pub read_only_deny: Vec<String>,
    /// Whether copies of a lane write to MySQL, too.
    pub copy_writes: Option<CopyWrites>,
    /// Key columns whose values each copy shifts: `items.id`, `lines.order_id=orders.id`, `auto`.
    #[serde(default)]
    pub shift_keys: Vec<String>,
    /// Tell MySQL sessions the recorded time before statements that depend on it.
    #[serde(default)]
    pub pin_clock: bool,
    /// Send recorded MySQL even where replaying the HTTP makes it happen again.
    pub both_tiers: bool,
    /// Allow a target that was a server in the recording.
    pub allow_recorded_server: bool,
    /// A command to run first.
    pub before: Option<String>,
    /// The search that the run is a step of.
    #[serde(default)]
    pub search: Option<SearchStep>,
}

impl ReplayRequest {
    /// A replay of this recording as it was recorded, with no target yet.
    pub fn new(recording: String) -> Self {
        Self {
            recording,
            plan: None,
            again: None,
            resume: None,
            http: Vec::new(),
            ca: None,
            insecure: false,
            connections: None,
            rewrites_file: None,
            rewrites: Vec::new(),
            host: None,
            mysql: None,
            mysql_users: Vec::new(),
            run: None,
            rate: RateChange::AsRecorded,
            copies: None,
            stages: None,
            stages_by: RateBy::Copies,
            repeat: false,
            duration_ms: None,
            warm_up_ms: None,
            between: None,
            lanes: None,
            filter: None,
            probes: Vec::new(),
            watch: Vec::new(),
            faults: Vec::new(),
            with_proxies: Vec::new(),
            control_token: None,
            commands: Vec::new(),
            run_commands: false,
            checks: Vec::new(),
            abort_on_fail: false,
            abort_after_ms: None,
            secrets: Vec::new(),
            correlate: Vec::new(),
            no_correlate: Vec::new(),
            baseline: None,
            missing_values: None,
            users: None,
            seed: None,
            timeout_ms: None,
            http_order: None,
            statements: None,
            read_only: false,
            read_only_deny: Vec::new(),
            copy_writes: None,
            shift_keys: Vec::new(),
            pin_clock: false,
            both_tiers: false,
            allow_recorded_server: false,
            before: None,
            search: None,
        }
    }
}

/// More users or a faster clock: two ways to raise a rate, chosen apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateChange {
    /// Neither.
    AsRecorded,
    /// Every lane this many times; a fraction samples whole lanes.
    Copies(f64),
    /// The clock this many times faster.
    Speed(f64),
    /// Each lane's next request as soon as the last is answered.
    Max,
}

impl RateChange {
    /// Reads `--speed`: a factor, or `max`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn speed(text: &str) -> Result<Self, Error> {
        if text.eq_ignore_ascii_case("max") {
            return Ok(Self::Max);
        }
        parse_factor(text).map(Self::Speed).map_err(|_| {
            Error::Usage(format!(
                "--speed '{text}': write how many times faster the clock runs, from 0.001 to 10000, such as 5x, or max for \
                 as fast as the target answers"
            ))
        })
    }
}

/// Reads a factor: `5`, `5x`, `0.5x`.
///
/// # Errors
/// When it is not a number between 0.001 and 10,000.
pub fn parse_factor(text: &str) -> Result<f64, Error> {
    let text = text.trim();
    let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
    match number.parse::<f64>() {
        Ok(factor) if (0.001..=10_000.0).contains(&factor) => Ok(factor),
        _ => Err(Error::Usage(format!(
            "'{text}' is not a rate; write a factor of the recorded rate from 0.001 to 10000: 5x, 10x, 0.5x"
        ))),
    }
}

/// Reads `--copies`: `3`, or `0.3` to sample lanes. Whether so many are possible, the plan says.
///
/// # Errors
/// When it is not a number.
pub fn parse_copies(text: &str) -> Result<f64, Error> {
    let copies = text.trim().parse::<f64>().ok();
    copies.filter(|copies| copies.is_finite()).ok_or_else(|| {
        Error::Usage(format!(
            "--copies '{text}': write how often each lane is played, such as 3, or 0.3 to play three of ten"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_read_with_and_without_its_x() {
        assert_eq!(parse_factor("5x").ok(), Some(5.0));
        assert_eq!(parse_factor("0.5").ok(), Some(0.5));
        for text in ["", "x", "-1x", "0x", "5xx", "NaN", "inf", "1e9", "5y"] {
            let error = parse_factor(text).expect_err(text).to_string();
            assert!(error.contains("5x"), "{error}");
        }
    }

    #[test]
    fn a_day_in_five_seconds_is_told_how_fast_the_clock_can_run() {
        for refused in [
            RateChange::speed("17280").err(),
            parse_factor("17280").err(),
        ] {
            let said = refused.map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains("from 0.001 to 10000"), "{said}");
        }
    }

    #[test]
    fn speed_max_is_its_own_thing() {
        assert_eq!(RateChange::speed("max").ok(), Some(RateChange::Max));
        assert_eq!(RateChange::speed("2").ok(), Some(RateChange::Speed(2.0)));
    }
}
