//! An HTTP target as a run uses it: where it is, how TLS is opened there, how requests name it.

use std::net::SocketAddr;

use reprise_store::AllowedTarget;

use crate::http::readdress::Naming;
use crate::plan::HostField;
use crate::tls::TlsClient;
use crate::{Plan, ReplayError, Targets};

/// Where the HTTP of one route goes.
#[derive(Clone, Debug)]
pub(crate) struct HttpTarget {
    pub(crate) address: SocketAddr,
    /// How TLS is opened there; `None`: it is not spoken.
    pub(crate) tls: Option<TlsClient>,
    /// How requests name it; `None` leaves the recorded host.
    pub(crate) naming: Option<Naming>,
}

impl HttpTarget {
    /// The targets of the plan's routes, in their order.
    ///
    /// # Errors
    /// There is not one for each route, or the certificates to trust cannot be had.
    pub(crate) fn all(plan: &Plan, targets: &Targets) -> Result<Vec<Self>, ReplayError> {
        if targets.http.len() != plan.http.len() || targets.mysql.is_some() != plan.mysql.is_some()
        {
            return Err(ReplayError::TargetsDiffer);
        }
        let all = targets.http.iter();
        all.map(|target| Self::new(plan, target)).collect()
    }

    pub(crate) fn new(plan: &Plan, target: &AllowedTarget) -> Result<Self, ReplayError> {
        let address = target.addresses().first().copied();
        let authority = match &plan.host {
            HostField::Keep => None,
            HostField::Target => Some(target.authority()),
            HostField::Name(name) => Some(name.clone()),
        };
        let tls = target
            .is_https()
            .then(|| TlsClient::new(target.host(), &plan.tls, &[b"http/1.1"]));
        Ok(Self {
            address: address.ok_or_else(|| ReplayError::BadTarget {
                url: target.authority(),
                why: "its name has no address",
            })?,
            tls: tls.transpose()?,
            naming: authority.map(|authority| Naming {
                scheme: if target.is_https() { "https" } else { "http" },
                authority,
            }),
        })
    }
}
