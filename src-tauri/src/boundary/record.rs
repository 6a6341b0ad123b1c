//! Recording live: which interfaces there are, what is asked for, how it goes.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use reprise_app::answer::DeviceAnswer;
use reprise_app::{
    CaptureCommand, CaptureLimits, Interfaces, PacketSource, RecordRequest, RedactionChoice,
    Rotate, StopAfter, parse_rotation, parse_size,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::Count;
use super::fields::{filled, milliseconds};
use crate::error::Failure;
use crate::live_recording::Asked;

/// What a kernel's buffer may take: libpcap counts it in 31 bits.
const RING_BYTES: RangeInclusive<u64> = (1 << 20)..=(i32::MAX as u64);

/// An interface of this machine.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceCard {
    name: String,
    /// What the system says of it; often nothing.
    description: String,
    addresses: Vec<String>,
    up: bool,
    loopback: bool,
    /// Why it cannot be captured; null when it can.
    why: Option<String>,
    /// The command that changes it, if there is one.
    fix: Option<String>,
}

/// What an interface carries.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceRate {
    /// Which interface.
    pub name: String,
    /// Both directions.
    #[specta(type = Number)]
    pub packets_per_s: f64,
    /// Both directions.
    #[specta(type = Number)]
    pub bytes_per_s: f64,
    /// Dropped by the interface or its driver.
    #[specta(type = Number)]
    pub dropped_per_s: f64,
    /// Packets a second over the last minute, as SVG.
    pub sparkline: String,
}

/// What the Record page asks for. Empty fields stand for their defaults.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordForm {
    /// Their names.
    interfaces: Vec<String>,
    /// What prints the packets in the interfaces' place; nothing when empty.
    command: String,
    /// Whether to start the command again when it fails.
    restart: bool,
    /// TCP ports; none for all.
    ports: Vec<u16>,
    /// A pcap filter beside the ports.
    filter: String,
    /// The kernel's buffer for each interface, `256MiB`; the usual one when empty.
    ring: String,
    /// The reprise-tap to capture through; the one that is found when empty.
    tap: String,
    name: String,
    /// `10m`; however long when empty.
    duration: String,
    /// Of packets, `500MB`; however much when empty.
    size: String,
    /// However many when null.
    packets: Option<u32>,
    /// However many when null.
    exchanges: Option<u32>,
    /// When to go on in a new recording, `10m` or `1GB`; never when empty.
    rotate: String,
    /// How many recordings that have ended are kept; all when null.
    keep: Option<u32>,
    /// Stores secrets as they are.
    raw: bool,
}

/// How a recording that is on stands.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordNews {
    /// Its name.
    pub name: String,
    /// Those before it that were long enough, the last at the end.
    pub ended: Vec<String>,
    /// Where it listens and for what.
    pub source: String,
    /// Whether secrets are stored as they are.
    pub raw: bool,
    /// Whether it was asked to end and is storing what is left.
    pub stopping: bool,
    /// Since its start.
    pub elapsed_ms: u32,
    /// When it stops by itself; null when it does not.
    pub limit_ms: Option<u32>,
    /// At how many bytes of packets it stops; null when at none.
    #[specta(type = Option<Number>)]
    pub limit_bytes: Option<f64>,
    /// At how many packets it stops; null when at none.
    pub limit_packets: Option<u32>,
    /// At how many exchanges it stops; null when at none.
    pub limit_exchanges: Option<u32>,
    /// Packets read.
    pub packets: u32,
    /// Their bytes.
    #[specta(type = Number)]
    pub bytes: f64,
    /// Connections that carried bytes.
    pub connections: u32,
    /// Exchanges decoded.
    pub exchanges: u32,
    /// Over the last two seconds.
    #[specta(type = Number)]
    pub packets_per_s: f64,
    /// Over the last two seconds.
    #[specta(type = Number)]
    pub bytes_per_s: f64,
    /// Over the last two seconds.
    #[specta(type = Number)]
    pub exchanges_per_s: f64,
    /// What is known to be lost so far; empty when nothing is.
    pub lost: Vec<Count>,
    /// What the user should know, in words.
    pub warnings: Vec<String>,
}

