//! Starting a live recording: a thread for each source, one that decodes, those that store.

use std::thread;

use reprise_store::{NewRecording, Store};

use super::config::{Interfaces, PacketSource, RecordConfig};
use super::delivery::{self, Dropped, Outlet};
use super::engine::Engine;
use super::open::{self, Open};
use super::{expression, interface};
use crate::event::Events;
use crate::{CaptureError, CaptureEvent, Handle, Ingest, Recorder, Stopper, Warning};

/// Starts capturing. When this returns, every matching packet sent from now on is captured.
///
/// # Errors
/// An interface cannot be opened, the filter is wrong, or the recording cannot be created.
pub fn record(config: RecordConfig, store: &Store) -> Result<Handle, CaptureError> {
    let PacketSource::Interfaces(interfaces) = &config.source;
    let opened = open_all(interfaces, &config)?;
    let writer = store.create_recording(&NewRecording {
        name: config.name.clone(),
        source: described(&config),
        started_at: crate::import::now(),
    })?;
    let recorder = Recorder::start(writer, config.limits, config.redaction)?;
    let ingest = Ingest::new(recorder, config.reassembly);
    let stopper = Stopper::default();
    let (outlet, inlet) = delivery::queue();
    let engine = Engine {
        inlet,
        dropped: Dropped::default(),
        stopper: stopper.clone(),
        stop_after: config.stop_after,
        sources: opened.len(),
    };
    Handle::start("reprise-decode", stopper, move |events| {
        for (number, (name, open)) in opened.into_iter().enumerate() {
            let outlet = outlet.of_source(number);
            start(name, open, outlet, &engine, events)?;
        }
        drop(outlet);
        engine.run(ingest, events)
    })
}

/// Opens every interface, with the filter set.
fn open_all(
    interfaces: &Interfaces,
    config: &RecordConfig,
) -> Result<Vec<(String, Open)>, CaptureError> {
    let Interfaces {
        names,
        ring_bytes,
        promiscuous,
    } = interfaces;
    if names.is_empty() {
        return Err(CaptureError::NoInterface);
    }
    if names.len() > 1 && names.iter().any(|name| name == "any") {
        return Err(CaptureError::AnyAmongOthers);
    }
    let expression = expression::of(&config.ports, config.filter.as_deref());
    let mut opened: Vec<(String, Open)> = Vec::with_capacity(names.len());
    for name in names {
        if opened.iter().any(|(other, _)| other == name) {
            continue;
        }
        let mut open = open::open(name, *ring_bytes, *promiscuous)?;
        open::filter(&mut open, &expression, config.filter.as_deref())?;
        opened.push((name.clone(), open));
    }
    Ok(opened)
}

/// Starts the thread of an interface.
fn start(
    name: String,
    open: Open,
    mut outlet: Outlet,
    engine: &Engine,
    events: &Events,
) -> Result<(), CaptureError> {
    let (stopper, dropped) = (engine.stopper.clone(), engine.dropped.clone());
    let events = events.clone();
    let thread = thread::Builder::new().name("reprise-capture".to_owned());
    let started = thread.spawn(move || {
        if let Some(reason) = interface::run(open, &mut outlet, &stopper, &dropped) {
            let interface = name;
            let warning = Warning::InterfaceGone { interface, reason };
            events.tell(CaptureEvent::Warning(warning));
        }
        outlet.end();
    });
    started.map(drop).map_err(CaptureError::Thread)
}

/// Where the packets come from, for people.
fn described(config: &RecordConfig) -> String {
    let PacketSource::Interfaces(interfaces) = &config.source;
    let filter = expression::of(&config.ports, config.filter.as_deref()).plain;
    format!("{} {filter}", interfaces.names.join(", "))
        .trim_end()
        .to_owned()
}
