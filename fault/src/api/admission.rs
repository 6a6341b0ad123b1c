//! Who may control: with a token, whoever knows it; without one, programs on this machine, but no website
//! that a browser on this machine happens to show.

use std::net::{IpAddr, SocketAddr};

use reprise_wire::http::Headers;

use super::Answer;

/// Who is admitted.
#[derive(Debug)]
pub struct Admission {
    token: Option<String>,
    what: &'static str,
}

/// Others than programs of this machine could reach an address, and no token keeps them out.
#[derive(Debug)]
pub struct NotProtected;

impl Admission {
    /// Those who know the token, or without one programs on this machine, at this address. `what` they control is
    /// said to those who may not.
    ///
    /// # Errors
    /// Others could reach the address, and there is no token.
    pub fn new(
        address: SocketAddr,
        token: Option<String>,
        what: &'static str,
    ) -> Result<Self, NotProtected> {
        match token.is_none() && !address.ip().is_loopback() {
            true => Err(NotProtected),
            false => Ok(Self { token, what }),
        }
    }

    /// Refuses who may not.
    ///
    /// # Errors
    /// What is answered then.
    pub fn check(&self, headers: &Headers<'_>) -> Result<(), Answer> {
        match &self.token {
            Some(token) => bearer(headers, token),
            None => self.no_website(headers),
        }
    }

    /// A browser names the page a request comes from, and the host it believes to talk to: a foreign name there
    /// was made to point at this machine.
    fn no_website(&self, headers: &Headers<'_>) -> Result<(), Answer> {
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
        let what = self.what;
        Err(Answer::error(
            403,
            format!("websites may not control {what}; from a browser, use --control-token"),
        ))
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
