//! What a plan says of each exchange of its recording, by the exchange: for whoever reads the recording from
//! its beginning and makes requests ready on the way.

mod bytes;

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::scratch::Scratch;
use super::sorter::{Record, Sorted};
use super::steps::take;
use crate::http::values::{Beside, Carry, Number, Origin, Take};
use bytes::{numbers, read_beside, read_carry, read_word, write_beside, write_carry, write_word};

/// What is known of one exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// HTTP: which of the plan's routes it takes.
    pub(crate) route: u16,
    /// Whether it is sent for certain. One that is left out may be sent all the same, to set its lane up.
    pub(crate) is_sent: bool,
    /// Where it is written what its request carries, and what is taken from its answer; 0: nothing.
    carries_at: u64,
    takes_at: u64,
}

/// How many bytes one takes, and where in them the last number is.
const SIZE: usize = 20;
const TAKES_AT: u64 = 12;

/// How many are read at once.
const AT_ONCE: u64 = 512;

/// The notes of all exchanges.
#[derive(Debug)]
pub(crate) struct Notes {
    notes: Scratch,
    /// What notes point to; each piece begins with its length.
    said: Scratch,
    origins: Vec<Arc<Origin>>,
}

/// A value to take from an answer: the exchange, the number of the origin, the value's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Taking {
    pub(crate) exchange: u32,
    pub(crate) origin: u32,
    pub(crate) value: Number,
    /// Where it is written what tells it from others; 0: nothing does.
    beside_at: u64,
}

/// A value that is to be taken from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    pub(crate) exchange: u32,
    pub(crate) origin: u32,
    pub(crate) value: Number,
    pub(crate) beside: Box<[Beside]>,
    /// The recorded word, where that says what can stand for it.
    pub(crate) word: Box<[u8]>,
}

impl Record for Taking {
    const SIZE: usize = 24;

    fn write(&self, to: &mut Vec<u8>) {
        let (shared, value) = match self.value {
            Number::Own(value) => (0, value),
            Number::Shared(value) => (1, value),
        };
        for number in [self.exchange, self.origin, shared, value] {
            to.extend(number.to_le_bytes());
        }
        to.extend(self.beside_at.to_le_bytes());
    }

    fn read(mut bytes: &[u8]) -> Option<Self> {
        let [exchange, origin, shared, value] = numbers(&mut bytes)?;
        Some(Self {
            exchange,
            origin,
            value: if shared == 0 {
                Number::Own(value)
            } else {
                Number::Shared(value)
            },
            beside_at: u64::from_le_bytes(take(&mut bytes)?),
        })
    }
}

