//! Which lane an HTTP exchange belongs to: the user's session where one can be told, else the connection.
//!
//! Redaction replaces cookies and credentials by pseudonyms, equal ones by equal ones, so sessions can be
//! told apart without knowing them.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use reprise_wire::http::Message;

use crate::plan::LaneKey;

/// Assigns lanes to the HTTP exchanges of a recording, asked in capture order.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_identity: FxHashMap<Identity, u32>,
    /// The lane of what a connection sent before its client had a session.
    anonymous: FxHashMap<u32, u32>,
    /// The lane that answers gave a cookie to, by the hash of its name and value; `None`: they gave it to several.
    handed_out: FxHashMap<Identity, Option<u32>>,
}

/// Cookies that answers gave which are remembered; later ones are taken to be their lanes' own.
const MOST_HANDED_OUT: usize = 200_000;

/// What tells one user from another, hashed: the values themselves are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity(u64);

impl Sessions {
    /// The lane of a request on `connection` that showed `identity`; `next` is the id of a new lane.
    pub(crate) fn lane(&mut self, connection: u32, identity: Option<Identity>, next: u32) -> u32 {
        let Some(identity) = identity else {
            return *self.anonymous.entry(connection).or_insert(next);
        };
        if let Some(lane) = self.by_identity.get(&identity) {
            return *lane;
        }
        let lane = self.anonymous.remove(&connection).unwrap_or(next);
        self.by_identity.insert(identity, lane);
        lane
    }

    /// Whether there were requests, and none of them showed who it was from.
    pub(crate) fn tell_nobody(&self) -> bool {
        self.by_identity.is_empty() && !self.anonymous.is_empty()
    }

    /// Whether a lane is known for what shows `identity`.
    pub(crate) fn knows(&self, identity: Option<Identity>) -> bool {
        identity.is_some_and(|identity| self.by_identity.contains_key(&identity))
    }

    /// A request carries what only `lane` was given: it is the same user's, and so is what shows its identity.
    pub(crate) fn joined(&mut self, connection: u32, identity: Option<Identity>, lane: u32) -> u32 {
        if let Some(identity) = identity {
            self.given(connection, identity, lane);
        }
        lane
    }

    /// Who a request says it is from, by what the plan tells users by.
    pub(crate) fn identity_of(&self, request: &Message<'_>, key: &LaneKey) -> Option<Identity> {
        let header = |name: &str| Some(identity(name.as_bytes(), request.header(name)?));
        match key {
            LaneKey::Session => self.session(request),
            LaneKey::Connection => None,
            LaneKey::Cookie(name) => self.by_cookies(request, name.as_deref()),
            LaneKey::Authorization => header("Authorization"),
            LaneKey::Header(name) => header(name),
        }
    }

    /// The session cookie of a request, else its credentials, else all its cookies.
    fn session(&self, request: &Message<'_>) -> Option<Identity> {
        let cookies = cookies_of(request);
        self.session_cookie(&cookies)
            .or_else(|| Some(identity(b"Authorization", request.header("Authorization")?)))
            .or_else(|| self.all_cookies(&cookies))
    }

    /// The named cookie of a request; without a name its session cookie, else all of them.
    fn by_cookies(&self, request: &Message<'_>, name: Option<&str>) -> Option<Identity> {
        let cookies = cookies_of(request);
        if let Some(name) = name {
            let named = cookies.iter().find(|(its, _)| *its == name.as_bytes());
            return named.map(|(name, value)| identity(name, value));
        }
        self.session_cookie(&cookies)
            .or_else(|| self.all_cookies(&cookies))
    }

