//! Reading a whole recording in sequence, as planning does: each block of rows and each segment unpacked
//! once, answers left on disk unless asked for.

use std::collections::VecDeque;

use super::exchanges::Rows;
use super::read::{REQUESTS, RESPONSES, cut, segment};
use super::row::{ExchangeRow, Stored};
use crate::{Error, ExchangeId, RecordingId, Store};

/// Segments kept unpacked per direction. A payload in a segment of its own lies beside the open
/// one, and a commit begins a new one: four cover both.
const KEPT_SEGMENTS: usize = 4;

/// Those beside the one used last are let go when they have more bytes than this: a large payload has a
/// segment of its own, and nobody reads it twice.
const KEPT_BYTES: usize = 512 * 1024;

/// One recorded exchange with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Its row.
    pub row: ExchangeRow,
    /// The bytes kept of the request; `None` when it is missing.
    pub request: Option<Vec<u8>>,
    /// The bytes kept of the answer; `None` when it is missing or was not asked for.
    pub response: Option<Vec<u8>>,
}

/// All exchanges of a recording in the order they completed; see [`Store::requests`].
#[derive(Debug)]
pub struct Requests {
    store: Store,
    recording: RecordingId,
    rows: Rows,
    requests: Sequence,
    responses: Option<Sequence>,
}

impl Store {
    /// Reads payloads of a recording's rows.
    pub fn payload_reader(&self, recording: RecordingId) -> PayloadReader {
        PayloadReader {
            store: self.clone(),
            recording,
            requests: Sequence::new(REQUESTS),
            responses: Sequence::new(RESPONSES),
        }
    }

    /// Reads all exchanges of a recording with their request bytes, and with their answer bytes
    /// if asked for, in the order they completed: an exchange that took long comes after later,
    /// shorter ones, so `at_us` steps back by at most the longest exchange.
    ///
    /// Between two calls of `next` nothing is locked; what is added meanwhile is read too.
    pub fn requests(&self, recording: RecordingId, with_responses: bool) -> Requests {
        Requests {
            store: self.clone(),
            recording,
            rows: Rows::after(self.clone(), recording, ExchangeId(0)),
            requests: Sequence::new(REQUESTS),
            responses: with_responses.then(|| Sequence::new(RESPONSES)),
        }
    }
}

/// Reads payloads by row, in nearly the order they were stored: a segment that is wanted again soon is
/// unpacked once.
#[derive(Debug)]
pub struct PayloadReader {
    store: Store,
    recording: RecordingId,
    requests: Sequence,
    responses: Sequence,
}

impl PayloadReader {
    /// The bytes kept of the row's request; `None` when it is missing. Its answer stays on disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read_request(&mut self, row: &ExchangeRow) -> Result<Option<Vec<u8>>, Error> {
        self.requests
            .bytes(&self.store, self.recording, row.request)
    }

    /// The bytes kept of the row's request and answer; `None` for one that is missing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&mut self, row: &ExchangeRow) -> Result<[Option<Vec<u8>>; 2], Error> {
        let (store, recording) = (&self.store, self.recording);
        Ok([
            self.requests.bytes(store, recording, row.request)?,
            self.responses.bytes(store, recording, row.response)?,
        ])
    }
}

impl Requests {
    /// Leaves out the exchanges up to and including `before`. To be called first.
    #[must_use]
    pub fn after(mut self, before: ExchangeId) -> Self {
        self.rows = Rows::after(self.store.clone(), self.recording, before);
        self
    }

    fn next_request(&mut self) -> Result<Option<RecordedRequest>, Error> {
        let Some(row) = self.rows.next().transpose()? else {
            return Ok(None);
        };
        let request = self
            .requests
            .bytes(&self.store, self.recording, row.request)?;
        let response = match &mut self.responses {
            Some(responses) => responses.bytes(&self.store, self.recording, row.response)?,
            None => None,
        };
        Ok(Some(RecordedRequest {
            row,
            request,
            response,
        }))
    }
}

impl Iterator for Requests {
    type Item = Result<RecordedRequest, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_request();
        if next.is_err() {
            // An error ends the sequence: asking again would repeat or skip.
            self.rows.stop();
        }
        next.transpose()
    }
}

/// The segments of one direction, read forwards.
#[derive(Debug)]
struct Sequence {
    table: &'static str,
    unpacked: VecDeque<(u32, Vec<u8>)>,
}

impl Sequence {
    const fn new(table: &'static str) -> Self {
        Self {
            table,
            unpacked: VecDeque::new(),
        }
    }

    /// Lets segments go that were unpacked first, so that one more can come.
    fn make_room(&mut self) {
        self.unpacked.truncate(KEPT_SEGMENTS - 1);
        let bytes = |unpacked: &VecDeque<(u32, Vec<u8>)>| -> usize {
            unpacked.iter().map(|(_, segment)| segment.len()).sum()
        };
        while bytes(&self.unpacked) > KEPT_BYTES {
            self.unpacked.pop_back();
        }
    }

    fn bytes(
        &mut self,
        store: &Store,
        recording: RecordingId,
        stored: Option<Stored>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(stored) = stored else {
            return Ok(None);
        };
        if stored.kept == 0 {
            return Ok(Some(Vec::new()));
        }
        let number = stored.place.segment;
        let known = self.unpacked.iter().any(|(known, _)| *known == number);
        if !known {
            let bytes = store.read(|sql| segment(sql, self.table, recording, number))?;
            self.make_room();
            self.unpacked.push_front((number, bytes));
        }
        let unpacked = self.unpacked.iter().find(|(known, _)| *known == number);
        let bytes = unpacked.and_then(|(_, segment)| cut(segment, stored));
        bytes
            .map(|bytes| Some(bytes.to_vec()))
            .ok_or_else(|| store.damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_segments_make_room_for_the_next_and_small_ones_stay() {
        let mut sequence = Sequence::new(REQUESTS);
        for number in 0..10 {
            sequence.make_room();
            sequence.unpacked.push_front((number, vec![0; 1_000]));
        }
        assert_eq!(sequence.unpacked.len(), KEPT_SEGMENTS);
        sequence.unpacked.push_front((10, vec![0; KEPT_BYTES + 1]));
        sequence.make_room();
        assert!(sequence.unpacked.is_empty());
    }
}
