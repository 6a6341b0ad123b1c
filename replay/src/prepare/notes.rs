//! What a plan says of each exchange of its recording, by the exchange: for whoever reads the recording from
//! its beginning and makes requests ready on the way.

use std::io;
use std::path::Path;

use super::scratch::Scratch;
use super::steps::take;

/// What is known of one exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// HTTP: which of the plan's routes it takes.
    pub(crate) route: u16,
    /// Whether it is sent for certain. One that is left out may be sent all the same, to set its lane up.
    pub(crate) is_sent: bool,
}

/// How many bytes one takes.
const SIZE: usize = 4;

/// How many are read at once.
const AT_ONCE: u64 = 1_024;

/// The notes of all exchanges.
#[derive(Debug)]
pub(crate) struct Notes(Scratch);

impl Notes {
    /// None yet; what memory does not hold goes to a file in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self(Scratch::new(folder))
    }

    /// Notes an exchange; they come in order of their ids.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push(&mut self, exchange: u32, note: Note) -> io::Result<()> {
        while self.0.end() < place(exchange) {
            self.0.append(&[0; SIZE])?;
        }
        let [low, high] = note.route.to_le_bytes();
        self.0.append(&[low, high, u8::from(note.is_sent), 0])
    }

    /// Nothing more is noted.
    pub(crate) fn close(&mut self) {
        self.0.close();
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
            let there = notes.0.end().saturating_sub(at).min(most);
            self.from = at;
            self.read.clear();
            self.read.resize(usize::try_from(there).unwrap_or(0), 0);
            notes.0.read(at, &mut self.read)?;
        }
        let into = usize::try_from(at - self.from).unwrap_or(usize::MAX);
        let mut bytes = self.read.get(into..).unwrap_or_default();
        let note = take(&mut bytes).map(|[low, high, sent, _]: [u8; SIZE]| Note {
            route: u16::from_le_bytes([low, high]),
            is_sent: sent != 0,
        });
        Ok(note.unwrap_or_default())
    }
}

fn place(exchange: u32) -> u64 {
    u64::from(exchange) * SIZE as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exchange_has_its_note_and_those_between_are_not_sent() {
        let mut notes = Notes::new(Path::new("/nowhere"));
        let note = |route| Note {
            route,
            is_sent: true,
        };
        for exchange in (1..5_000).filter(|one| one % 3 != 0) {
            notes.push(exchange, note(exchange as u16)).unwrap();
        }
        let mut reader = NoteReader::default();
        for exchange in (1..5_000).chain([7, 4_999, 8]) {
            let expected = if exchange % 3 == 0 {
                Note::default()
            } else {
                note(exchange as u16)
            };
            assert_eq!(reader.of(exchange, &notes).unwrap(), expected, "{exchange}");
        }
        assert_eq!(reader.of(9_999, &notes).unwrap(), Note::default());
    }
}