    fn session_cookie(&self, cookies: &[Cookie<'_>]) -> Option<Identity> {
        let mut sessions = cookies.iter().filter(|(name, _)| names_a_session(name));
        let session = sessions.find(|cookie| !self.is_anybodys(cookie));
        session.map(|(name, value)| identity(name, value))
    }

    /// All cookies together, unless each of them is anybody's.
    fn all_cookies(&self, cookies: &[Cookie<'_>]) -> Option<Identity> {
        if cookies.iter().all(|cookie| self.is_anybodys(cookie)) {
            return None;
        }
        let mut all: Vec<Vec<u8>> = cookies
            .iter()
            .map(|(name, value)| [name, &b"="[..], value].concat())
            .collect();
        all.sort_unstable();
        Some(identity(b"Cookie", &all.join(&b';')))
    }

    /// Whether answers gave a cookie of this value to several users: a test of whether cookies are kept, a language.
    fn is_anybodys(&self, (name, value): &Cookie<'_>) -> bool {
        self.handed_out.get(&identity(name, value)) == Some(&None)
    }

    /// An answer to a request of `lane` came: what cookies did it give its client, and which session, if it sets the
    /// cookie that users are told by?
    pub(crate) fn answered(
        &mut self,
        (connection, lane): (u32, u32),
        request: &Message<'_>,
        answer: &Message<'_>,
        key: &LaneKey,
    ) {
        let shown = cookies_of(request);
        let set = answer
            .headers
            .iter()
            .filter(|field| field.is("Set-Cookie"))
            .filter_map(|field| set_cookie(&field.value))
            .filter(|(_, value)| !value.is_empty());
        let mut opened = None;
        for cookie in set {
            if !shown.contains(&cookie) {
                self.hand_out(&cookie, lane);
            }
            if opened.is_none() && self.opens(&cookie, key) {
                opened = Some(identity(cookie.0, cookie.1));
            }
        }
        if let Some(identity) = opened {
            self.given(connection, identity, lane);
        }
    }

    fn hand_out(&mut self, (name, value): &Cookie<'_>, lane: u32) {
        let has_room = self.handed_out.len() < MOST_HANDED_OUT;
        match self.handed_out.entry(identity(name, value)) {
            Entry::Occupied(mut known) if *known.get() != Some(lane) => {
                known.insert(None);
            }
            Entry::Vacant(new) if has_room => {
                new.insert(Some(lane));
            }
            Entry::Occupied(_) | Entry::Vacant(_) => {}
        }
    }

    /// Whether a cookie that an answer sets is the one that users are told by.
    fn opens(&self, cookie: &Cookie<'_>, key: &LaneKey) -> bool {
        match key {
            LaneKey::Session | LaneKey::Cookie(None) => {
                names_a_session(cookie.0) && !self.is_anybodys(cookie)
            }
            LaneKey::Cookie(Some(wanted)) => cookie.0 == wanted.as_bytes(),
            LaneKey::Connection | LaneKey::Authorization | LaneKey::Header(_) => false,
        }
    }

    /// The answer to a request of `lane` gave its client `identity`: requests that show it are the same
    /// user's. What the connection sends without one from now on is somebody else's.
    fn given(&mut self, connection: u32, identity: Identity, lane: u32) {
        self.by_identity.entry(identity).or_insert(lane);
        if self.anonymous.get(&connection) == Some(&lane) {
            self.anonymous.remove(&connection);
        }
    }
}

/// The name and the value of a cookie.
type Cookie<'a> = (&'a [u8], &'a [u8]);

fn cookies_of<'a>(request: &'a Message<'_>) -> Vec<Cookie<'a>> {
    let fields = request.headers.iter().filter(|field| field.is("Cookie"));
    fields
        .flat_map(|field| cookie_pairs(&field.value))
        .collect()
}

/// The names and values of a Cookie header (RFC 6265 section 4.2.1).
pub(crate) fn cookie_pairs(header: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    header.split(|byte| *byte == b';').filter_map(pair)
}

/// The name and value of a Set-Cookie header, its attributes left off (RFC 6265 section 4.1.1).
pub(crate) fn set_cookie(header: &[u8]) -> Option<(&[u8], &[u8])> {
    pair(header.split(|byte| *byte == b';').next()?)
}

fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii();
    let at = text.iter().position(|byte| *byte == b'=')?;
    let (name, value) = text.split_at_checked(at)?;
    Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
}

/// Whether a cookie's name says that it holds a session. Others (a theme, a language) are equal for many
/// users and would melt them into one lane.
pub(crate) fn names_a_session(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let holds = |word: &[u8]| name.windows(word.len()).any(|part| part == word);
    // a sidebar is none
    let is_sid = name
        .windows(3)
        .zip(1..)
        .any(|(part, at)| part == b"sid" && name.get(at + 2).is_none_or(|next| *next != b'e'));
    holds(b"sess") || is_sid || holds(b"auth") || holds(b"login") || holds(b"jwt")
}

fn identity(name: &[u8], value: &[u8]) -> Identity {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(name);
    hasher.write_u8(0xff);
    hasher.write(value);
    Identity(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(request: &str) -> Option<Identity> {
        Sessions::default().identity_of(
            &Message::parse(request.as_bytes()).unwrap(),
            &LaneKey::Session,
        )
    }

    #[test]
    fn a_session_cookie_counts_and_a_theme_does_not() {
        let first = of("GET / HTTP/1.1\r\nCookie: theme=dark; sid=rp_a\r\n\r\n");
        let same = of("GET /x HTTP/1.1\r\nCookie: sid=rp_a; theme=light\r\n\r\n");
        let other = of("GET / HTTP/1.1\r\nCookie: theme=dark; sid=rp_b\r\n\r\n");
        assert_eq!(first, same);
        assert_ne!(first, other);
        assert_eq!(of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), None);
        assert!(of("GET / HTTP/1.1\r\nAuthorization: Bearer rp_x\r\n\r\n").is_some());
    }

    #[test]
    fn users_are_told_by_what_the_plan_says() {
        let request =
            b"GET / HTTP/1.1\r\nCookie: sid=a; cart=7\r\nAuthorization: b\r\nX-User: c\r\n\r\n";
        let request = Message::parse(request).unwrap();
        let sessions = Sessions::default();
        let by = |key: &str| sessions.identity_of(&request, &key.parse().unwrap());
        assert_eq!(by("connection"), None);
        assert_eq!(by("cookie"), Some(identity(b"sid", b"a")));
        assert_eq!(by("cookie:cart"), Some(identity(b"cart", b"7")));
        assert_eq!(by("cookie:other"), None);
        assert_eq!(by("authorization"), Some(identity(b"Authorization", b"b")));
        assert_eq!(by("header:X-User"), Some(identity(b"X-User", b"c")));
        let opens = |key: &str| sessions.opens(&(b"cart", b"7"), &key.parse().unwrap());
        assert!(opens("cookie:cart") && !opens("session") && !opens("header:X-User"));
    }

    #[test]
    fn what_comes_before_the_login_on_its_connection_is_the_same_lane() {
        let mut sessions = Sessions::default();
        let login = sessions.lane(1, None, 0);
        let request = Message::parse(b"POST /login HTTP/1.1\r\n\r\n").unwrap();
        let answer =
            Message::parse(b"HTTP/1.1 302 Found\r\nSet-Cookie: sid=rp_a; Path=/\r\n\r\n").unwrap();
        sessions.answered((1, login), &request, &answer, &LaneKey::Session);
        let on_another_connection = of("GET / HTTP/1.1\r\nCookie: sid=rp_a\r\n\r\n");
        assert_eq!(sessions.lane(2, on_another_connection, 1), login);
        assert_eq!(
            sessions.lane(1, None, 1),
            1,
            "somebody else on the same connection"
        );
    }

    #[test]
    fn a_cookie_that_several_users_were_given_is_nobodys_and_a_sidebar_is_no_session() {
        let mut sessions = Sessions::default();
        let shows = |cookies: &str| format!("GET / HTTP/1.1\r\nCookie: {cookies}\r\n\r\n");
        let identity = |sessions: &Sessions, cookies: &str| {
            let request = shows(cookies);
            sessions.identity_of(
                &Message::parse(request.as_bytes()).unwrap(),
                &LaneKey::Session,
            )
        };
        let answer = Message::parse(b"HTTP/1.1 200 OK\r\nSet-Cookie: lang=en\r\n\r\n").unwrap();
        let mut give = |lane: u32, cookies: &str| {
            let request = shows(cookies);
            let request = Message::parse(request.as_bytes()).unwrap();
            sessions.answered((lane, lane), &request, &answer, &LaneKey::Session);
            identity(&sessions, "lang=en")
        };
        assert!(give(1, "").is_some());
        assert!(give(1, "lang=en").is_some(), "one user, given it again");
        assert!(give(2, "lang=en").is_some(), "one that had it before");
        assert!(give(2, "").is_none());
        assert!(identity(&sessions, "lang=en; visitor=7").is_some());
        let sidebar = identity(&sessions, "sidebar=open; user=a");
        assert_ne!(sidebar, identity(&sessions, "sidebar=open; user=b"));
    }

    #[test]
    fn a_session_from_before_the_recording_takes_its_connection_along() {
        let mut sessions = Sessions::default();
        assert_eq!(sessions.lane(1, None, 0), 0);
        assert_eq!(sessions.lane(1, Some(Identity(5)), 1), 0);
        assert_eq!(sessions.lane(3, Some(Identity(5)), 1), 0);
        assert_eq!(sessions.lane(3, Some(Identity(6)), 1), 1);
    }
}
