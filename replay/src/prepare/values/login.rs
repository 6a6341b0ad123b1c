//! The login of a recorded account: the fields of a form or a JSON document that name a user and a password.

use reprise_wire::http::Message;

use super::{Context, about};
use crate::http::places::Carried;
use crate::http::places::guess::stem;
use crate::http::values::{Fill, Part, Place};

/// A request that gave a user and a password.
#[derive(Clone, Debug)]
pub(super) struct Login {
    name: Vec<u8>,
    user: Place,
    password: Place,
    /// Whether it was let in; it was turned away otherwise.
    pub(super) is_let_in: bool,
    /// The account, by its number in the recording, where the plan's users are to log in instead.
    pub(super) account: Option<u32>,
}

impl Login {
    /// The login that a request is, when its answer said whether it was one.
    pub(super) fn of(carried: &[Carried], status: u16, request: &Message<'_>) -> Option<Self> {
        if !(200..500).contains(&status) {
            return None;
        }
        let fields = || {
            carried
                .iter()
                .filter(|one| one.whole && one.part == Part::Body)
        };
        let mut passwords = fields().filter(|one| names_a_password(one.place.name()));
        let password = passwords.next()?;
        // a form that changes a password has one too
        if passwords.next().is_some() || about(request).contains("register") {
            return None;
        }
        let user = fields().find(|one| names_a_user(one.place.name()))?;
        Some(Self {
            name: user.value.clone(),
            user: user.place.clone(),
            password: password.place.clone(),
            is_let_in: status < 400,
            account: None,
        })
    }

    /// Gives it one of the plan's users, if it has some and the recorded one got in.
    pub(super) fn find_account(&mut self, context: &mut Context<'_>) {
        if self.is_let_in && context.has_users() {
            self.account = Some(context.account(&self.name));
        }
    }

    /// The recorded account's name.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// What goes into a field of the login.
    pub(super) fn fill(&self, carried: &Carried) -> Option<Fill> {
        match &carried.place {
            _ if !carried.whole || self.account.is_none() => None,
            place if *place == self.user => Some(Fill::User),
            place if *place == self.password => Some(Fill::Password),
            _ => None,
        }
    }

    /// Whether this is the password of a login that was turned away: it goes as it was recorded, so that it is again.
    pub(super) fn is_wrong_password(&self, carried: &Carried) -> bool {
        !self.is_let_in && carried.whole && carried.place == self.password
    }
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
