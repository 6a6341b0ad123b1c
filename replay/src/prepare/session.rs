//! Which lane an HTTP exchange belongs to: the user's session where one can be told, else the connection.
//!
//! Redaction replaces cookies and credentials by pseudonyms, equal ones by equal ones, so sessions can be
//! told apart without knowing them.

use rustc_hash::FxHashMap;

use reprise_wire::http::Message;

use crate::plan::LaneKey;

/// Assigns lanes to the HTTP exchanges of a recording, asked in capture order.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_identity: FxHashMap<Identity, u32>,
    /// The lane of what a connection sent before its client had a session.
    anonymous: FxHashMap<u32, u32>,
}

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

    /// The answer to a request of `lane` gave its client `identity`: requests that show it are the same
    /// user's. What the connection sends without one from now on is somebody else's.
    pub(crate) fn given(&mut self, connection: u32, identity: Identity, lane: u32) {
        self.by_identity.entry(identity).or_insert(lane);
        if self.anonymous.get(&connection) == Some(&lane) {
            self.anonymous.remove(&connection);
        }
    }
}

/// Who a request says it is from, by what the plan tells users by.
pub(crate) fn identity_of_request(request: &Message<'_>, key: &LaneKey) -> Option<Identity> {
    let header = |name: &str| Some(identity(name.as_bytes(), request.header(name)?));
    match key {
        LaneKey::Session => session(request),
        LaneKey::Connection => None,
        LaneKey::Cookie(name) => by_cookies(request, name.as_deref()),
        LaneKey::Authorization => header("Authorization"),
        LaneKey::Header(name) => header(name),
    }
}

/// The session cookie of a request, else its credentials, else all its cookies.
fn session(request: &Message<'_>) -> Option<Identity> {
    session_cookie(&cookies_of(request))
        .or_else(|| Some(identity(b"Authorization", request.header("Authorization")?)))
        .or_else(|| by_cookies(request, None))
}

/// The named cookie of a request; without a name its session cookie, else all of them.
fn by_cookies(request: &Message<'_>, name: Option<&str>) -> Option<Identity> {
    let cookies = cookies_of(request);
    if let Some(name) = name {
        let named = cookies.iter().find(|(its, _)| *its == name.as_bytes());
        return named.map(|(name, value)| identity(name, value));
    }
    session_cookie(&cookies).or_else(|| all_cookies(&cookies))
}

fn cookies_of<'a>(request: &'a Message<'_>) -> Vec<(&'a [u8], &'a [u8])> {
    let cookies: Vec<(&[u8], &[u8])> = request
        .headers
        .iter()
        .filter(|field| field.is("Cookie"))
        .flat_map(|field| cookie_pairs(&field.value))
        .collect();
    cookies
}

fn session_cookie(cookies: &[(&[u8], &[u8])]) -> Option<Identity> {
    let session = cookies.iter().find(|(name, _)| names_a_session(name));
    session.map(|(name, value)| identity(name, value))
}

fn all_cookies(cookies: &[(&[u8], &[u8])]) -> Option<Identity> {
    if cookies.is_empty() {
        return None;
    }
    let mut all: Vec<Vec<u8>> = cookies
        .iter()
        .map(|(name, value)| [name, &b"="[..], value].concat())
        .collect();
    all.sort_unstable();
    Some(identity(b"Cookie", &all.join(&b';')))
}

/// The session an answer opens, if it sets the cookie that users are told by.
pub(crate) fn identity_of_response(response: &Message<'_>, key: &LaneKey) -> Option<Identity> {
    let tells = |name: &[u8]| match key {
        LaneKey::Session | LaneKey::Cookie(None) => names_a_session(name),
        LaneKey::Cookie(Some(wanted)) => name == wanted.as_bytes(),
        LaneKey::Connection | LaneKey::Authorization | LaneKey::Header(_) => false,
    };
    response
        .headers
        .iter()
        .filter(|field| field.is("Set-Cookie"))
        .filter_map(|field| set_cookie(&field.value))
        .find(|(name, value)| tells(name) && !value.is_empty())
        .map(|(name, value)| identity(name, value))
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
    holds(b"sess") || holds(b"sid") || holds(b"auth") || holds(b"login") || holds(b"jwt")
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
        identity_of_request(
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
        let by = |key: &str| identity_of_request(&request, &key.parse().unwrap());
        assert_eq!(by("connection"), None);
        assert_eq!(by("cookie"), Some(identity(b"sid", b"a")));
        assert_eq!(by("cookie:cart"), Some(identity(b"cart", b"7")));
        assert_eq!(by("cookie:other"), None);
        assert_eq!(by("authorization"), Some(identity(b"Authorization", b"b")));
        assert_eq!(by("header:X-User"), Some(identity(b"X-User", b"c")));
        let answer = Message::parse(b"HTTP/1.1 200 OK\r\nSet-Cookie: cart=7\r\n\r\n").unwrap();
        let given = |key: &str| identity_of_response(&answer, &key.parse().unwrap());
        assert_eq!(given("cookie:cart"), by("cookie:cart"));
        assert_eq!((given("session"), given("header:X-User")), (None, None));
    }

    #[test]
    fn what_comes_before_the_login_on_its_connection_is_the_same_lane() {
        let mut sessions = Sessions::default();
        let login = sessions.lane(1, None, 0);
        let answer =
            Message::parse(b"HTTP/1.1 302 Found\r\nSet-Cookie: sid=rp_a; Path=/\r\n\r\n").unwrap();
        sessions.given(
            1,
            identity_of_response(&answer, &LaneKey::Session).unwrap(),
            login,
        );
        let on_another_connection = of("GET / HTTP/1.1\r\nCookie: sid=rp_a\r\n\r\n");
        assert_eq!(sessions.lane(2, on_another_connection, 1), login);
        assert_eq!(
            sessions.lane(1, None, 1),
            1,
            "somebody else on the same connection"
        );
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
