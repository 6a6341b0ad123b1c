//! What is said beside an answer, on standard error: progress, warnings, questions. Whoever read it may have gone; what
//! is being done goes on.

use std::fmt::Display;
use std::io::Write as _;

/// Says a line.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Asks something, on a line that the answer ends.
pub(crate) fn ask(question: impl Display) {
    let mut to = std::io::stderr();
    let _ = write!(to, "{question} ").and_then(|()| to.flush());
}
