//! The proxies that are on: each a job of its own, so that one can be closed while others go on.

use std::sync::{Arc, Mutex};

use reprise_app::{Library, ProxiesRequest, Proxy, ProxyJob, ProxyRequest};

use crate::boundary::ProxyCard;
use crate::desk::hold;
use crate::error::Failure;

/// The proxies of this window, oldest first.
#[derive(Default)]
pub(crate) struct StandingProxies(Mutex<Vec<Standing>>);

struct Standing {
    name: String,
    job: ProxyJob,
}

impl StandingProxies {
    /// Whether none is on.
    pub(crate) fn is_empty(&self) -> bool {
        hold(&self.0).is_empty()
    }

    /// What each is and has done.
    pub(crate) fn cards(&self) -> Vec<ProxyCard> {
        let all = hold(&self.0);
        let cards = all.iter().flat_map(|Standing { job, .. }| {
            let (warnings, control) = (job.warnings(), job.control());
            let states = job.states().into_iter();
            states.map(move |state| ProxyCard::new(state, control, warnings.to_vec()))
        });
        cards.collect()
    }

    /// Opens one; it listens when this returns.
    ///
    /// # Errors
    /// Its name is taken, its target is refused, or its address cannot be listened on.
    pub(crate) fn open(&self, library: &Library, request: ProxyRequest) -> Result<(), Failure> {
        let mut all = hold(&self.0);
        let name = request.name.clone();
        if all.iter().any(|standing| standing.name == name) {
            return Err(Failure::usage(format!(
                "a proxy called {name} is on; choose another name"
            )));
        }
        let job = library.proxy(&ProxiesRequest {
            proxies: vec![request],
            ..ProxiesRequest::default()
        })?;
        all.push(Standing { name, job });
        Ok(())
    }

    /// The one of this name, to change its faults.
    ///
    /// # Errors
    /// When none is called so.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<Proxy>, Failure> {
        let all = hold(&self.0);
        let found = all.iter().find(|standing| standing.name == name);
        found
            .and_then(|standing| standing.job.proxies().into_iter().next())
            .ok_or_else(|| gone(name))
    }

    /// Lets one be controlled by replays; where.
    ///
    /// # Errors
    /// When none is called so, or nothing can be listened on.
    pub(crate) fn control(&self, library: &Library, name: &str) -> Result<String, Failure> {
        let mut all = hold(&self.0);
        let found = all.iter_mut().find(|standing| standing.name == name);
        let standing = found.ok_or_else(|| gone(name))?;
        let address = library.control_proxies(&mut standing.job)?;
        Ok(format!("http://{address}"))
    }

    /// Closes one with all its connections.
    ///
    /// # Errors
    /// When none is called so.
    pub(crate) fn close(&self, name: &str) -> Result<(), Failure> {
        let mut all = hold(&self.0);
        let at = all.iter().position(|standing| standing.name == name);
        let standing = all.remove(at.ok_or_else(|| gone(name))?);
        drop(all);
        standing.job.finish()?;
        Ok(())
    }

    /// Closes all of them.
    pub(crate) fn close_all(&self) {
        let all = std::mem::take(&mut *hold(&self.0));
        for standing in all {
            // they record nothing, and nothing else can fail
            let _ = standing.job.finish();
        }
    }
}

fn gone(name: &str) -> Failure {
    Failure::usage(format!("no proxy called {name} is on"))
}
