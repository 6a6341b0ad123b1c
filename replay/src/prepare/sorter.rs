//! Sorts more records than memory holds: full buffers are sorted and put aside, and at the end drawn
//! together (an external merge sort).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::path::Path;

use super::scratch::Scratch;

/// Records of one size that sort by themselves.
pub(crate) trait Record: Copy + Ord {
    /// How many bytes one takes when put aside.
    const SIZE: usize;

    /// Appends these bytes.
    fn write(&self, to: &mut Vec<u8>);

    /// Reads them back.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// How many records are sorted at once.
const BUFFERED: usize = 1 << 17;

/// How many bytes of each part are read at once when the parts are drawn together.
const READ_AT_ONCE: usize = 16 << 10;

/// Takes records in any order.
#[derive(Debug)]
pub(crate) struct Sorter<R> {
    buffer: Vec<R>,
    /// Where each part that was put aside ends.
    ends: Vec<u64>,
    aside: Scratch,
}

impl<R: Record> Sorter<R> {
    /// Nothing yet; what memory does not hold goes to a file in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            buffer: Vec::new(),
            ends: Vec::new(),
            aside: Scratch::new(folder),
        }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push(&mut self, record: R) -> io::Result<()> {
        if self.buffer.len() >= BUFFERED {
            self.put_aside()?;
        }
        self.buffer.push(record);
        Ok(())
    }

    /// All of them in order.
    ///
    /// # Errors
    /// The file cannot be written or read.
    pub(crate) fn finish(mut self) -> io::Result<Sorted<R>> {
        if self.ends.is_empty() {
            self.buffer.sort_unstable();
            return Ok(Sorted {
                in_memory: self.buffer.into_iter(),
                parts: Vec::new(),
                next: BinaryHeap::new(),
                aside: self.aside,
            });
        }
        self.put_aside()?;
        let mut parts = Vec::new();
        let mut from = 0;
        for end in self.ends {
            parts.push(Part {
                read: Vec::new().into_iter(),
                from,
                end,
            });
            from = end;
        }
        let mut sorted = Sorted {
            in_memory: Vec::new().into_iter(),
            parts,
            next: BinaryHeap::new(),
            aside: self.aside,
        };
        for number in 0..sorted.parts.len() {
            sorted.draw(number)?;
        }
        Ok(sorted)
    }

    fn put_aside(&mut self) -> io::Result<()> {
        self.buffer.sort_unstable();
        let mut bytes = Vec::with_capacity(READ_AT_ONCE + R::SIZE);
        for record in &self.buffer {
            record.write(&mut bytes);
            if bytes.len() >= READ_AT_ONCE {
                self.aside.append(&bytes)?;
                bytes.clear();
            }
        }
        self.aside.append(&bytes)?;
        self.ends.push(self.aside.end());
        self.buffer.clear();
        Ok(())
    }
}

/// Records in order.
#[derive(Debug)]
pub(crate) struct Sorted<R> {
    /// All of them, when they are few.
    in_memory: std::vec::IntoIter<R>,
    parts: Vec<Part<R>>,
    /// The next record of each part, with the part's number.
    next: BinaryHeap<Reverse<(R, usize)>>,
    aside: Scratch,
}

/// A part that was put aside, and what was read of it.
#[derive(Debug)]
struct Part<R> {
    read: std::vec::IntoIter<R>,
    from: u64,
    end: u64,
}

impl<R: Record> Sorted<R> {
    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn pop(&mut self) -> io::Result<Option<R>> {
        let Some(Reverse((record, number))) = self.next.pop() else {
            return Ok(self.in_memory.next());
        };
        self.draw(number)?;
        Ok(Some(record))
    }

    /// Puts the next record of a part among those to come.
    fn draw(&mut self, number: usize) -> io::Result<()> {
        let Some(part) = self.parts.get_mut(number) else {
            return Ok(());
        };
        if part.read.len() == 0 {
            part.refill(&self.aside)?;
        }
        if let Some(record) = part.read.next() {
            self.next.push(Reverse((record, number)));
        }
        Ok(())
    }
}

impl<R: Record> Part<R> {
    fn refill(&mut self, aside: &Scratch) -> io::Result<()> {
        let left = usize::try_from(self.end - self.from).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(READ_AT_ONCE / R::SIZE * R::SIZE)];
        aside.read(self.from, &mut bytes)?;
        self.from += bytes.len() as u64;
        let records: Vec<R> = bytes.chunks_exact(R::SIZE).filter_map(R::read).collect();
        self.read = records.into_iter();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Record for (u32, u64) {
        const SIZE: usize = 12;

        fn write(&self, to: &mut Vec<u8>) {
            to.extend(self.0.to_le_bytes());
            to.extend(self.1.to_le_bytes());
        }

        fn read(bytes: &[u8]) -> Option<Self> {
            let (first, second) = bytes.split_first_chunk()?;
            let second = second.first_chunk()?;
            Some((u32::from_le_bytes(*first), u64::from_le_bytes(*second)))
        }
    }

    fn sorts(count: u32) {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path());
        // a walk that meets every number once: the step and the length have no common divisor
        for number in 0..count {
            let record = (u64::from(number) * 7_919 % u64::from(count)) as u32;
            sorter.push((record, u64::from(record) * 3)).unwrap();
            assert!(sorter.buffer.len() <= BUFFERED);
        }
        let mut sorted = sorter.finish().unwrap();
        for number in 0..count {
            let expected = Some((number, u64::from(number) * 3));
            assert_eq!(sorted.pop().unwrap(), expected);
        }
        assert_eq!(sorted.pop().unwrap(), None);
    }

    #[test]
    fn few_are_sorted_in_memory_and_many_in_parts() {
        sorts(0);
        sorts(1_000);
        sorts(3 * BUFFERED as u32 + 5);
    }
}
