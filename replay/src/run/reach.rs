//! Whether the targets are there and what they call themselves, asked before anything is planned for them:
//! a run of nothing but refused connections helps nobody, and one against the wrong server is worse.

use std::time::Duration;

use super::Targets;
use super::http_target::HttpTarget;
use crate::http::stream::Stream;
use crate::mysql::connection::{Credentials, MysqlConnection};
use crate::tls::certificate_names;
use crate::{Plan, ReplayError};

/// What a target that was reached calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Host and port.
    pub target: String,
    /// The names in its certificate; empty when it shows none.
    pub names: Vec<String>,
}

impl Targets {
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
                let stream = within(timeout, &name, tried).await?;
                reached.push(Reached {
                    target: name,
                    names: match stream {
                        Stream::Tls(tls) => certificate_names(&tls),
                        Stream::Plain(_) => Vec::new(),
                    },
                });
            }
            if let Some(login) = &self.mysql {
                let tried = async {
                    let first = login
                        .target
                        .addresses()
                        .first()
                        .ok_or("its name has no address")?;
                    let credentials = Credentials {
                        user: &login.user,
                        password: &login.password,
                        database: login.database.as_deref(),
                        recorded: None,
                    };
                    let opened = MysqlConnection::open(*first, credentials).await;
                    opened
                        .map(MysqlConnection::quit)
                        .map_err(|error| error.to_string())
                };
                within(timeout, &login.target.authority(), tried).await?;
            }
            Ok(reached)
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
    Err(ReplayError::Unreachable {
        target: target.to_owned(),
        why,
    })
}
