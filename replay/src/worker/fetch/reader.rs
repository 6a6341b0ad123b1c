//! The thread that reads requests back from the store, in file order as far as it can.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use reprise_fault::Position;
use reprise_store::{ExchangeId, ExchangeRow, PayloadReader, Requests, Store};
use reprise_wire::Protocol;
use tokio::sync::mpsc;

use super::shelf::Shelf;
use super::{Asked, Fetched, Outgoing, Ready, Wanted};
use crate::http::rule::Matching;
use crate::http::template::Template;
use crate::http::verify::RecordedAnswer;
use crate::mysql::command::{MysqlCommand, may_send_files};
use crate::prepare::notes::{Note, NoteReader};
use crate::run::program::Program;

/// How far ahead reading goes on in sequence to reach an exchange, instead of fetching it alone: to read one alone
/// costs as much as some ten in sequence, and of those on the way most are wanted soon.
const AHEAD: u32 = 256;

/// Two wanted exchanges that lie this close are the beginning of a sequence.
const NEAR: u32 = 256;

/// Places of the file read on from at the same time: where the recording is, where it has begun again, and two for
/// each of its copies, whose longest lanes begin elsewhere. A place takes half a megabyte.
const PLACES: RangeInclusive<usize> = 6..=48;

pub(super) struct Reader {
    store: Store,
    program: Arc<Program>,
    /// The one used last in front.
    places: Vec<Place>,
    most_places: usize,
    /// For exchanges far from every place.
    alone: PayloadReader,
    read_alone: u32,
    notes: NoteReader,
    shelf: Arc<Shelf>,
}

/// A place in the file that is read on from.
struct Place {
    requests: Requests,
    reached: u32,
}

impl Reader {
    pub(super) fn new(store: Store, program: Arc<Program>, shelf: Arc<Shelf>) -> Self {
        let recording = program.prepared.recording;
        let copies = program.prepared.plan.most_copies().ceil() as usize;
        Self {
            most_places: (2 * copies + 4).clamp(*PLACES.start(), *PLACES.end()),
            places: vec![Place {
                requests: store.requests(recording, true),
                reached: 0,
            }],
            alone: store.payload_reader(recording),
            read_alone: 0,
            notes: NoteReader::default(),
            store,
            program,
            shelf,
        }
    }

    /// Answers until nobody is left to ask.
    pub(super) fn run(
        mut self,
        wanted: &Receiver<Asked>,
        answers: &[mpsc::UnboundedSender<Fetched>],
    ) {
        while let Ok((worker, mut wanted, room)) = wanted.recv() {
            // in the order they lie in the file
            wanted.sort_unstable_by_key(|one| one.exchange);
            let found = wanted.into_iter().map(|one| (one, self.get(one))).collect();
            // from here on they count themselves
            drop(room);
            if let Some(answer) = answers.get(worker as usize) {
                // a worker that has ended needs nothing any more
                let _ = answer.send(found);
            }
        }
    }

    fn get(&mut self, wanted: Wanted) -> Option<Arc<Outgoing>> {
        if let Some(kept) = self.shelf.get(wanted.exchange) {
            return Some(kept);
        }
        let ahead = |reached: u32| {
            let before = wanted.exchange > reached;
            before && wanted.exchange - reached <= AHEAD
        };
        let known = self.places.iter().position(|place| ahead(place.reached));
        let near = wanted.exchange.abs_diff(self.read_alone) <= NEAR;
        let mut place = match known {
            Some(at) => self.places.remove(at),
            None if near => {
                self.places.truncate(self.most_places - 1);
                let before = wanted.exchange.saturating_sub(1);
                let recording = self.program.prepared.recording;
                let requests = self.store.requests(recording, true);
                Place {
                    requests: requests.after(ExchangeId(before)),
                    reached: before,
                }
            }
            None => {
                self.read_alone = wanted.exchange;
                return self.read_alone(wanted);
            }
        };
        let found = self.read_on(&mut place, wanted);
        self.places.insert(0, place);
        found
    }

    /// Reads on from a place until the exchange is reached, keeping what comes on the way: its turn is near.
    fn read_on(&mut self, place: &mut Place, wanted: Wanted) -> Option<Arc<Outgoing>> {
        loop {
            let next = place.requests.next()?.ok()?;
            let exchange = next.row.id.0;
            place.reached = exchange;
            let note = self.notes.of(exchange, &self.program.prepared.notes).ok()?;
            let is_wanted = exchange == wanted.exchange;
            let ready = (note.is_sent || is_wanted)
                .then_some(next.request)
                .flatten()
                .and_then(|request| self.ready(note, next.row, request, next.response.as_deref()));
            if exchange >= wanted.exchange {
                return ready.filter(|_| is_wanted);
            }
        }
    }

    fn read_alone(&mut self, wanted: Wanted) -> Option<Arc<Outgoing>> {
        let recording = self.program.prepared.recording;
        let id = ExchangeId(wanted.exchange);
        let row = self.store.exchange(recording, id).ok()??;
        let [request, response] = self.alone.read(&row).ok()?;
        let notes = &self.program.prepared.notes;
        let note = self.notes.of(wanted.exchange, notes).ok()?;
        self.ready(note, row, request?, response.as_deref())
    }

    fn ready(
        &self,
        note: Note,
        row: ExchangeRow,
        request: Vec<u8>,
        response: Option<&[u8]>,
    ) -> Option<Arc<Outgoing>> {
        let exchange = row.id.0;
        let recorded = match row.protocol {
            Protocol::Http => response.and_then(RecordedAnswer::of),
            Protocol::Mysql => None,
        };
        let payload = match row.protocol {
            Protocol::Http => {
                let operation = self.program.operation(row.operation.0);
                let rewriting = self.program.rewriting(note.route, Position::default(), 0);
                let matching = Matching::of(rewriting.rules, &row.candidate(operation));
                Ready::Http(Template::new(request, matching, &rewriting))
            }
            Protocol::Mysql => {
                let holds_files = may_send_files(&row.summary);
                Ready::Mysql(MysqlCommand::new(request, response, holds_files))
            }
        };
        let summary = row.summary.into_boxed_str();
        let notes = &self.program.prepared.notes;
        let values = (notes.carries(note).ok()?, notes.takes(note).ok()?);
        let outgoing = Outgoing::new(summary, payload, recorded, values, &self.shelf.held);
        let outgoing = Arc::new(outgoing);
        self.shelf.keep(exchange, &outgoing);
        Some(outgoing)
    }
}
