//! Takes values out of an answer of the target: those that have one place at once; of those that stand in one of several
//! links, forms or objects the one that the request will be about.

use std::borrow::Cow;

use super::super::beside;
use super::super::guess::{file, is_word_id, nearest_name, strength};
use super::super::url::Url;
use super::super::word::stands_for;
use super::around::{Around, StandsBeside};
use super::walk::walk;
use super::{Seen, Shown};
use crate::http::template::Fills;
use crate::http::values::{Holder, Number, Origin, Take};

/// Values of an answer of which some were told from others by what stands beside them.
#[derive(Debug, Default)]
pub(crate) struct Chosen<'t> {
    candidates: Vec<Candidate<'t>>,
}

/// One of the values that may be meant.
#[derive(Debug)]
struct Candidate<'t> {
    take: &'t Take,
    value: Vec<u8>,
    beside: Vec<u64>,
    /// Whether it stands where the recorded one stood.
    in_place: bool,
}

/// Calls `found` with the number and the value of each of `takes` that this answer has, and gives those to be chosen
/// among.
pub(crate) fn take<'t>(
    takes: &'t [Take],
    answer: Shown<'_>,
    found: &mut dyn FnMut(Number, Vec<u8>),
) -> Chosen<'t> {
    let mut seen = Seen::default();
    let mut open: Vec<&Take> = takes.iter().collect();
    let mut chosen = Chosen::default();
    let mut around = Around::default();
    let chooses = takes.iter().any(|wanted| !wanted.beside.is_empty());
    let about = if chooses {
        about(answer.path)
    } else {
        String::new()
    };
    walk(answer, &mut |place, raw| {
        if chooses && around.passes(place, (raw, &about), &mut chosen.candidates) {
            return;
        }
        let mut url = None;
        open.retain(|wanted| {
            let origin = &wanted.origin;
            let is_there = place.is(&origin.holder);
            let may_be_there = !wanted.beside.is_empty() && place.is_in_another_row(&origin.holder);
            if !is_there && !may_be_there {
                return true;
            }
            let url = url.get_or_insert_with(|| origin.shape.as_ref().and_then(|_| Url::of(raw)));
            let value = value_at(origin, raw, url.as_ref());
            let Some(value) = value.filter(|value| wanted.takes(value)) else {
                return true;
            };
            let key = place.key(origin.shape.as_deref());
            let in_place = seen.place(key, &value) == origin.nth && is_there;
            if wanted.beside.is_empty() {
                if in_place {
                    found(wanted.value, value.into_owned());
                }
                return !in_place;
            }
            let mut beside = Vec::new();
            if let Some(url) = url {
                beside::of_url(raw, url, &mut beside);
            }
            chosen.candidates.push(Candidate {
                take: wanted,
                value: value.into_owned(),
                beside,
                in_place,
            });
            around.holds(chosen.candidates.len());
            true
        });
    });
    around.ends(&mut chosen.candidates);
    chosen
}

/// What a path is about.
fn about(path: &[u8]) -> String {
    nearest_name(String::from_utf8_lossy(path).split('/'))
}

/// The value of an origin where it has its holder.
fn value_at<'a>(origin: &Origin, raw: &'a [u8], url: Option<&Url<'a>>) -> Option<Cow<'a, [u8]>> {
    let value = match &origin.shape {
        None => Cow::Borrowed(raw),
        Some(shape) => url?.value_at(shape)?,
    };
    // the words that share a shape with ids, `/items/new`, were not counted either
    let is_segment = origin.shape.is_some() && origin.parameter().is_none();
    let is_id = || match origin.holder {
        Holder::Link => false,
        _ => is_word_id(&value) || file(&value).is_some(),
    };
    let is_counted = !is_segment || strength(&value, "").is_some() || is_id();
    (is_counted && !value.is_empty()).then_some(value)
}

impl Take {
    /// Whether a value that stands there can be the one.
    fn takes(&self, value: &[u8]) -> bool {
        self.word.is_empty() || stands_for(value, &self.word)
    }
}

impl StandsBeside for Candidate<'_> {
    fn stands_in_form(&mut self, beside: &[u64], _way: &[u64]) {
        if self.take.origin.shape.is_none() {
            self.beside.extend_from_slice(beside);
        }
    }

    fn stands_in_row(&mut self, beside: &[u64]) {
        self.beside.extend_from_slice(beside);
    }
}

/// The one that was chosen for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) number: Number,
    pub(crate) value: Vec<u8>,
    /// It has beside it all that the request will have.
    pub(crate) is_sure: bool,
}

impl<'t> Chosen<'t> {
    /// Whether there is nothing to choose.
    pub(crate) fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// For each value the one among its candidates that has most of what the request will have, as far as that is known;
    /// among several such the one that stands where the recorded one stood.
    pub(crate) fn choose(self, fills: Fills<'_>) -> Vec<Choice> {
        let mut best: Vec<(Candidate<'t>, usize)> = Vec::new();
        let scores: Vec<usize> = self.candidates.iter().map(|one| one.score(fills)).collect();
        let unclear = unclear(&self.candidates, &scores);
        for ((candidate, score), unclear) in self.candidates.into_iter().zip(scores).zip(unclear) {
            if unclear {
                continue;
            }
            let same =
                |(one, _): &&mut (Candidate<'t>, usize)| std::ptr::eq(one.take, candidate.take);
            match best.iter_mut().find(same) {
                Some(known) => {
                    let rank = |one: &Candidate<'_>, score: usize| (score, one.in_place);
                    if rank(&candidate, score) > rank(&known.0, known.1) {
                        *known = (candidate, score);
                    }
                }
                None => best.push((candidate, score)),
            }
        }
        // nothing but its place tells it: there is none where the recorded one stood
        best.retain(|(candidate, score)| *score > 0 || candidate.in_place);
        let chosen = best.into_iter().map(|(candidate, score)| Choice {
            number: candidate.take.value,
            value: candidate.value,
            is_sure: score == candidate.take.beside.len(),
        });
        chosen.collect()
    }
}

/// Which candidates for a hidden field are in another form than the request is of, or in one of several that may be it.
fn unclear(candidates: &[Candidate<'_>], scores: &[usize]) -> Vec<bool> {
    let is_of_form = |one: &Candidate<'_>, score: usize| score == one.take.beside.len();
    let all = candidates.iter().zip(scores);
    let unclear = all.clone().map(|(one, score)| {
        if !matches!(one.take.origin.holder, Holder::Field(_)) {
            return false;
        }
        let mut others = all.clone().filter(|(other, score)| {
            std::ptr::eq(other.take, one.take) && is_of_form(other, **score)
        });
        !is_of_form(one, *score) || others.any(|(other, _)| other.value != one.value)
    });
    unclear.collect()
}

impl Candidate<'_> {
    /// How much of what the request will have stands beside it.
    fn score(&self, fills: Fills<'_>) -> usize {
        let expected = self.take.beside.iter().map(|beside| {
            let filled = beside.filled.as_ref();
            let filled = filled.and_then(|(slot, fill)| Some(slot.with(fills.of(*fill)?)));
            filled.unwrap_or(beside.recorded)
        });
        expected.filter(|one| self.beside.contains(one)).count()
    }
}
