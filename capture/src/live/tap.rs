//! Capturing through `reprise-tap`, the small program that has the right to, so that this one needs
//! none: it prints packets, and says on its standard error in JSON what it sees and loses.

use std::env;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crossbeam_channel::Sender;
use rustix::fs::Access;
use serde::{Deserialize, Serialize};

use super::delivery::{Losses, Outlet};
use super::open::{self, InterfaceRequest};
use super::process::{Output, Process};
use super::stream::{self, StreamEnd};
use crate::{CaptureError, LostBefore, Stopper};

/// Names one, where it is neither beside this program nor in the `PATH`.
const VARIABLE: &str = "REPRISE_TAP";
const PROGRAM: &str = "reprise-tap";
/// How long it may take to open its interface.
const START: Duration = Duration::from_secs(10);

/// A line that `reprise-tap` prints on its standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TapStatus {
    /// It captures from now on, and has given up its rights.
    Listening {
        /// The link type of its packets.
        link: u16,
    },
    /// What was dropped so far; after each change, and at the end.
    Dropped {
        /// By the kernel.
        kernel: u64,
        /// By the interface or its driver.
        interface: u64,
    },
    /// It cannot go on.
    Error {
        /// Whether it is for want of rights.
        no_rights: bool,
        /// Why, with the fix.
        message: String,
    },
}

/// A tap that captures.
pub(super) struct Tap {
    process: Process,
    output: Output,
    interface: String,
}

/// The tap to use: the one asked for, or the one that is there.
pub(super) fn find(asked: Option<&Path>) -> Option<PathBuf> {
    if let Some(asked) = asked {
        return Some(asked.to_path_buf());
    }
    if let Some(named) = env::var_os(VARIABLE) {
        return Some(named.into());
    }
    let beside = env::current_exe().ok();
    let beside = beside.and_then(|program| program.parent().map(Path::to_path_buf));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = beside.into_iter().chain(env::split_paths(&path));
    folders
        .map(|folder| folder.join(PROGRAM))
        .find(|program| program.is_file())
}

/// The group whose members may run the tap, when this user is none of them.
pub(crate) fn closed_but_to(tap: &Path) -> Option<String> {
    let is_there = rustix::fs::access(tap, Access::EXISTS).is_ok();
    if !is_there || rustix::fs::access(tap, Access::EXEC_OK).is_ok() {
        return None;
    }
    let status = std::fs::metadata(tap).ok()?;
    let for_members = status.mode() & 0o010 != 0;
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    let group = groups.lines().find_map(|line| {
        // NAME:PASSWORD:ID:MEMBERS, group(5)
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(status.gid())).then(|| name.to_owned())
    });
    group.filter(|_| for_members)
}

/// What gives this user the right to run a tap that is for a group.
pub(crate) fn join(group: &str) -> String {
    format!("sudo usermod -aG {group} \"$USER\" # then log in again")
}

/// Whether a tap may capture on an interface.
pub(super) fn can_capture(tap: &Path, interface: &str) -> bool {
    let status = Command::new(tap)
        .args(["--check", "--interface", interface])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Starts a tap. When this returns, every matching packet sent from now on is captured.
pub(super) fn start(
    tap: &Path,
    request: &InterfaceRequest,
    stopper: &Stopper,
    losses: &Losses,
) -> Result<Tap, CaptureError> {
    let mut command = Command::new(tap);
    command.args(["--interface", &request.name]);
    command.args(["--ring", &request.ring_bytes.to_string()]);
    command.args(["--snap-length", &request.snap_length.to_string()]);
    for port in &request.ports {
        command.args(["--port", &port.to_string()]);
    }
    if let Some(filter) = &request.filter {
        command.args(["--filter", filter]);
    }
    if !request.promiscuous {
        command.arg("--no-promiscuous");
    }
    let (first, begun) = crossbeam_channel::bounded(1);
    let losses = losses.clone();
    let listen = move |errors: &mut dyn Read| listen(errors, &first, &losses);
    let started = Process::start(&mut command, stopper, listen);
    let (process, output) = started.map_err(|source| match closed_but_to(tap) {
        Some(_) => CaptureError::NoRights {
            interface: request.name.clone(),
            tap: Some(tap.to_path_buf()),
        },
        None => CaptureError::TapStart {
            tap: tap.to_path_buf(),
            source,
        },
    })?;
    let said = match begun.recv_timeout(START) {
        Ok(TapStatus::Listening { .. }) => {
            let interface = request.name.clone();
            return Ok(Tap {
                process,
                output,
                interface,
            });
        }
        Ok(TapStatus::Error {
            no_rights: true, ..
        }) => {
            process.end();
            return Err(CaptureError::NoRights {
                interface: request.name.clone(),
                tap: Some(tap.to_path_buf()),
            });
        }
        Ok(TapStatus::Error { message, .. }) => {
            process.end();
            // It is told after those words, as every error here is.
            let bare = message.strip_prefix("failed to ");
            bare.map_or_else(|| message.clone(), str::to_owned)
        }
        Ok(TapStatus::Dropped { .. }) | Err(_) => format!("it did not begin and {}", process.end()),
    };
    Err(CaptureError::Tap {
        tap: tap.to_path_buf(),
        said,
    })
}

impl Tap {
    /// Reads until it is stopped or the interface goes away; then says why.
    pub(super) fn run(
        self,
        outlet: &mut Outlet,
        stopper: &Stopper,
        losses: &Losses,
    ) -> Option<String> {
        let number = open::number(&self.interface);
        // On `any` the packets name theirs.
        let interface = |own| if number > 0 { number } else { own };
        let name = Path::new(PROGRAM);
        let end = stream::run(name, interface, Box::new(self.output), outlet, losses);
        let exit = self.process.end();
        if stopper.is_asked() || outlet.is_cut_off() {
            return None;
        }
        match end {
            StreamEnd::Foreign(_) => Some(format!("{PROGRAM} printed no packets and {exit}")),
            StreamEnd::Read { .. } => Some(format!("{PROGRAM} {exit}")),
        }
    }
}

/// Hears what a tap says, the first of it told to who waits for it.
fn listen(errors: &mut dyn Read, first: &Sender<TapStatus>, losses: &Losses) -> Option<String> {
    let (mut last, mut told) = (None, LostBefore::default());
    for line in BufReader::new(errors).lines().map_while(Result::ok) {
        let Ok(status) = serde_json::from_str::<TapStatus>(&line) else {
            last = Some(line);
            continue;
        };
        match &status {
            TapStatus::Listening { .. } => {}
            TapStatus::Dropped { kernel, interface } => {
                losses.add(LostBefore {
                    kernel_dropped: kernel.saturating_sub(told.kernel_dropped),
                    interface_dropped: interface.saturating_sub(told.interface_dropped),
                    ..LostBefore::default()
                });
                (told.kernel_dropped, told.interface_dropped) = (*kernel, *interface);
            }
            TapStatus::Error { message, .. } => last = Some(message.clone()),
        }
        // Only the first is waited for.
        let _ = first.try_send(status);
    }
    last
}
