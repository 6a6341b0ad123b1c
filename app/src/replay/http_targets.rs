//! Where recorded HTTP goes, as people write it: `URL` for all of it, `RECORDED=URL` for a part; and which
//! host its requests name.

use reprise_replay::{Connections, HostField, HttpRoute};
use reprise_store::targets::is_authority;

use crate::Error;

/// Reads what was given for `--http`, in its order.
pub(super) fn routes(given: &[String]) -> Result<Vec<HttpRoute>, Error> {
    let mut routes: Vec<HttpRoute> = Vec::new();
    for text in given {
        let route = route(text.trim())?;
        let same = |other: &&HttpRoute| other.recorded == route.recorded;
        if let Some(other) = routes.iter().find(same) {
            return Err(Error::Usage(format!(
                "--http '{text}' and '{}' are for the same recorded traffic; write RECORDED=URL to send a \
                 part of it elsewhere, as in shop.example=http://127.0.0.1:8080 or /api=http://127.0.0.1:8081",
                shown(other)
            )));
        }
        routes.push(route);
    }
    Ok(routes)
}

fn route(text: &str) -> Result<HttpRoute, Error> {
    // a target has no query, so that the last sign parts them
    let Some((recorded, url)) = text.rsplit_once('=') else {
        return Ok(HttpRoute {
            recorded: None,
            url: text.to_owned(),
        });
    };
    let recorded = recorded
        .parse()
        .map_err(|error| Error::Usage(format!("--http '{text}': failed to {error}")))?;
    Ok(HttpRoute {
        recorded: Some(recorded),
        url: url.to_owned(),
    })
}

/// A route as it is given.
pub(crate) fn shown(route: &HttpRoute) -> String {
    match &route.recorded {
        Some(recorded) => format!("{recorded}={}", route.url),
        None => route.url.clone(),
    }
}

/// Reads what was given for `--connections`.
pub(super) fn connections(given: &str) -> Result<Connections, Error> {
    let places = || given.strip_prefix("pool:")?.parse().ok().filter(|n| *n > 0);
    match given {
        "recorded" => Ok(Connections::Recorded),
        _ => places().map(Connections::Pool).ok_or_else(|| {
            Error::Usage(format!(
                "--connections '{given}' is neither recorded nor a pool; write pool:50 for at most 50 \
                 connections to each target"
            ))
        }),
    }
}

/// Reads what was given for `--host`.
pub(super) fn host(given: Option<&str>) -> Result<HostField, Error> {
    match given {
        None | Some("target") => Ok(HostField::Target),
        Some("keep") => Ok(HostField::Keep),
        Some(name) => {
            let odd = |c: char| !c.is_ascii_graphic() || matches!(c, '/' | '@' | '?' | '#');
            if name.contains(odd) || !is_authority(name) {
                return Err(Error::Usage(format!(
                    "--host '{name}' is no host; write keep, target, or a name such as shop.example:8080"
                )));
            }
            Ok(HostField::Name(name.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_ones_own_may_have_a_port_that_there_is() {
        for name in ["shop.example:8080", "[::1]:80"] {
            assert!(host(Some(name)).is_ok(), "{name}");
        }
        for name in ["", "a:99999", "::1", "a/b", "a@b"] {
            assert!(host(Some(name)).is_err(), "{name}");
        }
    }

    fn read(given: &[&str]) -> Result<Vec<String>, Error> {
        let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
        Ok(routes(&given)?.iter().map(shown).collect())
    }

    #[test]
    fn routes_are_read_in_order_and_shown_as_given() {
        let given = [
            "http://127.0.0.1:1",
            "/api=http://127.0.0.1:2",
            "shop.example:80=127.0.0.1:3",
        ];
        assert_eq!(read(&given).expect("they can be read"), given);
    }

    #[test]
    fn two_targets_for_the_same_traffic_and_what_names_none_are_refused() {
        for given in [
            &["http://a", "http://b"][..],
            &["/x=http://a", "/x/=http://b"],
            &["a b=http://a"],
        ] {
            let error = read(given).expect_err("it cannot be meant").to_string();
            assert!(error.contains("shop.example"), "{error}");
        }
    }

    #[test]
    fn connections_are_as_recorded_or_of_a_pool() {
        assert_eq!(connections("recorded").ok(), Some(Connections::Recorded));
        assert_eq!(connections("pool:50").ok(), Some(Connections::Pool(50)));
        for given in ["", "pool", "pool:", "pool:0", "pool:-1", "50"] {
            let error = connections(given).expect_err(given).to_string();
            assert!(error.contains("pool:50"), "{error}");
        }
    }

    #[test]
    fn the_host_is_kept_the_targets_or_a_name() {
        assert_eq!(host(None).ok(), Some(HostField::Target));
        assert_eq!(host(Some("keep")).ok(), Some(HostField::Keep));
        let named = HostField::Name("a.b:81".to_owned());
        assert_eq!(host(Some("a.b:81")).ok(), Some(named));
        assert!(host(Some("http://a")).is_err() && host(Some("")).is_err());
    }
}
