//! The control API of proxies, with the places that Vaurien's and Toxiproxy's clients know.

#[cfg(any(test, feature = "invariants"))]
pub(super) mod invariants;
mod routes;
mod toxiproxy;
mod vaurien;

use std::sync::Arc;

use reprise_store::Store;

use super::open::OpenProxies;
use crate::api::{Admission, Answer, Api, Asked};
use toxiproxy::Toxiproxy;

/// Who may control what.
#[derive(Debug)]
pub(super) struct Control {
    open: Arc<OpenProxies>,
    admission: Admission,
    toxiproxy: Toxiproxy,
}

impl Control {
    pub(super) fn new(open: Arc<OpenProxies>, admission: Admission, store: Store) -> Self {
        Self {
            toxiproxy: Toxiproxy::new(Arc::clone(&open), store),
            open,
            admission,
        }
    }
}

impl Api for Control {
    async fn answer(&self, asked: Asked<'_>) -> Answer {
        match self.admission.check(asked.headers) {
            Ok(()) => routes::answer(self, asked).await,
            Err(refused) => refused,
        }
    }
}
