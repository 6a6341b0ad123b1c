//! Captures that come as they are made: from a pipe, or from a file that still grows.

use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::open::Bytes;
use super::variant;

/// How much of a stream that is no capture is shown.
const SHOWN_BYTES: usize = 120;
/// The longest header of a pcapng section; longer ones are nonsense.
const MOST_HEADER_BYTES: u32 = 1 << 20;

const MAGIC_BYTES: usize = 4;
const PCAP_HEADER_BYTES: usize = 24;
pub(super) const PCAPNG_MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// pcap files begin with one of these in either byte order: microseconds, nanoseconds, and the
/// format of an old libpcap of Red Hat's.
const PCAP_MAGICS: [u32; 3] = [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34];

/// The header of a stream, decompressed, and what follows it; or the bytes of something else.
pub(super) fn beginning(mut bytes: Bytes) -> Result<(Vec<u8>, Bytes), Vec<u8>> {
    let came = first(&mut bytes);
    let mut shown = came.clone();
    shown.truncate(SHOWN_BYTES);
    let magic = came.clone();
    let whole = Cursor::new(came).chain(bytes);
    let mut bytes: Bytes = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(BufReader::new(whole))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::Decoder::new(whole) {
            Ok(decoder) => Box::new(decoder),
            Err(_) => return Err(shown),
        },
        _ => Box::new(whole),
    };
    let mut start = Vec::new();
    while let Some(length) = header_length(&start) {
        if length <= start.len() {
            let packets = variant::plain_stream(&mut start, bytes);
            return Ok((start, packets));
        }
        if !fill(&mut start, length, &mut bytes) {
            break;
        }
    }
    Err(shown)
}

/// What comes first: enough to know a format by, unless it ends before.
fn first(bytes: &mut Bytes) -> Vec<u8> {
    let (mut came, mut some) = (Vec::new(), [0; 4_096]);
    while came.len() < MAGIC_BYTES {
        match bytes.read(&mut some) {
            Ok(read) if read > 0 => came.extend_from_slice(some.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // An error is as good as an end: what came before it is looked at.
            Ok(_) | Err(_) => break,
        }
    }
    came
}

/// Reads until `start` is so long; whether it is.
fn fill(start: &mut Vec<u8>, length: usize, bytes: &mut Bytes) -> bool {
    let missing = length.saturating_sub(start.len());
    let mut rest = bytes.by_ref().take(missing as u64);
    // An error is as good as an end: what came before it is looked at.
    let _ = rest.read_to_end(start);
    start.len() >= length
}

/// How long the header is, as far as can be told; `None` when it is none.
fn header_length(start: &[u8]) -> Option<usize> {
    let Some(magic) = start.first_chunk::<4>() else {
        return Some(MAGIC_BYTES);
    };
    let is_pcap = |word: u32| PCAP_MAGICS.contains(&word);
    if is_pcap(u32::from_le_bytes(*magic)) || is_pcap(u32::from_be_bytes(*magic)) {
        return Some(PCAP_HEADER_BYTES);
    }
    if *magic != PCAPNG_MAGIC {
        return None;
    }
    let Some((length, order)) = start.get(4..12).and_then(<[u8]>::split_first_chunk::<4>) else {
        return Some(12);
    };
    let length = match order {
        [0x1a, 0x2b, 0x3c, 0x4d] => u32::from_be_bytes(*length),
        [0x4d, 0x3c, 0x2b, 0x1a] => u32::from_le_bytes(*length),
        _ => return None,
    };
    let fits = (28..=MOST_HEADER_BYTES).contains(&length);
    fits.then_some(usize::try_from(length).ok()?)
}

/// A stream whose header has been read, as the block reader wants it: it reads twice before it
/// looks at anything, and the second read must not wait for a packet that may never come.
pub(super) struct Begun {
    start: Option<Vec<u8>>,
    second: bool,
    rest: Bytes,
}

impl Begun {
    pub(super) const fn new(start: Vec<u8>, rest: Bytes) -> Self {
        Self {
            start: Some(start),
            second: true,
            rest,
        }
    }
}

impl Read for Begun {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(start) = self.start.take() {
            return start.as_slice().read(buffer);
        }
        if std::mem::take(&mut self.second) {
            return Ok(0);
        }
        loop {
            match self.rest.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}
