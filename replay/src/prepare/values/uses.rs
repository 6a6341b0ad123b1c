//! Counts what requests carry. Which of them are sent is known only once lanes are whole: until then each request
//! keeps the number of the set of uses that it makes.

use rustc_hash::FxHashMap;

/// One thing that a request makes use of, counted once for each request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// A value of an answer.
    Value {
        /// Whose answers give it, by its number.
        source: u32,
        /// The operation of the request.
        to: u32,
        /// Where in the request.
        place: String,
    },
    /// A value that only an answer to another lane gave; it is sent as recorded.
    OfAnotherLane,
    /// A redacted value that no answer gave.
    Redacted {
        /// The name to supply it under.
        key: String,
        /// Whether the plan does.
        supplied: bool,
        /// Whether a request is likely to be refused for want of it.
        matters: bool,
    },
}

/// Where values come from that requests carry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Source {
    /// What the value is called.
    pub(super) name: String,
    /// The operation whose answers give it.
    pub(super) from: u32,
    /// Where in them.
    pub(super) origin: String,
    /// Whether they are another lane's.
    pub(super) of_another: bool,
}

/// All that one request makes use of, by its number; 0 is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UseSet(pub(crate) u32);

/// How many requests make a use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    /// So many that are sent.
    pub(super) sent: u64,
    /// So many that are left out because nobody supplies a value.
    pub(super) left_out: u64,
}

/// What requests made use of, counted.
#[derive(Debug)]
pub(super) struct Counted {
    /// The sources by their numbers, with how many different values the recording has of each.
    pub(super) sources: Vec<(Source, u64)>,
    /// What some request makes use of that is sent, or left out for it; in no order.
    pub(super) uses: Vec<(Use, Requests)>,
}

/// What the requests of all lanes make use of.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// Each with its number, and how many different values the recording has of it.
    sources: FxHashMap<Source, (u32, u64)>,
    numbers: FxHashMap<Use, u32>,
    /// Those of the request that is looked at.
    current: Vec<u32>,
    sets: FxHashMap<Box<[u32]>, UseSet>,
    /// By the number of their set, from 1 on.
    requests: Vec<Requests>,
}

impl Uses {
    /// The number of a source; `is_new` when a request is the first to carry this value of it.
    pub(super) fn source(&mut self, source: Source, is_new: bool) -> u32 {
        let next = number(self.sources.len());
        let (number, values) = self.sources.entry(source).or_insert((next, 0));
        *values += u64::from(is_new);
        *number
    }

    /// The sources that requests carry values of, sent or not.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.keys()
    }

    /// The request that is looked at makes this use.
    pub(super) fn note(&mut self, one: Use) {
        let next = number(self.numbers.len());
        let number = *self.numbers.entry(one).or_insert(next);
        self.current.push(number);
    }

    /// All that was noted of the request that is looked at; the next one's is noted from here on.
    pub(crate) fn take(&mut self) -> UseSet {
        self.current.sort_unstable();
        self.current.dedup();
        if self.current.is_empty() {
            return UseSet::default();
        }
        if let Some(known) = self.sets.get(self.current.as_slice()) {
            self.current.clear();
            return *known;
        }
        self.requests.push(Requests::default());
        let set = UseSet(number(self.requests.len()));
        let uses = std::mem::take(&mut self.current).into_boxed_slice();
        self.sets.insert(uses, set);
        set
    }

    /// A request that makes these uses is sent.
    pub(crate) fn sent(&mut self, set: UseSet) {
        if let Some(requests) = self.requests_of(set) {
            requests.sent += 1;
        }
    }

    /// A request that makes these uses is left out for a value that nobody supplies.
    pub(crate) fn left_out(&mut self, set: UseSet) {
        if let Some(requests) = self.requests_of(set) {
            requests.left_out += 1;
        }
    }

    fn requests_of(&mut self, set: UseSet) -> Option<&mut Requests> {
        let at = set.0.checked_sub(1)?;
        self.requests.get_mut(at as usize)
    }

    /// All that was counted.
    pub(super) fn finish(self) -> Counted {
        let mut sources: Vec<_> = self.sources.into_iter().collect();
        sources.sort_unstable_by_key(|(_, (number, _))| *number);
        let sources = sources
            .into_iter()
            .map(|(source, (_, values))| (source, values));
        let mut all = vec![Requests::default(); self.numbers.len()];
        for (uses, set) in &self.sets {
            let of_set = set.0.checked_sub(1);
            let Some(of_set) = of_set.and_then(|at| self.requests.get(at as usize)) else {
                continue;
            };
            for number in uses {
                if let Some(total) = all.get_mut(*number as usize) {
                    total.sent += of_set.sent;
                    total.left_out += of_set.left_out;
                }
            }
        }
        let uses = self.numbers.into_iter().filter_map(|(one, number)| {
            let requests = *all.get(number as usize)?;
            (requests != Requests::default()).then_some((one, requests))
        });
        Counted {
            sources: sources.collect(),
            uses: uses.collect(),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(key: &str) -> Use {
        Use::Redacted {
            key: key.to_owned(),
            supplied: false,
            matters: true,
        }
    }

    #[test]
    fn a_use_is_counted_once_for_each_request_that_is_sent_or_lacks_it() {
        let mut uses = Uses::default();
        let mut request = |all: &[&str]| {
            for key in all {
                uses.note(redacted(key));
            }
            uses.take()
        };
        let both = request(&["login.password", "login.pin", "login.pin"]);
        let again = request(&["login.pin", "login.password"]);
        let one = request(&["login.pin"]);
        let unsent = request(&["login.otp"]);
        assert_eq!((both, request(&[])), (again, UseSet::default()));
        for set in [both, again, one, UseSet::default()] {
            uses.sent(set);
        }
        uses.left_out(one);
        assert_ne!(unsent, one);
        let counted = uses.finish().uses;
        let of = |key: &str| {
            let found = counted.iter().find(|(one, _)| *one == redacted(key));
            found.map(|(_, requests)| (requests.sent, requests.left_out))
        };
        assert_eq!(of("login.password"), Some((2, 0)));
        assert_eq!(of("login.pin"), Some((3, 1)));
        assert_eq!(of("login.otp"), None);
    }
}
