//! Orders to the run that is on, over HTTP with JSON: hold it, change its rate, switch its faults, end it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use reprise_fault::ProxyError;
use reprise_fault::api::{Admission, Answer, Api, Asked, NotProtected, Server, object, parts};
use reprise_replay::Control;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ReplayJob;
use crate::Error;
use crate::proxy::listen_address;

/// All there is, for whoever asks for something else.
const PLACES: &str = "use GET and PUT /api/run, PUT /api/run/faults/ID, POST /api/run/stop";

/// Takes orders for runs until it is dropped, one run at a time.
#[derive(Debug)]
pub struct RunOrders {
    server: Server,
    on: On,
}

/// The run that is on, by its name.
type On = Arc<Mutex<Option<(String, Control)>>>;

impl RunOrders {
    /// Listens at `address`, as it was written for `--control`: `ADDRESS:PORT`, or a port alone of this machine. Who
    /// knows the token may give orders; without one, whoever is on this machine.
    ///
    /// # Errors
    /// The address is none or cannot be listened on, or others could reach it and there is no token.
    pub fn take(address: &str, token: Option<String>) -> Result<Self, Error> {
        let address = listen_address("--control", address)?;
        let admission = Admission::new(address, token, "a run")
            .map_err(|NotProtected| ProxyError::Unprotected(address))?;
        let on = On::default();
        let orders = Orders {
            admission,
            on: Arc::clone(&on),
        };
        let server = Server::start("run-control", address, orders)
            .map_err(|source| ProxyError::Listen { address, source })?;
        Ok(Self { server, on })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Orders are for this run from now on.
    pub fn are_for(&self, job: &ReplayJob) {
        *self.now() = Some((job.run().to_owned(), job.control()));
    }

    /// No run is on any more.
    pub fn are_for_none(&self) {
        *self.now() = None;
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Option<(String, Control)>> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the server answers with.
struct Orders {
    admission: Admission,
    on: On,
}

/// What of a run is to change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Whether it is to be held.
    paused: Option<bool>,
    /// How many times the recorded rate.
    rate: Option<f64>,
}

/// Whether a fault is to be on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    on: bool,
}

impl Api for Orders {
    async fn answer(&self, asked: Asked<'_>) -> Answer {
        let answer = self.admission.check(asked.headers);
        let done = answer.and_then(|()| self.order(asked));
        done.unwrap_or_else(|refused| refused)
    }
}

impl Orders {
    /// Does what is ordered; how the run is then.
    fn order(&self, asked: Asked<'_>) -> Result<Answer, Answer> {
        let on = self.on.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = parts(asked.path);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let ["api", "run", order @ ..] = parts.as_slice() else {
            return Err(Answer::error(404, PLACES));
        };
        let Some((run, control)) = &*on else {
            let why = "no run is on: it is being planned, or has ended";
            return Err(Answer::error(409, why));
        };
        match (asked.method, order) {
            ("GET" | "HEAD", []) => {}
            ("PUT", []) => change(control, asked.body)?,
            ("PUT", ["faults", id]) => switch(control, id, asked.body)?,
            ("POST", ["stop"]) => control.stop(),
            (_, [] | ["faults", _] | ["stop"]) => return Err(Answer::error(405, PLACES)),
            _ => return Err(Answer::error(404, PLACES)),
        }
        Ok(Answer::ok(&state(run, control)))
    }
}

/// Changes all that is named, or nothing.
fn change(control: &Control, body: &[u8]) -> Result<(), Answer> {
    const LIKE: &str = "{\"paused\": true, \"rate\": 2.5}, or one of these";
    let Change { paused, rate } = object(body, LIKE)?;
    if paused.is_none() && rate.is_none() {
        return Err(Answer::error(400, format!("write {LIKE}")));
    }
    if let Some(times) = rate {
        if !control.has_rate() {
            let why = "the run goes as fast as the target answers and has no rate to change";
            return Err(Answer::error(409, why));
        }
        if !(times.is_finite() && times > 0.0) {
            let why = "a rate is how many times the recorded one, above 0; \"paused\" holds a run";
            return Err(Answer::error(400, why));
        }
        control.set_rate(times);
    }
    match paused {
        Some(true) => control.pause(),
        Some(false) => control.resume(),
        None => {}
    }
    Ok(())
}

/// Switches a fault, by its place among the plan's, from 1.
fn switch(control: &Control, id: &str, body: &[u8]) -> Result<(), Answer> {
    let Switch { on } = object(body, "{\"on\": false}, or true")?;
    let faults = control.faults().count();
    let index = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
    let index = index.filter(|index| *index < faults).ok_or_else(|| {
        let why = match faults {
            0 => "the run has no faults".to_owned(),
            _ => format!("there is no fault {id}: the run's are 1 to {faults}"),
        };
        Answer::error(404, why)
    })?;
    control.set_fault(index, on);
    Ok(())
}

/// How a run is; its numbers are what `reprise report` has, and `--metrics`.
fn state(run: &str, control: &Control) -> Value {
    let faults = control.faults().zip(1..);
    let faults = faults.map(|((fault, on), id)| json!({ "id": id, "fault": fault, "on": on }));
    json!({
        "run": run,
        "paused": control.is_paused(),
        "stopping": control.is_ending(),
        "rate": control.has_rate().then(|| control.rate()),
        "faults": faults.collect::<Vec<Value>>(),
    })
}
