//! What is around the values of an answer, and tells them from others like them: the form that they stand in, the tag, the
//! object of a list.

use super::super::beside;
use super::super::guess::{field_stem, is_id, names_an_id, nearest_key};
use super::super::json::last_key;
use super::super::url::Url;
use super::walk::Spot;

/// What was found in an answer, and is to know what stands beside it.
pub(super) trait StandsBeside {
    /// Takes what its form or its tag has, and where the form leads.
    fn stands_in_form(&mut self, beside: &[u64], way: &[u64]);
    /// Takes what its object of a list has.
    fn stands_in_row(&mut self, beside: &[u64]);
}

/// What is around the place that is walked through.
#[derive(Debug, Default)]
pub(super) struct Around {
    form: Holder,
    tag: Holder,
    rows: Vec<Row>,
}

impl Around {
    /// The next place comes, after what was `found` so far; true when it holds no value.
    pub(super) fn passes(
        &mut self,
        place: Spot<'_>,
        (raw, about): (&[u8], &str),
        found: &mut [impl StandsBeside],
    ) -> bool {
        self.leave_rows(row_of(place), found);
        match place {
            Spot::Form => self.form.begins_at(raw, found),
            Spot::EndOfForm => self.form.ends(found),
            Spot::Tag => self.tag.begins(found),
            Spot::EndOfTag => self.tag.ends(found),
            _ => {
                self.has(place, raw, about);
                return false;
            }
        }
        true
    }

    /// The last of what was found stands where the last place was.
    pub(super) fn holds(&mut self, found: usize) {
        if let Some(row) = self.rows.last_mut() {
            row.holds.push(found.saturating_sub(1));
        }
    }

    /// The answer ends.
    pub(super) fn ends(&mut self, found: &mut [impl StandsBeside]) {
        self.leave_rows("", found);
    }

    /// What is around has something that tells it from others.
    fn has(&mut self, place: Spot<'_>, raw: &[u8], about: &str) {
        if let Spot::Hidden(name) = place {
            self.form.add(beside::field(name, raw));
        }
        let is_open = self.tag.from.is_some() || !self.rows.is_empty();
        if !is_open {
            return;
        }
        let mut told = Vec::new();
        match place {
            Spot::Link => add_url(raw, &mut told),
            Spot::Html(name) if is_id(raw) => {
                let name = name.strip_prefix("data-").unwrap_or(name);
                add_id((name, field_stem(name), about), raw, &mut told);
            }
            Spot::Json { path, .. } if names_an_id(last_key(path)) && is_id(raw) => {
                add_id((last_key(path), nearest_key(path), about), raw, &mut told);
            }
            _ => {}
        }
        for one in told {
            self.tag.add(one);
            if let Some(row) = self.rows.last_mut() {
                beside::add(one, &mut row.beside);
            }
        }
    }

    /// Leaves the objects of lists that `row` is not in, and enters its own.
    fn leave_rows(&mut self, row: &str, found: &mut [impl StandsBeside]) {
        while let Some(last) = self.rows.last() {
            if last.has(row) {
                break;
            }
            let Some(mut left) = self.rows.pop() else {
                return;
            };
            for outer in &self.rows {
                let ids = outer.beside.iter();
                ids.for_each(|one| beside::add(*one, &mut left.beside));
            }
            for one in &left.holds {
                if let Some(one) = found.get_mut(*one) {
                    one.stands_in_row(&left.beside);
                }
            }
        }
        let is_in_it = self.rows.last().is_some_and(|last| last.path == row);
        if !row.is_empty() && !is_in_it {
            self.rows.push(Row {
                path: row.to_owned(),
                ..Row::default()
            });
        }
    }
}

/// A form or a tag that is walked through, as far as it tells which one it is.
#[derive(Debug, Default)]
struct Holder {
    /// Where in what was found so far it begins.
    from: Option<usize>,
    beside: Vec<u64>,
    way: Vec<u64>,
}

impl Holder {
    fn begins(&mut self, found: &mut [impl StandsBeside]) {
        self.ends(found);
        self.from = Some(found.len());
    }

    /// A form begins that leads to `action`.
    fn begins_at(&mut self, action: &[u8], found: &mut [impl StandsBeside]) {
        self.begins(found);
        add_url(action, &mut self.beside);
        self.way = Url::of(action).map_or_else(Vec::new, |url| beside::way(&url));
    }

    fn add(&mut self, one: u64) {
        if self.from.is_some() {
            beside::add(one, &mut self.beside);
        }
    }

    /// It ends: all that was found in it stands beside what it has.
    fn ends(&mut self, found: &mut [impl StandsBeside]) {
        let from = self.from.take().unwrap_or(found.len());
        for one in found.iter_mut().skip(from) {
            one.stands_in_form(&self.beside, &self.way);
        }
        self.beside.clear();
        self.way.clear();
    }
}

/// An object of a list.
#[derive(Debug, Default)]
struct Row {
    /// Where in the document it is: `posts.3`.
    path: String,
    /// What of all that was found stands in it.
    holds: Vec<usize>,
    beside: Vec<u64>,
}

impl Row {
    /// Whether another is this one, or in it.
    fn has(&self, row: &str) -> bool {
        let rest = row.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The object of a list that a place is in; empty when it is in none.
fn row_of(place: Spot<'_>) -> &str {
    let Spot::Json {
        path,
        in_array: true,
    } = place
    else {
        return "";
    };
    let is_index = |key: &str| key.bytes().all(|byte| byte.is_ascii_digit());
    let mut end = path.len();
    let mut is_within = false;
    // an element of a list is no object: it is in the one around its list
    for key in path.rsplit('.') {
        if is_index(key) && is_within {
            return path.get(..end).unwrap_or_default();
        }
        is_within |= !is_index(key);
        end = end.saturating_sub(key.len() + 1);
    }
    ""
}

fn add_url(url: &[u8], told: &mut Vec<u64>) {
    let Some(parts) = Url::of(url) else { return };
    beside::add(beside::path(&parts), told);
    beside::of_url(url, &parts, told);
}

/// An id that stands under a name, by which a request may have it.
fn add_id((name, stem, about): (&str, String, &str), id: &[u8], told: &mut Vec<u64>) {
    let stem = if stem.is_empty() { about } else { &stem };
    beside::add(beside::field(name, id), told);
    beside::add(beside::about(stem, id), told);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_a_place_is_the_object_of_the_innermost_list() {
        for (path, row) in [
            ("posts.3.nonce", "posts.3"),
            ("0.links.delete", "0"),
            ("posts.3.lines.0.token", "posts.3.lines.0"),
            ("posts.3.tokens.0", "posts.3"),
            ("tokens.0", ""),
            ("0", ""),
        ] {
            let place = Spot::Json {
                path,
                in_array: true,
            };
            assert_eq!(row_of(place), row, "{path}");
        }
        let place = Spot::Json {
            path: "57.nonce",
            in_array: false,
        };
        assert_eq!(row_of(place), "");
    }
}
