//! By what the link or form that a value is taken from will be known: what it had beside the value, as far as the request
//! has it, too.

use reprise_wire::http::{Message, StartLine};

use super::LaneSearch;
use super::about::text_of;
use crate::http::places::Carried;
use crate::http::places::beside::{of_request, path, way};
use crate::http::places::url::Url;
use crate::http::values::{Beside, Fill, Number, Place};

impl LaneSearch {
    /// Adds to what is taken for the last request what is to stand beside it.
    pub(super) fn seek_beside(&mut self, request: &Message<'_>, all: &[Carried]) {
        for (place, stood) in std::mem::take(&mut self.stood_beside) {
            let Some(sought) = self.takings.get(place) else {
                continue;
            };
            let own = match sought.value {
                Number::Own(number) => Some(Fill::Value(number as usize)),
                Number::Shared(_) => None,
            };
            let path = path_of(request).filter(|path| stood.contains(path));
            let path = path.map(|recorded| Beside {
                recorded,
                filled: None,
            });
            let mut beside: Vec<Beside> = path.into_iter().collect();
            for carried in all {
                for slot in of_request(carried) {
                    let recorded = slot.with(&carried.value);
                    let is_known = beside.iter().any(|one| one.recorded == recorded);
                    let fill = self.fill_of(request, carried);
                    if is_known || !stood.contains(&recorded) || (fill.is_some() && fill == own) {
                        continue;
                    }
                    let filled = fill.map(|fill| (slot, fill));
                    beside.push(Beside { recorded, filled });
                }
            }
            if let Some(sought) = self.takings.get_mut(place) {
                sought.beside = beside.into_boxed_slice();
            }
        }
    }

    /// What goes in the stead of a whole field of the last request.
    fn fill_of(&self, request: &Message<'_>, carried: &Carried) -> Option<Fill> {
        let length = text_of(request, carried.part).len();
        let before_end = length.saturating_sub(carried.range.start);
        let same = self.carries.iter().find(|carry| {
            carry.part == carried.part
                && carry.before_end as usize == before_end
                && carry.recorded.len() == carried.range.len()
                && carry.writing == carried.writing
        });
        same.map(|carry| carry.fill)
    }
}

/// Where a request goes that sends a form.
pub(super) fn way_of(request: &Message<'_>, all: &[Carried]) -> Vec<u64> {
    let in_form = |one: &Carried| matches!(one.place, Place::Form(_) | Place::Multipart(_));
    let StartLine::Request { target, .. } = &request.start else {
        return Vec::new();
    };
    match Url::of(target) {
        Some(url) if all.iter().any(in_form) => way(&url),
        _ => Vec::new(),
    }
}

/// The hash of a request's path without the ids in it.
fn path_of(request: &Message<'_>) -> Option<u64> {
    let StartLine::Request { target, .. } = &request.start else {
        return None;
    };
    Url::of(target).map(|url| path(&url))
}
