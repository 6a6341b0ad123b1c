//! Exit codes: 0 done; 1 a check failed or a comparison regressed; 2 wrong usage or unreadable input;
//! 3 refused for safety or target unreachable; 4 storage or internal failure.

use std::path::Path;
use std::process::ExitCode;

use reprise_app::{Blame, Error, Library};

use crate::aside;

/// A check failed, or a comparison regressed.
pub(crate) const JUDGED: u8 = 1;
/// Wrong usage or unreadable input.
pub(crate) const USAGE: u8 = 2;
/// Refused for safety, or the target cannot be reached.
pub(crate) const REFUSED: u8 = 3;
/// Storage or internal failure.
pub(crate) const INTERNAL: u8 = 4;

/// Prints what clap has to say: help and version to stdout with 0, errors to stderr with 2.
pub(crate) fn from_clap(error: &clap::Error) -> ExitCode {
    let code = if error.use_stderr() { USAGE } else { 0 };
    // Nothing useful is left to do when the terminal is gone.
    let _ = error.print();
    ExitCode::from(code)
}

/// Prints an error in one line and says who has to act with the exit code; `file` is the one that was worked on.
pub(crate) fn from_error(error: &anyhow::Error, file: Option<&Path>) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let known_otherwise = error.downcast_ref::<Error>().and_then(|error| {
        let library = Library::open_existing(file).ok()?;
        library.known_otherwise(error)
    });
    match known_otherwise {
        Some(how) => aside::say(format_args!("reprise: {}; {how}", one_line(error))),
        None => aside::say(format_args!("reprise: {}", one_line(error))),
    }
    let code = match error.downcast_ref::<Error>().map(Error::blame) {
        Some(Blame::Usage) => USAGE,
        Some(Blame::Refused) => REFUSED,
        Some(Blame::Internal) | None => INTERNAL,
    };
    ExitCode::from(code)
}

/// The whole chain in one line, without saying the same thing twice.
pub(crate) fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if line.contains(&text) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&text);
    }
    line.replace('\n', " ")
}

/// `reprise exchanges ... | head` is not a failure.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_and_no_cause_is_said_twice() {
        let error = anyhow::anyhow!("disk full")
            .context("cannot write x: disk full")
            .context("export");
        assert_eq!(one_line(&error), "export: cannot write x: disk full");
    }
}
