//! Bringing traffic in: live from an interface or from files, as a job with progress.

use std::path::PathBuf;

use reprise_capture::{
    CaptureEvent, Handle, ImportConfig, PacketSource, Progress, RecordConfig, Rotate, StopAfter,
};
use serde::Deserialize;

use crate::answer::{DeviceAnswer, RecordingAnswer};
use crate::redaction::RedactionChoice;
use crate::{CaptureLimits, Error, Library};

/// What an import is asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct ImportRequest {
    /// Capture files.
    pub files: Vec<PathBuf>,
    /// The recording's name.
    pub name: String,
    /// Which secrets are replaced.
    #[serde(default)]
    pub redaction: RedactionChoice,
    /// How much may be held in memory.
    #[serde(skip)]
    pub limits: CaptureLimits,
}

/// What a live recording is asked for.
#[derive(Clone, Debug)]
pub struct RecordRequest {
    /// Where the packets come from.
    pub source: PacketSource,
    /// TCP ports; none for all.
    pub ports: Vec<u16>,
    /// A pcap filter beside the ports.
    pub filter: Option<String>,
    /// When it ends by itself.
    pub stop_after: StopAfter,
    /// When to go on in a new recording; `None`: never.
    pub rotate: Option<Rotate>,
    /// The recording's name.
    pub name: String,
    /// Which secrets are replaced.
    pub redaction: RedactionChoice,
    /// How much may be held in memory.
    pub limits: CaptureLimits,
}

/// A running capture or import.
pub struct CaptureJob {
    handle: Handle,
}

/// Something a capture has to say.
#[derive(Clone, Debug)]
pub enum CaptureNews {
    /// How far it is.
    Progress(CaptureProgress),
    /// It goes on in another recording.
    Rotated {
        /// The name of the one that ended.
        ended: String,
        /// The name of the next.
        name: String,
    },
    /// Something the user should know now.
    Warning(String),
}

/// How far a capture is.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureProgress {
    /// Packets read.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Connections that carried bytes.
    pub connections: u64,
    /// Exchanges decoded.
    pub exchanges: u64,
    /// Packets that the kernel or an interface dropped.
    pub dropped_packets: u64,
    /// Bytes that one side acknowledged and the capture never saw.
    pub gap_bytes: u64,
    /// Packets dropped and bytes never seen, added up: anything but 0 deserves a look.
    pub lost: u64,
    /// Bytes that did not decode, in connections that have ended.
    pub undecodable_bytes: u64,
    /// Connections open now.
    pub open_connections: u64,
    /// How much of the files has been read, 0 to 1; `None` for a live capture.
    pub fraction: Option<f64>,
}

impl From<Progress> for CaptureProgress {
    fn from(now: Progress) -> Self {
        let dropped_packets = now.kernel_dropped + now.interface_dropped;
        Self {
            packets: now.packets,
            bytes: now.bytes,
            connections: now.connections,
            exchanges: now.exchanges,
            dropped_packets,
            gap_bytes: now.gap_bytes,
            lost: dropped_packets + now.gap_bytes,
            undecodable_bytes: now.undecodable_bytes,
            open_connections: now.open_connections,
            fraction: now.file_fraction,
        }
    }
}

impl Library {
    /// Starts importing capture files.
    ///
    /// # Errors
    /// When a file is no capture, or the name is taken.
    pub fn import(&self, request: &ImportRequest) -> Result<CaptureJob, Error> {
        let config = ImportConfig {
            files: request.files.clone(),
            name: request.name.clone(),
            limits: request.limits.decoding,
            reassembly: request.limits.reassembly,
            redaction: self.redaction(&request.redaction)?,
        };
        Ok(CaptureJob {
            handle: reprise_capture::import(config, &self.store)?,
        })
    }

    /// Starts recording live. When this returns, every matching packet from now on is captured.
    ///
    /// # Errors
    /// When the interface cannot be captured (the message names the fix), or the name is taken.
    pub fn record(&self, request: &RecordRequest) -> Result<CaptureJob, Error> {
        let config = RecordConfig {
            source: request.source.clone(),
            ports: request.ports.clone(),
            filter: request.filter.clone(),
            stop_after: request.stop_after,
            rotate: request.rotate,
            name: request.name.clone(),
            limits: request.limits.decoding,
            reassembly: request.limits.reassembly,
            redaction: self.redaction(&request.redaction)?,
        };
        Ok(CaptureJob {
            handle: reprise_capture::record(config, &self.store)?,
        })
    }
}

impl CaptureJob {
    /// The next thing it has to say; `None` once it has ended.
    pub fn next_news(&self) -> Option<CaptureNews> {
        match self.handle.events().recv() {
            Ok(CaptureEvent::Progress(now)) => Some(CaptureNews::Progress(now.into())),
            Ok(CaptureEvent::Rotated { ended, name }) => Some(CaptureNews::Rotated { ended, name }),
            Ok(CaptureEvent::Warning(warning)) => Some(CaptureNews::Warning(warning.to_string())),
            Ok(CaptureEvent::Finished) | Err(_) => None,
        }
    }

    /// Asks it to end; what was captured is kept.
    pub fn stop(&self) {
        self.handle.stop();
    }

    /// Something to stop it with from another thread.
    pub fn stopper(&self) -> reprise_capture::Stopper {
        self.handle.stopper()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the recording could not be written; what was committed is kept.
    pub fn finish(self) -> Result<RecordingAnswer, Error> {
        Ok(self.handle.join()?.into())
    }
}

/// Whether a capture filter can be read.
///
/// # Errors
/// When it cannot, with what is wrong.
pub fn check_capture_filter(filter: &str) -> Result<(), Error> {
    Ok(reprise_capture::check_filter(filter)?)
}

/// The interfaces of this machine, and why one cannot be captured.
///
/// # Errors
/// When libpcap cannot list them.
pub fn devices() -> Result<Vec<DeviceAnswer>, Error> {
    let devices = reprise_capture::devices()?.into_iter();
    Ok(devices
        .map(|device| {
            let not = device.capturable.err();
            let fix = not.as_ref().and_then(|not| not.fix.clone());
            let why = not.map(|not| match not.fix {
                Some(fix) => format!("{}; {fix}", not.why),
                None => not.why,
            });
            DeviceAnswer {
                name: device.name,
                description: device.description.unwrap_or_default(),
                addresses: device.addresses.iter().map(ToString::to_string).collect(),
                up: device.up,
                loopback: device.loopback,
                capturable: why.is_none(),
                why,
                fix,
            }
        })
        .collect())
}
