//! Vaurien's control API, for what was written for it: one behaviour at a time, on all requests. Here its
//! options are kept.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use crate::api::Answer;
use crate::proxy::Proxy;
use crate::{Behaviour, Fault, SpokenProtocol};

/// Vaurien's behaviours, in its order.
const BEHAVIORS: [&str; 7] = [
    "abort",
    "blackout",
    "delay",
    "dummy",
    "error",
    "hang",
    "transient",
];

/// A behaviour with its options, each with Vaurien's default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behavior {
    name: String,
    /// Seconds.
    #[serde(default = "one_second")]
    sleep: f64,
    #[serde(default = "yes")]
    before: bool,
    /// Damage what passes instead of answering.
    #[serde(default)]
    inject: bool,
    #[serde(default)]
    warmup: u32,
    #[serde(default = "once")]
    agitate: u32,
}

/// What `error` is where no error can be answered: as many bytes as Vaurien damages.
const DAMAGE: &str = "corrupt(bytes=100)";

const fn one_second() -> f64 {
    1.0
}

const fn yes() -> bool {
    true
}

const fn once() -> u32 {
    1
}

/// What Vaurien would answer; `None`: it does not know the place either.
pub(super) fn answer(
    proxies: &[Arc<Proxy>],
    method: &str,
    path: &[&str],
    body: &[u8],
) -> Option<Answer> {
    let body = match (method, path) {
        ("GET", ["behaviors"]) => json!({ "behaviors": BEHAVIORS }),
        ("GET", ["behavior"]) => json!({ "behavior": current(proxies) }),
        ("GET", ["backend"]) => {
            json!({ "backend": proxies.first()?.forwards_to() })
        }
        ("PUT", ["behavior"]) => match set(proxies, body) {
            Ok(()) => json!({ "status": "ok" }),
            Err(why) => {
                let errors = [json!({ "location": "body", "name": "name", "description": why })];
                let body = json!({ "status": "error", "errors": errors });
                return Some(Answer::json(400, &body));
            }
        },
        _ => return None,
    };
    Some(Answer::ok(&body))
}

/// The behaviour that is on.
fn current(proxies: &[Arc<Proxy>]) -> &'static str {
    let faults = proxies.first().map(|proxy| proxy.faults());
    let on = faults.into_iter().flatten().find(|fault| fault.on);
    on.map_or("dummy", |fault| named(&fault.fault))
}

/// What Vaurien calls a fault that it has, so that whoever reads the name can put it back.
fn named(fault: &Fault) -> &'static str {
    match fault.behaviour {
        Behaviour::Injected(_) | Behaviour::Corrupt(_) if fault.count.first.is_some() => {
            "transient"
        }
        Behaviour::Corrupt(_) => "error",
        _ => fault.behaviour.name(),
    }
}

