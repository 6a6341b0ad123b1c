//! HTTP with JSON for whoever controls something that runs here: proxies and their faults, a run. Small on purpose: one
//! request after the other on a connection, bounded bodies, and no page of any website can reach it through a browser.

mod admission;
mod answer;
mod body;
mod path_part;
mod server;

use std::future::Future;

use reprise_wire::http::Headers;

pub use admission::{Admission, NotProtected};
pub use answer::Answer;
pub use body::object;
pub use path_part::{parts, written};
pub use server::Server;

/// What can be asked and told. Refused means: nothing was changed.
pub trait Api: Send + 'static {
    /// Answers a request.
    fn answer(&self, asked: Asked<'_>) -> impl Future<Output = Answer>;
}

/// A request, all of which has come.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `GET`
    pub method: &'a str,
    /// Its target without a query.
    pub path: &'a str,
    /// Its fields.
    pub headers: &'a Headers<'a>,
    /// At most 64 KiB.
    pub body: &'a [u8],
}
