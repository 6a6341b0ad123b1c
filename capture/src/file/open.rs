//! Opening a capture file: compression by magic bytes, and how far it has been read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use flate2::bufread::MultiGzDecoder;

use super::variant;
use crate::CaptureError;

/// The bytes of a capture, wherever they come from.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// How much is read from the disk at a time.
const READ_BYTES: usize = 256 << 10;

/// A file's bytes, decompressed, and a count of those read from the disk.
pub(crate) struct Opened {
    pub(crate) bytes: Bytes,
    pub(crate) progress: FileProgress,
}

/// How much of a file has been read, in its own (compressed) bytes.
#[derive(Clone, Debug)]
pub struct FileProgress {
    read: Arc<AtomicU64>,
    length: u64,
    /// Why no more could be read, other than for the file's end.
    failure: Arc<OnceLock<io::ErrorKind>>,
}

impl FileProgress {
    /// Of something without a length.
    pub(super) fn of_stream() -> Self {
        Self {
            read: Arc::default(),
            length: 0,
            failure: Arc::default(),
        }
    }

    /// How many bytes have been read.
    pub(crate) fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Why no more could be read, other than for the file's end.
    pub(super) fn failure(&self) -> Option<io::ErrorKind> {
        self.failure.get().copied()
    }

    /// From 0 to 1; 1 for something without a length, such as a pipe.
    #[expect(clippy::cast_precision_loss, reason = "a fraction for a progress bar")]
    pub fn fraction(&self) -> f64 {
        if self.length == 0 {
            return 1.0;
        }
        (self.read.load(Ordering::Relaxed) as f64 / self.length as f64).min(1.0)
    }
}

/// Opens `path` and looks through its compression.
pub(crate) fn open(path: &Path) -> Result<Opened, CaptureError> {
    let failed = |source| CaptureError::Io {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    of(path, Box::new(file), length)
}

/// The same of a file's bytes, of which there are `length`.
pub(crate) fn of(path: &Path, file: Bytes, length: u64) -> Result<Opened, CaptureError> {
    let failed = |source| CaptureError::Io {
        path: path.to_path_buf(),
        source,
    };
    let progress = FileProgress {
        read: Arc::default(),
        length,
        failure: Arc::default(),
    };
    let counted = Counted {
        inner: file,
        read: Arc::clone(&progress.read),
    };
    let mut reader = BufReader::with_capacity(READ_BYTES, counted);
    let start = reader.fill_buf().map_err(failed)?;
    let compressed_with = |how| CaptureError::Compression {
        path: path.to_path_buf(),
        how,
    };
    if let Some(program) = other_capture(start) {
        return Err(CaptureError::OtherCapture {
            path: path.to_path_buf(),
            program,
        });
    }
    let bytes: Bytes = match start {
        [] => return Err(CaptureError::Empty(path.to_path_buf())),
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(reader)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Box::new(zstd::Decoder::with_buffer(reader).map_err(failed)?)
        }
        [0x04, 0x22, 0x4d, 0x18, ..] => return Err(compressed_with("lz4")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => return Err(compressed_with("xz")),
        [b'B', b'Z', b'h', ..] => return Err(compressed_with("bzip2")),
        [b'P', b'K', 3, 4, ..] => return Err(compressed_with("zip")),
        _ => Box::new(reader),
    };
    let bytes = Box::new(Lasting {
        inner: bytes,
        failure: Arc::clone(&progress.failure),
    });
    Ok(Opened {
        bytes: Box::new(Full(variant::plain(bytes).map_err(failed)?)),
        progress,
    })
}

/// The program whose captures begin like this, of those that Wireshark's editcap converts.
fn other_capture(start: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 5] = [
        (b"snoop\0\0\0", "Sun's snoop"),
        (b"GMBU", "Microsoft Network Monitor 2 or 3"),
        (b"RTSS", "Microsoft Network Monitor 1"),
        (b"TRSNIFF data", "Network General's Sniffer"),
        (b"XCP\0", "NetXRay or Sniffer for Windows"),
    ];
    let is_start = |(beginning, _): &&(&[u8], &str)| start.starts_with(beginning);
    BEGINNINGS
        .iter()
        .find(is_start)
        .map(|(_, program)| *program)
}

/// Counts what passes.
struct Counted {
    inner: Bytes,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Meets a failure again with every read: a decompressor says only once that a sum is wrong, and then that it is at
/// its end.
struct Lasting {
    inner: Bytes,
    failure: Arc<OnceLock<io::ErrorKind>>,
}

impl Read for Lasting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(kind) = self.failure.get() {
            return Err((*kind).into());
        }
        let read = self.inner.read(buffer);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failure.get_or_init(|| error.kind());
        }
        read
    }
}

/// Fills the whole buffer unless the end is reached: decompressors hand out less at a time, and
/// the block reader takes a short first read for the end.
struct Full(Bytes);

impl Read for Full {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.0.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What came before a damaged place is kept; the next read meets it again.
                Err(_) if filled > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}
