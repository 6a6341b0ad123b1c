//! A MySQL or MariaDB server by its own status: what `SHOW GLOBAL STATUS` counts, and how far it is behind the
//! server it replicates.

use std::collections::BTreeMap;
use std::time::Instant;

use reprise_measure::{Reading, WatchUnit};

use super::error::WatchError;
use super::rates::Rates;
use crate::mysql::connection::{MysqlConnection, Rows};
use crate::run::mysql_target::MysqlTarget;

/// What is asked every second; in all versions of both servers.
const STATUS: &str = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected','Threads_running','Queries',\
    'Slow_queries','Innodb_row_lock_waits','Innodb_row_lock_time','Innodb_buffer_pool_read_requests',\
    'Innodb_buffer_pool_reads')";

/// MySQL from 8.0.22 on and MariaDB from 10.5.1 on know the first.
const REPLICATION: [&str; 2] = ["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"];

/// How far it is behind, in seconds: one of these, by version.
const BEHIND: [&str; 2] = ["Seconds_Behind_Source", "Seconds_Behind_Master"];

/// Microseconds of a second, and of a millisecond.
const SECOND_US: f64 = 1e6;
const MILLISECOND_US: f64 = 1e3;

/// A server and what it had counted when it was last asked.
pub(crate) struct Mysql {
    target: MysqlTarget,
    connection: Option<MysqlConnection>,
    rates: Rates,
    replication: Replication,
}

/// How far a server is behind those it replicates.
struct Behind {
    /// Seconds behind the one it is furthest behind of; `None` when it follows none.
    most_s: Option<f64>,
    /// How many of them it does not follow any more: it says nothing of its distance then.
    stopped: f64,
}

/// How the server is asked about replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replication {
    Unknown,
    /// With this statement of [`REPLICATION`].
    Asked(&'static str),
    /// It replicates nothing, or may not be asked by this user.
    None,
}

impl Mysql {
    pub(crate) fn new(target: MysqlTarget) -> Self {
        Self {
            target,
            connection: None,
            rates: Rates::default(),
            replication: Replication::Unknown,
        }
    }

    /// Leaves the connection.
    pub(crate) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// What the server tells now.
    ///
    /// # Errors
    /// It cannot be reached, or lets this user in or ask no more.
    pub(crate) async fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let credentials = self.target.credentials(None, None, None);
                MysqlConnection::open(&self.target, credentials).await?
            }
        };
        let status = ask(&mut connection, STATUS).await?;
        let behind = self.behind(&mut connection).await?;
        self.connection = Some(connection);
        let status: BTreeMap<String, f64> =
            status.rows.iter().filter_map(|row| pair(row)).collect();
        self.rates.begin(Instant::now());
        Ok(self.readings(&status, behind.as_ref()))
    }

    fn readings(
        &mut self,
        status: &BTreeMap<String, f64>,
        behind: Option<&Behind>,
    ) -> Vec<Reading> {
        use WatchUnit::{Count, PerSecond, Share, Us};
        let now = |name: &str| status.get(name).copied();
        let rates = &mut self.rates;
        let mut rate = |name: &str| rates.per_second(name, now(name)?);
        let told = [
            ("threads running", "threads", Count, now("Threads_running")),
            (
                "threads connected",
                "connections",
                Count,
                now("Threads_connected"),
            ),
            ("queries", "queries", PerSecond, rate("Queries")),
            (
                "slow queries",
                "slow queries",
                PerSecond,
                rate("Slow_queries"),
            ),
            (
                "row lock waits",
                "row lock waits",
                PerSecond,
                rate("Innodb_row_lock_waits"),
            ),
            (
                "row lock wait time a second",
                "row lock wait time",
                Us,
                rate("Innodb_row_lock_time").map(|ms| ms * MILLISECOND_US),
            ),
            (
                "replication lag",
                "replication lag",
                Us,
                behind.and_then(|behind| Some(behind.most_s? * SECOND_US)),
            ),
            (
                "replication stopped",
                "replication stopped",
                Count,
                behind.map(|behind| behind.stopped),
            ),
        ];
        let told = told
            .into_iter()
            .filter_map(|(series, chart, unit, value)| Reading::of(series, chart, unit, value?));
        let mut readings: Vec<Reading> = told.collect();
        let (asked, missed) = (
            now("Innodb_buffer_pool_read_requests"),
            now("Innodb_buffer_pool_reads"),
        );
        let asked = asked.and_then(|value| self.rates.growth("pages asked", value));
        let missed = missed.and_then(|value| self.rates.growth("pages missed", value));
        let hits = asked.zip(missed).filter(|(asked, _)| *asked > 0.0);
        let hits = hits.map(|(asked, missed)| (1.0 - missed / asked).max(0.0));
        let hits =
            hits.and_then(|hits| Reading::of("buffer pool hits", "buffer pool hits", Share, hits));
        readings.extend(hits);
        readings
    }

    /// How far it is behind the servers it replicates; `None` of one that replicates nothing.
    async fn behind(
        &mut self,
        connection: &mut MysqlConnection,
    ) -> Result<Option<Behind>, WatchError> {
        if self.replication == Replication::Unknown {
            self.replication = Replication::None;
            for question in REPLICATION {
                let answer = connection.rows(question).await?;
                if answer.error.is_none() && !answer.rows.is_empty() {
                    self.replication = Replication::Asked(question);
                    break;
                }
            }
        }
        let Replication::Asked(question) = self.replication else {
            return Ok(None);
        };
        let answer = ask(connection, question).await?;
        let column = answer.columns.iter();
        let column = column
            .map(String::as_str)
            .position(|name| BEHIND.contains(&name));
        let of_row = |row: &Vec<Option<String>>| {
            let text = row.get(column?)?.as_ref()?;
            text.parse::<f64>().ok()
        };
        let told: Vec<f64> = answer.rows.iter().filter_map(of_row).collect();
        Ok(Some(Behind {
            stopped: (answer.rows.len() - told.len()) as f64,
            most_s: told.into_iter().reduce(f64::max),
        }))
    }
}

/// A name and its number.
fn pair(row: &[Option<String>]) -> Option<(String, f64)> {
    match row {
        [Some(name), Some(value), ..] => Some((name.clone(), value.parse().ok()?)),
        _ => None,
    }
}

async fn ask(connection: &mut MysqlConnection, question: &str) -> Result<Rows, WatchError> {
    let answer = connection.rows(question).await?;
    match answer.error {
        None => Ok(answer),
        Some(error) => Err(WatchError::Refused {
            question: question
                .split(" WHERE")
                .next()
                .unwrap_or_default()
                .to_owned(),
            why: format!(
                "error {}: {}",
                error.code,
                String::from_utf8_lossy(&error.message)
            ),
        }),
    }
}
