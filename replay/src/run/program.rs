//! All that the threads of one run share: the plan worked out, where it goes, what goes wrong. Nothing of it
//! changes but the values that one lane's answers give to others.

use std::collections::BTreeMap;

use reprise_fault::{Faults, Position};
use reprise_store::AllowedTarget;
use reprise_wire::redact::Redaction;

use super::http_target::HttpTarget;
use super::mysql_target::MysqlTarget;
use super::origin::Origin;
use super::shared_values::SharedValues;
use super::threads::Threads;
use crate::http::own_name::own_name;
use crate::http::rewriting::Rewriting;
use crate::http::rule::Moment;
use crate::mysql::keys::Keys;
use crate::mysql::made_ids::MadeIds;
use crate::prepare::Prepared;
use crate::prepare::lane::Lane;
use crate::users::Users;

/// A run as its threads see it.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) prepared: Prepared,
    /// In the order of the plan's routes.
    pub(crate) http: Vec<HttpTarget>,
    pub(crate) mysql: Option<MysqlTarget>,
    pub(crate) faults: Faults,
    /// In the order of the plan's names.
    pub(crate) secrets: Vec<Option<Vec<u8>>>,
    pub(crate) users: Users,
    /// What answers to one lane give to others.
    pub(crate) shared: SharedValues,
    pub(crate) origin: Origin,
    pub(crate) workers: u32,
    pub(crate) threads: Threads,
    /// What the copies inserted under keys of their own.
    pub(crate) keys: Keys,
    /// The UUIDs that the target made.
    pub(crate) made_ids: MadeIds,
    /// How the secrets of answers that are kept are replaced.
    pub(crate) redaction: Option<Redaction>,
}

/// What a copy has for a value that is not its lane's own.
pub(crate) enum OfAnother {
    /// This.
    Given(Box<[u8]>),
    /// Nothing: the recorded one is right.
    AsRecorded,
    /// Nothing yet: no answer has come.
    Missing,
}

/// Where MySQL goes and who logs in there.
#[derive(Clone)]
pub struct MysqlLogin {
    /// The server.
    pub target: AllowedTarget,
    /// The user in place of the recorded ones.
    pub user: String,
    /// The user's password; may be empty.
    pub password: String,
    /// The database selected where the recording names none.
    pub database: Option<String>,
    /// The passwords of the users that stand for particular recorded ones, by the target's user.
    pub passwords: BTreeMap<String, String>,
}

impl std::fmt::Debug for MysqlLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the password must not reach a log
        f.debug_struct("MysqlLogin")
            .field("target", &self.target)
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Program {
    /// A lane by its id.
    pub(crate) fn lane(&self, id: u32) -> Option<&Lane> {
        self.prepared.lanes.get(id as usize)
    }

    /// How requests that take `route` are rewritten, for an exchange of a copy intended `at_us` of the run.
    pub(crate) fn rewriting(&self, route: u16, position: Position, at_us: u64) -> Rewriting<'_> {
        let target = self.http.get(usize::from(route));
        let plan = &self.prepared.plan;
        Rewriting {
            naming: target.and_then(|target| target.naming.as_ref()),
            rules: &plan.rewrites,
            moment: Moment {
                seed: plan.seed,
                position,
                unix_us: self.origin.unix_us(at_us),
                secret_names: &plan.secrets,
                secrets: &self.secrets,
            },
        }
    }

    /// What a copy has for a value that is not its lane's own: what the target has answered another lane, or, where the
    /// recording signed up, a name of its own.
    pub(crate) fn of_another(&self, number: u32, copy: u32) -> OfAnother {
        if let Some(recorded) = self.prepared.names.get(&number) {
            return if copy == 0 {
                OfAnother::AsRecorded
            } else {
                OfAnother::Given(own_name(recorded, copy).into())
            };
        }
        let given = self.shared.of(number, copy);
        given.map_or(OfAnother::Missing, OfAnother::Given)
    }

    /// The text of an operation.
    pub(crate) fn operation(&self, id: u32) -> &str {
        self.prepared.operations.get(&id).map_or("", String::as_str)
    }
}
