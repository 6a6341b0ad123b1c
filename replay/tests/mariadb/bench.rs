//! A server, a relay before it, a store, and replays of what went through.

use std::sync::Arc;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder};
use reprise_fixtures::mariadb::{self, Mariadb, Shared};
use reprise_fixtures::shop::{MYSQL_PASSWORD, MYSQL_USER};
use reprise_measure::Outcome;
use reprise_replay::{
    Mismatch, MysqlLogin, MysqlRoute, MysqlTls, Plan, ReplayConfig, Secrets, Targets, start,
};
use reprise_store::{ExchangeId, Store};
use tempfile::TempDir;

use crate::certificates;
use crate::relay::{Beginning, Relay};

/// Each test has a database of its own on it.
static SERVER: Shared = Shared::new();

fn server() -> Arc<Mariadb> {
    // statement ids go on where a cached thread left off, so that no thread is cached
    let options = [
        "--skip-log-bin",
        "--local-infile=1",
        "--thread-cache-size=0",
        "--plugin-load-add=auth_ed25519",
        &format!("--ssl-ca={}", certificates::file("ca.pem")),
        &format!("--ssl-cert={}", certificates::file("server.pem")),
        &format!("--ssl-key={}", certificates::file("server-key.pem")),
    ];
    SERVER.or_start(|| mariadb::start_with(&options)).unwrap()
}

pub(crate) struct Bench {
    pub(crate) relay: Relay,
    pub(crate) store: Store,
    pub(crate) database: String,
    server: Arc<Mariadb>,
    _folder: TempDir,
}

/// What a replay came to.
#[derive(Debug)]
pub(crate) struct Played {
    /// Summary, outcome and error number of each exchange, in recorded order.
    pub(crate) samples: Vec<(String, Outcome, u16)>,
    pub(crate) skipped: Vec<(String, u64)>,
    pub(crate) warnings: Vec<String>,
    /// Answers that differ, with both sides.
    pub(crate) mismatches: Vec<Mismatch>,
}

