//! Requests and answers brought together by their ids, across files.

use std::collections::VecDeque;
use std::net::SocketAddr;

use reprise_wire::{DecodeLoss, Flags, Limits};
use rustc_hash::{FxHashMap, FxHashSet};

use super::SEPARATOR;
use super::Span;
use super::id::Id;
use super::records::{Kind, Record, header};
use crate::formats::heard::{self, Said};
use crate::formats::open::{OpenConnections, Opening};
use crate::formats::told::{Told, UNKNOWN_HOST};

/// How many messages, or bytes of them, wait for their counterparts.
const MOST_WAITING: usize = 20_000;
const MOST_WAITING_BYTES: usize = 64 << 20;

/// Messages that wait for their counterparts, and the connections they are on.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    waiting: FxHashMap<Vec<u8>, Waiting>,
    /// The keys in the order in which they came; those that were answered since are skipped.
    order: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether any answer was seen: GoReplay keeps none unless asked.
    has_answers: bool,
    /// Whether ids say what connection a message was on.
    ids_have_places: bool,
    connections: OpenConnections<Place>,
    alone: u32,
}

/// A message, and its counterpart when that came first.
#[derive(Debug)]
struct Waiting {
    id: Vec<u8>,
    request: Option<Kept>,
    response: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    missing: u64,
    span: Span,
}

/// What tells connections apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Known(SocketAddr, u16),
    /// Its only exchange has this number.
    Unknown(u32),
}

impl Pairs {
    /// Looks at the beginning of a file: ids that hold places name few server ports.
    pub(super) fn learn(&mut self, start: &[u8]) {
        let mut ports = FxHashSet::default();
        let mut ids = 0_usize;
        let ends = memchr::memmem::find_iter(start, SEPARATOR).map(|at| at + SEPARATOR.len());
        for begin in std::iter::once(0).chain(ends) {
            let record = start.get(begin..).unwrap_or_default();
            let Some((_, id, _, _)) = header(record) else {
                continue;
            };
            let Some(id) = Id::read(id) else { return };
            ids += 1;
            ports.insert(id.server_port);
        }
        self.ids_have_places |= ids > 0 && ports.len() <= (ids / 4).max(1);
    }

    /// Takes the next record; answers what it completes.
    pub(super) fn take(&mut self, record: &Record<'_>, limits: &Limits) -> Vec<Told> {
        let mut told = Vec::new();
        let key = key(record.id);
        let is_request = record.kind == Kind::Request;
        self.has_answers |= !is_request;
        let mut pair = match self.forget(&key) {
            Some(pair) if pair.has(is_request) => {
                // The same id again: what waits will not be answered.
                self.tell(pair, limits, &mut told);
                Waiting::new(record.id)
            }
            Some(pair) => pair,
            None => Waiting::new(record.id),
        };
        let kept = Kept {
            bytes: record.bytes.to_vec(),
            missing: record.missing,
            span: record.span,
        };
        let side = if is_request {
            &mut pair.request
        } else {
            &mut pair.response
        };
        *side = Some(kept);
        if pair.has(!is_request) {
            self.tell(pair, limits, &mut told);
        } else {
            self.bytes += pair.len();
            self.waiting.insert(key.clone(), pair);
            self.order.push_back(key);
        }
        self.relieve(limits, &mut told);
        told
    }

    /// What still waits at the end, and the ends of all connections.
    pub(crate) fn finish(mut self, limits: &Limits) -> Vec<Told> {
        let mut told = Vec::new();
        while let Some(key) = self.order.pop_front() {
            if let Some(pair) = self.forget(&key) {
                self.tell(pair, limits, &mut told);
            }
        }
        told.extend(self.connections.drain());
        told
    }

    fn forget(&mut self, key: &[u8]) -> Option<Waiting> {
        let pair = self.waiting.remove(key)?;
        self.bytes = self.bytes.saturating_sub(pair.len());
        Some(pair)
    }

    fn relieve(&mut self, limits: &Limits, told: &mut Vec<Told>) {
        while self.waiting.len() > MOST_WAITING
            || self.bytes > MOST_WAITING_BYTES
            || self.order.len() > 2 * MOST_WAITING
        {
            let Some(key) = self.order.pop_front() else {
                return;
            };
            if let Some(pair) = self.forget(&key) {
                self.tell(pair, limits, told);
            }
        }
    }

    fn tell(&mut self, pair: Waiting, limits: &Limits, told: &mut Vec<Told>) {
        let spans = [&pair.request, &pair.response];
        let mut spans = spans.into_iter().flatten().map(|kept| kept.span);
        let Some(span) = spans.next() else { return };
        let last = spans.next().map_or(span.last, |response| response.last);
        let id = Id::read(&pair.id).filter(|_| self.ids_have_places);
        let place = match id {
            Some(id) => Place::Known(id.client, id.server_port),
            None => {
                self.alone = self.alone.wrapping_add(1);
                Place::Unknown(self.alone)
            }
        };
        let opening = || Opening {
            client: id.map(|id| id.client),
            server: SocketAddr::new(UNKNOWN_HOST, id.map_or(80, |id| id.server_port)),
            session: None,
        };
        let number = self
            .connections
            .number(place, (span.first, last), told, opening);
        let request = pair.request.as_ref().map(Kept::said);
        let response = pair.response.as_ref().map(Kept::said);
        let mut heard = heard::http(limits, number, request, response);
        if !self.has_answers {
            for one in &mut heard {
                one.exchange.flags |= Flags::ANSWER_NOT_KEPT;
                one.loss = DecodeLoss {
                    unpaired_requests: 0,
                    ..one.loss
                };
            }
        }
        told.extend(heard.into_iter().map(|one| Told::Exchange(Box::new(one))));
        if matches!(place, Place::Unknown(_)) {
            self.connections.close(&place, told);
        }
    }
}

impl Waiting {
    fn new(id: &[u8]) -> Self {
        Self {
            id: id.to_vec(),
            request: None,
            response: None,
        }
    }

    const fn has(&self, request: bool) -> bool {
        match request {
            true => self.request.is_some(),
            false => self.response.is_some(),
        }
    }

    fn len(&self) -> usize {
        let kept = [&self.request, &self.response];
        kept.into_iter()
            .flatten()
            .map(|kept| kept.bytes.len())
            .sum()
    }
}

impl Kept {
    fn said(&self) -> Said<'_> {
        Said {
            bytes: &self.bytes,
            missing: self.missing,
            first: self.span.first,
            last: self.span.last,
        }
    }
}

/// What a request and its answer have in common: the id, without the address, for which some versions write the
/// server's into answers.
fn key(id: &[u8]) -> Vec<u8> {
    match (id.get(..8), id.get(16..)) {
        (Some(ports), Some(number)) if id.len() == super::id::LENGTH => [ports, number].concat(),
        _ => id.to_vec(),
    }
}
