//! What a rule puts in: a text with places for what differs from copy to copy.

use reprise_fault::Position;
use reprise_measure::choice;

/// A text with places to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Copy,
    Random,
    Now(Clock),
    Secret(String),
}

/// How the clock is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// RFC 3339 in UTC, with milliseconds.
    Rfc3339,
    /// Unix time in seconds.
    Seconds,
    /// Unix time in milliseconds.
    Milliseconds,
}

/// What the places are filled with: it belongs to one request of one copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    /// The plan's seed.
    pub(crate) seed: u64,
    /// Which exchange of which copy of which lane.
    pub(crate) position: Position,
    /// What the run's clock shows: Unix time in microseconds.
    pub(crate) unix_us: i64,
    /// The names of the plan's secrets.
    pub(crate) secret_names: &'a [String],
    /// Their values, in the same order.
    pub(crate) secrets: &'a [Option<Vec<u8>>],
}

/// Sets the random values of rules apart from every other choice at the same position.
const OF_RULES: u64 = 0x7275_6c65;

impl Replacement {
    /// Reads a text; what stands in braces and is not known stays as it is.
    pub(super) fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            let piece = from.split_once('}').and_then(|(inside, after)| {
                let piece = Piece::parse(inside.strip_prefix('{')?)?;
                Some((piece, after))
            });
            match piece {
                Some((piece, after)) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(piece);
                    rest = after;
                }
                None => {
                    plain.push('{');
                    rest = from.strip_prefix('{').unwrap_or_default();
                }
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Self(pieces)
    }

    /// Whether it differs from copy to copy, or from moment to moment.
    pub(super) fn varies(&self) -> bool {
        self.0.iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }

    /// The names of the secrets in it.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Secret(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The text, its places filled.
    pub(super) fn write(&self, moment: &Moment<'_>) -> Vec<u8> {
        self.written(moment, |value| value)
    }

    /// The text for a replacement by a regular expression: groups stay named as they are, and a `$` in what
    /// is filled in is one.
    pub(super) fn write_for_regex(&self, moment: &Moment<'_>) -> Vec<u8> {
        let doubled = |value: Vec<u8>| {
            let parts: Vec<&[u8]> = value.split(|byte| *byte == b'$').collect();
            parts.join(&b"$$"[..])
        };
        self.written(moment, doubled)
    }

    fn written(&self, moment: &Moment<'_>, filled: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                place => out.extend(filled(place.value(moment))),
            }
        }
        out
    }
}

impl Piece {
    fn parse(inside: &str) -> Option<Self> {
        Some(match inside {
            "copy" => Self::Copy,
            "random" => Self::Random,
            "now" => Self::Now(Clock::Rfc3339),
            "now:s" => Self::Now(Clock::Seconds),
            "now:ms" => Self::Now(Clock::Milliseconds),
            _ => Self::Secret(inside.strip_prefix("secret.")?.to_owned()),
        })
    }

    fn value(&self, moment: &Moment<'_>) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Copy => moment.position.copy.to_string().into_bytes(),
            Self::Random => moment.random().into_bytes(),
            Self::Now(clock) => moment.clock(*clock).into_bytes(),
            Self::Secret(name) => moment.secret(name).unwrap_or_default().to_vec(),
        }
    }
}

impl<'a> Moment<'a> {
    /// The same wherever it is used in one request, and another in every other.
    fn random(&self) -> String {
        let Position {
            lane,
            copy,
            exchange,
        } = self.position;
        let position = [OF_RULES, lane.into(), copy.into(), exchange.into()];
        format!("{:016x}", choice::bits(self.seed, &position))
    }

    fn clock(&self, clock: Clock) -> String {
        match clock {
            Clock::Seconds => self.unix_us.div_euclid(1_000_000).to_string(),
            Clock::Milliseconds => self.unix_us.div_euclid(1_000).to_string(),
            Clock::Rfc3339 => jiff::Timestamp::from_microsecond(self.unix_us)
                .map_or_else(|_| String::new(), |at| format!("{at:.3}")),
        }
    }

    fn secret(&self, name: &str) -> Option<&'a [u8]> {
        let at = self.secret_names.iter().position(|known| known == name)?;
        self.secrets.get(at)?.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(copy: u32) -> Moment<'static> {
        Moment {
            seed: 7,
            position: Position {
                lane: 1,
                copy,
                exchange: 3,
            },
            unix_us: 1_700_000_000_123_456,
            secret_names: &[],
            secrets: &[],
        }
    }

    fn written(text: &str, copy: u32) -> String {
        String::from_utf8(Replacement::parse(text).write(&moment(copy))).unwrap()
    }

    #[test]
    fn places_are_filled_and_other_braces_stay() {
        for (text, expected) in [
            ("load{copy}@x", "load4@x"),
            ("{now:s} {now:ms}", "1700000000 1700000000123"),
            ("{now}", "2023-11-14T22:13:20.123Z"),
            ("{\"a\":{copy}}", "{\"a\":4}"),
            ("{", "{"),
            ("{{copy}", "{4"),
            ("{cop}y", "{cop}y"),
            ("", ""),
        ] {
            assert_eq!(written(text, 4), expected, "{text}");
        }
    }

    #[test]
    fn a_random_value_is_the_seeds_and_differs_between_copies() {
        let first = written("{random}", 0);
        assert_eq!(first.len(), 16);
        assert_eq!(written("{random}/{random}", 0), format!("{first}/{first}"));
        assert_ne!(first, written("{random}", 1));
    }

    #[test]
    fn a_secret_is_put_in_by_its_name_and_its_dollars_are_no_groups() {
        let names = ["api.key".to_owned()];
        let moment = Moment {
            secret_names: &names,
            secrets: &[Some(b"a$1".to_vec())],
            ..moment(0)
        };
        let text = Replacement::parse("Bearer {secret.api.key}");
        assert_eq!(text.secrets().collect::<Vec<_>>(), ["api.key"]);
        assert_eq!(text.write(&moment), b"Bearer a$1");
        assert_eq!(text.write_for_regex(&moment), b"Bearer a$$1");
    }
}
