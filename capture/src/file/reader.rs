//! Reads a capture file from its beginning to its end, or to where it is damaged.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{PcapError, create_reader};

use super::blocks::Blocks;
use super::open::{self, FileProgress, Opened};
use super::stream;
use crate::{CaptureError, Packet};

/// How much of the file is in memory at first.
const BUFFER_BYTES: usize = 1 << 20;
/// How much of it may be in memory: the longest record that is still read.
const MOST_BUFFER_BYTES: usize = 64 << 20;

/// A capture file that has been opened and recognised.
pub struct CaptureFile {
    path: PathBuf,
    reader: Box<dyn PcapReaderIterator + Send>,
    progress: FileProgress,
    capacity: usize,
    is_pcapng: bool,
    blocks: Blocks,
}

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEnd {
    /// At its end.
    Whole,
    /// The visitor had enough.
    Stopped,
    /// In the middle of a record: the file was cut off.
    Cut,
    /// At something that is no record; what follows is not read.
    Damaged,
}

/// Losses that the file reports or has itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileLoss {
    /// Packets that the capturing host's interfaces dropped.
    pub interface_dropped: u64,
    /// Packets that its kernel dropped.
    pub kernel_dropped: u64,
    /// Packet records that contradict the rest of the file.
    pub unreadable_records: u64,
}

enum Step {
    Consume(usize),
    Refill,
    Grow,
    End(FileEnd),
}

impl CaptureFile {
    /// Opens and recognises `path`.
    ///
    /// # Errors
    /// It cannot be read, is empty, ends inside its header, or holds something else.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        Self::of(path, open::open(path)?)
    }

    /// Recognises a file by its bytes.
    ///
    /// # Errors
    /// It is empty, ends inside its header, or holds something else.
    pub(crate) fn of(path: &Path, opened: Opened) -> Result<Self, CaptureError> {
        let reader = create_reader(BUFFER_BYTES, opened.bytes).map_err(|error| match error {
            PcapError::Eof => CaptureError::Empty(path.to_path_buf()),
            PcapError::Incomplete(_) | PcapError::UnexpectedEof => {
                CaptureError::HeaderCut(path.to_path_buf())
            }
            _ => CaptureError::Foreign(path.to_path_buf()),
        })?;
        let is_pcapng = reader.data().starts_with(&stream::PCAPNG_MAGIC);
        Ok(Self {
            path: path.to_path_buf(),
            reader,
            progress: opened.progress,
            is_pcapng,
            capacity: BUFFER_BYTES,
            blocks: Blocks::default(),
        })
    }

    /// Recognises a stream by its beginning, for which it waits. Its packets are there as soon as
    /// their bytes are.
    ///
    /// # Errors
    /// It begins otherwise: with these bytes, or with none.
    pub(crate) fn stream(name: &Path, bytes: Box<dyn Read + Send>) -> Result<Self, Vec<u8>> {
        let (start, rest) = stream::beginning(bytes)?;
        let shown = start.clone();
        let begun = Box::new(stream::Begun::new(start, rest));
        let reader = create_reader(BUFFER_BYTES, begun).map_err(|_| shown)?;
        let is_pcapng = reader.data().starts_with(&stream::PCAPNG_MAGIC);
        Ok(Self {
            path: name.to_path_buf(),
            reader,
            progress: FileProgress::of_stream(),
            is_pcapng,
            capacity: BUFFER_BYTES,
            blocks: Blocks::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far it has been read; follows the reading.
    pub fn progress(&self) -> FileProgress {
        self.progress.clone()
    }

    /// Shows every packet to `visit` until the end, or until it breaks.
    pub fn read(&mut self, visit: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>) -> FileEnd {
        loop {
            if let Some(end) = self.show(visit) {
                return end;
            }
            if let Some(end) = self.refill() {
                return end;
            }
        }
    }

    /// Shows the packets that are in memory to `visit`; `None` when it takes more of the file to go on.
    pub(crate) fn show(
        &mut self,
        visit: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>,
    ) -> Option<FileEnd> {
        loop {
            match self.step(visit) {
                Step::Consume(bytes) => self.reader.consume(bytes),
                Step::Refill => return None,
                // A length that leads beyond the file's end must not take memory.
                Step::Grow if self.reader.data().len() < self.capacity => return None,
                Step::Grow => {
                    self.capacity *= 2;
                    let fits = self.capacity <= MOST_BUFFER_BYTES;
                    if !fits || !self.reader.grow(self.capacity) {
                        return Some(FileEnd::Damaged);
                    }
                }
                Step::End(end) => return Some(end),
            }
        }
    }

    /// What the file says the capturing host lost.
    pub fn loss(&self) -> FileLoss {
        let (interface_dropped, kernel_dropped) = self.blocks.dropped();
        let unreadable_records = self.blocks.unreadable();
        FileLoss {
            interface_dropped,
            kernel_dropped,
            unreadable_records,
        }
    }

    fn step(&mut self, visit: &mut impl FnMut(&Packet<'_>) -> ControlFlow<()>) -> Step {
        if self.is_pcapng && self.blocks.is_too_short(self.reader.data()) {
            return Step::End(FileEnd::Damaged);
        }
        match self.reader.next() {
            Ok((bytes, block)) => {
                if let Some(packet) = self.blocks.packet(&block)
                    && visit(&packet).is_break()
                {
                    return Step::End(FileEnd::Stopped);
                }
                Step::Consume(bytes)
            }
            Err(PcapError::Incomplete(_)) => Step::Refill,
            Err(PcapError::BufferTooSmall) => Step::Grow,
            Err(PcapError::Eof) => Step::End(self.end(FileEnd::Whole)),
            Err(PcapError::UnexpectedEof) => Step::End(self.end(FileEnd::Cut)),
            Err(_) => Step::End(FileEnd::Damaged),
        }
    }

    /// How a file ended whose bytes ended like this: what is packed may have been cut or damaged.
    fn end(&self, end: FileEnd) -> FileEnd {
        match self.progress.failure() {
            None => end,
            Some(io::ErrorKind::UnexpectedEof) => FileEnd::Cut,
            Some(_) => FileEnd::Damaged,
        }
    }

    /// Reads more of the file into memory; waits for it when it is a stream.
    pub(crate) fn refill(&mut self) -> Option<FileEnd> {
        let before = self.reader.data().len();
        if self.reader.refill().is_err() {
            return Some(FileEnd::Damaged);
        }
        let stuck = self.reader.data().len() == before && !self.reader.reader_exhausted();
        if stuck {
            // The reader did not say how much it needs, only that what it has is not enough.
            self.capacity *= 2;
            let fits = self.capacity <= MOST_BUFFER_BYTES;
            return (!fits || !self.reader.grow(self.capacity)).then_some(FileEnd::Damaged);
        }
        None
    }
}

impl std::fmt::Debug for CaptureFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_length_that_leads_beyond_the_end_of_a_file_takes_no_memory() {
        let mut bytes =
            b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0".to_vec();
        bytes.extend([[0; 4], [0; 4], [0, 0, 0, 3], [0, 0, 0, 3]].concat());
        bytes.resize(bytes.len() + 3 * BUFFER_BYTES, 7);
        let (path, length) = (Path::new("long"), bytes.len() as u64);
        let opened = open::of(path, Box::new(Cursor::new(bytes)), length).unwrap();
        let mut file = CaptureFile::of(path, opened).unwrap();
        let end = file.read(&mut |_| ControlFlow::Continue(()));
        assert_eq!(end, FileEnd::Cut);
        assert_eq!(file.capacity, 4 * BUFFER_BYTES);
    }
}
