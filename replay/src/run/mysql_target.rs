//! The MySQL target as a run uses it: where it is, how TLS is opened there, who logs in for whom.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reprise_wire::mysql::Session;

use super::MysqlLogin;
use crate::mysql::authentication::Credentials;
use crate::plan::{MysqlRoute, MysqlTls};
use crate::tls::{TlsClient, Trust};
use crate::{Plan, ReplayError};

/// Where MySQL goes.
#[derive(Clone)]
pub(crate) struct MysqlTarget {
    pub(crate) address: SocketAddr,
    /// Host and port as the plan names them.
    pub(crate) authority: String,
    /// How TLS is opened there; `None`: it is not spoken.
    pub(crate) tls: Option<TlsClient>,
    /// The database selected where the recording names none.
    database: Option<String>,
    /// Who logs in for whom nobody else does.
    everyone: Account,
    /// Who logs in for particular recorded users.
    users: BTreeMap<String, Account>,
}

#[derive(Clone)]
struct Account {
    user: String,
    password: String,
}

impl MysqlTarget {
    /// The target of the plan's MySQL route.
    ///
    /// # Errors
    /// It has no address, or the certificates to trust cannot be had.
    pub(crate) fn new(plan: &Plan, login: &MysqlLogin) -> Result<Self, ReplayError> {
        Self::of(plan.mysql.as_ref(), login)
    }

    /// The target of any route.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn of(route: Option<&MysqlRoute>, login: &MysqlLogin) -> Result<Self, ReplayError> {
        let address = login.target.addresses().first().copied();
        let ca = route.and_then(|route| route.ca.as_deref());
        let trust = match route.map(|route| route.tls).unwrap_or_default() {
            MysqlTls::Disabled => None,
            MysqlTls::Required => Some(Trust::Anyone),
            MysqlTls::VerifyCa => Some(Trust::Signed(ca)),
            MysqlTls::VerifyIdentity => Some(Trust::Named(ca)),
        };
        let tls = trust.map(|trust| TlsClient::trusting(login.target.host(), trust, &[]));
        let users = route.map_or(&[][..], |route| &route.users);
        let account = |user: &String| Account {
            user: user.clone(),
            password: login.passwords.get(user).cloned().unwrap_or_default(),
        };
        Ok(Self {
            address: address.ok_or_else(|| ReplayError::BadTarget {
                url: login.target.authority(),
                why: "its name has no address",
            })?,
            authority: login.target.authority(),
            tls: tls.transpose()?,
            database: login.database.clone(),
            everyone: Account {
                user: login.user.clone(),
                password: login.password.clone(),
            },
            users: users
                .iter()
                .map(|one| (one.recorded.clone(), account(&one.user)))
                .collect(),
        })
    }

    /// Who logs in for a recorded session whose user was `user`.
    pub(crate) fn credentials<'a>(
        &'a self,
        user: Option<&str>,
        recorded: Option<&'a Session>,
        database: Option<&'a str>,
    ) -> Credentials<'a> {
        let own = user.and_then(|user| self.users.get(user));
        let account = own.unwrap_or(&self.everyone);
        Credentials {
            user: &account.user,
            password: &account.password,
            database: database.or(self.database.as_deref()),
            recorded,
        }
    }
}

impl std::fmt::Debug for MysqlTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // passwords must not reach a log
        f.debug_struct("MysqlTarget")
            .field("address", &self.address)
            .field("user", &self.everyone.user)
            .finish_non_exhaustive()
    }
}