impl From<DeviceAnswer> for DeviceCard {
    fn from(answer: DeviceAnswer) -> Self {
        // The command stands beside the reason, with a button to copy it.
        let fix = answer.fix.as_deref().unwrap_or_default();
        let why = answer.why.map(|why| {
            let reason = why.strip_suffix(fix).unwrap_or(&why);
            reason.trim_end_matches([';', ' ']).to_owned()
        });
        Self {
            name: answer.name,
            description: answer.description,
            addresses: answer.addresses,
            up: answer.up,
            loopback: answer.loopback,
            why,
            fix: answer.fix,
        }
    }
}

impl RecordForm {
    /// The request the fields make.
    ///
    /// # Errors
    /// A limit that cannot be read, or no interface.
    pub(crate) fn request(&self) -> Result<RecordRequest, Failure> {
        Ok(RecordRequest {
            source: self.source()?,
            ports: self.ports.clone(),
            filter: filled(&self.filter),
            stop_after: self.limits()?,
            rotate: self.rotation()?,
            name: self.name.trim().to_owned(),
            redaction: if self.raw {
                RedactionChoice::StoreRaw
            } else {
                RedactionChoice::InForce
            },
            limits: CaptureLimits::default(),
        })
    }

    fn source(&self) -> Result<PacketSource, Failure> {
        if let Some(line) = filled(&self.command) {
            return Ok(PacketSource::Command(CaptureCommand {
                line,
                restart: self.restart,
            }));
        }
        if self.interfaces.is_empty() {
            return Err(Failure::usage("choose an interface to record"));
        }
        let mut interfaces = Interfaces::named(&self.interfaces);
        if let Some(size) = filled(&self.ring) {
            interfaces.ring_bytes = ring(&size)?;
        }
        interfaces.tap = filled(&self.tap).map(PathBuf::from);
        Ok(PacketSource::Interfaces(interfaces))
    }

    fn limits(&self) -> Result<StopAfter, Failure> {
        let duration = filled(&self.duration).map(|text| milliseconds(&text));
        let size = filled(&self.size).map(|text| parse_size(&text).map_err(Failure::usage));
        Ok(StopAfter {
            duration: duration.transpose()?.map(Duration::from_millis),
            bytes: size.transpose()?,
            packets: self.packets.map(u64::from),
            exchanges: self.exchanges.map(u64::from),
        })
    }

    fn rotation(&self) -> Result<Option<Rotate>, Failure> {
        let Some(text) = filled(&self.rotate) else {
            return Ok(None);
        };
        Ok(Some(Rotate {
            every: parse_rotation(&text).map_err(Failure::usage)?,
            keep: self.keep.map(|keep| keep as usize),
        }))
    }

    /// What is asked for, in words; `taken` are the names of the recordings there are.
    pub(crate) fn asked(&self, request: &RecordRequest, taken: &[String]) -> Asked {
        Asked {
            name: match request.rotate {
                Some(_) => first_part(&request.name, taken),
                None => request.name.clone(),
            },
            source: described(request),
            raw: self.raw,
            limits: request.stop_after,
        }
    }
}

/// Reads what a kernel's buffer may take.
fn ring(text: &str) -> Result<u32, Failure> {
    let bytes = parse_size(text).map_err(Failure::usage)?;
    u32::try_from(bytes)
        .ok()
        .filter(|_| RING_BYTES.contains(&bytes))
        .ok_or_else(|| {
            Failure::usage(format!(
                "a buffer of {text} is out of range; write 1MiB to 2GiB"
            ))
        })
}

/// What the first recording of one that rotates is called: the name with the first number that is free.
fn first_part(name: &str, taken: &[String]) -> String {
    let mut number = 1_u32;
    loop {
        let part = format!("{name}-{number}");
        if !taken.contains(&part) {
            return part;
        }
        number += 1;
    }
}

