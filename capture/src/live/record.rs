//! Starting a live recording: a thread for each source, one that decodes, those that store.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use reprise_store::{NewRecording, Store};
use reprise_wire::Timestamp;

use super::command::{self, CaptureCommand};
use super::config::{Interfaces, PacketSource, RecordConfig, StopAfter};
use super::delivery::{self, Delivery, Ended, Losses, Outlet, Room};
use super::engine::Engine;
use super::flowing::{self, FlowingFile};
use super::open::{self, InterfaceRequest, OpenInterface};
use super::rotation::Rotation;
use super::tap::{self, Tap};
use super::{expression, interface};
use crate::event::Events;
use crate::{CaptureError, CaptureEvent, Handle, Ingest, Recorder, Stopper, Warning};

/// Starts capturing. When this returns, every matching packet that an interface sees from now on is
/// captured; a command has been started.
///
/// # Errors
/// An interface cannot be opened, the filter is wrong, or the recording cannot be created. What
/// comes of a command is known at the end.
pub fn record(config: RecordConfig, store: &Store) -> Result<Handle, CaptureError> {
    match config.source.clone() {
        PacketSource::Interfaces(interfaces) => record_interfaces(&interfaces, config, store),
        PacketSource::Command(command) => record_command(command, config, store),
        PacketSource::Files { files, patience } => record_files(files, patience, config, store),
    }
}

fn record_interfaces(
    interfaces: &Interfaces,
    config: RecordConfig,
    store: &Store,
) -> Result<Handle, CaptureError> {
    let requests = requests(interfaces, &config)?;
    let (outlets, engine) = engine(requests.len(), Room::Queue, config.stop_after);
    let mut opened = Vec::with_capacity(requests.len());
    for request in requests {
        let open = open(&request, interfaces.tap.as_deref(), &engine)?;
        opened.push((request.name, open));
    }
    let filter = expression::of(&config.ports, config.filter.as_deref()).plain;
    let names = interfaces.names.join(", ");
    let source = format!("{names} {filter}");
    let (ingest, rotation) = ingest(config, source.trim_end(), None, store)?;
    Handle::start("reprise-decode", engine.stopper.clone(), move |events| {
        for ((name, open), outlet) in opened.into_iter().zip(outlets) {
            start_interface(name, open, outlet, &engine, events)?;
        }
        engine.run(ingest, rotation, Vec::new(), events)
    })
}

fn record_command(
    command: CaptureCommand,
    config: RecordConfig,
    store: &Store,
) -> Result<Handle, CaptureError> {
    let line = command.line.clone();
    let commands = vec![command];
    record_streams(config, line, commands, None, store, |command, with| {
        let source = command::Source {
            command,
            outlet: with.outlet,
            stopper: with.stopper,
            losses: with.losses,
            events: with.events,
        };
        move || source.run()
    })
}

fn record_files(
    files: Vec<FlowingFile>,
    patience: Duration,
    config: RecordConfig,
    store: &Store,
) -> Result<Handle, CaptureError> {
    let names: Vec<String> = files.iter().map(FlowingFile::name).collect();
    let opened = (0..).zip(files).map(|(number, flowing)| {
        let file = flowing.open()?;
        Ok((number, flowing, file))
    });
    let opened = opened.collect::<Result<Vec<_>, CaptureError>>()?;
    let names = names.join(", ");
    record_streams(
        config,
        names,
        opened,
        Some(patience),
        store,
        |(number, flowing, file), with| {
            let source = flowing::Source {
                number,
                flowing,
                file,
                outlet: with.outlet,
                stopper: with.stopper,
                losses: with.losses,
                events: with.events,
            };
            move || source.run()
        },
    )
}

/// What the thread of a stream works with beside the stream.
struct StreamEnds {
    outlet: Outlet,
    stopper: Stopper,
    losses: Losses,
    events: Events,
}

/// Records streams. The recording is created with the first packets, whose time it begins with:
/// streams that are no captures leave none behind.
fn record_streams<Stream: Send + 'static, Run: FnOnce() + Send + 'static>(
    config: RecordConfig,
    source: String,
    streams: Vec<Stream>,
    patience: Option<Duration>,
    store: &Store,
    prepare: impl Fn(Stream, StreamEnds) -> Run + Send + 'static,
) -> Result<Handle, CaptureError> {
    if !config.ports.is_empty() || config.filter.is_some() {
        return Err(CaptureError::StreamFiltered);
    }
    if streams.is_empty() {
        return Err(CaptureError::NoFiles);
    }
    if config.rotate.is_none() {
        store.check_new_recording(&config.name)?;
    }
    let (outlets, mut engine) = engine(streams.len(), Room::Share, config.stop_after);
    engine.patience = patience;
    let store = store.clone();
    Handle::start("reprise-decode", engine.stopper.clone(), move |events| {
        for (stream, outlet) in streams.into_iter().zip(outlets) {
            let ends = StreamEnds {
                outlet,
                stopper: engine.stopper.clone(),
                losses: engine.losses.clone(),
                events: events.clone(),
            };
            let thread = thread::Builder::new().name("reprise-capture".to_owned());
            thread
                .spawn(prepare(stream, ends))
                .map_err(CaptureError::Thread)?;
        }
        let stopper = engine.stopper.clone();
        let recording = engine.wait(events).and_then(|first| {
            let begins = first.iter().filter_map(Delivery::begins).min();
            let (ingest, rotation) = ingest(config, &source, begins, &store)?;
            engine.run(ingest, rotation, first, events)
        });
        // Nobody reads on for nothing.
        stopper.stop();
        recording
    })
}

