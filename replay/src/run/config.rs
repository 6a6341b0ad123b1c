//! What a run is started with: its plan worked out, where it goes, and what no plan holds.

use std::collections::BTreeMap;

use reprise_fault::RemoteProxies;
use reprise_store::AllowedTarget;
use reprise_wire::redact::Redaction;

use super::program::MysqlLogin;
use super::reach::MysqlRoom;
use crate::Users;
use crate::prepare::Prepared;

/// What a run is started with.
#[derive(Debug)]
pub struct ReplayConfig {
    /// The plan, worked out.
    pub prepared: Prepared,
    /// What the run is called; unique in its file.
    pub run: String,
    /// Where it goes.
    pub targets: Targets,
    /// The values of the plan's secrets, by name.
    pub secrets: Secrets,
    /// The accounts of the plan's users.
    pub users: Users,
    /// How many connections the MySQL target lets in, where it said so.
    pub mysql_room: Option<MysqlRoom>,
    /// How the secrets of answers that are kept are replaced; `None`: they are kept as they came.
    pub redaction: Option<Redaction>,
}

/// Where a plan's routes lead. Only the store makes an [`AllowedTarget`], so nothing else can be sent to.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// One for each of the plan's HTTP routes, in their order.
    pub http: Vec<AllowedTarget>,
    /// For the plan's MySQL route.
    pub mysql: Option<MysqlLogin>,
    /// One for each of the plan's HTTP probes, in their order.
    pub probes: Vec<AllowedTarget>,
    /// One for each of the plan's watched sources, in their order.
    pub watch: Vec<WatchTarget>,
    /// One for each of the plan's controls of proxies, in their order.
    pub proxies: Vec<RemoteProxies>,
}

/// Where a watched source is, as far as that is beyond this machine.
#[derive(Clone, Debug)]
pub enum WatchTarget {
    /// On this machine, or where the run's MySQL goes.
    Known,
    /// A host on the network.
    Network(AllowedTarget),
    /// A MySQL server of its own, and who logs in there.
    Mysql(MysqlLogin),
}

/// Secrets by name. They are never stored and never shown.
#[derive(Clone, Default)]
pub struct Secrets(pub BTreeMap<String, String>);

impl Secrets {
    /// Their values in the order of `names`; `None` for those not given.
    pub(super) fn in_order(&self, names: &[String]) -> Vec<Option<Vec<u8>>> {
        let value = |name| {
            self.0
                .get(name)
                .map(|value: &String| value.clone().into_bytes())
        };
        names.iter().map(value).collect()
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
