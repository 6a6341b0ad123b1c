//! What crosses to the window: shapes of its own, so that the rooms below can change without it. Counts and
//! microseconds are `u32` (they saturate; 71 minutes), sizes and rates `f64`, instants RFC 3339: a JavaScript
//! number holds them all exactly.

mod again;
mod chart;
mod comparison;
mod controlled;
mod dry_run;
mod effects;
mod exchange;
mod exchange_reading;
mod failure;
mod fault;
mod fields;
mod keeping;
mod library;
mod machine;
mod mismatch;
mod numbers;
mod planning;
mod proxy;
mod record;
mod recording;
mod redaction;
mod replay;
mod run;
mod run_view;
mod stored_plan;
mod trend;
mod watched;

pub(crate) use again::AgainForm;
pub(crate) use chart::{Chart, ThemeName};
pub(crate) use comparison::Comparison;
pub(crate) use controlled::ControlledProxy;
pub(crate) use dry_run::DryRun;
pub(crate) use effects::{CommandState, FaultState, RecoveryState};
pub(crate) use exchange::{ConnectionPage, ExchangePage, FilterValue, ListingForm};
pub(crate) use exchange_reading::{ExchangeDetail, PieceOfBytes, SideName};
pub(crate) use failure::FailureLine;
pub(crate) use fault::FaultReading;
pub(crate) use keeping::{BinnedCard, Found, KeptKind};
pub(crate) use library::{AllowedHost, ImportNews, Library, RecordingCard, RunCard};
pub(crate) use machine::{About, MachineFinding, ShopCard};
pub(crate) use mismatch::Mismatches;
pub(crate) use numbers::{Count, counts, whole, word};
pub(crate) use planning::PlanningNews;
pub(crate) use proxy::{ProxyCard, ProxyForm};
pub(crate) use record::{DeviceCard, DeviceRate, RecordForm, RecordNews};
pub(crate) use recording::RecordingPage;
pub(crate) use redaction::{RedactionPreview, RedactionRules, RulesReading};
pub(crate) use replay::{CheckState, ReplayForm, StageLine, Understood};
pub(crate) use run::{RunNews, RunNumbers, RunPage, fault_title, outcomes, share};
pub(crate) use run_view::RunView;
pub(crate) use stored_plan::{OpenedPlan, PlanCard, PlanNeeds};
pub(crate) use trend::TrendPage;
pub(crate) use watched::{WatchedChange, WatchedSource};
