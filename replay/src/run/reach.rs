//! Whether the targets are there and what they call themselves, asked before anything is planned for them:
//! a run of nothing but refused connections helps nobody, and one against the wrong server is worse.

use std::cell::Cell;
use std::time::Duration;

use super::Targets;
use super::http_target::HttpTarget;
use super::mysql_target::MysqlTarget;
use super::spoken::{Spoken, greets, is_no_mysql, speaks, spoken_at};
use crate::http::stream::Stream;
use crate::mysql::authentication::LoginError;
use crate::mysql::connection::MysqlConnection;
use crate::tls::certificate_names;
use crate::{Plan, ReplayError};

/// What a target that was reached calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Host and port.
    pub target: String,
    /// The names it goes by; empty when it shows none.
    pub names: Vec<String>,
    /// Where those names stand.
    pub shown_by: ShownBy,
    /// MySQL: how many connections it lets in.
    pub room: Option<MysqlRoom>,
}

/// Where a target shows what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// The certificate of a TLS target.
    Certificate,
    /// MySQL's `@@hostname`.
    HostName,
}

/// How many connections a MySQL server lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MysqlRoom {
    /// Its `max_connections`.
    pub most: u64,
    /// Those that are open, ours not counted.
    pub used: u64,
}

impl Targets {
    /// Whether a run could begin to connect to them as its plan says: their certificates can be checked, and each route
    /// has one. Connects to nothing.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn can_be_used(&self, plan: &Plan) -> Result<(), ReplayError> {
        HttpTarget::all(plan, self)?;
        if let Some(login) = &self.mysql {
            MysqlTarget::new(plan, login)?;
        }
        Ok(())
    }

    /// Connects to every target once, opens TLS where it is spoken, logs in where it is MySQL, and leaves
    /// again.
    ///
    /// # Errors
    /// The first target that cannot be reached within `timeout`, and why.
    pub fn reach(&self, plan: &Plan, timeout: Duration) -> Result<Vec<Reached>, ReplayError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ReplayError::Start)?;
        runtime.block_on(async {
            let mut reached = Vec::new();
            for target in &self.http {
                let opened = HttpTarget::new(plan, target)?;
                let tried = async {
                    let stream = Stream::open(&opened).await;
                    stream.map_err(|error| error.to_string())
                };
                let name = target.authority();
                let mut stream = match within(timeout, &name, tried).await {
                    Err(error @ ReplayError::Unreachable { .. }) if target.is_https() => {
                        let other = spoken_at(opened.address).await;
                        let other = other.filter(|spoken| *spoken != Spoken::Tls);
                        return Err(other.map_or(error, |spoken| speaks(target, spoken)));
                    }
                    opened => opened?,
                };
                if let Stream::Plain(tcp) = &mut stream
                    && greets(tcp).await
                {
                    return Err(speaks(target, Spoken::Mysql));
                }
                reached.push(Reached {
                    target: name,
                    names: match stream {
                        Stream::Tls(tls) => certificate_names(&tls),
                        Stream::Plain(_) => Vec::new(),
                    },
                    shown_by: ShownBy::Certificate,
                    room: None,
                });
            }
            if let Some(login) = &self.mysql {
                let target = MysqlTarget::new(plan, login)?;
                let refused = Cell::new(false);
                let tried = async {
                    target.look().await.map_err(|error| {
                        refused.set(error.code() != 0);
                        error.to_string()
                    })
                };
                match within(timeout, &target.authority, tried).await {
                    Ok(there) => reached.push(there),
                    // MySQL it is
                    Err(error) if refused.get() => return Err(error),
                    Err(error) => {
                        let other = spoken_at(target.address).await;
                        let other = other.filter(|spoken| *spoken != Spoken::Mysql);
                        return Err(
                            other.map_or(error, |spoken| is_no_mysql(&target.authority, spoken))
                        );
                    }
                }
            }
            Ok(reached)
        })
    }
}

impl MysqlTarget {
    /// Logs in once and asks the server what it is.
    async fn look(&self) -> Result<Reached, LoginError> {
        let credentials = self.credentials(None, None, None);
        let mut connection = MysqlConnection::open(self, credentials).await?;
        let name = connection.ask("SELECT @@hostname").await;
        let most = connection.ask("SELECT @@max_connections").await;
        let used = connection.ask("SHOW STATUS LIKE 'Threads_connected'").await;
        connection.quit();
        let number = |row: Option<Vec<String>>| row?.pop()?.parse::<u64>().ok();
        Ok(Reached {
            target: self.authority.clone(),
            names: name.into_iter().flatten().collect(),
            shown_by: ShownBy::HostName,
            room: number(most).map(|most| MysqlRoom {
                most,
                used: number(used).unwrap_or(1).saturating_sub(1),
            }),
        })
    }
}

async fn within<T>(
    timeout: Duration,
    target: &str,
    tried: impl Future<Output = Result<T, String>>,
) -> Result<T, ReplayError> {
    let why = match tokio::time::timeout(timeout, tried).await {
        Ok(Ok(reached)) => return Ok(reached),
        Ok(Err(why)) => why,
        Err(_) => format!("no answer within {} s", timeout.as_secs_f32()),
    };
    let target = target.to_owned();
    // as rustls says it: whoever is there runs, and may be another
    if why.contains("invalid peer certificate") {
        return Err(ReplayError::Untrusted { target, why });
    }
    Err(ReplayError::Unreachable { target, why })
}
