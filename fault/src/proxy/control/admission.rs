//! Who may control: with a token, whoever knows it; without one, programs on this machine, but no website
//! that a browser on this machine happens to show.

use std::net::IpAddr;

use reprise_wire::http::Headers;

use super::Answer;

/// Refuses who may not.
pub(super) fn check(headers: &Headers<'_>, token: Option<&str>) -> Result<(), Answer> {
    match token {
        Some(token) => bearer(headers, token),
        None => no_website(headers),
    }
}

fn bearer(headers: &Headers<'_>, token: &str) -> Result<(), Answer> {
    let given = headers.get("Authorization").unwrap_or_default();
    let given = given.strip_prefix(b"Bearer ").unwrap_or_default();
    // compared to its end whatever differs: the time must not tell how much of it was right
    let same_length = given.len() == token.len();
    let differ = given
        .iter()
        .zip(token.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    if same_length && differ == 0 {
        return Ok(());
    }
    Err(Answer::error(
        401,
        "send the token: Authorization: Bearer TOKEN",
    ))
}

/// A browser names the page a request comes from, and the host it believes to talk to: a foreign name there
/// was made to point at this machine.
fn no_website(headers: &Headers<'_>) -> Result<(), Answer> {
    let host = headers.get("Host").unwrap_or_default();
    let host = String::from_utf8_lossy(host);
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let is_here = name.is_empty() || name == "localhost" || name.parse::<IpAddr>().is_ok();
    if is_here && headers.get("Origin").is_none() {
        return Ok(());
    }
    Err(Answer::error(
        403,
        "websites may not control faults; from a browser, use --control-token",
    ))
}
