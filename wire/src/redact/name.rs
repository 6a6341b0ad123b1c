//! Names in rules: of headers, cookies, keys, columns. They match without regard to case and to
//! anything but letters and digits (`api_key` is `X-Api-Key`'s `apikey`), with `*` for any part.

use rustc_hash::FxHashMap;

/// A longer name is data used as a key, not a field's name: only `*` matches it.
const LONGEST_NAME: usize = 64;

/// Names remembered for one place; a stranger that invents names costs time, not memory.
const MOST_REMEMBERED: usize = 4_096;

/// A name with `*` for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamePattern {
    /// The parts between the stars, plain. One part: no star.
    parts: Vec<Vec<u8>>,
}

impl NamePattern {
    /// Reads a pattern; `None` when there is nothing in it to match.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<Vec<u8>> = text.split('*').map(|part| plain(part.as_bytes())).collect();
        let matches_something = parts.len() > 1 || parts.iter().any(|part| !part.is_empty());
        matches_something.then_some(Self { parts })
    }

    /// Whether it matches every name.
    pub(crate) fn is_any(&self) -> bool {
        self.parts.len() > 1 && self.parts.iter().all(Vec::is_empty)
    }

    /// Whether it matches this name as it was written.
    pub(crate) fn matches(&self, name: &[u8]) -> bool {
        self.is_any() || (name.len() <= LONGEST_NAME && self.matches_plain(&plain(name)))
    }

    fn matches_plain(&self, name: &[u8]) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == name);
        };
        let Some(rest) = name.strip_prefix(first.as_slice()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_slice()) else {
            return false;
        };
        for part in middle {
            let Some(at) = memchr::memmem::find(rest, part) else {
                return false;
            };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        true
    }
}

/// A name without what does not count: letters and digits in lower case, and what is not ASCII.
fn plain(name: &[u8]) -> Vec<u8> {
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// The patterns of all rules for one place, in the rules' order; what a name came to is remembered.
#[derive(Debug, Default)]
pub(super) struct Names {
    patterns: Vec<(NamePattern, usize)>,
    known: FxHashMap<Box<[u8]>, Box<[usize]>>,
    strangers: Strangers,
}

/// Short names that no rule is for, as nearly all are: each in the place that its bytes give it, so that one
/// comparison tells.
#[derive(Debug, Default)]
struct Strangers {
    places: Vec<ShortName>,
}

/// A name of at most 24 bytes as numbers: all its bytes, some of them twice, and how many there are.
type ShortName = [u64; 4];

/// How many places there are: an index is the highest byte of a hash.
const PLACES: usize = 256;

impl Strangers {
    fn have(&self, name: &ShortName) -> bool {
        // word by word: as an array it would be read as it was not written, sixteen bytes at once, and wait
        self.places.get(place_of(name)).is_some_and(|place| {
            let differ = place.iter().zip(name).map(|(here, there)| here ^ there);
            differ.fold(0, |all, word| all | word) == 0
        })
    }

    fn add(&mut self, name: ShortName) {
        // No name has this length.
        self.places.resize(PLACES, [u64::MAX; 4]);
        if let Some(place) = self.places.get_mut(place_of(&name)) {
            *place = name;
        }
    }
}

fn short(name: &[u8]) -> Option<ShortName> {
    let eight = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let four =
        |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)));
    let one = |at: usize| name.get(at).map_or(0, |byte| u64::from(*byte));
    let len = name.len();
    let (first, last, middle) = match len {
        0..4 => (one(0), one(1), one(2)),
        4..8 => (four(name.first_chunk()), four(name.last_chunk()), 0),
        8..=16 => (eight(name.first_chunk()), eight(name.last_chunk()), 0),
        17..=24 => (
            eight(name.first_chunk()),
            eight(name.last_chunk()),
            eight(name.get(8..).and_then(<[u8]>::first_chunk)),
        ),
        _ => return None,
    };
    Some([first, last, middle, len as u64])
}

fn place_of(name: &ShortName) -> usize {
    let [first, last, middle, len] = *name;
    let mixed = first ^ last.rotate_left(23) ^ middle.rotate_left(46) ^ (len << 59);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
}

impl Names {
    pub(super) fn add(&mut self, pattern: NamePattern, rule: usize) {
        self.patterns.push((pattern, rule));
    }

