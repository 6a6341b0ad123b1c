//! Header fields of an answer as they are written: `Retry-After: 30 | Location: /login`.

use std::fmt;

use reprise_wire::http::is_token;

/// What stands between two fields.
const BETWEEN: &str = " | ";

/// Fields that the answer has for itself.
const OWN: [&str; 3] = ["Content-Length", "Transfer-Encoding", "Connection"];

/// Header fields, each `NAME: VALUE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<String>);

impl Fields {
    /// Reads one or more; `None`: one of them is none, or is not to be given.
    pub(super) fn read(text: &str) -> Option<Self> {
        text.split(BETWEEN)
            .map(field)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as a line without its end.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether one has this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.lines().any(|line| is_named(line, name))
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(BETWEEN))
    }
}

fn is_named(line: &str, name: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(given, _)| given.eq_ignore_ascii_case(name))
}

fn field(text: &str) -> Option<String> {
    let (name, value) = text.trim().split_once(':')?;
    let value = value.trim();
    let line = format!("{name}: {value}");
    // a bar, which a name may have, stands between fields here
    let is_field = is_token(name.as_bytes())
        && !name.contains('|')
        && !value.contains(char::is_control)
        && !value.contains(BETWEEN);
    (is_field && !OWN.iter().any(|own| is_named(&line, own))).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_back_and_what_is_none_is_refused() {
        let fields = Fields::read("Retry-After:30 |  Location: /a|b ").unwrap();
        assert_eq!(fields.to_string(), "Retry-After: 30 | Location: /a|b");
        assert_eq!(Fields::read(&fields.to_string()).unwrap(), fields);
        assert!(fields.has("location") && !fields.has("loc"));
        for text in [
            "",
            "Retry-After",
            ": 5",
            "a b: 5",
            "a: b\r\nc: d",
            "content-length: 5",
            "a: 1 | ",
        ] {
            assert_eq!(Fields::read(text), None, "{text}");
        }
    }
}
