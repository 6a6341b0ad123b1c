//! Opening an interface with the settings that lose least, and saying why when it does not open.
//!
//! The ring is large (libpcap's 2 MiB lose most of a burst), the snap length longer than any
//! offloaded segment, and never immediate mode, which gives each packet a slot of 64 KiB.

use pcap::{Active, Capture, Linktype, Precision};

use super::config::DEFAULT_SNAP_LENGTH;
use super::expression::{self, Expression};
use crate::{CaptureError, LinkType};

/// What a look at an interface takes.
const PROBE_RING_BYTES: u32 = 1 << 20;
/// How long the kernel gathers packets before it hands them over.
pub(super) const TIMEOUT_MS: i32 = 50;

/// An open interface, whose reads do not wait.
pub struct OpenInterface {
    /// What libpcap made of it.
    pub capture: Capture<Active>,
    /// What its packets begin with.
    pub link: LinkType,
    /// The kernel's index of it; 0 for `any`, whose packets name theirs.
    pub number: u32,
}

/// What to open, and which of its packets to take.
#[derive(Clone, Debug)]
pub struct InterfaceRequest {
    /// Its name, or `any`.
    pub name: String,
    /// The kernel's ring, in bytes.
    pub ring_bytes: u32,
    /// How many bytes of each packet are kept.
    pub snap_length: u32,
    /// Whether to ask for packets that are not for this machine, too.
    pub promiscuous: bool,
    /// TCP ports; none for all.
    pub ports: Vec<u16>,
    /// A filter in libpcap's language; it must hold beside the ports.
    pub filter: Option<String>,
}

/// Opens an interface for a capture.
///
/// # Errors
/// It cannot be opened, or the filter is wrong.
pub fn open_interface(request: &InterfaceRequest) -> Result<OpenInterface, CaptureError> {
    let interface = request.name.as_str();
    let mut capture = activate(request)?;
    // The second version of the cooked header names the interface, by which copies are told.
    let cooked2 = Linktype(i32::from(LinkType::LINUX_SLL2.0));
    if capture.get_datalink() == Linktype(i32::from(LinkType::LINUX_SLL.0))
        && capture
            .list_datalinks()
            .is_ok_and(|links| links.contains(&cooked2))
    {
        // Without it copies count as retransmissions, nothing worse.
        let _ = capture.set_datalink(cooked2);
    }
    let link = LinkType(u16::try_from(capture.get_datalink().0).unwrap_or(u16::MAX));
    let capture = capture
        .setnonblock()
        .map_err(|error| explained(interface, &said(&error)))?;
    let mut open = OpenInterface {
        capture,
        link,
        number: number(interface),
    };
    let user = request.filter.as_deref();
    filter(&mut open, &expression::of(&request.ports, user), user)?;
    Ok(open)
}

/// The kernel's index of an interface; 0 for `any`.
pub(super) fn number(interface: &str) -> u32 {
    let path = std::path::Path::new("/sys/class/net").join(interface);
    let index = std::fs::read_to_string(path.join("ifindex"));
    index.map_or(0, |index| index.trim().parse().unwrap_or(0))
}

/// Opens an interface for a moment, to see whether it can be captured.
pub(super) fn probe(interface: &str) -> Result<(), CaptureError> {
    let request = InterfaceRequest {
        name: interface.to_owned(),
        ring_bytes: PROBE_RING_BYTES,
        snap_length: DEFAULT_SNAP_LENGTH,
        promiscuous: false,
        ports: Vec::new(),
        filter: None,
    };
    activate(&request).map(drop)
}

/// Activates; a second time without promiscuous mode, because the crate takes libpcap's warnings
/// (promiscuous mode on `any`, for one) for errors.
fn activate(request: &InterfaceRequest) -> Result<Capture<Active>, CaptureError> {
    let interface = request.name.as_str();
    let ring_bytes = i32::try_from(request.ring_bytes).unwrap_or(i32::MAX);
    let snap_length = i32::try_from(request.snap_length).unwrap_or(i32::MAX);
    let attempt = |promiscuous: bool| {
        Capture::from_device(interface)?
            .buffer_size(ring_bytes)
            .snaplen(snap_length)
            .timeout(TIMEOUT_MS)
            .promisc(promiscuous)
            .precision(Precision::Nano)
            .open()
    };
    attempt(request.promiscuous && interface != "any")
        .or_else(|_| attempt(false))
        .map_err(|error| explained(interface, &said(&error)))
}

/// Sets the filter: with tagged copies where the link type knows them, plain elsewhere.
fn filter(
    open: &mut OpenInterface,
    expression: &Expression,
    user: Option<&str>,
) -> Result<(), CaptureError> {
    if expression.plain.is_empty() {
        return Ok(());
    }
    let plain = open
        .capture
        .compile(&expression.plain, true)
        .map_err(|error| {
            let filter = user.unwrap_or(&expression.plain).to_owned();
            CaptureError::Filter {
                filter,
                reason: said(&error),
            }
        });
    plain?;
    let tagged = expression.tagged.as_deref();
    let with_tags = tagged.filter(|tagged| open.capture.compile(tagged, true).is_ok());
    let text = with_tags.unwrap_or(&expression.plain);
    open.capture
        .filter(text, true)
        .map_err(|error| CaptureError::Filter {
            filter: text.to_owned(),
            reason: said(&error),
        })
}

/// What libpcap said, without the crate's prefix.
pub(super) fn said(error: &pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(message) => message.trim().to_owned(),
        other => other.to_string(),
    }
}

fn explained(interface: &str, message: &str) -> CaptureError {
    let lower = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let interface = interface.to_owned();
    if says(&["no such device", "doesn't exist", "not found"]) {
        let there_are = match pcap::Device::list() {
            Ok(devices) => devices
                .into_iter()
                .map(|device| device.name)
                .collect::<Vec<_>>()
                .join(", "),
            Err(_) => "`reprise devices` lists them".to_owned(),
        };
        CaptureError::NoSuchInterface {
            name: interface,
            there_are,
        }
    } else if says(&["permission", "not permitted", "cap_net_raw"]) {
        CaptureError::NoRights {
            interface,
            tap: None,
        }
    } else if says(&["is not up", "network is down"]) {
        CaptureError::InterfaceDown { interface }
    } else {
        CaptureError::Interface {
            interface,
            reason: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpcap_says_becomes_an_error_that_names_the_fix() {
        let denied = "You don't have permission to perform this capture on that device";
        let error = explained("eth0", denied).to_string();
        assert!(
            error.contains("setcap cap_net_raw=eip") && error.contains("sudo"),
            "{error}"
        );
        let error = explained("eth0", "That device is not up").to_string();
        assert!(error.contains("ip link set eth0 up"), "{error}");
        assert!(matches!(
            explained("eth9", "eth9: No such device exists"),
            CaptureError::NoSuchInterface { .. }
        ));
    }
}
