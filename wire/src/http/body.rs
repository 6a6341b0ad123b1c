//! Follows one body through its bytes, however they are cut: says which of them belong to it, which are
//! content, and when it is over. Keeps nothing but its place.

use super::chunked::Chunked;
use super::framing::Framing;
use crate::http::HttpError;

/// A place in a body.
#[derive(Clone, Debug, Default)]
pub(crate) enum BodyReader {
    #[default]
    Done,
    Length(u64),
    UntilClose,
    Chunked(Chunked),
}

/// What a hole in the bytes means to the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    /// All of the hole is content of this body, which goes on (or ends just there).
    Inside,
    /// The body ended in the hole: this many bytes of it were missing.
    Ended(u64),
    /// Nobody can tell where the body goes on.
    Lost,
}

impl BodyReader {
    /// At the beginning of a body framed like this.
    pub(crate) const fn new(framing: Framing) -> Self {
        match framing {
            Framing::None | Framing::Tunnel => Self::Done,
            Framing::Length(bytes) => Self::Length(bytes),
            Framing::UntilClose => Self::UntilClose,
            Framing::Chunked => Self::Chunked(Chunked::new()),
        }
    }

    /// Whether nothing more belongs to it.
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    /// Whether the sender's close is its proper end.
    pub(crate) const fn ends_with_connection(&self) -> bool {
        matches!(self, Self::UntilClose)
    }

    /// Takes what belongs to the body from the front of `input`; returns how many bytes that were.
    /// `content` gets the part of them that is content, without chunk framing.
    ///
    /// # Errors
    /// The chunk framing is broken after that many bytes; the body cannot be followed further.
    pub(crate) fn advance<'a>(
        &mut self,
        input: &'a [u8],
        mut content: impl FnMut(&'a [u8]),
    ) -> (usize, Result<(), HttpError>) {
        match self {
            Self::Done => (0, Ok(())),
            Self::UntilClose => {
                content(input);
                (input.len(), Ok(()))
            }
            Self::Length(remaining) => {
                let here = usize::try_from(*remaining)
                    .unwrap_or(usize::MAX)
                    .min(input.len());
                content(input.get(..here).unwrap_or_default());
                *remaining -= here as u64;
                if *remaining == 0 {
                    *self = Self::Done;
                }
                (here, Ok(()))
            }
            Self::Chunked(chunked) => {
                let (taken, read) = chunked.advance(input, content);
                if read == Ok(true) {
                    *self = Self::Done;
                }
                (taken, read.map(|_| ()))
            }
        }
    }

    /// Goes over a hole of `missing` bytes.
    pub(crate) fn skip(&mut self, missing: u64) -> Skipped {
        match self {
            Self::Done => Skipped::Ended(0),
            Self::UntilClose => Skipped::Inside,
            Self::Length(remaining) if missing < *remaining => {
                *remaining -= missing;
                Skipped::Inside
            }
            Self::Length(remaining) => {
                let ended = *remaining;
                *self = Self::Done;
                Skipped::Ended(ended)
            }
            Self::Chunked(chunked) => {
                if chunked.skip(missing) {
                    Skipped::Inside
                } else {
                    Skipped::Lost
                }
            }
        }
    }
}
