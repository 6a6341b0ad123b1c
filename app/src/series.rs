//! Several runs of one plan, against one target or against two in turn: what each is called, and which comes when.

mod played;

use reprise_measure::choice;

use crate::{Error, Library, ReplayRequest};

pub use played::{PlayedSeries, SeriesEnd, play_series, why_silent};

/// More runs a side than this are a mistake.
pub const MOST_RUNS: u32 = 100;

/// The choice of who begins is its own, whatever else the seed decides.
const WHO_BEGINS: u64 = 0x7475_726e;

/// What is compared against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is compared against, or the only side.
    A,
    /// What is judged.
    B,
}

/// Several runs.
#[derive(Clone, Debug)]
pub struct SeriesRequest {
    /// What every run plays; where to, says A's side. Its run's name is what the names begin with.
    pub replay: ReplayRequest,
    /// Where B is, if there are two sides.
    pub b: Option<SecondSide>,
    /// Runs of each side.
    pub repeat: u32,
}

/// What B has of its own; the rest is as A has it.
#[derive(Clone, Debug, Default)]
pub struct SecondSide {
    /// Where HTTP goes, as [`ReplayRequest::http`].
    pub http: Vec<String>,
    /// Where MySQL goes, as [`ReplayRequest::mysql`].
    pub mysql: Option<String>,
    /// The command to run before each of its runs.
    pub before: Option<String>,
}

/// One run of a series.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Whose it is.
    pub side: Side,
    /// What it plays.
    pub replay: ReplayRequest,
}

impl Library {
    /// The runs of a series in their order. Two sides play in pairs; who begins is drawn for every other pair and turned
    /// round in the next (ABBA or BAAB), so that what changes steadily meets both alike.
    ///
    /// # Errors
    /// When so many runs are not possible, or the plan cannot be read.
    pub fn turns(&self, request: &SeriesRequest) -> Result<Vec<Turn>, Error> {
        if !(1..=MOST_RUNS).contains(&request.repeat) {
            return Err(Error::Usage(format!(
                "{} runs a side; 1 to {MOST_RUNS} are possible",
                request.repeat
            )));
        }
        let plan = self.plan_of(&request.replay)?;
        let prefix = match &request.replay.run {
            Some(name) => name.clone(),
            None => plan.recording,
        };
        let sides = match &request.b {
            None => vec![(Side::A, prefix, request.replay.clone())],
            Some(b) => vec![
                (Side::A, format!("{prefix}-a"), request.replay.clone()),
                (Side::B, format!("{prefix}-b"), b.of(&request.replay)),
            ],
        };
        let firsts = sides.iter().map(|(_, name, _)| self.next_number(name));
        let first = firsts.collect::<Result<Vec<u32>, Error>>()?.into_iter();
        let first = first.max().unwrap_or(1);
        let mut turns = Vec::new();
        for pair in 0..request.repeat {
            let begins = choice::happens(plan.seed, &[WHO_BEGINS, u64::from(pair / 2)], 0.5);
            let turned = begins != (pair % 2 == 1);
            let mut both: Vec<Turn> = sides
                .iter()
                .map(|(side, name, replay)| Turn {
                    side: *side,
                    replay: ReplayRequest {
                        run: Some(format!("{name}-{}", first.saturating_add(pair))),
                        ..replay.clone()
                    },
                })
                .collect();
            if turned {
                both.reverse();
            }
            turns.extend(both);
        }
        Ok(turns)
    }

    /// The number after the highest of `name-1`, `name-2` and so on.
    fn next_number(&self, name: &str) -> Result<u32, Error> {
        let runs = self.store.runs()?;
        let numbers = runs.iter().filter_map(|run| number(&run.name, name));
        Ok(numbers.max().unwrap_or(0).saturating_add(1))
    }
}

impl SeriesRequest {
    /// The replay of side B, if there is one.
    pub fn of_b(&self) -> Option<ReplayRequest> {
        self.b.as_ref().map(|b| b.of(&self.replay))
    }
}

impl SecondSide {
    /// The replay of A, sent to B.
    fn of(&self, a: &ReplayRequest) -> ReplayRequest {
        let mut b = a.clone();
        if !self.http.is_empty() {
            b.http.clone_from(&self.http);
        }
        if self.mysql.is_some() {
            b.mysql.clone_from(&self.mysql);
        }
        if self.before.is_some() {
            b.before.clone_from(&self.before);
        }
        b
    }
}

/// The number of a run called `NAME-NUMBER`.
pub(crate) fn number(run: &str, name: &str) -> Option<u32> {
    run.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(repeat: u32, seed: u64, b: Option<SecondSide>) -> Vec<Turn> {
        let folder = tempfile::tempdir().expect("a folder");
        let library =
            Library::open(Some(&folder.path().join("series.reprise"))).expect("a library");
        let replay = ReplayRequest {
            http: vec!["http://127.0.0.1:1".to_owned()],
            before: Some("restore a".to_owned()),
            seed: Some(seed),
            ..ReplayRequest::new("friday".to_owned())
        };
        let request = SeriesRequest { replay, b, repeat };
        library.turns(&request).expect("turns")
    }

    fn second() -> Option<SecondSide> {
        Some(SecondSide {
            http: vec!["http://127.0.0.1:2".to_owned()],
            ..SecondSide::default()
        })
    }

    fn order(seed: u64) -> String {
        let side = |turn: &Turn| if turn.side == Side::A { 'a' } else { 'b' };
        turns(8, seed, second()).iter().map(side).collect()
    }

    #[test]
    fn every_two_pairs_are_turned_round_and_the_seed_says_who_begins() {
        for seed in 0..20 {
            let order = order(seed);
            for two_pairs in order.as_bytes().chunks(4) {
                assert!(
                    [b"abba", b"baab"].contains(&<&[u8; 4]>::try_from(two_pairs).expect("four"))
                );
            }
            assert_eq!(order, self::order(seed));
        }
        let orders: std::collections::BTreeSet<String> = (0..20).map(order).collect();
        assert!(orders.len() > 5, "{orders:?}");
    }

    #[test]
    fn the_second_side_differs_in_what_it_was_given_and_its_name() {
        let turns = turns(2, 1, second());
        let names: std::collections::BTreeSet<_> = turns
            .iter()
            .filter_map(|turn| turn.replay.run.clone())
            .collect();
        let expected = ["friday-a-1", "friday-a-2", "friday-b-1", "friday-b-2"];
        assert!(names.iter().eq(expected.iter()), "{names:?}");
        for turn in turns {
            let port = if turn.side == Side::A { 1 } else { 2 };
            assert_eq!(turn.replay.http, [format!("http://127.0.0.1:{port}")]);
            assert_eq!(turn.replay.before.as_deref(), Some("restore a"));
        }
    }

    #[test]
    fn one_side_is_numbered_on() {
        let names = turns(3, 1, None).into_iter();
        let names: Vec<_> = names.filter_map(|turn| turn.replay.run).collect();
        assert_eq!(names, ["friday-1", "friday-2", "friday-3"]);
        assert_eq!(number("main-12", "main"), Some(12));
        assert_eq!(number("main-b-12", "main"), None);
    }
}