fn engine(sources: usize, room: Room, stop_after: StopAfter) -> (Vec<Outlet>, Engine) {
    let (outlets, inlet) = delivery::queue(sources, room);
    let engine = Engine {
        inlet,
        losses: Losses::default(),
        stopper: Stopper::default(),
        stop_after,
        until: stop_after.duration.map(|after| Instant::now() + after),
        sources,
        patience: None,
    };
    (outlets, engine)
}

/// Creates the recording, or the first of several, as of now unless its packets are from another time.
fn ingest(
    config: RecordConfig,
    source: &str,
    begins: Option<Timestamp>,
    store: &Store,
) -> Result<(Ingest, Option<Rotation>), CaptureError> {
    let started_at = begins.unwrap_or_else(crate::import::now);
    let rotation = config.rotate;
    let mut rotation = rotation.map(|rotate| Rotation::new(store, rotate, &config.name, source));
    let writer = match &mut rotation {
        Some(rotation) => rotation.next(started_at, 0)?,
        None => store.create_recording(&NewRecording {
            name: config.name,
            source: source.to_owned(),
            started_at,
        })?,
    };
    let recorder = Recorder::start(writer, config.limits, config.redaction)?;
    Ok((Ingest::new(recorder, config.reassembly), rotation))
}

/// An interface that is captured here, or by somebody who may.
enum Opened {
    Here(OpenInterface),
    Through(Tap),
}

/// What to open, each interface once.
fn requests(
    interfaces: &Interfaces,
    config: &RecordConfig,
) -> Result<Vec<InterfaceRequest>, CaptureError> {
    let names = &interfaces.names;
    if names.is_empty() {
        return Err(CaptureError::NoInterface);
    }
    if names.len() > 1 && names.iter().any(|name| name == "any") {
        return Err(CaptureError::AnyAmongOthers);
    }
    let mut requests: Vec<InterfaceRequest> = Vec::with_capacity(names.len());
    for name in names {
        if requests.iter().any(|other| other.name == *name) {
            continue;
        }
        requests.push(InterfaceRequest {
            name: name.clone(),
            ring_bytes: interfaces.ring_bytes,
            snap_length: interfaces.snap_length,
            promiscuous: interfaces.promiscuous,
            ports: config.ports.clone(),
            filter: config.filter.clone(),
        });
    }
    Ok(requests)
}

/// Opens an interface here; through a tap when that was asked for, or this process may not.
fn open(
    request: &InterfaceRequest,
    tap: Option<&Path>,
    engine: &Engine,
) -> Result<Opened, CaptureError> {
    if tap.is_none() {
        match open::open_interface(request) {
            Err(CaptureError::NoRights { .. }) => {}
            opened => return opened.map(Opened::Here),
        }
    }
    let Some(tap) = tap::find(tap) else {
        let interface = request.name.clone();
        return Err(CaptureError::NoRights {
            interface,
            tap: None,
        });
    };
    tap::start(&tap, request, &engine.stopper, &engine.losses).map(Opened::Through)
}

/// Starts the thread of an interface.
fn start_interface(
    name: String,
    open: Opened,
    mut outlet: Outlet,
    engine: &Engine,
    events: &Events,
) -> Result<(), CaptureError> {
    let (stopper, losses) = (engine.stopper.clone(), engine.losses.clone());
    let events = events.clone();
    let thread = thread::Builder::new().name("reprise-capture".to_owned());
    let started = thread.spawn(move || {
        let gone = match open {
            Opened::Here(open) => interface::run(open, &mut outlet, &stopper, &losses),
            Opened::Through(tap) => tap.run(&mut outlet, &stopper, &losses),
        };
        if let Some(reason) = gone {
            let interface = name;
            let warning = Warning::InterfaceGone { interface, reason };
            events.tell(CaptureEvent::Warning(warning));
        }
        outlet.end(Ended::Whole);
    });
    started.map(drop).map_err(CaptureError::Thread)
}