impl Notes {
    /// None yet; what memory does not hold goes to a file in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            notes: Scratch::new(folder),
            said: Scratch::new(folder),
            origins: Vec::new(),
        }
    }

    /// Notes an exchange; they come in order of their ids.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push(
        &mut self,
        exchange: u32,
        (route, is_sent): (u16, bool),
        carries: &[Carry],
    ) -> io::Result<()> {
        while self.notes.end() < place(exchange) {
            self.notes.append(&[0; SIZE])?;
        }
        let mut bytes = Vec::new();
        for carry in carries {
            write_carry(carry, &mut bytes);
        }
        let carries_at = self.say(&bytes)?;
        let [low, high] = route.to_le_bytes();
        let mut note = vec![low, high, u8::from(is_sent), 0];
        note.extend(carries_at.to_le_bytes());
        note.extend(0_u64.to_le_bytes());
        self.notes.append(&note)
    }

    /// Keeps what tells a value from others.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push_sought(&mut self, sought: &Sought) -> io::Result<Taking> {
        let mut bytes = Vec::new();
        if !(sought.beside.is_empty() && sought.word.is_empty()) {
            write_word(&sought.word, &mut bytes);
        }
        for beside in &sought.beside {
            write_beside(beside, &mut bytes);
        }
        Ok(Taking {
            exchange: sought.exchange,
            origin: sought.origin,
            value: sought.value,
            beside_at: self.say(&bytes)?,
        })
    }

    /// Keeps a value that a lane's server generated, behind those of the lane at `before`; where it is.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push_value(&mut self, value: &[u8], before: u64) -> io::Result<u64> {
        let mut bytes = before.to_le_bytes().to_vec();
        bytes.extend_from_slice(value);
        self.say(&bytes)
    }

    /// Notes what is taken from which answer, from one of `origins` by its number. Nothing is noted after.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) fn finish(
        &mut self,
        mut takings: Sorted<Taking>,
        origins: Vec<Arc<Origin>>,
    ) -> io::Result<()> {
        self.origins = origins;
        let mut next = takings.pop()?;
        while let Some(first) = next {
            let mut bytes = Vec::new();
            let mut last = None;
            while let Some(taking) = next.filter(|one| one.exchange == first.exchange) {
                if last.replace(taking) != Some(taking) {
                    taking.write(&mut bytes);
                }
                next = takings.pop()?;
            }
            let at = place(first.exchange);
            // of what is not sent nothing is taken
            if at < self.notes.end() {
                let takes_at = self.say(&bytes)?.to_le_bytes();
                self.notes.overwrite(at + TAKES_AT, &takes_at)?;
            }
        }
        self.notes.close();
        self.said.close();
        Ok(())
    }

    /// The values that a lane's server generated, in order of their numbers; `last` is where the last is.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn values(&self, last: u64) -> io::Result<Vec<Box<[u8]>>> {
        let mut values = Vec::new();
        let mut at = last;
        while at != 0 {
            let bytes = self.said_at(at)?;
            let mut rest = bytes.as_slice();
            at = u64::from_le_bytes(take(&mut rest).ok_or(io::ErrorKind::InvalidData)?);
            values.push(rest.into());
        }
        values.reverse();
        Ok(values)
    }

    /// What the request of an exchange carries.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn carries(&self, note: Note) -> io::Result<Box<[Carry]>> {
        let bytes = self.said_at(note.carries_at)?;
        let mut rest = bytes.as_slice();
        Ok(std::iter::from_fn(|| read_carry(&mut rest)).collect())
    }

    /// What is taken from the answer to an exchange.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn takes(&self, note: Note) -> io::Result<Box<[Take]>> {
        let bytes = self.said_at(note.takes_at)?;
        let takings = bytes.chunks_exact(Taking::SIZE).filter_map(Taking::read);
        let mut takes = Vec::new();
        for taking in takings {
            let Some(origin) = self.origins.get(taking.origin as usize) else {
                continue;
            };
            let beside = self.said_at(taking.beside_at)?;
            let mut rest = beside.as_slice();
            let word = read_word(&mut rest).unwrap_or_default().into();
            takes.push(Take {
                word,
                origin: Arc::clone(origin),
                value: taking.value,
                beside: std::iter::from_fn(|| read_beside(&mut rest)).collect(),
            });
        }
        Ok(takes.into_boxed_slice())
    }

    /// Writes a piece; where it is, or 0 when it is empty.
    fn say(&mut self, bytes: &[u8]) -> io::Result<u64> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.said.end() == 0 {
            self.said.append(&[0])?;
        }
        let at = self.said.end();
        let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.said.append(&length.to_le_bytes())?;
        self.said.append(bytes)?;
        Ok(at)
    }

    fn said_at(&self, at: u64) -> io::Result<Vec<u8>> {
        if at == 0 {
            return Ok(Vec::new());
        }
        let mut length = [0; 4];
        self.said.read(at, &mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        self.said.read(at + length.len() as u64, &mut bytes)?;
        Ok(bytes)
    }
}

/// Reads notes; neighbours are read together.
#[derive(Debug, Default)]
pub(crate) struct NoteReader {
    from: u64,
    read: Vec<u8>,
}

impl NoteReader {
    /// The note of an exchange; of one that was not noted, that it is not sent.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn of(&mut self, exchange: u32, notes: &Notes) -> io::Result<Note> {
        let at = place(exchange);
        if at < self.from || at >= self.from + self.read.len() as u64 {
            let most = AT_ONCE * SIZE as u64;
            let there = notes.notes.end().saturating_sub(at).min(most);
            self.from = at;
            self.read.clear();
            self.read.resize(usize::try_from(there).unwrap_or(0), 0);
            notes.notes.read(at, &mut self.read)?;
        }
        let into = usize::try_from(at - self.from).unwrap_or(usize::MAX);
        let note = self.read.get(into..).and_then(read_note);
        Ok(note.unwrap_or_default())
    }
}

