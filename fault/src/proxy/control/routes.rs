//! What can be asked and told. Refused means: nothing was changed.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Control, vaurien};
use crate::Fault;
use crate::api::{Answer, Asked, object, parts};
use crate::proxy::{FaultState, Proxy, ProxyError};

/// A fault to add or to change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultBody {
    /// As it is written: `20:delay(ms=250)`.
    fault: Option<String>,
    /// Whether it is switched on.
    on: Option<bool>,
    /// It ends so long from now unless this is said again; milliseconds.
    lease_ms: Option<u64>,
}

impl FaultBody {
    fn lease(&self) -> Option<Duration> {
        self.lease_ms.map(Duration::from_millis)
    }
}

/// Whether a proxy is to listen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProxyBody {
    enabled: bool,
}

/// All there is, for whoever asks for something else.
const PLACES: &str = "use GET /api/proxies, GET and PUT /api/proxies/NAME, POST and DELETE /api/proxies/NAME/faults, \
                      PUT and DELETE /api/proxies/NAME/faults/ID, POST /api/reset, or Vaurien's /behavior, \
                      /behaviors and /backend, or Toxiproxy's /proxies, /populate, /reset and /version";

pub(super) async fn answer(control: &Control, asked: Asked<'_>) -> Answer {
    let (method, body) = (asked.method, asked.body);
    let proxies = control.open.list();
    let parts = parts(asked.path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let named = |name: &str| {
        let proxy = proxies.iter().find(|proxy| proxy.name() == name);
        proxy.ok_or_else(|| {
            let names: Vec<&str> = proxies.iter().map(|proxy| proxy.name()).collect();
            let names = names.join(", ");
            Answer::error(
                404,
                format!("there is no proxy `{name}`; there are: {names}"),
            )
        })
    };
    let Some((&"api", rest)) = parts.split_first() else {
        if let Some(answer) = vaurien::answer(&proxies, method, &parts, body) {
            return answer;
        }
        let theirs = control.toxiproxy.answer(method, &parts, body).await;
        return theirs.unwrap_or_else(|| Answer::error(404, PLACES));
    };
    let done = match (method, rest) {
        ("GET", ["proxies"]) => Ok(Answer::ok(&json!(states(&proxies)))),
        ("GET", ["proxies", name]) => named(name).map(|proxy| Answer::ok(&json!(proxy.state()))),
        ("PUT", ["proxies", name]) => match named(name) {
            Ok(proxy) => enable(control, proxy, body).await,
            Err(refused) => Err(refused),
        },
        ("POST", ["proxies", name, "faults"]) => named(name).and_then(|proxy| add(proxy, body)),
        ("DELETE", ["proxies", name, "faults"]) => named(name).map(|proxy| {
            proxy.clear_faults();
            Answer::ok(&json!(proxy.state()))
        }),
        ("PUT", ["proxies", name, "faults", id]) => {
            named(name).and_then(|proxy| change(proxy, number(id)?, body))
        }
        ("DELETE", ["proxies", name, "faults", id]) => named(name).and_then(|proxy| {
            proxy.remove_fault(number(id)?).map_err(refused)?;
            Ok(Answer::ok(&json!(proxy.state())))
        }),
        ("POST", ["reset"]) => {
            proxies.iter().for_each(|proxy| proxy.clear_faults());
            Ok(Answer::ok(&json!(states(&proxies))))
        }
        (_, ["proxies", ..] | ["reset"]) => Err(Answer::error(405, PLACES)),
        _ => Err(Answer::error(404, PLACES)),
    };
    done.unwrap_or_else(|refused| refused)
}

/// Switches a proxy on or off.
async fn enable(control: &Control, proxy: &Arc<Proxy>, body: &[u8]) -> Result<Answer, Answer> {
    let body: ProxyBody = object(body, "{\"enabled\": false}, or true")?;
    match body.enabled {
        true => control.open.enable(proxy).map_err(refused)?,
        false => control.open.disable(proxy).await,
    }
    Ok(Answer::ok(&json!(proxy.state())))
}

fn states(proxies: &[Arc<Proxy>]) -> Vec<Value> {
    proxies.iter().map(|proxy| json!(proxy.state())).collect()
}

fn refused(error: ProxyError) -> Answer {
    let status = match error {
        ProxyError::NoSuchFault(_) => 404,
        _ => 400,
    };
    Answer::error(status, format!("could not {error}"))
}

fn number(id: &str) -> Result<u32, Answer> {
    let number = id.parse();
    number.map_err(|_| Answer::error(404, format!("`{id}` is no fault's number")))
}

/// What says what a fault is to be, for whoever says something else.
const FAULT_BODY: &str =
    "{\"fault\": \"20:delay(ms=250)\", \"on\": true, \"lease_ms\": 5000}, or some of these";

/// The body, and the fault it writes.
fn read(body: &[u8]) -> Result<(Option<Fault>, FaultBody), Answer> {
    let body: FaultBody = object(body, FAULT_BODY)?;
    if body.lease_ms == Some(0) {
        let why =
            "a lease of 0 ms has ended already: write \"lease_ms\" above 0, or remove the fault";
        return Err(Answer::error(400, why));
    }
    let fault = body.fault.as_ref().map(|fault| fault.parse());
    let fault = fault
        .transpose()
        .map_err(|error| Answer::error(400, error))?;
    Ok((fault, body))
}

/// A body that is not refused asks for something that can be written again.
#[cfg(any(test, feature = "invariants"))]
pub(super) fn invariant_body(body: &[u8]) {
    if let Ok((Some(fault), _)) = read(body) {
        assert_eq!(fault.to_string().parse(), Ok(fault));
    }
}

fn add(proxy: &Proxy, body: &[u8]) -> Result<Answer, Answer> {
    let (fault, body) = read(body)?;
    let fault = fault.ok_or_else(|| Answer::error(400, format!("write {FAULT_BODY}")))?;
    // what is leased is so before it can strike
    let on = body.on.unwrap_or(true);
    let id = proxy
        .add_fault(fault, on && body.lease_ms.is_none())
        .map_err(refused)?;
    if let Some(lease) = body.lease() {
        proxy.lease_fault(id, lease).map_err(refused)?;
        proxy.switch_fault(id, on).map_err(refused)?;
    }
    Ok(Answer::json(201, &json!(state(proxy, id))))
}

fn change(proxy: &Proxy, id: u32, body: &[u8]) -> Result<Answer, Answer> {
    let (fault, body) = read(body)?;
    if fault.is_none() && body.on.is_none() && body.lease_ms.is_none() {
        return Err(Answer::error(400, format!("write {FAULT_BODY}")));
    }
    if let Some(fault) = fault {
        proxy.change_fault(id, fault).map_err(refused)?;
    }
    if let Some(lease) = body.lease() {
        proxy.lease_fault(id, lease).map_err(refused)?;
    }
    if let Some(on) = body.on {
        proxy.switch_fault(id, on).map_err(refused)?;
    }
    Ok(Answer::ok(&json!(state(proxy, id))))
}

fn state(proxy: &Proxy, id: u32) -> Option<FaultState> {
    proxy.faults().into_iter().find(|fault| fault.id == id)
}