    /// The rules that have patterns here.
    pub(super) fn rules(&self) -> impl Iterator<Item = usize> {
        self.patterns.iter().map(|(_, rule)| *rule)
    }

    /// The first rule for this name that is on.
    pub(super) fn rule(&mut self, name: &[u8], is_on: impl Fn(usize) -> bool) -> Option<usize> {
        if self.patterns.is_empty() {
            return None;
        }
        let short = short(name);
        if short.is_some_and(|name| self.strangers.have(&name)) {
            return None;
        }
        self.rule_of_known(name, short, is_on)
    }

    /// The same for a name that may have a rule.
    #[cold]
    fn rule_of_known(
        &mut self,
        name: &[u8],
        short: Option<ShortName>,
        is_on: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if let Some(rules) = self.known.get(name) {
            if let Some(name) = short.filter(|_| rules.is_empty()) {
                self.strangers.add(name);
            }
            return rules.iter().copied().find(|rule| is_on(*rule));
        }
        let plain = (name.len() <= LONGEST_NAME).then(|| plain(name));
        let rules: Box<[usize]> = self
            .patterns
            .iter()
            .filter(|(pattern, _)| {
                pattern.is_any()
                    || plain
                        .as_deref()
                        .is_some_and(|name| pattern.matches_plain(name))
            })
            .map(|(_, rule)| *rule)
            .collect();
        let found = rules.iter().copied().find(|rule| is_on(*rule));
        if plain.is_some() && self.known.len() < MOST_REMEMBERED {
            self.known.insert(name.into(), rules);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        NamePattern::parse(pattern)
            .unwrap()
            .matches(name.as_bytes())
    }

    #[test]
    fn case_and_punctuation_do_not_count() {
        assert!(matches("api_key", "apiKey") && matches("Api-Key", "API_KEY"));
        assert!(!matches("api_key", "api_keys"));
    }

    #[test]
    fn a_star_stands_for_any_run_also_an_empty_one() {
        assert!(matches("*token*", "X-CSRF-Token") && matches("*token*", "token"));
        assert!(matches("a*b*c", "a1b2c") && !matches("a*b*c", "a1c2b"));
        assert!(!matches("ab*ba", "aba"), "the ends do not share bytes");
        assert!(matches("*", "") && matches("*", &"x".repeat(100)));
    }

    #[test]
    fn a_long_name_is_data_and_nothing_is_no_pattern() {
        assert!(!matches("*token*", &format!("token{}", "x".repeat(60))));
        assert!(NamePattern::parse("-").is_none() && NamePattern::parse("").is_none());
    }

    #[test]
    fn what_a_name_came_to_does_not_depend_on_the_names_before_it() {
        let patterns = ["*token*", "sid", "pass*"];
        let rules = || {
            let mut names = Names::default();
            for (rule, pattern) in patterns.iter().enumerate() {
                names.add(NamePattern::parse(pattern).unwrap(), rule);
            }
            names
        };
        let mut all = rules();
        let plain = (0..2_000).map(|number| format!("name-{number}"));
        let meant = [
            "sid", "s-i-d", "si", "password", "x-token", "token\0", "sid\0", "",
        ];
        // with and without a token in each place, in all lengths that are remembered as numbers
        let long = (1..30).flat_map(|len| {
            let with = (0..len).map(move |at| format!("{:a<at$}token{:b<len$}", "", ""));
            with.chain((0..len).map(move |at| format!("{:a<at$}taken{:b<len$}", "", "")))
        });
        let meant = meant.map(str::to_owned);
        let texts: Vec<String> = plain.chain(long).chain(meant).collect();
        for _ in 0..3 {
            for text in &texts {
                let name = text.as_bytes();
                let alone = rules().rule(name, |_| true);
                assert_eq!(all.rule(name, |_| true), alone, "{text:?}");
            }
        }
    }

    #[test]
    fn the_first_rule_that_is_on_decides_also_for_a_remembered_name() {
        let mut names = Names::default();
        names.add(NamePattern::parse("sid").unwrap(), 3);
        names.add(NamePattern::parse("*").unwrap(), 5);
        for _ in 0..2 {
            assert_eq!(names.rule(b"SID", |_| true), Some(3));
            assert_eq!(names.rule(b"SID", |rule| rule != 3), Some(5));
            assert_eq!(names.rule(b"theme", |_| true), Some(5));
        }
    }
}
