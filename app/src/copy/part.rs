//! Which part of a recording is copied.

use jiff::tz::TimeZone;
use reprise_replay::Part;
use reprise_store::{ExchangeRow, Recording};
use reprise_wire::filter::Filter;

use crate::Error;
use crate::between;
use crate::library::parse_filter;

/// A part of a recording, as a user names it; everything unless something is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartRequest {
    /// `10:00..10:20` or `5m..15m`: exchanges that began then.
    pub between: Option<String>,
    /// The filter they match.
    pub filter: Option<String>,
}

/// A part, read.
pub(crate) struct Chosen {
    between: Option<Part>,
    filter: Option<Filter>,
    /// As it was asked for.
    asked: PartRequest,
}

impl Chosen {
    /// # Errors
    /// The part or the filter cannot be read, or nothing was recorded then.
    pub(crate) fn of(asked: &PartRequest, recording: &Recording) -> Result<Self, Error> {
        let between = asked.between.as_deref();
        let between = between.map(|text| between::part(text, recording, &TimeZone::system()));
        Ok(Self {
            between: between.transpose()?,
            filter: parse_filter(asked.filter.as_deref())?,
            asked: asked.clone(),
        })
    }

    /// Whether it is everything, connections without exchanges too.
    pub(crate) const fn is_all(&self) -> bool {
        self.between.is_none() && self.filter.is_none()
    }

    /// Where the copy comes from.
    pub(crate) fn source(&self, recording: &Recording) -> String {
        let mut source = recording.source.clone();
        for (word, what) in [("of", &self.asked.between), ("where", &self.asked.filter)] {
            if let Some(what) = what {
                source = format!("{source}, {word} {what}");
            }
        }
        source
    }

    /// Where it begins and ends, in microseconds since the recording's start.
    pub(crate) fn span_us(&self, recording: &Recording) -> (u64, u64) {
        let whole_us = recording.duration_ms.saturating_mul(1_000);
        let part = self.between.map(|part| (part.from_us, part.to_us));
        part.map_or((0, whole_us), |(from, to)| (from, to.min(whole_us)))
    }

    /// Whether an exchange, whose operation has this text, belongs to it.
    pub(crate) fn takes(&self, row: &ExchangeRow, operation: &str) -> bool {
        let at_us = u64::try_from(row.at_us).unwrap_or(0);
        self.between.is_none_or(|part| part.holds(at_us))
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.matches(&row.candidate(operation)))
    }
}
