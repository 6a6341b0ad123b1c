//! Reads requests back from the store ahead of their time, for all workers: one thread, a bounded cache,
//! never all payloads in memory. Units: bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use reprise_store::{ExchangeId, Requests, Store};
use reprise_wire::Protocol;
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;

use crate::http::rewrite::Template;
use crate::run::program::Program;

/// How many bytes of requests are kept for copies that need them again.
const KEPT: usize = 48 << 20;

/// How far ahead the sequential reading goes to reach an exchange instead of fetching it alone.
const AHEAD: u32 = 4_096;

/// A request made ready, shared by every copy that sends it.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// What it asks for, for the selectors of faults.
    pub(crate) summary: Box<str>,
    /// What goes out.
    pub(crate) payload: Ready,
}

/// The bytes of a request as far as they can be prepared beforehand.
#[derive(Debug)]
pub(crate) enum Ready {
    /// An HTTP request whose cookies and values may have to be filled in.
    Http(Template),
    /// A MySQL command's payload, the command byte first.
    Mysql(Vec<u8>),
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
    /// HTTP: its route.
    pub(crate) route: u16,
}

/// What a worker gets; `None` when it could not be read.
pub(crate) type Fetched = Vec<(Wanted, Option<Arc<Outgoing>>)>;

/// A worker's end: asks, and is answered on the channel it was made with.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher(Sender<(u32, Vec<Wanted>)>);

impl Fetcher {
    /// Starts the reading thread; it ends when every clone of the fetcher is gone.
    pub(crate) fn start(
        store: Store,
        program: Arc<Program>,
        answers: Vec<mpsc::UnboundedSender<Fetched>>,
    ) -> std::io::Result<Self> {
        // unbounded, but each lane copy asks for a few steps at most
        let (sender, wanted) = unbounded();
        let reader = Reader {
            requests: store.requests(program.prepared.recording, false),
            reached: 0,
            store,
            program,
            kept: FxHashMap::default(),
            order: VecDeque::new(),
            bytes: 0,
        };
        std::thread::Builder::new()
            .name("replay-fetch".to_owned())
            .spawn(move || reader.run(&wanted, &answers))?;
        Ok(Self(sender))
    }

    /// Asks for `wanted` on behalf of `worker`.
    pub(crate) fn want(&self, worker: u32, wanted: Vec<Wanted>) {
        // the thread outlives its askers; if it died, the lanes stay without bytes and the run ends by its
        // deadline with everything counted
        let _ = self.0.send((worker, wanted));
    }
}

struct Reader {
    store: Store,
    program: Arc<Program>,
    requests: Requests,
    reached: u32,
    /// By exchange and route: the route decides the Host field.
    kept: FxHashMap<(u32, u16), Arc<Outgoing>>,
    order: VecDeque<(u32, u16)>,
    bytes: usize,
}

impl Reader {
    fn run(
        mut self,
        wanted: &Receiver<(u32, Vec<Wanted>)>,
        answers: &[mpsc::UnboundedSender<Fetched>],
    ) {
        while let Ok((worker, wanted)) = wanted.recv() {
            let found = wanted.into_iter().map(|one| (one, self.get(one))).collect();
            if let Some(answer) = answers.get(worker as usize) {
                // a worker that has ended needs nothing any more
                let _ = answer.send(found);
            }
        }
    }

    fn get(&mut self, wanted: Wanted) -> Option<Arc<Outgoing>> {
        if let Some(kept) = self.kept.get(&(wanted.exchange, wanted.route)) {
            return Some(Arc::clone(kept));
        }
        if wanted.exchange > self.reached && wanted.exchange - self.reached <= AHEAD {
            return self.read_on(wanted);
        }
        self.read_alone(wanted)
    }

    /// Reads on in sequence until the exchange is reached, keeping what comes on the way: its turn is near.
    fn read_on(&mut self, wanted: Wanted) -> Option<Arc<Outgoing>> {
        loop {
            let next = self.requests.next()?.ok()?;
            let exchange = next.row.id.0;
            self.reached = exchange;
            let Some(request) = next.request else {
                continue;
            };
            let ready = self.ready(
                exchange,
                wanted.route,
                next.row.protocol,
                next.row.summary,
                request,
            );
            if exchange >= wanted.exchange {
                return ready.filter(|_| exchange == wanted.exchange);
            }
        }
    }

    fn read_alone(&mut self, wanted: Wanted) -> Option<Arc<Outgoing>> {
        let recording = self.program.prepared.recording;
        let id = ExchangeId(wanted.exchange);
        let row = self.store.exchange(recording, id).ok()??;
        let request = self.store.payloads(recording, id).ok()?.request?;
        self.ready(
            wanted.exchange,
            wanted.route,
            row.protocol,
            row.summary,
            request.bytes,
        )
    }

    fn ready(
        &mut self,
        exchange: u32,
        route: u16,
        protocol: Protocol,
        summary: String,
        request: Vec<u8>,
    ) -> Option<Arc<Outgoing>> {
        let size = request.len() + summary.len() + 128;
        let payload = match protocol {
            Protocol::Http => {
                let target = self.program.http.get(usize::from(route));
                let naming = target.and_then(|target| target.naming.as_ref());
                Ready::Http(Template::new(request, naming))
            }
            Protocol::Mysql => Ready::Mysql(request),
        };
        let outgoing = Arc::new(Outgoing {
            summary: summary.into_boxed_str(),
            payload,
        });
        self.keep((exchange, route), &outgoing, size);
        Some(outgoing)
    }

    /// Keeps it, and lets the oldest go when there is too much.
    fn keep(&mut self, key: (u32, u16), outgoing: &Arc<Outgoing>, size: usize) {
        if size > KEPT / 8 {
            return;
        }
        self.kept.insert(key, Arc::clone(outgoing));
        self.order.push_back(key);
        self.bytes += size;
        while self.bytes > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(gone.size());
            }
        }
    }
}

impl Outgoing {
    fn size(&self) -> usize {
        let payload = match &self.payload {
            Ready::Http(template) => template.len(),
            Ready::Mysql(command) => command.len(),
        };
        payload + self.summary.len() + 128
    }
}
