//! A run from start to end: threads are started, watched, ended; what came of it is handed back.

pub(crate) mod collector;
mod commands;
mod config;
pub(crate) mod control;
mod disturbances;
pub(crate) mod event;
pub(crate) mod give_way;
pub(crate) mod http_target;
mod key_columns;
pub(crate) mod mysql_target;
pub(crate) mod origin;
mod outset;
mod probe;
pub(crate) mod program;
mod proxies;
mod reach;
mod refusal;
mod room;
pub(crate) mod shared_values;
mod spoken;
mod teller;
pub(crate) mod threads;

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded};
use reprise_store::{NewRun, OperationId, RunOperation, RunWriter, Store};
use reprise_wire::Timestamp;
use tokio::sync::mpsc;

use crate::mysql::keys::Keys;
use crate::mysql::made_ids::MadeIds;
use crate::plan::Connections;
use crate::prepare::Prepared;
use crate::watch::Watchers;
use crate::worker::fetch::Fetcher;
use crate::worker::outbox::Batch;
use crate::worker::{Shard, Worker};
use crate::{Plan, ReplayError};
use collector::{Collector, Totals};
use commands::Commands;
use control::{Control, Ending};
use event::Event;
use give_way::give_way;
use origin::Origin;
use program::Program;
use proxies::PlacedFaults;
use refusal::Startable;
use shared_values::SharedValues;
use teller::Teller;
use threads::Threads;

pub use collector::Ended;
pub use config::{ReplayConfig, Secrets, Targets, WatchTarget};
pub use disturbances::disturbances_so_far;
pub use program::MysqlLogin;
pub use reach::{MysqlRoom, Reached, ShownBy};
pub use refusal::would_refuse;
pub use room::local_port_range;
pub use spoken::Spoken;

/// A run that is on.
#[derive(Debug)]
pub struct Handle {
    events: Receiver<Event>,
    control: Control,
    collector: JoinHandle<Result<Ended, ReplayError>>,
    workers: Vec<JoinHandle<std::io::Result<()>>>,
}

/// Batches that may wait for the collector: 256 samples each, about 20 MB in all.
const BATCHES: usize = 1_024;

/// Events that may wait for whoever listens.
const EVENTS: usize = 1_024;

/// Starts the run of a plan that has been worked out.
///
/// # Errors
/// The plan cannot be run as it is, the recording cannot be read, the run's name is taken, or threads
/// cannot be started.
pub fn start(config: ReplayConfig, store: &Store) -> Result<Handle, ReplayError> {
    let opened = Opened::of(&config, store)?;
    let ReplayConfig {
        prepared,
        run,
        targets,
        secrets,
        users,
        redaction,
        ..
    } = config;
    let writer = create(&prepared, &run, store)?;
    let control = Control::of(&prepared.plan, opened.workers);
    let program = Arc::new(Program {
        http: opened.startable.http,
        mysql: opened.startable.mysql,
        faults: opened.startable.faults,
        secrets: secrets.in_order(&prepared.plan.secrets),
        users: users.arranged(&prepared.accounts),
        shared: SharedValues::default(),
        origin: Origin::soon(),
        workers: opened.workers,
        threads: Threads::of(&prepared.lanes),
        keys: Keys::default(),
        made_ids: MadeIds::default(),
        redaction,
        prepared,
    });
    let probes = probe::start(&program, opened.startable.probes, &targets, store)?;
    let origin = program.origin;
    let watching = opened.watchers.start(origin).map_err(ReplayError::Start)?;
    let proxies = opened
        .proxies
        .start(origin, control.clone())
        .map_err(ReplayError::Start)?;
    let commands = Commands::start(
        &program.prepared.plan.commands,
        origin,
        program.redaction.as_ref(),
    )
    .map_err(ReplayError::Start)?;
    let (to, events) = bounded(EVENTS);
    let mut teller = Teller::new(to, events.clone());
    tell_beginning(&mut teller, run, &program.prepared);
    let (batches_to, batches) = bounded(BATCHES);
    let collector = start_collecting(Collector {
        totals: Totals::new(&program, opened.startable.checks),
        program: Arc::clone(&program),
        control: control.clone(),
        batches,
        probes,
        watching,
        proxies,
        commands,
        teller,
        store: store.clone(),
        run: writer,
    })?;
    let workers = start_workers(&program, &control, store, &batches_to)
        .inspect_err(|_| control.end(Ending::Failed))?;
    Ok(Handle {
        events,
        control,
        collector,
        workers,
    })
}

/// What is read, looked up and connected to before the run is in the store: all that may yet refuse it.
struct Opened {
    workers: u32,
    startable: Startable,
    proxies: PlacedFaults,
    watchers: Watchers,
}

