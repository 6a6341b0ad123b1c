//! A recorded answer made ready to be compared with.

use reprise_wire::http::{ContentDigest, Message, StartLine};

use super::Answered;

/// What of a recorded answer is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedAnswer {
    status: u16,
    content_type: Option<Box<[u8]>>,
    content_encoding: Option<Box<[u8]>>,
    location: Option<Box<[u8]>>,
    body: Box<[u8]>,
    digest: Option<ContentDigest>,
}

/// Of a longer body only the beginning is kept, and its digest; bytes.
pub(crate) const LONGEST: usize = 256 << 10;

/// Of a long body only this much is kept, to be shown; bytes.
const BEGINNING: usize = 64 << 10;

impl RecordedAnswer {
    /// Takes an answer as the store keeps it; `None` when it is none.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let message = Message::parse(bytes).ok()?;
        let StartLine::Response { status, .. } = message.start else {
            return None;
        };
        let field = |name| message.header(name).map(Box::from);
        let body = message.body.as_ref();
        let digest = (body.len() > LONGEST)
            .then(|| {
                let coding = message.header("Content-Encoding").unwrap_or_default();
                ContentDigest::of(coding, body)
            })
            .flatten();
        let kept = match digest {
            Some(_) => body.get(..BEGINNING).unwrap_or(body),
            None => body,
        };
        Some(Self {
            status,
            content_type: field("Content-Type"),
            content_encoding: field("Content-Encoding"),
            location: field("Location"),
            body: kept.into(),
            digest,
        })
    }

    /// As it is compared; `known` are the values of its lane that its server generated.
    pub(crate) fn shown<'a>(&'a self, known: &'a [&'a [u8]]) -> Answered<'a> {
        Answered {
            status: self.status,
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            location: self.location.as_deref(),
            body: &self.body,
            digest: self.digest,
            known,
        }
    }

    /// About how much memory it takes; bytes.
    pub(crate) fn size(&self) -> usize {
        self.body.len() + 128
    }
}