impl Bench {
    /// A bench with an empty database of this name.
    pub(crate) fn new(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("library.reprise")).unwrap();
        let server = server();
        let bench = Self {
            relay: Relay::start(server.addr()),
            store,
            database: database.to_owned(),
            server,
            _folder: folder,
        };
        let mut direct = bench.direct();
        direct
            .query_drop(format!("DROP DATABASE IF EXISTS {database}"))
            .unwrap();
        direct
            .query_drop(format!("CREATE DATABASE {database}"))
            .unwrap();
        bench
    }

    fn options(&self, port: u16) -> OptsBuilder {
        OptsBuilder::new()
            .ip_or_hostname(Some("127.0.0.1"))
            .tcp_port(port)
            .prefer_socket(false)
            .user(Some(MYSQL_USER))
            .pass(Some(MYSQL_PASSWORD))
    }

    /// A connection that is not recorded, without a database.
    pub(crate) fn direct(&self) -> Conn {
        Conn::new(self.options(self.server.addr().port())).unwrap()
    }

    /// Options for connections that are recorded, to the bench's database.
    pub(crate) fn recorded(&self) -> OptsBuilder {
        self.options(self.relay.addr.port())
            .db_name(Some(&self.database))
    }

    pub(crate) fn connect(&self) -> Conn {
        Conn::new(self.recorded()).unwrap()
    }

    /// The one value of the one row, of the bench's database.
    pub(crate) fn value(&self, sql: &str) -> String {
        let mut direct = self.direct();
        direct.query_drop(format!("USE {}", self.database)).unwrap();
        direct
            .query_first::<Option<String>, _>(sql)
            .unwrap()
            .unwrap()
            .unwrap_or_default()
    }

    /// Records what was said since `from` and plays it.
    pub(crate) fn play(&self, from: usize, beginning: Beginning) -> Played {
        self.relay.record(&self.store, from, beginning);
        self.play_with(|_| {})
    }

    /// Plays the recording by a plan changed like this, as the run `run`, in place of an earlier one.
    pub(crate) fn play_with(&self, change: impl FnOnce(&mut Plan)) -> Played {
        if self.store.run("run").is_ok() {
            self.store.delete_run("run").unwrap();
        }
        self.play_named("run", change)
    }

    /// Plays the recording by a plan changed like this, as a run of this name.
    pub(crate) fn play_named(&self, name: &str, change: impl FnOnce(&mut Plan)) -> Played {
        let address = self.server.addr().to_string();
        let mut plan = Plan::of("recorded");
        plan.workers = Some(1);
        plan.mysql = Some(MysqlRoute {
            address,
            user: MYSQL_USER.to_owned(),
            database: None,
            tls: MysqlTls::Disabled,
            ca: None,
            users: Vec::new(),
        });
        change(&mut plan);
        let targets = self.targets(&plan);
        let mut prepared = reprise_replay::Prepared::new(plan, &self.store).unwrap();
        prepared
            .ask_keys(&targets, Duration::from_secs(30))
            .unwrap();
        let config = ReplayConfig {
            prepared,
            run: name.to_owned(),
            targets,
            secrets: Secrets::default(),
            users: reprise_replay::Users::default(),
            mysql_room: None,
            redaction: None,
        };
        let handle = start(config, &self.store).unwrap();
        let events = handle.events().clone();
        let ended = handle.join().unwrap();
        assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
        let warnings = events.try_iter().filter_map(|event| match event {
            reprise_replay::Event::Warning(warning) => Some(warning.message),
            _ => None,
        });
        let run = self.store.run(name).unwrap();
        let recording = self.store.recording("recorded").unwrap().id;
        let mut samples: Vec<_> = self.store.samples(run.id).map(Result::unwrap).collect();
        samples.sort_by_key(|sample| sample.exchange);
        let shown = samples.iter().map(|sample| {
            let id = ExchangeId(sample.exchange);
            let row = self.store.exchange(recording, id).unwrap().unwrap();
            (row.summary, sample.outcome, sample.status)
        });
        Played {
            samples: shown.collect(),
            skipped: ended.summary.skipped.into_iter().collect(),
            warnings: warnings.collect(),
            mismatches: Mismatch::all(&self.store, run.id).unwrap(),
        }
    }
}

impl Bench {
    /// The keys that the run shifted, as its plan lists them.
    pub(crate) fn shifted(&self) -> Vec<String> {
        let plan = self.store.run("run").unwrap().plan;
        let plan: Plan = serde_json::from_value(plan).unwrap();
        let keys = plan.shift_keys.columns.iter();
        keys.map(ToString::to_string).collect()
    }

    fn targets(&self, plan: &Plan) -> Targets {
        let address = self.server.addr().to_string();
        let route = plan.mysql.as_ref().unwrap();
        let login = MysqlLogin {
            target: self.store.allow_mysql(&address, None, false).unwrap(),
            user: MYSQL_USER.to_owned(),
            password: MYSQL_PASSWORD.to_owned(),
            database: route.database.clone(),
            // one password for all of the target's users
            passwords: route
                .users
                .iter()
                .map(|user| (user.user.clone(), MYSQL_PASSWORD.to_owned()))
                .collect(),
        };
        Targets {
            http: Vec::new(),
            mysql: Some(login),
            ..Targets::default()
        }
    }
}

impl Played {
    /// Everything was answered as it was when recorded.
    pub(crate) fn assert_all_ok(&self) {
        let other: Vec<_> = self
            .samples
            .iter()
            .filter(|(_, outcome, _)| *outcome != Outcome::Ok)
            .collect();
        assert!(
            other.is_empty(),
            "{other:?}: {:#?} of {self:?}",
            self.mismatches
        );
        assert!(!self.samples.is_empty(), "nothing was sent: {self:?}");
    }
}