/// Where a recording listens and for what: `eth0, ports 80, 3306`, or the command.
fn described(request: &RecordRequest) -> String {
    let interfaces = match &request.source {
        PacketSource::Command(command) => return command.line.clone(),
        PacketSource::Files { files, .. } => {
            let paths = files.iter().map(|file| file.path.display().to_string());
            paths.collect::<Vec<_>>().join(", ")
        }
        PacketSource::Interfaces(interfaces) => interfaces.names.join(", "),
    };
    let ports: Vec<String> = request.ports.iter().map(u16::to_string).collect();
    let ports = match ports.as_slice() {
        [] => "all ports".to_owned(),
        [port] => format!("port {port}"),
        _ => format!("ports {}", ports.join(", ")),
    };
    let parts = [Some(interfaces), Some(ports), request.filter.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_makes_an_interface_capturable_stands_beside_the_reason() {
        let card = DeviceCard::from(DeviceAnswer {
            name: "eth1".to_owned(),
            description: String::new(),
            addresses: Vec::new(),
            up: false,
            loopback: false,
            capturable: false,
            why: Some("it is down; sudo ip link set eth1 up".to_owned()),
            fix: Some("sudo ip link set eth1 up".to_owned()),
        });
        assert_eq!(card.why.as_deref(), Some("it is down"));
        assert_eq!(card.fix.as_deref(), Some("sudo ip link set eth1 up"));
    }

    /// A form in which nothing but the name is filled in.
    fn form(name: &str) -> RecordForm {
        RecordForm {
            interfaces: Vec::new(),
            command: String::new(),
            restart: false,
            ports: Vec::new(),
            filter: String::new(),
            ring: String::new(),
            tap: String::new(),
            name: name.to_owned(),
            duration: String::new(),
            size: String::new(),
            packets: None,
            exchanges: None,
            rotate: String::new(),
            keep: None,
            raw: false,
        }
    }

    #[test]
    fn the_fields_make_a_request_and_its_words() {
        let form = RecordForm {
            interfaces: vec!["lo".to_owned(), "eth0".to_owned()],
            ports: vec![80, 3306],
            filter: " host 10.0.0.1 ".to_owned(),
            duration: "10m".to_owned(),
            size: "2GiB".to_owned(),
            packets: Some(1_000),
            ..form(" friday ")
        };
        let request = form.request().unwrap();
        let asked = form.asked(&request, &[]);
        assert_eq!(asked.name, "friday");
        assert_eq!(request.redaction, RedactionChoice::InForce);
        assert_eq!(asked.limits.duration, Some(Duration::from_secs(600)));
        assert_eq!(asked.limits.bytes, Some(2 << 30));
        assert_eq!(asked.limits.packets, Some(1_000));
        assert_eq!(asked.source, "lo, eth0, ports 80, 3306, host 10.0.0.1");
    }

    #[test]
    fn the_buffer_and_the_helper_are_those_that_were_named() {
        let form = RecordForm {
            interfaces: vec!["lo".to_owned()],
            ring: "256MiB".to_owned(),
            tap: "/opt/reprise-tap".to_owned(),
            ..form("friday")
        };
        let PacketSource::Interfaces(interfaces) = form.request().unwrap().source else {
            panic!("interfaces were named")
        };
        assert_eq!(interfaces.ring_bytes, 256 << 20);
        assert_eq!(interfaces.tap, Some("/opt/reprise-tap".into()));
        let wrong = RecordForm {
            ring: "1kB".to_owned(),
            ..form
        };
        assert!(wrong.request().is_err());
    }

    #[test]
    fn a_command_takes_the_interfaces_place() {
        let form = RecordForm {
            command: "ssh web-1 tcpdump -U -w -".to_owned(),
            restart: true,
            ..form("far")
        };
        let request = form.request().unwrap();
        let PacketSource::Command(command) = &request.source else {
            panic!("{:?}", request.source)
        };
        assert!(command.restart);
        assert_eq!(
            form.asked(&request, &[]).source,
            "ssh web-1 tcpdump -U -w -"
        );
    }

    #[test]
    fn a_recording_that_rotates_begins_at_the_first_number_that_is_free() {
        let form = RecordForm {
            interfaces: vec!["lo".to_owned()],
            rotate: "10m".to_owned(),
            keep: Some(6),
            ..form("friday")
        };
        let request = form.request().unwrap();
        assert_eq!(request.rotate.and_then(|rotate| rotate.keep), Some(6));
        let taken = ["friday-1".to_owned(), "friday-3".to_owned()];
        assert_eq!(form.asked(&request, &taken).name, "friday-2");
        let wrong = RecordForm {
            rotate: "often".to_owned(),
            ..form
        };
        assert!(wrong.request().is_err());
    }
}
