//! Requests read back from the store ahead of their time, for all workers: one thread that reads, a bounded
//! shelf of what was read, never all payloads in memory.

mod held;
mod reader;
mod shelf;

use std::sync::Arc;

use crossbeam_channel::{Sender, unbounded};
use reprise_store::Store;
use tokio::sync::mpsc;

use crate::http::template::Template;
use crate::http::values::{Carry, Take};
use crate::http::verify::RecordedAnswer;
use crate::mysql::command::MysqlCommand;
use crate::run::give_way::give_way;
use crate::run::program::Program;
use held::Held;
use reader::Reader;
use shelf::Shelf;

/// A request made ready, shared by every copy that sends it.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// What it asks for, for the selectors of faults.
    pub(crate) summary: Box<str>,
    /// What goes out.
    pub(crate) payload: Ready,
    /// HTTP: the recorded answer.
    pub(crate) recorded: Option<RecordedAnswer>,
    /// HTTP: the values it carries.
    pub(crate) carries: Box<[Carry]>,
    /// HTTP: what to take from its answer.
    pub(crate) takes: Box<[Take]>,
    /// Counts its bytes while it is there.
    held: Held,
}

/// The bytes of a request as far as they can be prepared beforehand.
#[derive(Debug)]
pub(crate) enum Ready {
    /// An HTTP request whose cookies and values may have to be filled in.
    Http(Template),
    /// A MySQL command.
    Mysql(MysqlCommand),
}

/// What a worker wants to have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The lane copy it is for, by the number it has in its worker.
    pub(crate) lane_copy: u64,
    /// The step, by its place in the lane.
    pub(crate) step: u32,
    /// The exchange.
    pub(crate) exchange: u32,
    /// About how many bytes it takes to have it ready.
    pub(crate) bytes: usize,
}

/// What a worker gets; `None` when it could not be read.
pub(crate) type Fetched = Vec<(Wanted, Option<Arc<Outgoing>>)>;

/// What workers ask for: whose it is, and the room that is kept for it until it has been made ready.
type Asked = (u32, Vec<Wanted>, Held);

/// Requests of so many bytes may be asked for or ready at a time, on the shelf, waiting in their lanes or on their
/// way; lanes that have to send go on all the same.
const MOST_HELD: usize = 64 << 20;

/// A worker's end: looks on the shelf, or asks and is answered on the channel it was made with.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    shelf: Arc<Shelf>,
    reader: Sender<Asked>,
}

impl Fetcher {
    /// Starts the reading thread; it ends when every clone of the fetcher is gone.
    pub(crate) fn start(
        store: Store,
        program: Arc<Program>,
        answers: Vec<mpsc::UnboundedSender<Fetched>>,
    ) -> std::io::Result<Self> {
        // unbounded, but each lane copy asks for a few steps at most
        let (sender, wanted) = unbounded();
        let shelf = Arc::new(Shelf::new());
        let reader = Reader::new(store, program, Arc::clone(&shelf));
        std::thread::Builder::new()
            .name("replay-fetch".to_owned())
            .spawn(move || {
                give_way();
                reader.run(&wanted, &answers);
            })?;
        Ok(Self {
            shelf,
            reader: sender,
        })
    }

    /// What is there already.
    pub(crate) fn at_hand(&self, wanted: &Wanted) -> Option<Arc<Outgoing>> {
        self.shelf.get(wanted.exchange)
    }

    /// Whether it is there already. Nothing of it is touched.
    pub(crate) fn is_at_hand(&self, wanted: &Wanted) -> bool {
        self.shelf.has(wanted.exchange)
    }

    /// Whether there is room for requests that are not about to be sent.
    pub(crate) fn has_room(&self) -> bool {
        self.shelf.held.bytes() < MOST_HELD
    }

    /// Asks for `wanted` on behalf of `worker`.
    pub(crate) fn want(&self, worker: u32, wanted: Vec<Wanted>) {
        let bytes = wanted
            .iter()
            .map(|one| one.bytes)
            .fold(0, usize::saturating_add);
        let room = self.shelf.held.more(bytes);
        // the thread outlives its askers; if it died, the lanes stay without bytes and the run ends by its
        // deadline with everything counted
        let _ = self.reader.send((worker, wanted, room));
    }
}

impl Outgoing {
    fn new(
        summary: Box<str>,
        payload: Ready,
        recorded: Option<RecordedAnswer>,
        (carries, takes): (Box<[Carry]>, Box<[Take]>),
        held: &Held,
    ) -> Self {
        let bytes = match &payload {
            Ready::Http(template) => template.len(),
            Ready::Mysql(command) => command.len(),
        };
        let answer = recorded.as_ref().map_or(0, RecordedAnswer::size);
        let carried: usize = carries.iter().map(|carry| carry.recorded.len() + 80).sum();
        let taken: usize = takes.iter().map(|take| take.beside.len() * 48 + 48).sum();
        let size = bytes + answer + carried + taken + summary.len() + 128;
        Self {
            summary,
            payload,
            recorded,
            carries,
            takes,
            held: held.more(size),
        }
    }

    /// Whether values are taken from the content of its answer.
    pub(crate) fn takes_from_content(&self) -> bool {
        let mut takes = self.takes.iter();
        takes.any(|take| take.origin.holder.is_in_content())
    }

    const fn size(&self) -> usize {
        self.held.size()
    }
}
