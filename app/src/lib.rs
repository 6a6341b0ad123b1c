//! The jobs both faces do: record, import, replay, compare, report, demo, with the JSON they answer.
//!
//! [`Library`] is one open Reprise file; long work is a job with news ([`CaptureJob`], [`ReplayJob`]).
//! Nothing here prints or draws a window: the command and the desktop do.

pub mod answer;
mod baseline;
mod between;
mod bin;
mod capture;
mod charts;
mod comparison;
mod copy;
mod demo;
mod doctor;
mod error;
mod export;
mod failures;
mod filter_values;
mod interchange;
/// What must hold for any input whatever, for the fuzz targets. Not part of the crate otherwise.
#[cfg(any(test, feature = "invariants"))]
pub mod invariants {
    pub use crate::proxy::invariants::proxies_file;
}
mod knee;
mod library;
mod limits;
mod listing;
mod losses;
mod mysql_url;
mod mysql_users;
mod percentage;
mod places;
mod plans;
mod proxy;
mod reading;
mod recording_chart;
mod recovery;
mod redaction;
mod redaction_key;
mod remarks;
mod replay;
mod report;
mod rotation;
mod runs;
mod sample;
mod search;
mod series;
mod size;
mod transcript;
mod trend;
mod trim;

pub use baseline::{BASELINE, Baseline, UnfitRun};
pub use capture::{
    CaptureJob, CaptureNews, CaptureProgress, ImportRequest, RecordRequest, check_capture_filter,
    devices,
};
pub use charts::{RunSpan, RunTimeline, comparison_charts};
pub use comparison::{CompareRequest, RECORDING};
pub use copy::{CopyRequest, PartRequest};
pub use demo::{DemoAnswer, DemoNews, DemoRequest, demo};
pub use doctor::{Finding, Health, capture_rights, doctor};
pub use error::{Blame, Error};
pub use export::{ExportAnswer, ExportRequest};
pub use filter_values::FilterValue;
pub use interchange::{RunForm, judged_junit, run_summary_markdown};
pub use knee::{KneeRequest, knee_charts};
pub use library::{ExchangeQuery, Library};
pub use limits::CaptureLimits;
pub use listing::{ConnectionListing, Listing, ListingPage, ListingQuery, SortBy, SortOrder};
pub use losses::{Loss, losses};
pub use mysql_url::mysql_url;
pub use percentage::{parse_least_effect, parse_percentage};
pub use places::default_file;
pub use plans::ForgottenPlan;
pub use proxy::{
    PassingProgress, ProxiesRequest, ProxyAnswer, ProxyJob, ProxyOrder, ProxyRequest,
    faults_as_text, listen_address, parse_protocol, read_proxy_file, write_faults,
};
pub use reading::{
    BytesOf, Command, CommandParameter, Content, ExchangeSide, HttpField, HttpMessage,
    PieceOfBytes, ReadColumn, Reading, Reply, ReplyResult, SideKind,
};
pub use redaction::{
    FindingAnswer, PreviewAnswer, PreviewExample, RedactionChoice, RuleAnswer, RulePreview,
    RulesAnswer, RulesProblem, RulesReading, ScanAnswer, init_redaction_rules,
    read_redaction_rules, redaction_rules, redaction_rules_file, save_redaction_rules,
};
pub use replay::{
    AllowedTargets, PlannedReplay, RateChange, ReplayJob, ReplayNews, ReplayRequest, RunOrders,
    describe_watched, parse_copies, parse_factor, times_recorded,
};
pub use report::ReportRequest;
pub use rotation::parse_rotation;
pub use sample::{SampleShop, ShopTargets};
pub use series::{
    MOST_RUNS, PlayedSeries, SecondSide, SeriesEnd, SeriesRequest, Side, Turn, play_series,
    why_silent,
};
pub use size::parse_size;
pub use trim::Trimmed;

pub use reprise_capture::{
    CAPTURE_RIGHTS_COMMAND, CaptureCommand, DEFAULT_PATIENCE, DEFAULT_RING_BYTES,
    DEFAULT_SNAP_LENGTH, DeviceCounters, DeviceRate, DeviceReading, ExportFormat, FlowingFile,
    Interfaces, PacketSource, Rotate, RotateEvery, StopAfter, Stopper, device_counters,
};
pub use reprise_fault::api;
pub use reprise_fault::{
    Fault as PlannedFault, FaultState as ProxyFault, Proxy, ProxyProtocol, ProxyState, RemoteProxy,
};
pub use reprise_measure::answers::{
    AnswerChange, AnswerExample, Beside, Line, StatusChange, status_name,
};
pub use reprise_measure::chart::{self, Chart, ChartKind, Style, Theme};
pub use reprise_measure::interchange::{Exposition, SecondLine, comparison_markdown};
pub use reprise_measure::knee::{Bounds, FirstToBreak, KneeAnswer, KneeStep, Tried};
pub use reprise_measure::trend::{Trend, TrendRun, TrendStep};
pub use reprise_measure::{
    Amplification, Check, CheckResult, CommandResult, Comparison, FailureGroup, FailureSample,
    FaultCount, Histogram, OperationChange, OperationSummary, Outcome, Outcomes, ProbeSummary,
    QuantileChange, Quantiles, Recovered, Recovery, RecoveryState, Seconds, Seen, Summary, Tick,
    Verdict, WatchChange, WatchGap, WatchSeries, WatchSummary, is_generator_late, is_unfaithful,
    length, readable,
};
pub use reprise_replay::{
    Control, CopyWrites, Correlation, CorrelationTarget, HttpOrder, Mismatch, MissingValues,
    Outline, Plan, Planning, PlanningWatch, Probe, RateBy, Rewrite, SkipReason, Stage, Stages,
    TimedCommand, Unsourced, Watch,
};
pub use reprise_store::{
    Connection as RecordedConnection, Kept, Ledger, RatePoint, RecordingState, RemarkChange,
    RunState,
};
pub use reprise_wire::Close;
