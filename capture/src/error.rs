//! What can go wrong with a capture. Messages are fragments for "failed to ..." and name the fix.

use std::path::{Path, PathBuf};

use crate::live::tap;

/// How `reprise-tap` is given the right to capture, for messages and for the window.
pub const CAPTURE_RIGHTS_COMMAND: &str =
    "sudo setcap cap_net_raw=eip \"$(command -v reprise-tap)\"";

/// Why packets could not be read or recorded.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The operating system refused.
    #[error("read {}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file has no bytes.
    #[error("read {}: the file is empty; give a pcap or pcapng file", .0.display())]
    Empty(PathBuf),
    /// It holds something else.
    #[error(
        "read {}: it is neither pcap nor pcapng nor a format of another tool that is read (HAR, .gor, MySQL logs, \
         access logs; plain, .gz or .zst)",
        .0.display()
    )]
    Foreign(PathBuf),
    /// It is a capture in a format that is not read.
    #[error("read {}: it is a capture of {program}; make a pcapng file of it first: editcap -F pcapng {} new.pcapng",
        path.display(), path.display())]
    OtherCapture {
        /// Which file.
        path: PathBuf,
        /// The program whose format it is.
        program: &'static str,
    },
    /// It is JSON, but no HTTP Archive.
    #[error("read {}: it is JSON without `log.entries`, so no HTTP Archive (HAR)", .0.display())]
    NoEntries(PathBuf),
    /// It is compressed in a way that is not read.
    #[error("read {}: it is compressed with {how}; decompress it, or use gzip or zstd", path.display())]
    Compression {
        /// Which file.
        path: PathBuf,
        /// The program that compressed it.
        how: &'static str,
    },
    /// It ends before its first packet.
    #[error("read {}: it ends inside its header; copy the whole file again", .0.display())]
    HeaderCut(PathBuf),
    /// No file was named.
    #[error("import: no file was named; name at least one")]
    NoFiles,
    /// No interface was named.
    #[error("capture: no interface was named; `reprise devices` lists them")]
    NoInterface,
    /// `any` together with others.
    #[error("capture on any and others: any is all of them already; name it alone")]
    AnyAmongOthers,
    /// No such interface.
    #[error("capture on {name:?}: there is no such interface; there are: {there_are}")]
    NoSuchInterface {
        /// What was asked for.
        name: String,
        /// What could have been asked for.
        there_are: String,
    },
    /// The process may not capture.
    #[error("capture on {interface}: this user may not; {}", fixes(tap.as_deref()))]
    NoRights {
        /// On which interface.
        interface: String,
        /// The `reprise-tap` that was found and may not either.
        tap: Option<PathBuf>,
    },
    /// `reprise-tap` says why it cannot.
    #[error("{said} (says {})", tap.display())]
    Tap {
        /// Which.
        tap: PathBuf,
        /// What it said.
        said: String,
    },
    /// `reprise-tap` cannot be run.
    #[error("run {}: {source}; build it with `cargo build --release -p reprise-capture`", tap.display())]
    TapStart {
        /// Which.
        tap: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The interface is down.
    #[error("capture on {interface}: it is down; run `sudo ip link set {interface} up`")]
    InterfaceDown {
        /// Which interface.
        interface: String,
    },
    /// libpcap does not understand the filter.
    #[error("compile the filter {filter:?}: {reason}; `man pcap-filter` has the language")]
    Filter {
        /// The filter.
        filter: String,
        /// What libpcap said.
        reason: String,
    },
    /// A command could not be started.
    #[error("start the command {line:?}: {source}")]
    CommandStart {
        /// What `sh -c` was to run.
        line: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A command that should print packets prints something else.
    #[error(
        "record from the command {line:?}: {how}; it has to print a pcap or pcapng stream, \
         as `tcpdump -U -w -` does"
    )]
    Command {
        /// What `sh -c` ran.
        line: String,
        /// What came of it.
        how: String,
    },
    /// Interfaces have filters; what comes ready-made has none.
    #[error(
        "record from a command or a file: ports and filter are for interfaces; let the command filter"
    )]
    StreamFiltered,
    /// libpcap reports something else.
    #[error("capture on {interface}: {reason}")]
    Interface {
        /// On which interface.
        interface: String,
        /// What libpcap said.
        reason: String,
    },
    /// An export could not be written.
    #[error("write the export: {0}")]
    Write(#[source] std::io::Error),
    /// The recording could not be written.
    #[error(transparent)]
    Store(#[from] reprise_store::Error),
    /// A thread could not be started.
    #[error("start a thread: {0}")]
    Thread(std::io::Error),
    /// A thread of the engine ended without a result, which is a defect in this program.
    #[error("finish the recording: its {0} thread ended unexpectedly; what was committed is kept")]
    Broken(&'static str),
}

/// What gives the right to capture: to `reprise-tap` for good, or to one run.
fn fixes(tap: Option<&Path>) -> String {
    match tap {
        Some(tap) => {
            if let Some(group) = tap::closed_but_to(tap) {
                return format!("run `{}`, or use sudo", tap::join(&group));
            }
            let tap = tap.display();
            format!(
                "run `sudo setcap cap_net_raw=eip {tap}` once (only for some: first \
                 `sudo chgrp GROUP {tap} && sudo chmod 0750 {tap}`), or use sudo"
            )
        }
        None => format!(
            "put reprise-tap beside reprise and run `{CAPTURE_RIGHTS_COMMAND}` once, or use sudo"
        ),
    }
}
