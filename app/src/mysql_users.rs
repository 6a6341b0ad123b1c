//! Who logs in for particular recorded users: `RECORDED=USER:PASSWORD`. A password that is not given comes
//! from the environment, so that it stands in no shell history.

use std::collections::BTreeMap;

use reprise_replay::MysqlUser;

use crate::Error;

/// Reads what was given, besides what a stored plan has; the passwords by the target's user.
pub(crate) fn users(
    given: &[String],
    stored: &[MysqlUser],
) -> Result<(Vec<MysqlUser>, BTreeMap<String, String>), Error> {
    let mut users = Vec::new();
    let mut passwords = BTreeMap::new();
    for one in given {
        let (recorded, account) = one.split_once('=').ok_or_else(|| {
            Error::Usage(format!(
                "--mysql-user '{}' is not readable; write RECORDED=USER:PASSWORD",
                one.split(':').next().unwrap_or_default()
            ))
        })?;
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, password.to_owned()),
            None => (account, of_environment(account)),
        };
        passwords.insert(user.to_owned(), password);
        users.push(MysqlUser {
            recorded: recorded.to_owned(),
            user: user.to_owned(),
        });
    }
    let named = |user: &MysqlUser| users.iter().any(|one| one.recorded == user.recorded);
    let more: Vec<MysqlUser> = stored.iter().filter(|one| !named(one)).cloned().collect();
    for one in &more {
        let password = || of_environment(&one.user);
        passwords.entry(one.user.clone()).or_insert_with(password);
    }
    users.extend(more);
    Ok((users, passwords))
}

/// `REPRISE_MYSQL_PASSWORD_USER`.
pub(crate) fn of_environment(user: &str) -> String {
    let user = user
        .to_ascii_uppercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    std::env::var(format!("REPRISE_MYSQL_PASSWORD_{user}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(recorded: &str, user: &str) -> MysqlUser {
        MysqlUser {
            recorded: recorded.to_owned(),
            user: user.to_owned(),
        }
    }

    #[test]
    fn what_is_given_comes_before_what_the_plan_had() {
        let stored = [user("shop", "old"), user("jobs", "worker")];
        let (users, passwords) = users(&["shop=load:p:=x".to_owned()], &stored).ok().unwrap();
        assert_eq!(users, [user("shop", "load"), user("jobs", "worker")]);
        assert_eq!(passwords["load"], "p:=x");
        assert_eq!(passwords["worker"], "");
    }

    #[test]
    fn what_is_no_user_is_refused_without_repeating_a_password() {
        let error = users(&["load:secret".to_owned()], &[])
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("RECORDED=USER") && !error.contains("secret"),
            "{error}"
        );
    }
}
