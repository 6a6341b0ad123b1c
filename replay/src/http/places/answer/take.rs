//! Takes values out of an answer of the target: those that have one place at once; of those that stand in one of several
//! links or forms the one that the request will be about.

use std::borrow::Cow;

use super::super::beside;
use super::super::guess::{is_word_id, strength};
use super::super::url::Url;
use super::super::word::stands_for;
use super::walk::{Spot, walk};
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
    let mut form = Form::default();
    walk(answer, &mut |place, raw| {
        match place {
            Spot::Form => form.begins(raw, &mut chosen.candidates),
            Spot::EndOfForm => form.ends(&mut chosen.candidates),
            Spot::Hidden(name) => form.has(name, raw),
            _ => {}
        }
        let mut url = None;
        open.retain(|wanted| {
            let origin = &wanted.origin;
            if !place.is(&origin.holder) {
                return true;
            }
            let url = url.get_or_insert_with(|| origin.shape.as_ref().and_then(|_| Url::of(raw)));
            let value = value_at(origin, raw, url.as_ref());
            let Some(value) = value.filter(|value| wanted.takes(value)) else {
                return true;
            };
            let key = place.key(origin.shape.as_deref());
            let in_place = seen.place(key, &value) == origin.nth;
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
            true
        });
    });
    chosen
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
        _ => is_word_id(&value),
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

/// The form that is walked through, as far as it tells which one it is.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Where in what was found so far it begins.
    from: Option<usize>,
    beside: Vec<u64>,
}

/// What was found in an answer, and is to know what stands beside it.
pub(super) trait StandsBeside {
    /// Takes what its form has.
    fn stands_in_form(&mut self, beside: &[u64]);
}

impl Form {
    /// A form begins that leads to `action`, after what was `found` so far.
    pub(super) fn begins(&mut self, action: &[u8], found: &mut [impl StandsBeside]) {
        self.ends(found);
        self.from = Some(found.len());
        if let Some(url) = Url::of(action) {
            self.beside.push(beside::path(&url));
            beside::of_url(action, &url, &mut self.beside);
        }
    }

    /// It has a hidden field.
    pub(super) fn has(&mut self, name: &str, value: &[u8]) {
        if self.from.is_some() {
            beside::add(beside::field(name, value), &mut self.beside);
        }
    }

    /// It ends: all that was found in it stands beside its fields.
    pub(super) fn ends(&mut self, found: &mut [impl StandsBeside]) {
        let from = self.from.take().unwrap_or(found.len());
        for one in found.iter_mut().skip(from) {
            one.stands_in_form(&self.beside);
        }
        self.beside.clear();
    }
}

impl StandsBeside for Candidate<'_> {
    fn stands_in_form(&mut self, beside: &[u64]) {
        if self.take.origin.shape.is_none() {
            self.beside = beside.to_vec();
        }
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
        for candidate in self.candidates {
            let score = candidate.score(fills);
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
