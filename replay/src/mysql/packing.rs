//! How packets travel once the login is done: as they are, or in compressed frames, as the recorded client
//! had them.

use std::borrow::Cow;

use reprise_wire::mysql::{Compression, Frames, Malformed};

/// The packing of one connection.
#[derive(Debug)]
pub(crate) enum Packing {
    /// As they are.
    Plain,
    /// In frames. Boxed: most connections have none.
    Frames(Box<Frames>),
}

impl Packing {
    /// What both ends agreed on.
    pub(super) fn of(compression: Option<Compression>) -> Self {
        match compression {
            None | Some(Compression::Plain) => Self::Plain,
            Some(kind) => Self::Frames(Box::new(Frames::new(kind))),
        }
    }

    pub(super) const fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// The next frame begins an exchange: frames are numbered anew.
    pub(super) fn begin(&mut self) {
        if let Self::Frames(frames) = self {
            frames.begin();
        }
    }

    /// Adds packets to `out` as they travel.
    pub(super) fn pack(&mut self, packets: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Plain => out.extend_from_slice(packets),
            Self::Frames(frames) => frames.pack(packets, out),
        }
    }

    /// What came as packets, as far as whole frames came.
    ///
    /// # Errors
    /// A frame does not unpack.
    pub(super) fn unpack<'a>(&mut self, came: &'a [u8]) -> Result<Cow<'a, [u8]>, Malformed> {
        match self {
            Self::Plain => Ok(Cow::Borrowed(came)),
            Self::Frames(frames) => frames.unpack(came).map(Cow::Owned),
        }
    }
}
