//! The login of a recorded account: the fields of a form or a JSON document that name a user and a password.

use reprise_wire::http::Message;

use super::passwords::{SetPassword, fields_in};
use super::{Exchanged, about};
use crate::http::judge::{is_login, refuses};
use crate::http::places::guess::{Strength, stem, strength};
use crate::http::places::html::{Piece, attributes, pieces};
use crate::http::places::url::Url;
use crate::http::places::{Carried, Shown, fields_of, is_html, is_json};
use crate::http::values::{Fill, Part, Place};

/// A request that gave a user and a password.
#[derive(Clone, Debug)]
pub(super) struct Login {
    name: Vec<u8>,
    user: Place,
    password: Place,
    /// What is typed there.
    secret: Vec<u8>,
    /// Whether it was let in; it was turned away otherwise.
    pub(super) is_let_in: bool,
    /// The account, by its number in the recording, where the plan's users are to log in instead.
    pub(super) account: Option<u32>,
    /// How its password came to be the account's, when an earlier request of the recording did that.
    pub(super) set: Option<SetPassword>,
}

impl Login {
    /// The login that a request is, when its answer said whether it was one. What `is_given` by a page nobody typed.
    pub(super) fn of(
        carried: &[Carried],
        exchange: Exchanged,
        request: &Message<'_>,
        is_given: impl Fn(&Carried) -> bool,
    ) -> Option<Self> {
        if !(200..500).contains(&exchange.status) {
            return None;
        }
        let mut passwords = fields_in(carried).filter(|one| names_a_password(one.place.name()));
        let password = passwords.next().filter(|one| !one.value.is_empty())?;
        // a form that changes a password has one too
        if passwords.next().is_some() || about(request).contains("register") {
            return None;
        }
        let named = fields_in(carried).find(|one| is_user_field(one.place.name()));
        // whatever it is called, a name is typed before its password, and nothing else is
        let typed = || {
            let mut before = fields_in(carried)
                .take_while(|one| one.range.start < password.range.start)
                .filter(|one| looks_typed(one) && !is_given(one));
            before.next().filter(|_| before.next().is_none())
        };
        let user = named.or_else(typed)?;
        Some(Self {
            name: user.value.clone(),
            user: user.place.clone(),
            password: password.place.clone(),
            secret: password.value.clone(),
            is_let_in: exchange.status < 400 && !exchange.shows_login,
            account: None,
            set: None,
        })
    }

    /// The recorded account's name and its password.
    pub(super) fn credentials(&self) -> (&[u8], &[u8]) {
        (&self.name, &self.secret)
    }

    /// What goes into a field of the login.
    pub(super) fn fill(&self, carried: &Carried) -> Option<Fill> {
        match (&carried.place, self.set) {
            _ if !carried.whole => None,
            (place, Some(set)) if *place == self.password => set.fill,
            _ if self.account.is_none() => None,
            (place, _) if *place == self.user => Some(Fill::User),
            (place, _) if *place == self.password => Some(Fill::Password),
            _ => None,
        }
    }

    /// Whether this is a password that goes as it was recorded: that of a login that was turned away, so that it is again,
    /// and one that an earlier request has set to this.
    pub(super) fn sends_password(&self, carried: &Carried) -> bool {
        (!self.is_let_in || self.set.is_some()) && carried.whole && carried.place == self.password
    }
}

/// Whether an answer shows a form that asks for a password, leads back to the path of its request or has nothing but
/// errors: so is turned away who logs in with a wrong one, where no status says it. Only looked at for what gives a password itself.
pub(crate) fn shows_login(
    carried: &[Carried],
    request: &Message<'_>,
    answer: &Message<'_>,
) -> bool {
    let gives = |one: &Carried| one.part == Part::Body && names_a_password(one.place.name());
    if !carried.iter().any(gives) {
        return false;
    }
    if let Some(location) = answer.header("Location") {
        let leads_to = Url::of(location);
        let asked = Url::of(about::path(request));
        return leads_to.zip(asked).is_some_and(|(to, from)| {
            let segments = |url: Url<'_>| {
                url.segments()
                    .map(|(one, _)| one.to_vec())
                    .collect::<Vec<_>>()
            };
            is_login(location) && segments(to) == segments(from)
        });
    }
    let headers = fields_of(answer);
    let shown = Shown {
        headers: &headers,
        body: &answer.body,
        about: "",
        path: b"",
    };
    let kind = shown.header("Content-Type").unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    shown.plain_body().is_some_and(|body| {
        (is_html(&kind) && asks_for_password(&body)) || (is_json(&kind) && refuses(&body))
    })
}

fn asks_for_password(page: &[u8]) -> bool {
    let mut asks = false;
    pieces(page, &mut |piece| {
        if let Piece::Tag {
            name,
            attributes: inside,
        } = piece
            && name.eq_ignore_ascii_case(b"input")
        {
            asks |= attributes(inside).any(|(name, value)| {
                name.eq_ignore_ascii_case(b"type") && value.eq_ignore_ascii_case(b"password")
            });
        }
    });
    asks
}

pub(super) fn names_a_password(name: &str) -> bool {
    // nearly every field of a recording is asked this
    if memchr::memchr2(b'p', b'P', name.as_bytes()).is_none() {
        return false;
    }
    let stem = stem(name);
    ["password", "passwd", "pwd", "passphrase", "pin"]
        .iter()
        .any(|word| stem.contains(word))
        || stem == "pass"
}

fn looks_typed(field: &Carried) -> bool {
    const LONGEST: usize = 128;
    let value = field.value.as_slice();
    let is_field = matches!(
        field.place,
        Place::Form(_) | Place::Json(_) | Place::Multipart(_)
    );
    let is_link = value.starts_with(b"/") || value.windows(3).any(|part| part == b"://");
    let is_token = strength(value, field.place.name()) == Some(Strength::Strong);
    is_field && !value.is_empty() && value.len() <= LONGEST && !is_link && !is_token
}

/// Whether a field says by its name that it holds a user: in `user[email]` the last word does, as in `email`, and
/// `user[password]` holds none.
pub(super) fn is_user_field(name: &str) -> bool {
    let last = name.rsplit(['[', '.']).next().unwrap_or(name);
    match last.trim_end_matches(']') {
        "" => names_a_user(name),
        last if last.len() == name.len() => names_a_user(name),
        // `user[name]` names one, and so does `session[user]`; `user[city]` does not
        last => names_a_user(last) || (stem(last) == "name" && names_a_user(name)),
    }
}

fn names_a_user(name: &str) -> bool {
    let stem = stem(name);
    ["user", "email", "mail", "login", "account", "identifier"]
        .iter()
        .any(|word| stem.contains(word))
}
