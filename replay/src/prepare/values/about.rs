//! What a request is about, by its path, and what a value in it is called.

use reprise_wire::http::{Message, StartLine};

use super::super::session::names_a_session;
use crate::http::places::guess::{Strength, nearest_name, strength};
use crate::http::values::{Part, Place};

/// Whether a target is likely to refuse a request for what is missing here: a theme or a language in a
/// cookie is redacted like a session, and means nothing.
pub(super) fn matters(place: &Place) -> bool {
    match place {
        Place::Cookie(name) => names_a_session(name.as_bytes()),
        _ => true,
    }
}

/// The name under which a secret supplies what stands here: `login.password`.
pub(super) fn key_of(place: &Place, request: &Message<'_>) -> (String, String) {
    let scope = match place {
        Place::Header(_) => "header".to_owned(),
        Place::Cookie(_) => "cookie".to_owned(),
        _ => last_segment(request),
    };
    let field = match place {
        Place::Path(number) => format!("path{number}"),
        place => place.name().to_owned(),
    };
    (scope, field)
}

/// The part of a request that is searched and rewritten as one.
pub(super) fn text_of<'a>(request: &'a Message<'_>, part: Part) -> &'a [u8] {
    match (part, &request.start) {
        (Part::Target, StartLine::Request { target, .. }) => target,
        (Part::Target, StartLine::Response { .. }) => b"",
        (Part::Header(index), _) => {
            let field = request.headers.get(usize::from(index));
            field.map_or(b"", |field| field.value.as_ref())
        }
        (Part::Body, _) => &request.body,
    }
}

pub(super) fn method<'a>(request: &'a Message<'_>) -> &'a [u8] {
    match &request.start {
        StartLine::Request { method, .. } => method,
        StartLine::Response { .. } => b"",
    }
}

pub(super) fn path<'a>(request: &'a Message<'_>) -> &'a [u8] {
    let StartLine::Request { target, .. } = &request.start else {
        return b"";
    };
    let path = target.split(|byte| *byte == b'?').next();
    path.unwrap_or_default()
}

/// What a request's path is about: `order` of `/api/orders/7`.
pub(super) fn about(request: &Message<'_>) -> String {
    let path = String::from_utf8_lossy(path(request));
    nearest_name(path.split('/'))
}

/// The words of a path or of the name of something, in lower case: `password` and `reset` of `/password_reset/7` and of
/// `passwordReset`.
pub(super) fn words(text: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for byte in text {
        let begins = byte.is_ascii_uppercase() && was_lower;
        was_lower = byte.is_ascii_lowercase();
        if begins || !byte.is_ascii_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| byte.is_ascii_alphabetic()) {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The last word of a request's path: `/shop/login?x=1` is about `login`, and so is `/login/57`: numbers and tokens are
/// no words, and would give every user's request a name of its own.
fn last_segment(request: &Message<'_>) -> String {
    let is_word = |word: &&[u8]| {
        let is_number = word.iter().all(u8::is_ascii_digit);
        !is_number && strength(word, "") != Some(Strength::Strong)
    };
    let mut words = path(request).rsplit(|byte| *byte == b'/');
    let word = words.find(is_word).unwrap_or(b"root");
    String::from_utf8_lossy(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_by_the_last_word_of_the_path_and_not_by_a_token_or_a_number() {
        for (target, name) in [
            ("/shop/login?x=1", "login"),
            ("/login/57/", "login"),
            (
                "/password_resets/PQiV0oXNLf_YruvZI1ZuepGrf8Q",
                "password_resets",
            ),
            ("/oauth2", "oauth2"),
            ("/", "root"),
        ] {
            let request = format!("POST {target} HTTP/1.1\r\n\r\n");
            let request = Message::parse(request.as_bytes()).unwrap();
            assert_eq!(last_segment(&request), name, "{target}");
        }
    }
}
