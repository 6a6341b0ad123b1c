//! Proxies while they are open: what both faces show of them.

use std::net::SocketAddr;
use std::sync::Arc;

use reprise_fault::{Proxies, Proxy, ProxyState};
use serde::Serialize;

use super::recording::{PassingProgress, PassingRecording};
use crate::Error;
use crate::answer::RecordingAnswer;

/// Proxies that are open, until this is finished or dropped.
#[derive(Debug)]
pub struct ProxyJob {
    pub(super) proxies: Proxies,
    pub(super) control: Option<SocketAddr>,
    pub(super) warnings: Vec<String>,
    pub(super) recordings: Vec<PassingRecording>,
}

/// What a proxy was and has done.
#[derive(Clone, Debug, Serialize)]
pub struct ProxyAnswer {
    /// The proxy.
    #[serde(flatten)]
    pub proxy: ProxyState,
    /// The recording that what passed went into; proxies may share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingAnswer>,
}

impl ProxyJob {
    /// Where they are controlled, if they are.
    pub const fn control(&self) -> Option<SocketAddr> {
        self.control
    }

    /// What the user should see before anything is forwarded.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The proxies that are open: their faults are added, switched and removed there.
    pub fn proxies(&self) -> Vec<Arc<Proxy>> {
        self.proxies.list()
    }

    /// What each proxy is and has done so far.
    pub fn states(&self) -> Vec<ProxyState> {
        let all = self.proxies.list();
        all.iter().map(|proxy| proxy.state()).collect()
    }

    /// How far their recordings are.
    pub fn recordings(&self) -> Vec<PassingProgress> {
        let all = self.recordings.iter();
        all.map(PassingRecording::progress).collect()
    }

    /// Closes all connections; what each proxy has done.
    ///
    /// # Errors
    /// A recording could not be written; what was committed is kept.
    pub fn finish(self) -> Result<Vec<ProxyAnswer>, Error> {
        let all = self.proxies.list();
        self.proxies.stop();
        let mut answers: Vec<ProxyAnswer> = all
            .iter()
            .map(|proxy| ProxyAnswer {
                proxy: proxy.state(),
                recording: None,
            })
            .collect();
        for recording in self.recordings {
            let proxies = recording.proxies.clone();
            let made = recording.finish()?;
            for answer in &mut answers {
                if proxies.contains(&answer.proxy.name) {
                    answer.recording = Some(made.clone());
                }
            }
        }
        Ok(answers)
    }
}
