//! The URL of a recorded request, for formats that name requests by URLs.

use reprise_wire::http::Message;

use super::Exported;

/// What the request asked for, absolute. A captured connection without TLS is http; 443 stands in recordings
/// that were themselves imported.
pub(crate) fn absolute(exchange: &Exported<'_>, request: &Message<'_>, target: &[u8]) -> String {
    let target = String::from_utf8_lossy(target);
    if target.contains("://") && !target.starts_with('/') {
        return target.into_owned();
    }
    let server = exchange.connection.server;
    let scheme = if server.port() == 443 {
        "https"
    } else {
        "http"
    };
    let host = match request.header("host").filter(|host| !host.is_empty()) {
        Some(host) => String::from_utf8_lossy(host).into_owned(),
        None => server.to_string(),
    };
    let slash = if target.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{slash}{target}")
}
