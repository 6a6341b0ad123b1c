//! Several captures as one: their packets in the order of their times, so that the two directions of a connection
//! may be in two files. A file is opened when its first packet's turn has come.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::PathBuf;

use reprise_wire::Timestamp;

use crate::batch::Batch;
use crate::file::{CaptureFile, FileEnd, FileProgress};
use crate::order::{InOrder, Patience};
use crate::{CaptureError, Packet};

/// The bits of an interface's number in which a file has its own; above them is the file's.
const INTERFACE_BITS: u32 = 16;

/// A capture, and when its first packet was seen; the end of time when it has none.
#[derive(Debug)]
pub(super) struct Dated {
    pub(super) path: PathBuf,
    pub(super) first: Timestamp,
}

/// Captures on their way to be one.
pub(super) struct Merged {
    /// Those not opened yet, the earliest first.
    later: VecDeque<Dated>,
    /// Those being read, by their places in the order.
    open: BTreeMap<usize, Open>,
    order: InOrder,
    /// How many have been opened.
    opened: u32,
}

struct Open {
    file: CaptureFile,
    number: u32,
    packets: u64,
}

/// A capture that has been read.
pub(super) struct Done {
    pub(super) file: CaptureFile,
    pub(super) end: FileEnd,
    pub(super) is_empty: bool,
}

impl Merged {
    /// `files` have to be in the order of their first packets.
    pub(super) fn of(files: Vec<Dated>) -> Self {
        Self {
            later: files.into(),
            open: BTreeMap::new(),
            order: InOrder::of(0),
            opened: 0,
        }
    }

    /// Shows `visit` some of the packets whose turn it is, until it breaks; with the files that this ended.
    /// `None` when there are no more.
    ///
    /// # Errors
    /// A file cannot be opened any more.
    pub(super) fn go_on(
        &mut self,
        visit: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>,
    ) -> Result<Option<Vec<Done>>, CaptureError> {
        if self.later.is_empty() && self.open.is_empty() && self.order.earliest().is_none() {
            return Ok(None);
        }
        let mut done = Vec::new();
        self.read_awaited(&mut done);
        while let Some(next) = self.next()? {
            self.open.insert(self.order.open(), next);
            self.read_awaited(&mut done);
        }
        let end_of_time = Timestamp::from_nanos(i64::MAX);
        self.order
            .wait_for(self.later.front().map_or(end_of_time, |next| next.first));
        let mut goes_on = true;
        let mut show = |packet: &Packet<'_>| goes_on = goes_on && visit(packet).is_continue();
        self.order
            .release(Patience::Endless, &mut Vec::new(), &mut show);
        Ok(Some(done))
    }

    /// How far the files have been read: the whole ones, and the parts of those that are open.
    pub(super) fn progress(&self) -> (u32, Vec<FileProgress>) {
        let parts = self.open.values().map(|open| open.file.progress());
        let reading = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        (self.opened.saturating_sub(reading), parts.collect())
    }

    /// Those that have been begun and not read to their ends.
    pub(super) fn unfinished(self) -> impl Iterator<Item = CaptureFile> {
        self.open.into_values().map(|open| open.file)
    }

    /// The next file, opened, if its turn has come.
    fn next(&mut self) -> Result<Option<Open>, CaptureError> {
        let earliest = self.order.earliest();
        let is_due = |next: &mut Dated| earliest.is_none_or(|at| next.first <= at);
        let Some(next) = self.later.pop_front_if(is_due) else {
            return Ok(None);
        };
        let number = self.opened;
        self.opened += 1;
        Ok(Some(Open {
            file: CaptureFile::open(&next.path)?,
            number,
            packets: 0,
        }))
    }

    /// Reads on in the files of which nothing waits.
    fn read_awaited(&mut self, done: &mut Vec<Done>) {
        let awaited: Vec<usize> = self.order.awaited().collect();
        for place in awaited {
            let Some(open) = self.open.get_mut(&place) else {
                continue;
            };
            let (batch, end) = open.read();
            if !batch.is_empty() {
                self.order.add(place, batch);
            }
            let Some(end) = end else { continue };
            self.order.end(place);
            done.extend(self.open.remove(&place).map(|open| Done {
                is_empty: open.packets == 0,
                file: open.file,
                end,
            }));
        }
    }
}

impl Open {
    /// Its next packets, about as many as are in memory; and how it ended, if it did.
    fn read(&mut self) -> (Batch, Option<FileEnd>) {
        let first = self.number << INTERFACE_BITS;
        let mut batch = Batch::default();
        loop {
            let shown = self.file.show(&mut |packet| {
                batch.copy(&Packet {
                    interface: first.wrapping_add(packet.interface),
                    ..*packet
                });
                self.packets += 1;
                ControlFlow::Continue(())
            });
            let end = shown.or_else(|| self.file.refill());
            if end.is_some() || !batch.is_empty() {
                return (batch, end);
            }
        }
    }
}
