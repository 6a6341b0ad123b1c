//! A correlation the user adds: `POST /api/orders json:id -> GET /orders/{id} path:2`.

use std::sync::Arc;

use crate::ReplayError;
use crate::http::values::{Holder, Origin, Place};

/// Takes from the answers of one operation what requests of another are to carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    from: String,
    pub(super) origin: Arc<Origin>,
    to: String,
    place: Place,
}

impl Rule {
    /// Reads `OPERATION PLACE -> OPERATION PLACE`.
    ///
    /// # Errors
    /// It is not of that form; the error shows one that is.
    pub(crate) fn parse(text: &str) -> Result<Self, ReplayError> {
        let wrong = || ReplayError::Correlate(text.to_owned());
        let (from, to) = text.split_once("->").ok_or_else(wrong)?;
        let (from, origin) = from.trim().rsplit_once(' ').ok_or_else(wrong)?;
        let (to, place) = to.trim().rsplit_once(' ').ok_or_else(wrong)?;
        Ok(Self {
            from: from.trim().to_owned(),
            origin: Arc::new(origin_of(origin).ok_or_else(wrong)?),
            to: to.trim().to_owned(),
            place: place_of(place).ok_or_else(wrong)?,
        })
    }

    /// Whether it takes from answers of `operation`.
    pub(super) fn takes_from(&self, operation: &str) -> bool {
        is(&self.from, operation)
    }

    /// Whether it fills `place` in requests of `operation`.
    pub(super) fn fills(&self, operation: &str, place: &Place) -> bool {
        self.place == *place && is(&self.to, operation)
    }
}

/// `*` stands for the rest of an operation.
fn is(pattern: &str, operation: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => operation.starts_with(start),
        None => pattern == operation,
    }
}

fn origin_of(text: &str) -> Option<Origin> {
    let (kind, rest) = text.split_once(':')?;
    let (name, shape) = match rest.split_once('=') {
        Some((name, shape)) if shape.starts_with('/') => (name, Some(shape)),
        _ => (rest, None),
    };
    let (holder, shape) = match kind {
        "header" => (Holder::Header(name.to_ascii_lowercase()), shape),
        "cookie" => {
            let name = rest.to_owned();
            (
                Holder::Cookie {
                    name,
                    decoded: true,
                },
                None,
            )
        }
        "html" => (Holder::Html(name.to_owned()), shape),
        "script" => (Holder::Script(name.to_owned()), shape),
        "json" => (Holder::Json(name.to_owned()), shape),
        "link" => (Holder::Link, Some(rest)),
        _ => return None,
    };
    let has_hole = shape.is_none_or(|shape| shape.contains("{}"));
    (has_hole && !rest.is_empty()).then(|| Origin {
        holder,
        shape: shape.map(str::to_owned),
        nth: 0,
    })
}

fn place_of(text: &str) -> Option<Place> {
    let (kind, name) = text.split_once(':')?;
    if name.is_empty() {
        return None;
    }
    let name = name.to_owned();
    match kind {
        "path" => name.parse().ok().map(Place::Path),
        "query" => Some(Place::Query(name)),
        "header" => Some(Place::Header(name.to_ascii_lowercase())),
        "cookie" => Some(Place::Cookie(name)),
        "form" => Some(Place::Form(name)),
        "json" => Some(Place::Json(name)),
        "multipart" => Some(Place::Multipart(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_the_plan_lists_correlations() {
        for (from, origin) in [
            ("POST /api/orders", "json:lines.0.id"),
            ("POST /api/orders", "header:location=/orders/{}"),
            ("GET /cart", "link:/cart/*/line/{}"),
            ("GET /login", "html:csrf_token"),
        ] {
            for place in [
                "path:2",
                "query:q",
                "form:csrf",
                "json:a.b",
                "header:x-a",
                "multipart:m",
                "cookie:c",
            ] {
                let rule =
                    Rule::parse(&format!("{from} {origin} -> GET /orders/{{id}} {place}")).unwrap();
                assert_eq!(
                    (rule.origin.to_string(), rule.place.to_string()),
                    (origin.into(), place.into())
                );
                assert!(rule.takes_from(from) && !rule.takes_from("GET /"));
                assert!(
                    rule.fills("GET /orders/{id}", &rule.place)
                        && !rule.fills("GET /", &rule.place)
                );
            }
        }
        let any = Rule::parse("GET * html:t -> * header:X-T").unwrap();
        assert!(any.takes_from("GET /x") && any.fills("PUT /y", &Place::Header("x-t".into())));
    }

    #[test]
    fn what_is_no_rule_is_refused_with_an_example() {
        for text in [
            "",
            "a -> b",
            "GET / json:a",
            "GET / json: -> GET / path:1",
            "GET / link:/a -> GET / path:1",
            "GET / json:a -> GET / path:x",
            "GET / body:a -> GET / path:1",
        ] {
            let error = Rule::parse(text).unwrap_err().to_string();
            assert!(error.contains("->"), "{error}");
        }
    }
}
