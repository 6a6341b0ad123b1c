//! The interfaces of this machine, and for those that cannot be captured why, and what to do.

use std::net::IpAddr;
use std::path::Path;

use serde::Serialize;

use super::{open, tap};
use crate::{CAPTURE_RIGHTS_COMMAND, CaptureError};

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Device {
    /// What `record` is given.
    pub name: String,
    /// What the system says about it.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it is up.
    pub up: bool,
    /// Whether it only reaches this machine.
    pub loopback: bool,
    /// Whether this process can capture on it now, itself or through `reprise-tap`.
    pub capturable: Result<(), NotCapturable>,
}

/// Why an interface cannot be captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCapturable {
    /// The reason.
    pub why: String,
    /// A command that changes it, if there is one.
    pub fix: Option<String>,
}

/// Lists the interfaces. Each is opened for a moment to see whether it can be captured.
///
/// # Errors
/// The system does not tell its interfaces.
pub fn devices() -> Result<Vec<Device>, CaptureError> {
    let listed = pcap::Device::list().map_err(|error| CaptureError::Interface {
        interface: "any".to_owned(),
        reason: open::said(&error),
    })?;
    // Interfaces that never carry IP are only noise to whoever looks for one to record.
    let usable = listed
        .into_iter()
        .filter(|device| !is_no_network(&device.name));
    let tap = tap::find(None);
    let described = usable.map(|device| described(device, tap.as_deref()));
    Ok(described.collect())
}

fn is_no_network(name: &str) -> bool {
    ["bluetooth", "usbmon", "nflog", "nfqueue", "dbus"]
        .iter()
        .any(|kind| name.starts_with(kind))
}

fn described(device: pcap::Device, tap: Option<&Path>) -> Device {
    let capturable = match open::probe(&device.name) {
        Err(CaptureError::NoRights { .. })
            if tap.is_some_and(|tap| tap::can_capture(tap, &device.name)) =>
        {
            Ok(())
        }
        probed => probed.map_err(|error| reason(&error, tap)),
    };
    Device {
        name: device.name,
        description: device.desc,
        addresses: device
            .addresses
            .iter()
            .map(|address| address.addr)
            .collect(),
        up: device.flags.is_up(),
        loopback: device.flags.is_loopback(),
        capturable,
    }
}

fn reason(error: &CaptureError, tap: Option<&Path>) -> NotCapturable {
    match error {
        CaptureError::NoRights { .. } => no_rights(tap),
        CaptureError::InterfaceDown { interface } => NotCapturable {
            why: "it is down".to_owned(),
            fix: Some(format!("sudo ip link set {interface} up")),
        },
        other => NotCapturable {
            why: other.to_string(),
            fix: None,
        },
    }
}

/// What is missing for packets to be captured here, and what gives it.
fn no_rights(tap: Option<&Path>) -> NotCapturable {
    let Some(tap) = tap else {
        return NotCapturable {
            why: "this user may not capture packets, and there is no reprise-tap here: put it beside reprise first"
                .to_owned(),
            fix: Some(CAPTURE_RIGHTS_COMMAND.to_owned()),
        };
    };
    if let Some(group) = tap::closed_but_to(tap) {
        return NotCapturable {
            why: format!("only members of the group {group} may run reprise-tap"),
            fix: Some(tap::join(&group)),
        };
    }
    NotCapturable {
        why: "neither this user nor reprise-tap may capture packets".to_owned(),
        // The tap that is there need not be the one in the PATH.
        fix: Some(format!("sudo setcap cap_net_raw=eip '{}'", tap.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tap_that_is_there_is_the_one_to_be_given_the_right() {
        let error = CaptureError::NoRights {
            interface: "eth0".to_owned(),
            tap: None,
        };
        let fix = |tap: Option<&Path>| reason(&error, tap).fix;
        let tap = Path::new("/opt/reprise 1/reprise-tap");
        let command = "sudo setcap cap_net_raw=eip '/opt/reprise 1/reprise-tap'";
        assert_eq!(fix(Some(tap)).as_deref(), Some(command));
        assert_eq!(fix(None).as_deref(), Some(CAPTURE_RIGHTS_COMMAND));
    }
}