/// Puts one behaviour in the place of all faults of all proxies. Refused, it changes nothing.
fn set(proxies: &[Arc<Proxy>], body: &[u8]) -> Result<(), String> {
    let behavior: Behavior = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let faults: Vec<Option<Fault>> = proxies
        .iter()
        .map(|proxy| fault(&behavior, proxy.protocol().spoken()))
        .collect::<Result<_, _>>()?;
    for (proxy, fault) in proxies.iter().zip(faults) {
        proxy.clear_faults();
        if let Some(fault) = fault {
            proxy
                .add_fault(fault, true)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// The fault a behaviour is in a protocol; `None`: it is none.
fn fault(behavior: &Behavior, protocol: Option<SpokenProtocol>) -> Result<Option<Fault>, String> {
    let error = match protocol {
        // which has no use for `inject`
        Some(SpokenProtocol::Http) => "error(status=503)",
        _ if behavior.inject => DAMAGE,
        Some(SpokenProtocol::Mysql) => "error(code=1105)",
        Some(SpokenProtocol::Redis | SpokenProtocol::Memcached | SpokenProtocol::Smtp) => "error",
        None => DAMAGE,
    };
    let warmup = match behavior.warmup {
        0 => String::new(),
        warmup => format!(" after {warmup}"),
    };
    let text = match behavior.name.as_str() {
        "dummy" => return Ok(None),
        "delay" => {
            let ms = (behavior.sleep * 1_000.0).round();
            let when = if behavior.before { "before" } else { "after" };
            format!("delay(ms={ms},when={when})")
        }
        "error" if behavior.warmup > 0 => format!("{error}{warmup} of all"),
        "error" => error.to_owned(),
        // it never fails
        "transient" if behavior.agitate == 0 => return Ok(None),
        "transient" => format!("{error}{warmup} first {} of all", behavior.agitate),
        name @ ("abort" | "blackout" | "hang") => name.to_owned(),
        name => return Err(format!("the '{name}' behavior does not exist")),
    };
    let fault = format!("100:{text}").parse();
    fault
        .map(Some)
        .map_err(|error: crate::FaultError| error.to_string())
}

/// A body is a behaviour of every protocol, or of none.
#[cfg(any(test, feature = "invariants"))]
pub(super) fn invariant_body(body: &[u8]) {
    let Ok(behavior) = serde_json::from_slice::<Behavior>(body) else {
        return;
    };
    let made = [None, Some(SpokenProtocol::Http), Some(SpokenProtocol::Smtp)]
        .map(|protocol| fault(&behavior, protocol).is_ok());
    assert!(made == [true; 3] || made == [false; 3], "{behavior:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &str, protocol: Option<SpokenProtocol>) -> String {
        let behavior = serde_json::from_str(body).unwrap();
        let fault = fault(&behavior, protocol).unwrap();
        fault.map_or_else(|| "none".to_owned(), |fault| fault.to_string())
    }

    #[test]
    fn behaviours_keep_their_options() {
        let delay = "{\"name\": \"delay\", \"sleep\": 0.25, \"before\": false}";
        assert_eq!(written(delay, None), "100:delay(ms=250,when=after)");
        assert_eq!(written("{\"name\": \"delay\"}", None), "100:delay(ms=1000)");
        let transient = "{\"name\": \"transient\", \"agitate\": 3}";
        assert_eq!(
            written(transient, Some(SpokenProtocol::Mysql)),
            "100:error(code=1105) first 3 of all"
        );
        assert_eq!(
            written(
                "{\"name\": \"error\", \"warmup\": 2}",
                Some(SpokenProtocol::Http)
            ),
            "100:error(status=503) after 2 of all"
        );
        assert_eq!(written("{\"name\": \"dummy\"}", None), "none");
        let both = "{\"name\": \"transient\", \"warmup\": 2, \"agitate\": 3, \"inject\": true}";
        assert_eq!(
            written(both, Some(SpokenProtocol::Http)),
            "100:error(status=503) after 2 first 3 of all"
        );
        assert_eq!(
            written(both, Some(SpokenProtocol::Redis)),
            "100:corrupt(bytes=100) after 2 first 3 of all"
        );
    }

    #[test]
    fn a_behaviour_is_called_by_the_name_it_was_put_there_by() {
        for name in BEHAVIORS {
            for protocol in [
                None,
                Some(SpokenProtocol::Http),
                Some(SpokenProtocol::Mysql),
            ] {
                let body = format!("{{\"name\": \"{name}\"}}");
                let behavior = serde_json::from_str(&body).unwrap();
                let fault = fault(&behavior, protocol).unwrap();
                assert_eq!(fault.as_ref().map_or("dummy", named), name, "{protocol:?}");
            }
        }
    }

    #[test]
    fn what_vaurien_does_not_know_is_refused() {
        for body in [
            "{\"name\": \"delay\", \"sleep\": -1}",
            "{\"name\": \"nope\"}",
        ] {
            let behavior = serde_json::from_str(body).unwrap();
            assert!(fault(&behavior, None).is_err(), "{body}");
        }
    }
}
