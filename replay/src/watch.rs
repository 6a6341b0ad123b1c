//! What servers and machines tell of themselves while the load is on: each source is asked once a second by one
//! thread of its own, apart from those that send. A source that does not answer is a gap in its numbers.

mod error;
mod host;
mod http;
mod munin;
mod mysql;
mod proc;
mod process;
mod prometheus;
mod rates;
mod source;

use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use reprise_measure::WatchTick;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::LocalSet;
use tokio::time::MissedTickBehavior;

use crate::run::give_way::give_way;
use crate::run::origin::Origin;
use crate::{Plan, ReplayError, Targets};
use source::Source;

/// How far apart a source is asked.
const EVERY: Duration = Duration::from_secs(1);

/// How long it may take to answer.
const WITHIN: Duration = Duration::from_secs(5);

/// What may wait for the collector; a minute of a dozen sources. Beyond that the newest is left out.
const WAITING: usize = 1_024;

/// Sources that have answered once and can be asked from now on.
pub(crate) struct Watchers {
    runtime: Runtime,
    sources: Vec<(String, Source)>,
}

/// Sources that are being asked.
#[derive(Debug, Default)]
pub(crate) struct Watching {
    told: Option<Receiver<Told>>,
    /// Dropped to end it.
    going_on: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a source told, and when: in microseconds of the run.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) at_us: u64,
    pub(crate) tick: WatchTick,
}

impl Watchers {
    /// Asks every source of the plan once.
    ///
    /// # Errors
    /// Two have one name, or one cannot be reached or does not have what is asked of it.
    pub(crate) fn open(plan: &Plan, targets: &Targets) -> Result<Self, ReplayError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ReplayError::Start)?;
        if targets.watch.len() != plan.watch.len() {
            return Err(ReplayError::TargetsDiffer);
        }
        let mut sources: Vec<(String, Source)> = Vec::new();
        for (watched, target) in plan.watch.iter().zip(&targets.watch) {
            let failed = |why: String| ReplayError::Watch {
                watched: watched.name.clone(),
                why,
            };
            if sources.iter().any(|(name, _)| *name == watched.name) {
                let why = "another source has its name; name it, as in NAME=SOURCE";
                return Err(failed(why.to_owned()));
            }
            let mut source = Source::new(plan, &watched.from, target, targets)?;
            let first = async { tokio::time::timeout(WITHIN, source.read()).await };
            match runtime.block_on(first) {
                Ok(Ok(_)) => sources.push((watched.name.clone(), source)),
                Ok(Err(error)) => return Err(failed(error.to_string())),
                Err(_) => return Err(failed(no_answer())),
            }
        }
        Ok(Self { runtime, sources })
    }

    /// Asks them every second from the run's beginning on.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub(crate) fn start(self, origin: Origin) -> std::io::Result<Watching> {
        if self.sources.is_empty() {
            return Ok(Watching::default());
        }
        let (to, told) = bounded(WAITING);
        let (going_on, ended) = watch::channel(());
        let Self { runtime, sources } = self;
        let thread = std::thread::Builder::new()
            .name("replay-watch".to_owned())
            .spawn(move || {
                give_way();
                let all = LocalSet::new();
                for (name, source) in sources {
                    all.spawn_local(every_second(name, source, origin, to.clone()));
                }
                let mut ended = ended;
                // an error says that the other end has gone: the run is over
                let over = async { while ended.changed().await.is_ok() {} };
                runtime.block_on(all.run_until(over));
            })?;
        Ok(Watching {
            told: Some(told),
            going_on: Some(going_on),
            thread: Some(thread),
        })
    }
}

impl Watching {
    /// What was told since the last time.
    pub(crate) fn told(&self) -> impl Iterator<Item = Told> {
        self.told.iter().flat_map(Receiver::try_iter)
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        self.going_on = None;
        if let Some(thread) = self.thread.take() {
            // what it had to say was said; the run stands without the rest
            let _ = thread.join();
        }
    }
}

async fn every_second(name: String, mut source: Source, origin: Origin, to: Sender<Told>) {
    let mut seconds = tokio::time::interval_at(origin.at(0).into(), EVERY);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        seconds.tick().await;
        let read = tokio::time::timeout(WITHIN, source.read()).await;
        let (series, gap) = match read {
            Ok(Ok(series)) => (series, None),
            Ok(Err(error)) => (Vec::new(), Some(error.to_string())),
            Err(_) => (Vec::new(), Some(no_answer())),
        };
        if gap.is_some() {
            source.begin_again();
        }
        let tick = WatchTick {
            source: name.clone(),
            series,
            gap,
        };
        let told = Told {
            at_us: origin.now_us(),
            tick,
        };
        // a collector that is a minute behind has other worries
        let _ = to.try_send(told);
    }
}

fn no_answer() -> String {
    format!("no answer within {} s", WITHIN.as_secs())
}
