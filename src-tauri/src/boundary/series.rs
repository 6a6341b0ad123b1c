//! Several runs asked for at once: what the fields ask for, and how they stand.

use std::time::Duration;

use reprise_app::{
    Bounds, KneeRequest, RateBy, RateChange, ReplayRequest, SecondSide, SeriesRequest,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::fields::{filled, milliseconds};
use super::replay::HttpTarget;
use super::whole;
use crate::error::Failure;

/// The fields of a search for the edge; texts are as they were typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchForm {
    /// The first rate, in times the recorded one: `1x`.
    from: String,
    /// No rate above this is tried: `64x`.
    to: String,
    /// How near both sides of the edge shall come: `5%`.
    within: String,
    by: SearchBy,
    /// How long a step is measured: `15s`.
    step: String,
    /// How long it settles before that; not at all when empty.
    settle: String,
    /// How long the target rests between steps; not at all when empty.
    rest: String,
}

/// What a higher rate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
enum SearchBy {
    /// More users.
    Copies,
    /// A faster clock.
    Speed,
}

/// The fields of a plan that is played several times.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepeatForm {
    /// Runs of each side.
    times: u32,
    /// Where B is; null for one side.
    b: Option<SideForm>,
}

/// What B has of its own.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SideForm {
    http: Vec<HttpTarget>,
    /// As A has it when empty.
    mysql: String,
    /// A shell command to run before each run of B; A's when empty.
    before: String,
}

/// What kind of series it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SeriesKind {
    /// A search for the edge.
    Search,
    /// Two targets in turn, which are compared.
    Sides,
    /// One target several times.
    Repeated,
}

/// How a series stands.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeriesNews {
    name: String,
    recording: String,
    kind: SeriesKind,
    /// The run that is on; null between two.
    pub run: Option<String>,
    /// Which it is, from 1.
    pub number: u32,
    /// How many there will be; null when that is not known before the end.
    of: Option<u32>,
    /// The rate of a search's step, in times the recorded one.
    #[specta(type = Option<Number>)]
    pub times: Option<f64>,
    /// Whether the run is one of B's.
    pub is_b: bool,
    /// The runs that are to be compared, once it is over; empty when a side has none.
    pub a: Vec<String>,
    pub b: Vec<String>,
}

impl SeriesKind {
    /// What it is, in words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Sides | Self::Repeated => "series of runs",
        }
    }
}

impl SeriesNews {
    /// One that begins.
    pub(crate) fn begins(name: &str, recording: &str, kind: SeriesKind, of: Option<usize>) -> Self {
        Self {
            name: name.to_owned(),
            recording: recording.to_owned(),
            kind,
            run: None,
            number: 0,
            of: of.map(|of| whole(of as u64)),
            times: None,
            is_b: false,
            a: Vec::new(),
            b: Vec::new(),
        }
    }
}

impl SearchForm {
    /// The search the fields make of a replay; its rate, length and warm-up are the search's.
    ///
    /// # Errors
    /// A rate, a share or a duration that cannot be read.
    pub(crate) fn request(&self, replay: ReplayRequest) -> Result<KneeRequest, Failure> {
        let length = |text: &str| match filled(text) {
            Some(text) if text != "0" && text != "0s" => milliseconds(&text),
            _ => Ok(0),
        };
        Ok(KneeRequest {
            replay: ReplayRequest {
                rate: RateChange::AsRecorded,
                copies: None,
                stages: None,
                repeat: false,
                ..replay
            },
            bounds: Bounds {
                from: times(&self.from, "Begin at")?,
                to: times(&self.to, "Go no higher than")?,
                within: reprise_app::parse_percentage("“Close in to within”", &self.within)?,
            },
            by: match self.by {
                SearchBy::Copies => RateBy::Copies,
                SearchBy::Speed => RateBy::Speed,
            },
            step: Duration::from_millis(milliseconds(&self.step)?),
            settle: Duration::from_millis(length(&self.settle)?),
            rest: Duration::from_millis(length(&self.rest)?),
        })
    }
}

impl RepeatForm {
    /// The series the fields make of a replay.
    ///
    /// # Errors
    /// When B has a part of the recording that goes nowhere.
    pub(crate) fn request(&self, replay: ReplayRequest) -> Result<SeriesRequest, Failure> {
        let b = self.b.as_ref().map(|side| -> Result<_, Failure> {
            Ok(SecondSide {
                http: HttpTarget::all(&side.http)?,
                mysql: filled(&side.mysql),
                before: filled(&side.before),
            })
        });
        Ok(SeriesRequest {
            replay,
            b: b.transpose()?,
            repeat: self.times,
        })
    }
}

/// Times the recorded rate, as a field of this name says it.
fn times(text: &str, field: &str) -> Result<f64, Failure> {
    let refused = |_| {
        Failure::usage(format!(
            "“{field}” '{text}': write how many times the recorded rate, such as 8x"
        ))
    };
    reprise_app::parse_factor(text).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SearchForm {
        SearchForm {
            from: "1x".to_owned(),
            to: "8".to_owned(),
            within: "10 %".to_owned(),
            by: SearchBy::Speed,
            step: "2s".to_owned(),
            settle: String::new(),
            rest: "0s".to_owned(),
        }
    }

    #[test]
    fn a_search_takes_the_place_of_the_forms_rate() {
        let replay = ReplayRequest {
            rate: RateChange::Max,
            stages: Some("1x:1m".to_owned()),
            repeat: true,
            copies: Some(3.0),
            ..ReplayRequest::new("friday".to_owned())
        };
        let asked = form().request(replay).unwrap();
        assert_eq!(asked.replay.rate, RateChange::AsRecorded);
        assert_eq!(asked.replay.stages, None);
        assert_eq!(asked.replay.copies, None);
        assert!(!asked.replay.repeat);
        let Bounds { from, to, within } = asked.bounds;
        assert_eq!((from, to, within), (1.0, 8.0, 0.1));
        assert_eq!(
            (asked.step, asked.settle),
            (Duration::from_secs(2), Duration::ZERO)
        );
        assert_eq!(asked.rest, Duration::ZERO);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let replay = || ReplayRequest::new("friday".to_owned());
        for wrong in [
            SearchForm {
                from: "fast".to_owned(),
                ..form()
            },
            SearchForm {
                within: "near".to_owned(),
                ..form()
            },
            SearchForm {
                step: "soon".to_owned(),
                ..form()
            },
        ] {
            assert!(wrong.request(replay()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_side_without_a_target_for_a_part_is_refused() {
        let http = vec![HttpTarget::new("/api", "")];
        let side = SideForm {
            http,
            mysql: String::new(),
            before: String::new(),
        };
        let repeat = RepeatForm {
            times: 2,
            b: Some(side),
        };
        assert!(
            repeat
                .request(ReplayRequest::new("friday".to_owned()))
                .is_err()
        );
    }
}
