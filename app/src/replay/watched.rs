//! The servers and machines that are watched beside a run, as people write them, and who logs in there.

use std::collections::BTreeMap;

use reprise_replay::{MysqlLogin, MysqlRoute, Plan, WatchFrom, WatchTarget, WatchedSource};
use reprise_store::{AllowedTarget, RecordingId};

use super::asked::Asked;
use crate::mysql_url::MysqlUrl;
use crate::{Error, Library, ReplayRequest, mysql_users};

/// Reads what is given; the passwords of sources that were given one, by name.
pub(super) fn sources(
    given: &[String],
) -> Result<(Vec<WatchedSource>, BTreeMap<String, String>), Error> {
    let mut sources: Vec<WatchedSource> = Vec::new();
    let mut passwords = BTreeMap::new();
    for text in given {
        let (name, written) = WatchedSource::split(text);
        let (from, password) = if written.starts_with("mysql://") {
            let url = MysqlUrl::parse(written)?;
            let given = Some(url.password.clone()).filter(|password| !password.is_empty());
            (WatchFrom::Mysql(url.route()), given)
        } else {
            let read = written.parse::<WatchFrom>();
            let read = read.map_err(|error| Error::Usage(format!("--watch: failed to {error}")))?;
            (read, None)
        };
        let name = name.map_or_else(|| from.usual_name(), str::to_owned);
        if sources.iter().any(|known| known.name == name) {
            return Err(Error::Usage(format!(
                "--watch: two sources are called '{name}'; name one of them, as in 'second={written}'",
                written = from
            )));
        }
        passwords.extend(password.map(|password| (name.clone(), password)));
        sources.push(WatchedSource { name, from });
    }
    Ok((sources, passwords))
}

/// What a source to watch is, in words, and what it is called.
///
/// # Errors
/// When it is none.
pub fn describe_watched(text: &str) -> Result<String, Error> {
    let (sources, _) = sources(&[text.to_owned()])?;
    let said = sources.first().map(|source| {
        let what = match &source.from {
            WatchFrom::Host => "this machine".to_owned(),
            WatchFrom::Pid(_) => "that process of this machine".to_owned(),
            WatchFrom::Process(_) => "all processes of that name on this machine".to_owned(),
            WatchFrom::Target => "the status of the run's MySQL target".to_owned(),
            WatchFrom::Mysql(route) => format!("the status of {}", route.address),
            WatchFrom::Prometheus { series, .. } => format!("{} series", series.len()),
            WatchFrom::Munin { .. } => "plugins of that node".to_owned(),
        };
        format!("{what} every second, called {}", source.name)
    });
    Ok(said.unwrap_or_default())
}

/// A plan that watches its MySQL target has one.
pub(super) fn check(plan: &Plan) -> Result<(), Error> {
    let watches_target = |source: &WatchedSource| source.from == WatchFrom::Target;
    if plan.mysql.is_none() && plan.watch.iter().any(watches_target) {
        return Err(Error::Usage(
            "--watch mysql watches the server that --mysql names, and there is none; \
             write --watch mysql://USER:PASSWORD@HOST:PORT"
                .to_owned(),
        ));
    }
    Ok(())
}

/// A watched source's place on the network, once it is allowed.
pub(super) fn target_of(place: &WatchTarget) -> Option<&AllowedTarget> {
    match place {
        WatchTarget::Known => None,
        WatchTarget::Network(target) => Some(target),
        WatchTarget::Mysql(login) => Some(&login.target),
    }
}

impl Library {
    /// Where the plan's watched sources are, once they are allowed.
    pub(super) fn allowed_sources(
        &self,
        request: &ReplayRequest,
        asked: &Asked,
        recording: RecordingId,
    ) -> Result<Vec<WatchTarget>, Error> {
        let recorded_too = request.allow_recorded_server;
        let network = |url: &str| {
            let target = self.store.allow_http(url, Some(recording), recorded_too)?;
            Ok::<_, Error>(WatchTarget::Network(target))
        };
        let sources = asked.plan.watch.iter().map(|source| match &source.from {
            WatchFrom::Host | WatchFrom::Pid(_) | WatchFrom::Process(_) | WatchFrom::Target => {
                Ok(WatchTarget::Known)
            }
            WatchFrom::Prometheus { target, .. } => network(target),
            WatchFrom::Munin { address, .. } => network(address),
            WatchFrom::Mysql(route) => {
                let address = &route.address;
                let target = self
                    .store
                    .allow_mysql(address, Some(recording), recorded_too)?;
                Ok(WatchTarget::Mysql(MysqlLogin {
                    target,
                    user: route.user.clone(),
                    password: asked.watch_password(source),
                    database: route.database.clone(),
                    passwords: BTreeMap::new(),
                }))
            }
        });
        sources.collect()
    }
}

impl Asked {
    /// Who logs in to watch: as given, else as the run itself does there, else from the environment, for no plan
    /// holds a password.
    fn watch_password(&self, source: &WatchedSource) -> String {
        if let Some(given) = self.watch_passwords.get(&source.name) {
            return given.clone();
        }
        let WatchFrom::Mysql(MysqlRoute { address, user, .. }) = &source.from else {
            return String::new();
        };
        let same = |url: &&MysqlUrl| url.address == *address && url.user == *user;
        match self.mysql.as_ref().filter(same) {
            Some(url) => url.password.clone(),
            None => mysql_users::of_environment(user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(given: &[&str]) -> Vec<String> {
        given.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_password_is_read_and_stays_out_of_the_plan() {
        let given = texts(&["host", "db=mysql://load:p%40ss@db:3307"]);
        let (sources, passwords) = sources(&given).unwrap();
        assert_eq!(passwords["db"], "p@ss");
        let plan = Plan {
            watch: sources,
            ..Plan::default()
        };
        let json = plan.to_json().unwrap().to_string();
        assert!(!json.contains("p@ss") && json.contains("db:3307"), "{json}");
    }

    #[test]
    fn two_sources_of_one_name_are_told_how_to_be_named() {
        let error = sources(&texts(&["pid:1", "pid 1=pid:2"])).unwrap_err();
        assert!(error.to_string().contains("second=pid:2"), "{error}");
    }

    #[test]
    fn a_source_that_cannot_be_read_is_refused_without_its_password() {
        for text in ["mysql://u:se%zzcret@h", "db=mysql:secret", "secret"] {
            let error = sources(&texts(&[text])).unwrap_err().to_string();
            assert!(error.contains("mysql://USER"), "{error}");
        }
        let error = sources(&texts(&["mysql://u:se%zzcret@h"])).unwrap_err();
        assert!(!error.to_string().contains("cret"), "{error}");
    }

    #[test]
    fn the_runs_own_login_is_used_for_the_same_server_and_user() {
        let (watch, _) = sources(&texts(&["mysql://load:x@db:3306"])).unwrap();
        let url = MysqlUrl::parse("mysql://load:own@db/shop").unwrap();
        let asked = Asked {
            plan: Plan::default(),
            mysql: Some(url),
            mysql_passwords: BTreeMap::new(),
            secrets: BTreeMap::new(),
            users: reprise_replay::Users::default(),
            watch_passwords: BTreeMap::new(),
        };
        assert_eq!(asked.watch_password(&watch[0]), "own");
    }
}
