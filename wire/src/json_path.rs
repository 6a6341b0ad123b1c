//! Places in JSON as rules name them: `$.user.email`, `$..password`, `$.items[*].card`, `$['odd name']`.

mod replace;

use crate::redact::name::NamePattern;

/// Where a value stands in a JSON text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// The member of this name, its escapes as written.
    Member(&'a [u8]),
    /// The element at this index.
    Element(usize),
}

/// A place, or many. Names match as in redaction rules: without regard to case and punctuation, with `*`
/// for any part.
///
/// ```
/// use reprise_wire::JsonPath;
///
/// let path = JsonPath::parse("$.user.email").unwrap();
/// let text = br#"{"user": {"email": "a@b"}}"#;
/// let new = path.replace(text, &mut |_| Some(b"null".to_vec()));
/// assert_eq!(new.as_deref(), Some(&br#"{"user": {"email": null}}"#[..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<PathStep>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathStep {
    /// `.name`
    Member(NamePattern),
    /// `..name`: at any depth.
    Anywhere(NamePattern),
    /// `[*]`
    EveryElement,
    /// `[3]`
    Element(usize),
}

impl JsonPath {
    /// Reads a path that begins with `$`; the error says what is wrong with it.
    ///
    /// # Errors
    /// It is no path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.strip_prefix('$').ok_or_else(|| {
            "a JSON path begins with `$`: `$.user.email`, `$..password`".to_owned()
        })?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = next_step(rest)?;
            steps.push(step);
            rest = after;
        }
        if steps.is_empty() {
            return Err("`$` alone is the whole text; name a member: `$.user.email`".to_owned());
        }
        Ok(Self(steps))
    }

    /// The name, when the path is `$..name` and nothing else.
    pub(crate) fn single_name(&self) -> Option<&NamePattern> {
        match self.0.as_slice() {
            [PathStep::Anywhere(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether the value at `place` is meant.
    pub(crate) fn matches(&self, place: &[Step<'_>]) -> bool {
        matches(&self.0, place)
    }
}

fn matches(steps: &[PathStep], place: &[Step<'_>]) -> bool {
    let Some((step, later)) = steps.split_first() else {
        return place.is_empty();
    };
    if let PathStep::Anywhere(name) = step {
        return (0..place.len()).any(|depth| {
            matches!(place.get(depth), Some(Step::Member(member)) if name.matches(member))
                && matches(later, place.get(depth + 1..).unwrap_or_default())
        });
    }
    let Some((first, rest)) = place.split_first() else {
        return false;
    };
    let fits = match (step, first) {
        (PathStep::Member(name), Step::Member(member)) => name.matches(member),
        (PathStep::EveryElement, Step::Element(_)) => true,
        (PathStep::Element(wanted), Step::Element(index)) => wanted == index,
        _ => false,
    };
    fits && matches(later, rest)
}

fn next_step(text: &str) -> Result<(PathStep, &str), String> {
    if let Some(rest) = text.strip_prefix("..") {
        let (name, rest) = member_name(rest)?;
        return Ok((PathStep::Anywhere(name), rest));
    }
    if let Some(rest) = text.strip_prefix('.') {
        let (name, rest) = member_name(rest)?;
        return Ok((PathStep::Member(name), rest));
    }
    let wrong = || {
        format!("`{text}` cannot be read; a step is `.name`, `..name`, `[*]`, `[3]` or `['name']`")
    };
    let (inside, rest) = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .ok_or_else(wrong)?;
    if inside == "*" {
        return Ok((PathStep::EveryElement, rest));
    }
    if let Ok(index) = inside.parse() {
        return Ok((PathStep::Element(index), rest));
    }
    let quoted = |quote| inside.strip_prefix(quote)?.strip_suffix(quote);
    let name = quoted('\'').or_else(|| quoted('"')).ok_or_else(wrong)?;
    let name = NamePattern::parse(name).ok_or_else(wrong)?;
    Ok((PathStep::Member(name), rest))
}

fn member_name(text: &str) -> Result<(NamePattern, &str), String> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = NamePattern::parse(name)
        .ok_or_else(|| "a member's name is missing after the point".to_owned())?;
    Ok((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_their_places_and_no_others() {
        let member = |name: &'static str| Step::Member(name.as_bytes());
        let card = [member("items"), Step::Element(2), member("card")];
        for (path, fits) in [
            ("$.items[*].card", true),
            ("$.items[2].card", true),
            ("$.items[1].card", false),
            ("$..card", true),
            ("$..items..card", true),
            ("$.card", false),
            ("$['items'][*].*", true),
            ("$.items", false),
        ] {
            assert_eq!(
                JsonPath::parse(path).unwrap().matches(&card),
                fits,
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", "user", "$", "$.", "$[", "$[x]", "$user", "$..[0]"] {
            assert!(JsonPath::parse(path).is_err(), "{path}");
        }
    }
}
