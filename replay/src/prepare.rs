//! From a plan and a recording to lanes: what is sent in which order, what is left out and why, which
//! values come from the target's own answers. Done once, before a run or for a dry run.

mod ahead;
mod backlog;
mod baseline;
mod clock;
mod contention;
mod correlation;
pub(crate) mod declared;
pub(crate) mod eligible;
pub(crate) mod gather;
mod in_vain;
mod keys;
pub(crate) mod lane;
mod noise;
pub(crate) mod notes;
mod outline;
pub(crate) mod played;
pub(crate) mod precedence;
mod rewritten;
mod scratch;
pub(crate) mod session;
mod setup;
mod sorter;
pub(crate) mod statements;
pub(crate) mod steps;
pub(crate) mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use reprise_store::{Recording, RecordingId, Store};
use reprise_wire::mysql::ColumnDefinition;
use rustc_hash::FxHashMap;

use crate::http::verify::noise::NoiseBook;
use crate::plan::KeyColumn;
use crate::reason::Skips;
use crate::schedule::copies::copies_of;
use crate::{Plan, ReplayError};
use ahead::search_ahead;
use contention::Contention;
use gather::Gatherer;
use keys::LearnedKeys;
use lane::{Lane, Step};
use noise::Columns;
use notes::Notes;
use played::Played;
use steps::{StepRange, Steps};
use values::Told;

pub use baseline::NoisyPlace;
pub use correlation::{Correlation, CorrelationTarget};
pub use keys::Shifted;
pub use outline::{Outline, OutlineLane, OutlineOperation, SlowLane, Unsourced};
pub use rewritten::Rewritten;

/// How far the working out of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planning {
    /// Exchanges of the recording that have been read.
    pub read: u64,
    /// How many it has.
    pub of: u64,
}

/// Is told how far a plan is; what it answers decides whether to go on.
pub type PlanningWatch<'a> = &'a mut (dyn FnMut(Planning) -> ControlFlow<()> + Send);

/// After how many exchanges it is told again.
const TELL_EVERY: u64 = 1_000;

/// A plan worked out against its recording: ready to run, or to be looked at.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) recording: RecordingId,
    /// When moment 0 of its steps was: microseconds since 1970.
    pub(crate) started_unix_us: i64,
    pub(crate) lanes: Vec<Lane>,
    steps: Steps,
    pub(crate) notes: Notes,
    /// What of the outline was counted while the lanes were made whole.
    counted: Outline,
    /// What earlier runs have played of it, where it goes on with them.
    pub(crate) played: Played,
    /// How long the recording is; microseconds.
    pub(crate) length_us: u64,
    pub(crate) operations: BTreeMap<u32, String>,
    pub(crate) told: Told,
    /// What the plan names and the recording does not have, each in words.
    in_vain: Vec<String>,
    /// The names of the accounts that log in in the recording, by their numbers.
    pub(crate) accounts: Vec<Vec<u8>>,
    /// The names under which somebody signed up, by their numbers in the run.
    pub(crate) names: FxHashMap<u32, Box<[u8]>>,
    pub(crate) rewritten: Vec<Rewritten>,
    keys: LearnedKeys,
    /// What varies in answers by itself.
    pub(crate) noise: NoiseBook,
    /// What of it the plan's baseline has shown.
    pub(crate) noisy: Vec<NoisyPlace>,
    /// The columns of MySQL operations whose executions leave out their definitions.
    columns: FxHashMap<u32, Columns>,
    /// Which MySQL statements others write in the way of.
    pub(crate) contention: Contention,
}

/// Reads the whole recording.
fn read<'a>(
    plan: &'a Plan,
    store: &'a Store,
    recording: &Recording,
    operations: &'a BTreeMap<u32, String>,
    watch: PlanningWatch<'_>,
) -> Result<Gatherer<'a>, ReplayError> {
    let connections = store.connections(recording.id)?;
    let folder = store.path().parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let mut gatherer = Gatherer::new(plan, &connections, operations, folder)?;
    drop(connections);
    let mut planning = Planning {
        read: 0,
        of: recording.exchanges.http + recording.exchanges.mysql,
    };
    search_ahead(store.requests(recording.id, true), |exchange, findings| {
        if planning.read.is_multiple_of(TELL_EVERY) && watch(planning).is_break() {
            return Err(ReplayError::PlanningStopped);
        }
        planning.read += 1;
        gatherer
            .add(exchange, findings)
            .map_err(ReplayError::Scratch)
    })?;
    gatherer.check_lane_key()?;
    Ok(gatherer)
}