fn read_note(mut bytes: &[u8]) -> Option<Note> {
    let [low, high, sent, _] = take(&mut bytes)?;
    Some(Note {
        route: u16::from_le_bytes([low, high]),
        is_sent: sent != 0,
        carries_at: u64::from_le_bytes(take(&mut bytes)?),
        takes_at: u64::from_le_bytes(take(&mut bytes)?),
    })
}

fn place(exchange: u32) -> u64 {
    u64::from(exchange) * SIZE as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::values::{Fill, Holder, Part};
    use crate::http::writing::Writing;
    use crate::prepare::sorter::Sorter;

    fn carry(recorded: &[u8]) -> Carry {
        Carry {
            part: Part::Body,
            before_end: 3,
            writing: Writing::Form,
            recorded: recorded.into(),
            fill: Fill::Value(2),
        }
    }

    #[test]
    fn every_exchange_has_its_note_and_those_between_are_not_sent() {
        let mut notes = Notes::new(Path::new("/nowhere"));
        for exchange in (1..5_000).filter(|one| one % 3 != 0) {
            notes.push(exchange, (exchange as u16, true), &[]).unwrap();
        }
        let mut reader = NoteReader::default();
        for exchange in (1..5_000).chain([7, 4_999, 8]) {
            let note = reader.of(exchange, &notes).unwrap();
            let expected = if exchange % 3 == 0 {
                0
            } else {
                exchange as u16
            };
            assert_eq!((note.route, note.is_sent), (expected, expected != 0));
        }
        assert_eq!(reader.of(9_999, &notes).unwrap(), Note::default());
    }

    #[test]
    fn what_is_carried_and_taken_is_found_by_the_exchange() {
        let origin = |name: &str| {
            Arc::new(Origin {
                holder: Holder::Json(name.to_owned()),
                shape: None,
                nth: 0,
            })
        };
        let mut notes = Notes::new(Path::new("/nowhere"));
        notes.push(1, (0, true), &[]).unwrap();
        notes
            .push(2, (0, true), &[carry(b"a"), carry(b"bc")])
            .unwrap();
        let mut takings = Sorter::new(Path::new("/nowhere"));
        let own = Number::Own;
        let all = [
            (1, 1, own(0)),
            (1, 0, Number::Shared(1)),
            (1, 1, own(0)),
            (9, 0, own(0)),
        ];
        for (exchange, origin, value) in all {
            let sought = Sought {
                exchange,
                origin,
                value,
                beside: Box::default(),
                word: Box::default(),
            };
            takings.push(notes.push_sought(&sought).unwrap()).unwrap();
        }
        let origins = vec![origin("id"), origin("token")];
        notes.finish(takings.finish().unwrap(), origins).unwrap();
        let mut reader = NoteReader::default();
        let one = reader.of(1, &notes).unwrap();
        assert!(notes.carries(one).unwrap().is_empty());
        let takes = notes.takes(one).unwrap();
        let takes: Vec<_> = takes
            .iter()
            .map(|one| (one.value, one.origin.to_string()))
            .collect();
        assert_eq!(
            takes,
            [
                (Number::Shared(1), "json:id".to_owned()),
                (own(0), "json:token".to_owned())
            ]
        );
        let two = reader.of(2, &notes).unwrap();
        assert_eq!(*notes.carries(two).unwrap(), [carry(b"a"), carry(b"bc")]);
        assert!(notes.takes(two).unwrap().is_empty());
    }

    #[test]
    fn the_values_of_a_lane_are_found_from_its_last() {
        let mut notes = Notes::new(Path::new("/nowhere"));
        let first = notes.push_value(b"one", 0).unwrap();
        let other = notes.push_value(b"of another lane", 0).unwrap();
        let last = notes.push_value(b"", first).unwrap();
        assert_eq!(
            notes.values(last).unwrap(),
            [b"one".as_slice().into(), Box::default()]
        );
        assert_eq!(notes.values(other).unwrap().len(), 1);
        assert!(notes.values(0).unwrap().is_empty());
    }
}
