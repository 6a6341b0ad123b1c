//! The login of a recorded account: the fields of a form or a JSON document that name a user and a password.

use reprise_wire::http::Message;

use super::{Context, Exchanged, about};
use crate::http::places::Carried;
use crate::http::places::guess::stem;
use crate::http::values::{Fill, Part, Place};

/// A request that logs a recorded account in.
#[derive(Clone, Debug)]
pub(super) struct Login {
    /// The account, by its number in the recording.
    pub(super) account: u32,
    name: Vec<u8>,
    user: Place,
    password: Place,
}

impl Login {
    /// The login that a request is, when the plan's users are to log in instead and the recorded one got in.
    pub(super) fn of(
        carried: &[Carried],
        exchange: Exchanged,
        request: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Option<Self> {
        if !context.has_users() {
            return None;
        }
        let (user, password) = accepted(carried, exchange.status, request)?;
        Some(Self {
            account: context.account(&user.value),
            name: user.value.clone(),
            user: user.place.clone(),
            password: password.place.clone(),
        })
    }

    /// The recorded account's name.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// What goes into a field of the login.
    pub(super) fn fill(&self, carried: &Carried) -> Option<Fill> {
        match &carried.place {
            _ if !carried.whole => None,
            place if *place == self.user => Some(Fill::User),
            place if *place == self.password => Some(Fill::Password),
            _ => None,
        }
    }
}

/// Whether a request logged somebody in when it was recorded.
pub(crate) fn logs_in(carried: &[Carried], status: u16, request: &Message<'_>) -> bool {
    accepted(carried, status, request).is_some()
}

/// The user and the password of a login that was let in.
fn accepted<'a>(
    carried: &'a [Carried],
    status: u16,
    request: &Message<'_>,
) -> Option<(&'a Carried, &'a Carried)> {
    if !(200..400).contains(&status) {
        return None;
    }
    let fields = || {
        carried
            .iter()
            .filter(|one| one.whole && one.part == Part::Body)
    };
    let password = fields().find(|one| names_a_password(one.place.name()))?;
    let user = fields().find(|one| names_a_user(one.place.name()))?;
    // a form that changes a password has one too
    let two = fields()
        .filter(|one| names_a_password(one.place.name()))
        .count()
        > 1;
    (!two && !about(request).contains("register")).then_some((user, password))
}

fn names_a_password(name: &str) -> bool {
    let stem = stem(name);
    ["password", "passwd", "pwd", "passphrase", "pin"]
        .iter()
        .any(|word| stem.contains(word))
        || stem == "pass"
}

fn names_a_user(name: &str) -> bool {
    let stem = stem(name);
    ["user", "email", "mail", "login", "account", "identifier"]
        .iter()
        .any(|word| stem.contains(word))
}