impl Prepared {
    /// Works out `plan` against its recording in `store`: reads the whole recording once.
    ///
    /// # Errors
    /// The recording is not there or cannot be read, or the plan contradicts itself.
    pub fn new(plan: Plan, store: &Store) -> Result<Self, ReplayError> {
        Self::watched(plan, store, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`Self::new`], telling `watch` now and then how far it is; what it answers decides whether to go on.
    ///
    /// # Errors
    /// As [`Self::new`], and when `watch` ends it.
    pub fn watched(
        plan: Plan,
        store: &Store,
        watch: PlanningWatch<'_>,
    ) -> Result<Self, ReplayError> {
        // on a thread of its own: the memory that making a plan leaves free there is taken up by the threads
        // that run it, which that of this one would not be
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("replay-plan".to_owned())
                .spawn_scoped(scope, || Self::work_out(plan, store, watch))
                .map_err(ReplayError::Start)?
                .join()
                .map_err(|_| ReplayError::ThreadLost("planning"))?
        })
    }

    fn work_out(plan: Plan, store: &Store, watch: PlanningWatch<'_>) -> Result<Self, ReplayError> {
        plan.validate()?;
        if plan.http.is_empty() && plan.mysql.is_none() {
            return Err(ReplayError::NoTarget);
        }
        let recording = store.recording(&plan.recording)?;
        let operations: BTreeMap<u32, String> = store
            .operations(recording.id)?
            .into_iter()
            .map(|operation| (operation.id.0, operation.text))
            .collect();
        let gatherer = read(&plan, store, &recording, &operations, watch)?;
        let rewritten = gatherer.rewritten();
        let gather::Gathering {
            lanes,
            steps,
            notes,
            mut counted,
            told,
            in_vain,
            accounts,
            names,
            mut noise,
            columns,
            contention,
            keys,
        } = gatherer.finish().map_err(ReplayError::Scratch)?;
        let played = Played::of(&plan, store)?;
        played
            .take_from(&mut counted, &plan, (&lanes, &steps), &operations)
            .map_err(ReplayError::Scratch)?;
        let noisy = match &plan.baseline {
            Some(run) => baseline::learn(store, run, &operations, &mut noise)?,
            None => Vec::new(),
        };
        let last_us = lanes.iter().map(|lane| lane.ends_us).max().unwrap_or(0);
        let recorded_us = recording.duration_ms.saturating_mul(1_000);
        let length_us = plan.between.map_or(recorded_us, |part| part.length_us());
        let length_us = last_us.max(length_us).max(1);
        let part_us = plan.between.map_or(0, |part| part.from_us);
        let started_unix_us = recording
            .started_at
            .micros()
            .saturating_add_unsigned(part_us);
        Ok(Self {
            recording: recording.id,
            started_unix_us,
            plan,
            lanes,
            steps,
            notes,
            counted,
            played,
            length_us,
            operations,
            told,
            in_vain,
            accounts,
            names,
            rewritten,
            keys,
            noise,
            noisy,
            columns,
            contention,
        })
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many exchanges one playing of the recording sends, copies not counted.
    pub fn sends(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.steps.len() as u64).sum()
    }

    /// Whether the runs that it goes on with have sent all of it.
    pub(crate) fn leaves_nothing(&self) -> bool {
        self.counted.sends == 0 && self.sends() > 0
    }

    /// Whether so small a share of the lanes is played that none is among it.
    pub(crate) fn plays_no_lane(&self) -> bool {
        let (seed, copies) = (self.plan.seed, self.plan.most_copies());
        let mut sent = self.lanes.iter().filter(|lane| !lane.steps.is_empty());
        sent.all(|lane| copies_of(seed, lane.id, copies) == 0)
    }

    /// What one playing of the recording leaves out.
    pub fn skips(&self) -> Skips {
        let mut total = Skips::default();
        for lane in &self.lanes {
            total.merge(&lane.skipped);
        }
        total
    }

    /// Puts a lane's steps from place `from` on into `into`, at most so many.
    ///
    /// # Errors
    /// They cannot be read back.
    pub(crate) fn read_steps(
        &self,
        steps: StepRange,
        from: usize,
        most: usize,
        into: &mut Vec<Step>,
    ) -> io::Result<()> {
        self.steps.read(steps, from, most, into)
    }

    /// How many accounts the copies need to have their own; 0 when the plan has no users.
    pub(crate) fn users_needed(&self) -> u64 {
        if self.plan.users == 0 {
            return 0;
        }
        self.accounts.len() as u64 * self.plan.most_copies().ceil() as u64
    }

    /// The columns of a MySQL operation, where its executions leave out their definitions.
    pub(crate) fn columns_of(&self, operation: u32) -> &[ColumnDefinition] {
        self.columns.get(&operation).map_or(&[], Vec::as_slice)
    }

    /// The databases that recorded sessions begin in.
    pub(crate) fn databases(&self) -> Vec<String> {
        let sessions = self.lanes.iter().filter_map(|lane| lane.session.as_ref());
        let named = sessions.filter_map(|session| session.first_database());
        let named: BTreeSet<&str> = named.collect();
        named.into_iter().map(str::to_owned).collect()
    }

    /// Takes what the MySQL target tells of its key columns, for those that the plan shifts; and, where the plan
    /// looks for them by itself, those that the recording shows.
    pub(crate) fn take_keys(&mut self, told: &[KeyColumn]) {
        self.plan.shift_keys.resolve(told, &self.keys.columns);
    }

    /// What to show before the start.
    pub fn outline(&self) -> Outline {
        Outline::of(self)
    }
}
