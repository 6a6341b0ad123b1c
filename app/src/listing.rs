//! The exchanges of a recording that match a filter, in the order that is asked for, any page of them at once: what
//! a table needs that scrolls through a million. The file has no index but the exchanges' numbers, so any other
//! choice or order is read through once, in the background, and kept as a list of numbers.

mod order;
mod search;

use std::sync::Arc;
use std::time::Duration;

use reprise_store::{Connection, ConnectionId, ExchangeId, Recording};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::answer::{ExchangeAnswer, ListedExchange};
use crate::library::parse_filter;
use crate::{Error, Library};
use order::Ranks;
use search::Search;

pub use order::{SortBy, SortOrder};

/// Which exchanges a listing has, and how they follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingQuery {
    /// In the filter language; empty for all.
    pub filter: String,
    /// Their order.
    pub order: SortOrder,
}

/// Exchanges chosen and ordered; reading of the file goes on in the background until it is dropped.
pub struct Listing {
    library: Library,
    recording: Recording,
    query: ListingQuery,
    operations: Arc<FxHashMap<u32, String>>,
    places: Places,
}

/// Which exchange is at which place.
enum Places {
    /// Every exchange of so many, by its number.
    Numbered(u32),
    /// What is found by reading.
    Searched(Arc<Search>),
}

/// Some exchanges of a listing.
#[derive(Debug)]
pub struct ListingPage {
    /// The exchanges.
    pub exchanges: Vec<ListedExchange>,
    /// How many the listing has, as far as the file was read.
    pub total: u32,
    /// How many exchanges of the recording were looked at; all of them in the end.
    pub looked_at: u32,
    /// Whether that is the end.
    pub complete: bool,
}

impl Library {
    /// Lists the exchanges of a recording.
    ///
    /// # Errors
    /// When there is no such recording, the filter cannot be read, or the system refuses a thread.
    pub fn listing(&self, name: &str, query: ListingQuery) -> Result<Listing, Error> {
        let recording = self.store.recording(name)?;
        let filter = parse_filter(Some(&query.filter))?;
        let operations = Arc::new(self.operation_names(&recording)?);
        let total = exchanges_of(&recording);
        let places = if filter.is_none() && query.order.by == SortBy::Number {
            Places::Numbered(total)
        } else {
            let ranks = Ranks::new(query.order, &operations, &recording);
            let store = self.store.clone();
            let operations = Arc::clone(&operations);
            Places::Searched(Search::begin(
                store,
                recording.id,
                filter,
                ranks,
                operations,
            )?)
        };
        Ok(Listing {
            library: self.clone(),
            recording,
            query,
            operations,
            places,
        })
    }
}

impl Listing {
    /// Whether it is what this asks for, of a recording that has not changed since.
    pub fn answers(&self, library: &Library, name: &str, query: &ListingQuery) -> bool {
        self.query == *query
            && self.recording.name == name
            && self.library.path() == library.path()
            && library.store.recording(name).is_ok_and(|now| {
                now.id == self.recording.id && now.exchanges == self.recording.exchanges
            })
    }

    /// At most `limit` exchanges from a place on, counted from 0. Waits for those that are still being found, though
    /// not longer than `patience`: then the page is short and not `complete`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn page(&self, from: u32, limit: u32, patience: Duration) -> Result<ListingPage, Error> {
        let last = from.saturating_add(limit);
        let (ids, total, looked_at, complete) = match &self.places {
            Places::Numbered(total) => {
                let descending = self.query.order.descending;
                let ids = (from..last.min(*total))
                    .map(|place| ExchangeId(if descending { total - place } else { place + 1 }));
                (ids.collect(), *total, *total, true)
            }
            Places::Searched(search) => {
                let found = search.found(from, last, patience)?;
                (found.ids, found.total, found.looked_at, found.complete)
            }
        };
        Ok(ListingPage {
            exchanges: self.listed(&ids)?,
            total,
            looked_at,
            complete,
        })
    }

    /// Where an exchange is; `None` when it is not in the listing, or was not found so far.
    pub fn place_of(&self, exchange: u32) -> Option<u32> {
        match &self.places {
            Places::Numbered(total) => (1..=*total).contains(&exchange).then(|| {
                if self.query.order.descending {
                    total - exchange
                } else {
                    exchange - 1
                }
            }),
            Places::Searched(search) => search.place_of(exchange),
        }
    }

    fn listed(&self, ids: &[ExchangeId]) -> Result<Vec<ListedExchange>, Error> {
        let rows = self.library.store.exchanges_by_id(self.recording.id, ids)?;
        let mut addresses = FxHashMap::default();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let (client, server) = match addresses.get(&row.connection) {
                Some(known) => known,
                None => {
                    let found = self.library.addresses(&self.recording, row.connection)?;
                    addresses.entry(row.connection).or_insert(found)
                }
            };
            let operation = self.operations.get(&row.operation.0);
            all.push(ListedExchange {
                client: client.clone(),
                server: server.clone(),
                first_byte_us: row.first_byte_us(),
                exchange: ExchangeAnswer::new(row, operation.cloned().unwrap_or_default()),
            });
        }
        Ok(all)
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        if let Places::Searched(search) = &self.places {
            search.stop();
        }
    }
}

/// The exchanges of one connection, in the order they completed.
pub struct ConnectionListing {
    listing: Listing,
    connection: u32,
    ids: Vec<ExchangeId>,
}

impl Library {
    /// Lists the exchanges of one connection of a recording. Reads through the recording once.
    ///
    /// # Errors
    /// When there is no such recording, or the file cannot be read.
    pub fn connection_listing(
        &self,
        name: &str,
        connection: u32,
    ) -> Result<ConnectionListing, Error> {
        let listing = self.listing(name, ListingQuery::default())?;
        let ids = self
            .store
            .exchanges_of(listing.recording.id, ConnectionId(connection))?;
        Ok(ConnectionListing {
            listing,
            connection,
            ids,
        })
    }
}

impl ConnectionListing {
    /// Whether it is that of this connection, in a recording that has not changed since.
    pub fn answers(&self, library: &Library, name: &str, connection: u32) -> bool {
        let query = ListingQuery::default();
        self.connection == connection && self.listing.answers(library, name, &query)
    }

    /// The connection: when it opened, and how it ended.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn connection(&self) -> Result<Option<Connection>, Error> {
        let recording = self.listing.recording.id;
        let store = &self.listing.library.store;
        Ok(store.connection(recording, ConnectionId(self.connection))?)
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.ids.len()
    }

    /// At most `limit` of them from a place on, counted from 0.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn page(&self, from: usize, limit: usize) -> Result<Vec<ListedExchange>, Error> {
        let ids = self.ids.get(from..).unwrap_or_default();
        self.listing.listed(ids.get(..limit).unwrap_or(ids))
    }

    /// Where an exchange is.
    pub fn place_of(&self, exchange: u32) -> Option<usize> {
        self.ids.binary_search(&ExchangeId(exchange)).ok()
    }
}

/// How many exchanges a recording has.
fn exchanges_of(recording: &Recording) -> u32 {
    let counts = recording.exchanges;
    u32::try_from(counts.http + counts.mysql).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
