//! The chunked transfer coding (RFC 9112 section 7.1): sizes in any case with leading zeros, extensions,
//! trailers with or without a `Trailer` field, bare LF tolerated.

use super::header::Headers;
use super::line::HeadEnd;
use crate::http::HttpError;

/// A size line longer than this is no size line.
const LONGEST_SIZE_LINE: usize = 16 << 10;

/// Trailers longer than this are no trailers.
const LONGEST_TRAILERS: usize = 256 << 10;

/// A place in a chunked body.
#[derive(Clone, Debug)]
pub(crate) struct Chunked {
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// In a size line; `digits_end` once something other than a digit came.
    Size {
        value: Option<u64>,
        digits_end: bool,
        line: usize,
    },
    /// In a chunk, with this many bytes to come.
    Content(u64),
    /// Behind a chunk, before its line end.
    ContentEnd,
    /// Behind the last chunk.
    Trailers { end: HeadEnd, length: usize },
}

impl Place {
    const SIZE: Self = Self::Size {
        value: None,
        digits_end: false,
        line: 0,
    };
}

impl Chunked {
    /// Before the first size line.
    pub(crate) const fn new() -> Self {
        Self { place: Place::SIZE }
    }

    /// Takes what belongs to the body from the front of `input`: how many bytes that were, and whether
    /// the body ended with them (or is broken there). `content` gets what the chunks hold.
    pub(crate) fn advance<'a>(
        &mut self,
        input: &'a [u8],
        mut content: impl FnMut(&'a [u8]),
    ) -> (usize, Result<bool, HttpError>) {
        let mut rest = input;
        while let Some((byte, after)) = rest.split_first() {
            let taken = input.len() - rest.len();
            match &mut self.place {
                Place::Content(remaining) => {
                    let here = usize::try_from(*remaining)
                        .unwrap_or(usize::MAX)
                        .min(rest.len());
                    let (chunk, after) = rest.split_at_checked(here).unwrap_or((rest, b""));
                    content(chunk);
                    *remaining -= here as u64;
                    if *remaining == 0 {
                        self.place = Place::ContentEnd;
                    }
                    rest = after;
                }
                Place::ContentEnd => {
                    match byte {
                        b'\r' => {}
                        b'\n' => self.place = Place::SIZE,
                        _ => return (taken, Err(HttpError::ChunkEnd)),
                    }
                    rest = after;
                }
                Place::Size { .. } => {
                    if let Err(error) = self.size_byte(*byte) {
                        return (taken, Err(error));
                    }
                    rest = after;
                }
                Place::Trailers { end, length } => {
                    let found = end.find(rest);
                    let here = found.unwrap_or(rest.len());
                    *length += here;
                    if *length > LONGEST_TRAILERS {
                        let cap = LONGEST_TRAILERS;
                        return (taken, Err(HttpError::HeadTooLong { cap }));
                    }
                    return (taken + here, Ok(found.is_some()));
                }
            }
        }
        (input.len(), Ok(false))
    }

    /// One byte of a size line.
    fn size_byte(&mut self, byte: u8) -> Result<(), HttpError> {
        let Place::Size {
            value,
            digits_end,
            line,
        } = &mut self.place
        else {
            return Ok(());
        };
        *line += 1;
        if *line > LONGEST_SIZE_LINE {
            return Err(HttpError::ChunkSize);
        }
        match (byte, *value, *digits_end) {
            (b'\n', Some(0), _) => {
                self.place = Place::Trailers {
                    end: HeadEnd::default(),
                    length: 0,
                };
            }
            (b'\n', Some(size), _) => self.place = Place::Content(size),
            (b'\n', None, _) => return Err(HttpError::ChunkSize),
            (_, _, true) => {}
            (b';' | b' ' | b'\t' | b'\r', Some(_), false) => *digits_end = true,
            (b' ' | b'\t', None, false) => {}
            (digit, so_far, false) => {
                let digit = char::from(digit).to_digit(16).ok_or(HttpError::ChunkSize)?;
                let size = so_far
                    .unwrap_or(0)
                    .checked_mul(16)
                    .ok_or(HttpError::ChunkSize)?;
                *value = Some(size | u64::from(digit));
            }
        }
        Ok(())
    }

    /// The trailers, when this has just gone over the whole of `body` and found its end.
    pub(crate) fn trailers_of<'a>(&self, body: &'a [u8]) -> Option<Headers<'a>> {
        match &self.place {
            Place::Trailers { length, .. } => {
                let begin = body.len().checked_sub(*length)?;
                body.get(begin..).map(Headers::new)
            }
            _ => None,
        }
    }

    /// Goes over a hole: true when all of it lies within the chunk at hand.
    pub(crate) fn skip(&mut self, missing: u64) -> bool {
        match &mut self.place {
            Place::Content(remaining) if missing <= *remaining => {
                *remaining -= missing;
                if *remaining == 0 {
                    self.place = Place::ContentEnd;
                }
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content, bytes taken and whether it ended, with `body` cut at `cut`.
    fn read(body: &[u8], cut: usize) -> Result<(Vec<u8>, usize, bool), HttpError> {
        let mut chunked = Chunked::new();
        let (left, right) = body.split_at(cut);
        let mut content = Vec::new();
        let (taken, done) = chunked.advance(left, |part| content.extend_from_slice(part));
        if done? {
            return Ok((content, taken, true));
        }
        assert_eq!(taken, left.len(), "an unfinished body takes everything");
        let (more, done) = chunked.advance(right, |part| content.extend_from_slice(part));
        Ok((content, taken + more, done?))
    }

    #[test]
    fn extensions_trailers_and_uppercase_sizes_are_read_wherever_they_are_cut() {
        let body = b"5;a=\"b\"\r\nhello\r\n000A\r\n0\r\n\r\n01234\r\n0 \r\nDigest: x\r\n\r\nGET /";
        for cut in 0..=body.len() {
            let (content, taken, done) = read(body, cut).unwrap();
            assert_eq!(content, b"hello0\r\n\r\n01234", "cut at {cut}");
            assert_eq!((taken, done), (body.len() - 5, true), "cut at {cut}");
        }
    }

    #[test]
    fn bare_line_feeds_are_tolerated() {
        assert_eq!(
            read(b"3\nabc\n0\n\n", 4).unwrap(),
            (b"abc".to_vec(), 9, true)
        );
    }

    #[test]
    fn a_size_beyond_64_bits_is_an_error_and_leading_zeros_are_not() {
        assert!(read(b"10000000000000000\r\n", 3).is_err());
        assert!(read(b"-1\r\n", 0).is_err());
        assert!(read(b"\r\n", 0).is_err());
        let zeros = [&b"0".repeat(40)[..], b"1\r\na\r\n0\r\n\r\n"].concat();
        assert_eq!(read(&zeros, 7).unwrap().0, b"a");
    }

    #[test]
    fn a_chunk_must_be_followed_by_a_line_end() {
        assert!(matches!(
            read(b"3\r\nabcd\r\n", 0),
            Err(HttpError::ChunkEnd)
        ));
    }

    #[test]
    fn a_hole_is_followed_only_within_a_chunk() {
        let mut chunked = Chunked::new();
        assert_eq!(chunked.advance(b"8\r\nab", |_| {}), (5, Ok(false)));
        assert!(chunked.clone().skip(6));
        assert!(!chunked.clone().skip(7));
        assert!(!Chunked::new().skip(1));
    }
}
