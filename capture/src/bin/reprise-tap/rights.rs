//! Giving up every right that opening the interface took, for good.

use std::io;

use rustix::process::{getgid, getuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, Gid, Uid, capabilities, clear_ambient_capability_set,
    set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

/// Who root becomes when nobody is behind it.
const NOBODY: u32 = 65_534;

/// Becomes who started it, without capabilities, and unable to gain any. There is one thread only.
pub(crate) fn give_up() -> io::Result<()> {
    // Root's calls first: they need what the last one takes away.
    if rustix::process::geteuid().is_root() {
        let group = Gid::from_raw(behind("SUDO_GID", getgid().as_raw()));
        let user = Uid::from_raw(behind("SUDO_UID", getuid().as_raw()));
        set_thread_groups(&[])?;
        set_thread_res_gid(group, group, group)?;
        set_thread_res_uid(user, user, user)?;
    }
    clear_ambient_capability_set()?;
    set_capabilities(None, none())?;
    set_no_new_privs(true)?;
    let left = capabilities(None)?;
    if left.effective.is_empty() && left.permitted.is_empty() && left.inheritable.is_empty() {
        return Ok(());
    }
    Err(io::Error::other("some are left"))
}

fn none() -> CapabilitySets {
    CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    }
}

/// The user or group that sudo was run by; else the real one, unless that is root.
fn behind(variable: &str, real: u32) -> u32 {
    let sudo = std::env::var(variable).ok();
    let sudo = sudo.and_then(|id| id.parse().ok()).filter(|id| *id != 0);
    match (sudo, real) {
        (Some(id), 0) => id,
        (_, 0) => NOBODY,
        (_, real) => real,
    }
}
