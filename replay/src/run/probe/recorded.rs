//! A probe that plays recorded exchanges at their own pace, again and again: a run of its own, beside the
//! load, with the plan's targets and without its faults.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use reprise_fault::Faults;
use reprise_store::Store;
use tokio::sync::mpsc;

use crate::mysql::keys::Keys;
use crate::mysql::made_ids::MadeIds;
use crate::plan::{Begins, Plan, Probe, Rate, Watch};
use crate::prepare::Prepared;
use crate::prepare::steps::StepRange;
use crate::run::control::Control;
use crate::run::program::Program;
use crate::run::shared_values::SharedValues;
use crate::run::threads::Threads;
use crate::schedule::stages::Stages;
use crate::worker::fetch::Fetcher;
use crate::worker::outbox::Batch;
use crate::worker::{Shard, Worker};
use crate::{ReplayError, Skips};

/// A user's pause before a journey begins anew; microseconds.
const PAUSE_US: u64 = 1_000_000;

/// How long a probe's outstanding answers are waited for when the run is over; milliseconds.
const DRAIN_MS: u64 = 1_000;

/// Works out what it sends.
///
/// # Errors
/// Nothing recorded matches it, or the recording cannot be read.
pub(super) fn prepare(load: &Plan, probe: &Probe, store: &Store) -> Result<Prepared, ReplayError> {
    let mut prepared = Prepared::new(plan_of(load, probe), store)?;
    if prepared.sends() == 0 && load.resumes.is_some() {
        // what it asks may lie in the part that the run before played
        let between = None;
        let plan = plan_of(load, probe);
        prepared = Prepared::new(Plan { between, ..plan }, store)?;
    }
    if let Watch::Lane(id) = probe.watch {
        only(&mut prepared, id);
    }
    for lane in &mut prepared.lanes {
        lane.skipped = Skips::default();
    }
    if prepared.sends() == 0 {
        return Err(ReplayError::Probe {
            probe: probe.name.clone(),
            why: "nothing of the recording that can be sent matches it; the dry run lists lanes and operations",
        });
    }
    Ok(prepared)
}

/// Starts it.
///
/// # Errors
/// Its threads cannot be started.
pub(super) fn start(
    load: &Program,
    prepared: Prepared,
    control: Control,
    batches: Sender<Batch>,
    store: &Store,
) -> Result<JoinHandle<std::io::Result<()>>, ReplayError> {
    let program = Arc::new(Program {
        threads: Threads::of(&prepared.lanes),
        keys: Keys::default(),
        made_ids: MadeIds::default(),
        redaction: load.redaction.clone(),
        prepared,
        http: load.http.clone(),
        mysql: load.mysql.clone(),
        faults: Faults::new(Vec::new())?,
        secrets: load.secrets.clone(),
        users: load.users.clone(),
        shared: SharedValues::default(),
        origin: load.origin,
        workers: 1,
    });
    let (to_worker, fetched) = mpsc::unbounded_channel();
    let fetcher = Fetcher::start(store.clone(), Arc::clone(&program), vec![to_worker])
        .map_err(ReplayError::Start)?;
    let shard = Shard {
        index: 0,
        program,
        control,
        fetcher,
        fetched,
        batches,
    };
    std::thread::Builder::new()
        .name("replay-probe".to_owned())
        .spawn(move || Worker::run(shard))
        .map_err(ReplayError::Start)
}

/// The plan of a probe: the load's, at the recorded pace, from its beginning, until the run is over. A lane is played
/// whole, whatever part of the recording the load is.
fn plan_of(load: &Plan, probe: &Probe) -> Plan {
    let filter = match &probe.watch {
        Watch::Operation(operation) => {
            let more = load.filter.as_deref().unwrap_or_default();
            Some(format!("{more} operation:{operation}"))
        }
        _ => load.filter.clone(),
    };
    let between = load
        .between
        .filter(|_| !matches!(probe.watch, Watch::Lane(_)));
    Plan {
        filter,
        between,
        begins: Begins::default(),
        resumes: None,
        rate: Rate::default(),
        stages: Stages::default(),
        duration_ms: None,
        repeat: true,
        drain_ms: DRAIN_MS,
        probes: Vec::new(),
        faults: Vec::new(),
        checks: Vec::new(),
        ..load.clone()
    }
}

/// Leaves only one lane, which begins at once and again when it is over.
fn only(prepared: &mut Prepared, id: u32) {
    for lane in prepared.lanes.iter_mut().filter(|lane| lane.id != id) {
        lane.steps = StepRange::default();
    }
    if let Some(lane) = prepared.lanes.iter_mut().find(|lane| lane.id == id) {
        let opens_us = lane.spans.iter().map(|span| span.opens_us);
        let begins_us = opens_us.min().unwrap_or(lane.starts_us);
        lane.plays_from_us = begins_us;
        lane.starts_us = 0;
        lane.ends_us = lane.ends_us.saturating_sub(begins_us);
        prepared.length_us = lane.ends_us + PAUSE_US;
    }
}
