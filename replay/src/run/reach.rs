//! Whether the targets are there, asked before anything is planned for them: a run of nothing but refused
//! connections helps nobody.

use std::time::Duration;

use super::Targets;
use crate::ReplayError;
use crate::mysql::connection::{Credentials, MysqlConnection};
use crate::socket;

impl Targets {
    /// Connects to every target once, logs in where it is MySQL, and leaves again.
    ///
    /// # Errors
    /// The first target that cannot be reached within `timeout`, and why.
    pub fn reach(&self, timeout: Duration) -> Result<(), ReplayError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ReplayError::Start)?;
        runtime.block_on(async {
            for target in &self.http {
                let tried = async {
                    let first = target
                        .addresses()
                        .first()
                        .ok_or("its name has no address")?;
                    socket::connect(*first)
                        .await
                        .map_err(|error| error.to_string())
                };
                within(timeout, &target.authority(), tried).await?;
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
            Ok(())
        })
    }
}

async fn within<T>(
    timeout: Duration,
    target: &str,
    tried: impl Future<Output = Result<T, String>>,
) -> Result<(), ReplayError> {
    let why = match tokio::time::timeout(timeout, tried).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(why)) => why,
        Err(_) => format!("no answer within {} s", timeout.as_secs_f32()),
    };
    Err(ReplayError::Unreachable {
        target: target.to_owned(),
        why,
    })
}
