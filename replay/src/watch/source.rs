//! One watched source, whatever it is: opened once, read once a second.

use reprise_measure::Reading;

use super::error::WatchError;
use super::host::Host;
use super::munin::Munin;
use super::mysql::Mysql;
use super::process::Process;
use super::prometheus::Prometheus;
use crate::plan::{MysqlRoute, WatchFrom};
use crate::run::WatchTarget;
use crate::run::http_target::HttpTarget;
use crate::run::mysql_target::MysqlTarget;
use crate::{Plan, ReplayError, Targets};

/// A source and what it keeps from one reading to the next.
pub(crate) enum Source {
    Host(Host),
    Process(Process),
    Mysql(Box<Mysql>),
    Prometheus(Prometheus),
    Munin(Munin),
}

impl Source {
    /// A source of the plan, not asked yet.
    ///
    /// # Errors
    /// It has no target of its kind, or the certificates to trust cannot be had.
    pub(crate) fn new(
        plan: &Plan,
        from: &WatchFrom,
        target: &WatchTarget,
        targets: &Targets,
    ) -> Result<Self, ReplayError> {
        let mysql = |route: Option<&MysqlRoute>, login| {
            let target = MysqlTarget::of(route, login)?;
            Ok(Self::Mysql(Box::new(Mysql::new(target))))
        };
        match (from, target) {
            (WatchFrom::Host, _) => Ok(Self::Host(Host::default())),
            (WatchFrom::Pid(pid), _) => Ok(Self::Process(Process::with_id(*pid))),
            (WatchFrom::Process(name), _) => Ok(Self::Process(Process::named(name))),
            (WatchFrom::Target, _) => {
                let login = targets.mysql.as_ref().ok_or(ReplayError::TargetsDiffer)?;
                mysql(plan.mysql.as_ref(), login)
            }
            (WatchFrom::Mysql(route), WatchTarget::Mysql(login)) => mysql(Some(route), login),
            (WatchFrom::Prometheus { path, series, .. }, WatchTarget::Network(target)) => {
                let host = target.authority();
                let opened = HttpTarget::new(plan, target)?;
                let source = Prometheus::new(opened, &host, path, series.clone());
                Ok(Self::Prometheus(source))
            }
            (WatchFrom::Munin { fields, .. }, WatchTarget::Network(target)) => {
                let address = HttpTarget::new(plan, target)?.address;
                Ok(Self::Munin(Munin::new(address, fields)))
            }
            _ => Err(ReplayError::TargetsDiffer),
        }
    }

    /// What it tells now. Rates are over the time since it was last read, so the first reading has none.
    ///
    /// # Errors
    /// It tells nothing, and why.
    pub(crate) async fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        match self {
            Self::Host(host) => host.read(),
            Self::Process(process) => process.read(),
            Self::Mysql(mysql) => mysql.read().await,
            Self::Prometheus(prometheus) => prometheus.read().await,
            Self::Munin(munin) => munin.read().await,
        }
    }

    /// Leaves what an earlier reading left behind: a connection with half an answer on it.
    pub(crate) fn begin_again(&mut self) {
        match self {
            Self::Mysql(mysql) => mysql.hang_up(),
            Self::Munin(munin) => munin.hang_up(),
            Self::Host(_) | Self::Process(_) | Self::Prometheus(_) => {}
        }
    }
}
