//! One sending thread: a shard of the run. It plays its share of the lane copies on its own runtime and
//! shares nothing with other workers but what never changes and a few switches.

pub(crate) mod agenda;
mod exchange;
mod faulty;
pub(crate) mod fetch;
mod front;
mod http;
mod in_flight;
pub(crate) mod lane_copy;
mod load;
mod mysql;
pub(crate) mod outbox;
mod pacer;
mod places;
mod punctual;
mod release;
mod standstill;
mod unread;
mod verify;
mod wanting;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crossbeam_channel::Sender;
use rustc_hash::FxHashMap;
use tokio::sync::{Notify, mpsc};

use crate::desk::Desks;
use crate::http::pool::Pool;
use crate::mismatch::Kept;
use crate::plan::Connections;
use crate::run::control::Control;
use crate::run::program::Program;
use crate::schedule::clock::Clock;
use crate::schedule::timer::Timer;
use crate::veil::Veil;
use agenda::Agenda;
use fetch::{Fetched, Fetcher, Wanted};
use front::Front;
use in_flight::InFlight;
use lane_copy::LaneCopy;
use outbox::{Batch, Outbox};
use places::Places;
use unread::Unread;

/// What tests make theirs from.
#[cfg(test)]
const SAMPLE: reprise_measure::Sample = reprise_measure::Sample {
    exchange: 1,
    lane: 0,
    copy: 0,
    operation: 0,
    intended_us: 0,
    ready_us: 0,
    sent_us: 0,
    first_byte_us: None,
    done_us: 0,
    outcome: reprise_measure::Outcome::Ok,
    status: 0,
    flags: reprise_measure::SampleFlags::empty(),
    sent_bytes: 0,
    received_bytes: 0,
    faults: 0,
};

/// What a worker is started with.
pub(crate) struct Shard {
    /// Its number, below the program's number of workers.
    pub(crate) index: u32,
    pub(crate) program: Arc<Program>,
    pub(crate) control: Control,
    pub(crate) fetcher: Fetcher,
    pub(crate) fetched: mpsc::UnboundedReceiver<Fetched>,
    pub(crate) batches: Sender<Batch>,
}

/// The state of a worker; everything on its thread may reach it, nothing else.
pub(crate) struct Worker {
    index: u32,
    program: Arc<Program>,
    control: Control,
    fetcher: Fetcher,
    clock: RefCell<Clock>,
    agenda: RefCell<Agenda>,
    lanes: RefCell<FxHashMap<u64, Rc<LaneCopy>>>,
    places: Places,
    /// Keeps lane copies together where no clock does.
    front: Front,
    outbox: RefCell<Outbox>,
    /// Which mismatches of each operation were handed over.
    mismatches: RefCell<FxHashMap<u32, Kept>>,
    /// What hides the secrets of those.
    veil: Option<Veil>,
    /// What is sent and not ended, as far as it is known: what is left when time is up.
    in_flight: InFlight,
    numbers: Cell<u64>,
    wanted: RefCell<Vec<Wanted>>,
    /// What answers are read with.
    desks: Desks,
    /// Connections to HTTP targets, in the order of the plan's routes; none when connections are used as
    /// recorded.
    pools: Vec<Pool>,
    /// The moment the pacer sleeps until, in the run's time.
    sleeps_until_us: Cell<u64>,
    /// Wakes the pacer earlier.
    wake: Notify,
    /// A step is due and its bytes are not there: the reader is to be asked at once.
    starving: Cell<bool>,
    /// Whether answers may be read later than they arrive.
    unread: Unread,
    /// No more is released: the run is ending.
    closing: Cell<bool>,
}

impl Worker {
    /// Plays the shard to its end; blocks the thread.
    ///
    /// # Errors
    /// The runtime or the timer cannot be made.
    pub(crate) fn run(shard: Shard) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async move {
            let timer = Timer::new()?;
            let Shard {
                index,
                program,
                control,
                fetcher,
                fetched,
                batches,
            } = shard;
            let plan = &program.prepared.plan;
            let speed = plan.first_speed();
            let begins_us = plan.begins.counted_us(program.prepared.length_us);
            let in_flight = InFlight::new(plan.timeout_ms.saturating_mul(1_000));
            let pools = match plan.connections {
                Connections::Recorded => Vec::new(),
                Connections::Pool(places) => {
                    let share = Pool::share(places, index, program.workers);
                    plan.http.iter().map(|_| Pool::new(share)).collect()
                }
            };
            let places = Places::new(&program, plan.first_copies());
            let front = Front::new(&program);
            let worker = Rc::new(Self {
                index,
                agenda: RefCell::new(Agenda::new(&program, index)),
                veil: program.redaction.as_ref().map(Veil::new),
                program,
                control,
                fetcher,
                clock: RefCell::new(Clock::beginning_at(speed, begins_us)),
                lanes: RefCell::default(),
                places,
                front,
                mismatches: RefCell::default(),
                outbox: RefCell::new(Outbox::new(batches)),
                in_flight,
                numbers: Cell::new(0),
                wanted: RefCell::default(),
                desks: Desks::default(),
                pools,
                sleeps_until_us: Cell::new(0),
                wake: Notify::new(),
                starving: Cell::new(false),
                unread: Unread::default(),
                closing: Cell::new(false),
            });
            worker.pace(&timer, fetched).await
        })
    }

    fn now_us(&self) -> u64 {
        self.program.origin.now_us()
    }

    fn next_number(&self) -> u64 {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        number
    }
}
