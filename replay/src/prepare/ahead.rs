//! Looks at exchanges ahead of the thread that sorts them into lanes: what a request carries and its answer offers
//! depends on nothing that came before, and finding it is half of the work. The exchanges keep their order.

use std::io;
use std::thread::{Builder, Scope, available_parallelism, scope};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use reprise_store::RecordedRequest;
use reprise_wire::Protocol;
use reprise_wire::http::Message;

use super::values::{offered_by, shows_login};
use crate::ReplayError;
use crate::http::places::{Carried, Offered, carried};

/// Threads that look: with more of them the one that sorts is behind.
const MOST_LOOKERS: usize = 3;

/// A batch is full with so many exchanges, or with so many bytes of them.
const FULL: usize = 64;
const FULL_BYTES: usize = 256 * 1024;

/// Batches that are with one thread at a time.
const AHEAD: usize = 4;

/// An exchange, and what was found in it.
type Searched = (RecordedRequest, Findings);

/// What an HTTP exchange shows by itself.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What its request carries.
    pub(crate) carried: Vec<Carried>,
    /// What its answer offers.
    pub(crate) offered: Vec<Offered>,
    /// Its request gives a password, and its answer asks for one again.
    pub(crate) shows_login: bool,
}

impl Findings {
    /// Nothing of one whose request cannot be read, and of one that is not HTTP.
    fn of(exchange: &RecordedRequest) -> Self {
        let parsed = |bytes| Message::parse(bytes).ok();
        let is_http = exchange.row.protocol == Protocol::Http;
        let request = exchange.request.as_deref().filter(|_| is_http);
        let Some(request) = request.and_then(parsed) else {
            return Self::default();
        };
        let answer = exchange.response.as_deref().and_then(parsed);
        Self::in_messages(&request, answer.as_ref())
    }

    fn in_messages(request: &Message<'_>, answer: Option<&Message<'_>>) -> Self {
        let carried = carried(request);
        let offered = answer.map(|answer| offered_by(request, &carried, answer));
        let shows_login = answer.is_some_and(|answer| shows_login(&carried, request, answer));
        Self {
            offered: offered.unwrap_or_default(),
            shows_login,
            carried,
        }
    }
}

/// Calls `sort` with every exchange in order.
///
/// # Errors
/// One cannot be read, `sort` failed, or the threads cannot be started.
pub(super) fn search_ahead(
    mut exchanges: impl Iterator<Item = Result<RecordedRequest, reprise_store::Error>>,
    mut sort: impl FnMut(&RecordedRequest, &mut Findings) -> Result<(), ReplayError>,
) -> Result<(), ReplayError> {
    scope(|scope| {
        let lookers = lookers(scope).map_err(ReplayError::Start)?;
        // each has the batches of its turn, given and taken
        let mut turns = lookers.iter().cycle();
        let mut taken = lookers.iter().cycle();
        let mut under_way = 0;
        loop {
            while under_way < lookers.len() * AHEAD
                && let Some(batch) = next_batch(&mut exchanges)?
                && let Some(looker) = turns.next()
            {
                // one that has gone is found out below
                let _ = looker.batches.send(batch);
                under_way += 1;
            }
            if under_way == 0 {
                return Ok(());
            }
            let from = taken.next().map(|looker| (looker, looker.searched.recv()));
            let Some((looker, Ok(mut searched))) = from else {
                return Err(ReplayError::ThreadLost("planning"));
            };
            under_way -= 1;
            for (exchange, findings) in &mut searched {
                sort(exchange, findings)?;
            }
            // one that has gone has given everything back
            let _ = looker.sorted.send(searched);
        }
    })
}

/// A thread that looks, which ends with its sender.
struct Looker {
    batches: Sender<Vec<RecordedRequest>>,
    searched: Receiver<Vec<Searched>>,
    /// Takes them back: memory is given back cheapest where it was taken.
    sorted: Sender<Vec<Searched>>,
}

/// As many as there are cores beside that of the thread that sorts.
fn lookers<'scope>(scope: &'scope Scope<'scope, '_>) -> io::Result<Vec<Looker>> {
    let cores = available_parallelism().map_or(1, usize::from);
    let count = cores.saturating_sub(1).clamp(1, MOST_LOOKERS);
    let start = |_| {
        let (batches, given) = bounded::<Vec<RecordedRequest>>(AHEAD);
        let (done, searched) = bounded(AHEAD);
        let (sorted, spent) = unbounded::<Vec<Searched>>();
        Builder::new()
            .name("replay-search".to_owned())
            .spawn_scoped(scope, move || {
                for batch in given {
                    let searched = |one| {
                        let findings = Findings::of(&one);
                        (one, findings)
                    };
                    let found: Vec<Searched> = batch.into_iter().map(searched).collect();
                    spent.try_iter().for_each(drop);
                    // who no longer listens has failed, and says so itself
                    let _ = done.send(found);
                }
            })?;
        Ok(Looker {
            batches,
            searched,
            sorted,
        })
    };
    (0..count).map(start).collect()
}

/// The next exchanges; `None` when there are no more.
fn next_batch(
    exchanges: &mut impl Iterator<Item = Result<RecordedRequest, reprise_store::Error>>,
) -> Result<Option<Vec<RecordedRequest>>, ReplayError> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < FULL && bytes < FULL_BYTES {
        let Some(exchange) = exchanges.next().transpose()? else {
            break;
        };
        let size = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        bytes += size(&exchange.request) + size(&exchange.response);
        batch.push(exchange);
    }
    Ok((!batch.is_empty()).then_some(batch))
}
