//! Whether the target did worse than the recording: HTTP.

use reprise_measure::{Outcome, SampleFlags};

use super::places::json::leaves;

/// What is compared of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The status code; 0 when it was not recorded.
    pub(crate) status: u16,
    /// A redirect whose location looks like a login.
    pub(crate) to_login: bool,
}

/// Judges what the target answered by what was `recorded`; `differs` when its content says something else.
pub(crate) fn judge(recorded: Seen, answered: Seen, differs: bool) -> (Outcome, SampleFlags) {
    let mut flags = SampleFlags::empty();
    flags.set(SampleFlags::RECORDED_ERROR, recorded.status >= 500);
    let was_fine = (200..400).contains(&recorded.status);
    let turned_away = was_fine && matches!(answered.status, 401 | 403 | 429);
    let sent_to_login = answered.to_login && !recorded.to_login && was_fine;
    if answered.status >= 500 || turned_away || sent_to_login {
        flags |= SampleFlags::ERROR_ANSWER;
    }
    let new_error = answered.status >= 500 && recorded.status < 500;
    let outcome = if new_error || turned_away || sent_to_login {
        Outcome::ErrorReply
    } else if statuses_differ(recorded, answered) || differs {
        Outcome::Mismatch
    } else {
        Outcome::Ok
    };
    (outcome, flags)
}

/// Status 0 stands for an answer that was not recorded: there is nothing to differ from.
const fn statuses_differ(recorded: Seen, answered: Seen) -> bool {
    recorded.status != 0 && recorded.status != answered.status
}

/// Whether a redirect's location asks the user to log in.
pub(crate) fn is_login(location: &[u8]) -> bool {
    let path = location
        .split(|byte| *byte == b'?')
        .next()
        .unwrap_or(location)
        .to_ascii_lowercase();
    [&b"login"[..], b"signin", b"sign-in", b"sign_in"]
        .iter()
        .any(|word| path.windows(word.len()).any(|part| part == *word))
}

/// Whether a JSON document says that nothing was done but errors met, as GraphQL does with a status of 200: it has a list
/// of them and no data. Of several answers in one it is enough that one says so.
pub(crate) fn refuses(document: &[u8]) -> bool {
    /// What is known of one answer.
    #[derive(Clone, Copy, Default)]
    struct Said {
        errors: bool,
        data: bool,
    }
    let is_index = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let (mut current, mut said, mut refuses) = (String::new(), Said::default(), false);
    leaves(document, &mut |leaf| {
        let mut keys = leaf.path.split('.').peekable();
        let number = keys.next_if(|key| is_index(key)).unwrap_or_default();
        if number != current {
            refuses |= said.errors && !said.data;
            (current, said) = (number.to_owned(), Said::default());
        }
        match keys.next() {
            Some("errors") => said.errors |= keys.next().is_some_and(is_index),
            Some("data") => {
                let is_null = document.get(leaf.range.clone()) == Some(b"null");
                // a mutation may tell its errors where its result would be
                let mut is_list = false;
                let of_errors = keys.any(|key| {
                    let is_errors = key.to_ascii_lowercase().ends_with("errors");
                    let tells = std::mem::replace(&mut is_list, is_errors) && is_index(key);
                    tells || key == "__typename"
                });
                said.data |= !is_null && !of_errors;
                said.errors |= of_errors && !is_null && !leaf.path.ends_with("__typename");
            }
            _ => {}
        }
    });
    refuses || (said.errors && !said.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphql_refuses_with_errors_and_without_data() {
        for refusal in [
            r#"{"errors":[{"message":"no"}]}"#,
            r#"{"data":null,"errors":[{"message":"no"}]}"#,
            r#"{"errors":[{"message":"no"}],"data":{"login":null}}"#,
            r#"{"data":{"login":{"__typename":"Payload","token":null,"userErrors":[{"message":"no"}]}}}"#,
            r#"[{"data":{"me":{"id":1}}},{"errors":[{"message":"no"}],"data":null}]"#,
        ] {
            assert!(refuses(refusal.as_bytes()), "{refusal}");
        }
        for other in [
            r#"{"data":{"me":{"id":1}}}"#,
            r#"{"data":{"me":null}}"#,
            r#"{"data":{"me":{"id":1}},"errors":[{"message":"a part is missing"}]}"#,
            r#"{"data":{"login":{"token":"x","errors":[]}}}"#,
            r#"{"data":{"post":{"title":"x"},"errors":[{"message":"a part"}]}}"#,
            r#"{"errors":[]}"#,
            r#"{"errors":"none"}"#,
            "errors",
        ] {
            assert!(!refuses(other.as_bytes()), "{other}");
        }
    }

    fn outcome(recorded: u16, answered: u16) -> (Outcome, bool) {
        let seen = |status| Seen {
            status,
            to_login: false,
        };
        let (outcome, flags) = judge(seen(recorded), seen(answered), false);
        (outcome, flags.contains(SampleFlags::ERROR_ANSWER))
    }

    #[test]
    fn only_what_is_worse_than_the_recording_fails() {
        assert_eq!(outcome(200, 200), (Outcome::Ok, false));
        assert_eq!(outcome(404, 404), (Outcome::Ok, false));
        assert_eq!(outcome(200, 404), (Outcome::Mismatch, false));
        assert_eq!(outcome(200, 503), (Outcome::ErrorReply, true));
        assert_eq!(outcome(503, 503), (Outcome::Ok, true));
        assert_eq!(outcome(500, 503), (Outcome::Mismatch, true));
        assert_eq!(outcome(500, 200), (Outcome::Mismatch, false));
        assert_eq!(outcome(200, 403), (Outcome::ErrorReply, true));
        assert_eq!(outcome(401, 401), (Outcome::Ok, false));
        assert_eq!(outcome(0, 404), (Outcome::Ok, false));
        assert_eq!(outcome(0, 503), (Outcome::ErrorReply, true));
        assert_eq!(outcome(404, 401), (Outcome::Mismatch, false));
    }

    #[test]
    fn a_new_redirect_to_the_login_fails_and_a_recorded_one_does_not() {
        let page = Seen {
            status: 302,
            to_login: false,
        };
        let login = Seen {
            to_login: is_login(b"/Login?next=%2Fcart"),
            ..page
        };
        assert_eq!(judge(page, login, true).0, Outcome::ErrorReply);
        assert_eq!(judge(login, login, false).0, Outcome::Ok);
        assert!(!is_login(b"/cart?from=login"));
    }

    #[test]
    fn another_content_is_a_mismatch_unless_the_answer_failed() {
        let seen = |status| Seen {
            status,
            to_login: false,
        };
        assert_eq!(judge(seen(200), seen(200), true).0, Outcome::Mismatch);
        assert_eq!(judge(seen(200), seen(429), true).0, Outcome::ErrorReply);
        assert_eq!(judge(seen(201), seen(401), false).0, Outcome::ErrorReply);
    }
}
