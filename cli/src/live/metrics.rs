//! `--metrics ADDRESS`: a page for Prometheus while runs are on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use reprise_app::api::{Answer, Api, Asked, Server};
use reprise_app::{Exposition, Tick};

use crate::aside;

/// A page that is served until this is dropped.
pub(super) struct Metrics {
    _server: Server,
    shown: Arc<Mutex<Exposition>>,
}

/// What the server answers with.
struct Page(Arc<Mutex<Exposition>>);

impl Metrics {
    /// Listens, and says where.
    pub(super) fn serve(address: SocketAddr) -> anyhow::Result<Self> {
        let shown = Arc::new(Mutex::new(Exposition::new("")));
        let server = Server::start("metrics", address, Page(Arc::clone(&shown)))
            .with_context(|| format!("failed to listen on {address} for --metrics"))?;
        let address = server.address();
        aside::say(format_args!("reprise: metrics at http://{address}/metrics"));
        Ok(Self {
            _server: server,
            shown,
        })
    }

    /// Shows another run from now on.
    pub(super) fn show(&self, run: Exposition) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    /// Adds what happened in the run that is shown.
    pub(super) fn add(&self, tick: &Tick) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.add(tick);
    }
}

impl Api for Page {
    async fn answer(&self, asked: Asked<'_>) -> Answer {
        match (asked.method, asked.path) {
            ("GET" | "HEAD", "/metrics") => {
                let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                Answer::text("text/plain; version=0.0.4; charset=utf-8", shown.text())
            }
            (_, "/metrics") => Answer::error(405, "use GET"),
            _ => Answer::error(404, "the numbers are at /metrics"),
        }
    }
}