impl Opened {
    fn of(config: &ReplayConfig, store: &Store) -> Result<Self, ReplayError> {
        let (prepared, targets) = (&config.prepared, &config.targets);
        let plan = &prepared.plan;
        if plan.users != config.users.count() {
            return Err(ReplayError::NoUsers);
        }
        let startable = Startable::of(prepared, targets, store)?;
        if let Some(room) = config.mysql_room {
            room::has_room(prepared, room)?;
        }
        if plan.proxies.len() != targets.proxies.len() {
            return Err(ReplayError::TargetsDiffer);
        }
        Ok(Self {
            workers: workers_of(plan),
            startable,
            proxies: PlacedFaults::place(plan, &targets.proxies)?,
            watchers: Watchers::open(plan, targets)?,
        })
    }
}

/// Begins the stored run.
fn create(prepared: &Prepared, run: &str, store: &Store) -> Result<RunWriter, ReplayError> {
    let plan = &prepared.plan;
    Ok(store.create_run(NewRun {
        name: run.to_owned(),
        recording: prepared.recording,
        recording_name: plan.recording.clone(),
        seed: plan.seed,
        plan: plan.to_json()?,
        started_at: now(),
        operations: operations_of(prepared, store)?,
    })?)
}

/// Tells what is about to be sent, and which rules have nothing to change.
fn tell_beginning(teller: &mut Teller, run: String, prepared: &Prepared) {
    let outline = prepared.outline();
    teller.tell(Event::Started {
        run,
        sends: outline.sends,
        estimated: outline.estimated,
        writes: outline.writes,
        takes_ms: if outline.goes_on { 0 } else { outline.takes_ms },
    });
    for (kind, message) in outset::warnings(&prepared.plan, &outline) {
        teller.warn(0, kind, message);
    }
}

fn start_collecting(
    collector: Collector,
) -> Result<JoinHandle<Result<Ended, ReplayError>>, ReplayError> {
    std::thread::Builder::new()
        .name("replay-collect".to_owned())
        .spawn(move || {
            give_way();
            collector.run()
        })
        .map_err(ReplayError::Start)
}

/// Ends the run when a worker is lost: the others would go on with a part of the plan missing.
struct Watch {
    control: Control,
    lost: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.lost {
            self.control.end(Ending::Failed);
        }
    }
}

fn start_workers(
    program: &Arc<Program>,
    control: &Control,
    store: &Store,
    batches: &crossbeam_channel::Sender<Batch>,
) -> Result<Vec<JoinHandle<std::io::Result<()>>>, ReplayError> {
    let (to_workers, from_fetcher): (Vec<_>, Vec<_>) = (0..program.workers)
        .map(|_| mpsc::unbounded_channel())
        .unzip();
    let fetcher = Fetcher::start(store.clone(), Arc::clone(program), to_workers)
        .map_err(ReplayError::Start)?;
    (0..program.workers)
        .zip(from_fetcher)
        .map(|(index, fetched)| {
            let shard = Shard {
                index,
                program: Arc::clone(program),
                control: control.clone(),
                fetcher: fetcher.clone(),
                fetched,
                batches: batches.clone(),
            };
            std::thread::Builder::new()
                .name(format!("replay-{index}"))
                .spawn(move || {
                    let mut watch = Watch {
                        control: shard.control.clone(),
                        lost: true,
                    };
                    let ended = Worker::run(shard);
                    watch.lost = ended.is_err();
                    ended
                })
                .map_err(ReplayError::Start)
        })
        .collect()
}

impl Handle {
    /// What the run tells; a listener that is behind misses the oldest.
    pub const fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// The switches that can be moved while it is on.
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// Ends the run: nothing more is sent, outstanding answers are waited for as the plan says, all that
    /// was measured is stored. Returns at once; [`Handle::join`] waits.
    pub fn stop(&self) {
        self.control.stop();
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The store failed or a thread was lost; what was committed before is kept.
    pub fn join(self) -> Result<Ended, ReplayError> {
        let mut lost = None;
        for worker in self.workers {
            match worker.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => lost = Some(ReplayError::Start(error)),
                Err(_) => lost = Some(ReplayError::ThreadLost("sending")),
            }
        }
        let ended = self
            .collector
            .join()
            .map_err(|_| ReplayError::ThreadLost("collecting"))?;
        lost.map_or(ended, Err)
    }
}

/// How many threads send; one without a connection of a pool could send nothing.
fn workers_of(plan: &Plan) -> u32 {
    let most = match plan.connections {
        Connections::Pool(places) => places.clamp(1, 256),
        Connections::Recorded => 256,
    };
    plan.workers.unwrap_or_else(default_workers).clamp(1, most)
}

/// One core is left to the collector, the store and, in a demonstration, the target.
fn default_workers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(cores.saturating_sub(1).max(1)).unwrap_or(1)
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

fn operations_of(prepared: &Prepared, store: &Store) -> Result<Vec<RunOperation>, ReplayError> {
    let rows = store.operations(prepared.recording)?;
    Ok(rows
        .into_iter()
        .map(|row| RunOperation {
            id: OperationId(row.id.0),
            protocol: row.protocol,
            text: row.text,
        })
        .collect())
}
