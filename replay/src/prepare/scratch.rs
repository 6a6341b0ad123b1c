//! Room for what is too much for memory while a plan is made and run: bytes appended in sequence and read at
//! any place. The first of them stay in memory; more go to a file without a name beside the recording, which
//! is gone with the process however that ends.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// So many bytes stay in memory.
const IN_MEMORY: usize = 4 << 20;

/// So many are written to the file at once.
const AT_ONCE: usize = 256 << 10;

/// Bytes, those that were appended last in memory.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Where the file is made. Not the system's folder for such files: that may be memory itself.
    folder: PathBuf,
    file: Option<File>,
    filed: u64,
    tail: Vec<u8>,
}

impl Scratch {
    /// Nothing yet; a file, should one be needed, is made in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            file: None,
            filed: 0,
            tail: Vec::new(),
        }
    }

    /// How many bytes there are: where the next ones go.
    pub(crate) fn end(&self) -> u64 {
        self.filed + self.tail.len() as u64
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tail.extend_from_slice(bytes);
        let most = if self.file.is_some() {
            AT_ONCE
        } else {
            IN_MEMORY
        };
        if self.tail.len() >= most {
            self.file_tail()?;
        }
        Ok(())
    }

    /// Fills `into` with the bytes from `at` on.
    ///
    /// # Errors
    /// There are not so many, or the file cannot be read.
    pub(crate) fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if into.is_empty() {
            return Ok(());
        }
        let in_file = usize::try_from(self.filed.saturating_sub(at)).unwrap_or(usize::MAX);
        let (front, back) = into.split_at_mut(in_file.min(into.len()));
        if let (Some(file), false) = (&self.file, front.is_empty()) {
            file.read_exact_at(front, at)?;
        }
        let from = usize::try_from(at.saturating_sub(self.filed)).unwrap_or(usize::MAX);
        let to = from.saturating_add(back.len());
        let found = self.tail.get(from.min(to)..to);
        back.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// Puts `bytes` in the place of those from `at` on.
    ///
    /// # Errors
    /// There are not so many, or the file cannot be written.
    pub(crate) fn overwrite(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if at < self.filed {
            if at + bytes.len() as u64 > self.filed {
                self.file_tail()?;
            }
            let file = self.file.as_ref().ok_or(io::ErrorKind::UnexpectedEof)?;
            return file.write_all_at(bytes, at);
        }
        let from = usize::try_from(at - self.filed).unwrap_or(usize::MAX);
        let place = self.tail.get_mut(from..from.saturating_add(bytes.len()));
        let place = place.ok_or(io::ErrorKind::UnexpectedEof)?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    /// Nothing more is appended: memory that only waited for more is given back.
    pub(crate) fn close(&mut self) {
        self.tail.shrink_to_fit();
    }

    fn file_tail(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.write_all_at(&self.tail, self.filed)?;
        self.filed += self.tail.len() as u64;
        if self.tail.capacity() > 2 * AT_ONCE {
            self.tail = Vec::with_capacity(2 * AT_ONCE);
        }
        self.tail.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_back_from_memory_from_the_file_and_across_both() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path());
        let block: Vec<u8> = (0..=255).cycle().take(100_003).collect();
        let blocks = 61;
        for _ in 0..blocks {
            scratch.append(&block).unwrap();
        }
        assert_eq!(scratch.end(), 61 * 100_003);
        assert!(scratch.filed > 0 && !scratch.tail.is_empty());
        assert!(
            scratch.tail.capacity() <= IN_MEMORY / 4,
            "most is in the file"
        );
        let mut all = vec![0; scratch.end() as usize];
        scratch.read(0, &mut all).unwrap();
        assert!(all.chunks(block.len()).all(|chunk| chunk == block));
        let mut part = [0; 7];
        scratch.read(scratch.filed - 3, &mut part).unwrap();
        let from = scratch.filed as usize - 3;
        assert_eq!(part, all[from..from + 7]);
        assert!(scratch.read(scratch.end() - 6, &mut part).is_err());
    }

    #[test]
    fn bytes_are_overwritten_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path());
        scratch.append(&[7; IN_MEMORY]).unwrap();
        scratch.append(&[8; 10]).unwrap();
        scratch.overwrite(5, &[1, 2]).unwrap();
        let end = scratch.end();
        scratch.append(&[9; 10]).unwrap();
        scratch.overwrite(end + 1, &[3]).unwrap();
        let mut found = [0; 3];
        scratch.read(4, &mut found).unwrap();
        assert_eq!(found, [7, 1, 2]);
        scratch.read(end, &mut found).unwrap();
        assert_eq!(found, [9, 3, 9]);
        assert!(scratch.overwrite(end + 9, &[0, 0]).is_err());
    }

    #[test]
    fn little_makes_no_file() {
        // a folder that is not there would be an error
        let mut scratch = Scratch::new(Path::new("/nowhere"));
        scratch.append(&[1, 2, 3]).unwrap();
        let mut found = [0; 2];
        scratch.read(1, &mut found).unwrap();
        assert_eq!(found, [2, 3]);
        assert!(scratch.append(&[0; IN_MEMORY]).is_err());
    }
}
