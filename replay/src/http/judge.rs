//! Whether the target did worse than the recording: HTTP.

use reprise_measure::{Outcome, SampleFlags};

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

#[cfg(test)]
mod tests {
    use super::*;

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
