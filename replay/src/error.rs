//! Why a replay cannot be planned, started or finished. Messages fit after "failed to".

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::Spoken;

/// What stops a replay. What merely goes wrong with single requests is an outcome, not an error.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// Whoever watched the plan being worked out ended that.
    #[error("plan the replay: it was stopped before its end; nothing was sent")]
    PlanningStopped,
    /// The stored document is no plan.
    #[error("read the plan: {0}")]
    Plan(#[source] serde_json::Error),
    /// The plan was written by a newer program.
    #[error(
        "read the plan: it has version {version} and this program knows up to {known}; \
         use a newer reprise"
    )]
    NewerPlan {
        /// What the plan says.
        version: u64,
        /// What is known here.
        known: u32,
    },
    /// What memory does not hold of a plan cannot be kept beside its recording.
    #[error("keep the plan beside the recording: {0}; it needs some 60 bytes an exchange there")]
    Scratch(#[source] io::Error),
    /// Speed or copies are not positive numbers.
    #[error("use the rate: it is no positive number; write one such as 5, or 0.5 to send less")]
    Rate,
    /// So many copies can only be a mistake.
    #[error("play {asked} copies: at most {most} are possible")]
    TooManyCopies {
        /// What was asked for.
        asked: f64,
        /// What is possible.
        most: f64,
    },
    /// So small a share of the lanes has none of them.
    #[error(
        "send anything: of {lanes} none is among {copies} copies of each; give more copies, or another --seed"
    )]
    NoLanes {
        /// How many lanes there are, in words.
        lanes: String,
        /// What was asked for.
        copies: f64,
    },
    /// Everything would be warm-up.
    #[error(
        "measure anything: it warms up for {warms_up_ms} ms, and the run is over after {takes_ms} ms; warm up for less"
    )]
    OnlyWarmUp {
        /// How long it would warm up.
        warms_up_ms: u64,
        /// How long the run takes.
        takes_ms: u64,
    },
    /// What is to tell users apart is in no request: all lanes would be connections.
    #[error(
        "tell users apart by {0}: no recorded request shows it; is it spelled so? --lane connection tells them by their connections"
    )]
    LaneKeyUnseen(String),
    /// A run of no time sends nothing.
    #[error("run for no time: give a duration such as 30s")]
    NoDuration,
    /// All of the run that it goes on with was sent.
    #[error(
        "go on with {0}: it had reached the end; `--again {0}` runs it again from its beginning"
    )]
    NothingLeft(String),
    /// A rate over time needs a clock.
    #[error("use stages at speed max: give a speed such as 1, or leave the stages out")]
    StagesWithoutClock,
    /// A key column is to follow one that is not shifted.
    #[error("shift the keys {0}: the column it refers to is not shifted; add it, too")]
    DanglingKey(String),
    /// A timeout of zero fails every request.
    #[error("use a timeout of zero: give at least one millisecond")]
    NoTimeout,
    /// A part of a recording that ends where it begins, or before.
    #[error("play an empty part of the recording: let it end after it begins")]
    EmptyPart,
    /// A rule puts in a secret that nobody gave.
    #[error("put in {{secret.{0}}}: give it with --secret {0}=VALUE")]
    NoSecret(String),
    /// A pool without connections sends nothing.
    #[error("use a pool of no connections: give it at least one, as in --connections pool:50")]
    NoPool,
    /// There is nowhere to send anything.
    #[error("replay without a target: name one for HTTP, for MySQL, or both")]
    NoTarget,
    /// The target's URL is not one that can be used.
    #[error("use `{url}` as a target: {why}")]
    BadTarget {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file of trusted certificates cannot be used.
    #[error("trust the certificates in {file}: {why}; give a file of certificates in PEM form")]
    Ca {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system knows no certificate authority.
    #[error(
        "find certificates to trust: this system has none; install ca-certificates, or give --ca FILE"
    )]
    NoRoots,
    /// TLS cannot be set up at all.
    #[error("set up TLS: {0}")]
    Tls(String),
    /// Routes and targets were not given alike.
    #[error(
        "start: the plan's routes and the given targets differ; give one target for each route"
    )]
    TargetsDiffer,
    /// A target's certificate cannot be trusted.
    #[error(
        "trust {target}: {why}; name the file with who signs its certificates (--ca FILE, or &ca=FILE in the URL of a MySQL server)"
    )]
    Untrusted {
        /// Where it is.
        target: String,
        /// What is wrong with the certificate.
        why: String,
    },
    /// A target is not there, or lets nobody in.
    #[error("reach {target}: {why}; check that it runs and that address and login are right")]
    Unreachable {
        /// Where it should be.
        target: String,
        /// What was met.
        why: String,
    },
    /// A target is there and speaks something else than it was given for.
    #[error("speak {meant} with {target}: what listens there speaks {spoken}; {fix}")]
    Misspoken {
        /// What it was given for.
        meant: &'static str,
        /// Where it is.
        target: String,
        /// What it speaks.
        spoken: Spoken,
        /// How it has to be given.
        fix: String,
    },
    /// The process may not have that many files open.
    #[error(
        "have {connections} connections open at once: this process may have {allowed} files open; run \
         `ulimit -n {needed}` first (as root, or with a higher nofile in /etc/security/limits.conf), or \
         send with fewer copies"
    )]
    TooFewFiles {
        /// Connections open at once.
        connections: u64,
        /// Files it may have open.
        allowed: u64,
        /// Files it would have open.
        needed: u64,
    },
    /// The MySQL target lets fewer connections in than the run needs.
    #[error(
        "have {connections} MySQL connections open at once: the target lets {allowed} in and {used} of them are \
         taken; run `SET GLOBAL max_connections = {needed}` there first, or send with fewer copies"
    )]
    TooFewConnections {
        /// Connections open at once.
        connections: u64,
        /// Its `max_connections`.
        allowed: u64,
        /// Those open before the run.
        used: u64,
        /// What it would have to let in.
        needed: u64,
    },
    /// The system has too few local ports for one target.
    #[error(
        "have {connections} connections to {target} open at once: this system has {ports} local ports for \
         them; run `sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"` as root first, or send with \
         fewer copies"
    )]
    TooFewPorts {
        /// Where they lead.
        target: SocketAddr,
        /// Connections open at once.
        connections: u64,
        /// Local ports there are.
        ports: u64,
    },
    /// A probe cannot be started.
    #[error("start the probe `{probe}`: {why}")]
    Probe {
        /// Its name.
        probe: String,
        /// Why not.
        why: &'static str,
    },
    /// A source to watch cannot be reached, or does not have what is asked of it.
    #[error("watch {watched}: {why}")]
    Watch {
        /// Its name.
        watched: String,
        /// Why not.
        why: String,
    },
    /// A check cannot be read.
    #[error("read the check `{check}`: {source}")]
    Check {
        /// As given.
        check: String,
        /// Why not.
        source: reprise_measure::CheckError,
    },
    /// A check is about a stage that the run does not have.
    #[error("judge `{check}`: {there_are}")]
    NoStage {
        /// The check, as given.
        check: String,
        /// The stages, or that there are none.
        there_are: String,
    },
    /// A check is about a fault that the run does not have.
    #[error("judge `{check}`: {there_are}")]
    NoFault {
        /// The check, as given.
        check: String,
        /// The faults, or that there are none.
        there_are: String,
    },
    /// Faults do not fit together.
    #[error("read the fault: {0}")]
    Fault(#[from] reprise_fault::FaultError),
    /// A fault that the replay's own connections cannot do.
    #[error("inject `{fault}`: it {why}")]
    FaultNotHere {
        /// As written.
        fault: String,
        /// Why not, and what to do instead.
        why: &'static str,
    },
    /// A fault names a proxy, and no proxies are under control.
    #[error(
        "inject `{0}`: say where its proxy is controlled with --with-proxy http://HOST:PORT, as `reprise proxy \
         --control` shows it"
    )]
    NoControl(String),
    /// A fault names a proxy that is not there, or not the only one.
    #[error("inject `{fault}`: {why}")]
    WhichProxy {
        /// As written.
        fault: String,
        /// What there is instead.
        why: String,
    },
    /// A standing proxy cannot be controlled.
    #[error(transparent)]
    Control(#[from] reprise_fault::ControlError),
    /// The filter cannot be read.
    #[error("read the filter: {0}")]
    Filter(#[from] reprise_wire::filter::FilterError),
    /// A correlation cannot be read.
    #[error(
        "read the correlation `{0}`: write OPERATION PLACE -> OPERATION PLACE, such as \
         `POST /api/orders json:id -> GET /orders/{{id}} path:2`"
    )]
    Correlate(String),
    /// The plan is for more accounts than were given.
    #[error("start: the plan has users of its own and they were not given; name their file again")]
    NoUsers,
    /// Nothing of the recording is left to send.
    #[error("send anything: the plan leaves everything out ({0})")]
    NothingToSend(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] reprise_store::Error),
    /// A thread or its timer could not be made.
    #[error("start the sending threads: {0}")]
    Start(#[source] io::Error),
    /// A thread of the engine ended by a defect; what was committed is in the store.
    #[error(
        "finish the run: the {0} thread ended unexpectedly; what was measured before is stored"
    )]
    ThreadLost(&'static str),
}
