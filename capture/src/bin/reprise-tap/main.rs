//! `reprise-tap`: the only part of Reprise that needs the right to capture. It opens one interface,
//! gives up every right, and writes what it sees to stdout as pcap; it looks into no packet. What it
//! loses, and why it ends, it says on stderr, one JSON object a line.

mod arguments;
mod packets;
mod rights;

use std::io::Write as _;
use std::process::ExitCode;

use reprise_capture::{CaptureError, TapStatus, open_interface};

use arguments::{Arguments, HELP};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            // Without a stdout there is nobody to help.
            let _ = std::io::stdout().write_all(HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(wrong) => return failed(false, format!("{wrong}; see `reprise-tap --help`")),
    };
    let open = match open_interface(&arguments.interface) {
        Ok(open) => open,
        Err(error) => {
            let no_rights = matches!(error, CaptureError::NoRights { .. });
            return failed(no_rights, format!("failed to {error}"));
        }
    };
    if let Err(error) = rights::give_up() {
        return failed(false, format!("failed to give up its rights: {error}"));
    }
    if arguments.only_check {
        return ExitCode::SUCCESS;
    }
    match packets::pass_on(open, arguments.interface.snap_length) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(false, error.to_string()),
    }
}

fn failed(no_rights: bool, message: String) -> ExitCode {
    say(&TapStatus::Error { no_rights, message });
    ExitCode::from(2)
}

/// Says something on stderr.
fn say(status: &TapStatus) {
    if let Ok(line) = serde_json::to_string(status) {
        // Without a stderr there is nobody to tell.
        let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    }
}
