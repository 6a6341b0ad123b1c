//! Where results go: stdout, whole lines, with a closed pipe ending the command quietly.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use anyhow::Context as _;
use serde::Serialize;

/// What every failure to print is called.
const PRINTING: &str = "failed to write to standard output";

/// Prints one JSON object on one line.
pub(crate) fn json(answer: &impl Serialize) -> anyhow::Result<()> {
    text(&format!("{}\n", serde_json::to_string(answer)?))
}

/// Prints one JSON object a line.
pub(crate) fn json_lines<T: Serialize>(answers: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for answer in answers {
        json_line(&mut out, &answer).context(PRINTING)?;
    }
    out.flush().context(PRINTING)
}

/// The error is the stream's own, so that a closed pipe is known as one.
fn json_line(out: &mut impl Write, answer: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, answer)?;
    out.write_all(b"\n")
}

/// A line that must not be overlooked: red, unless standard output is no terminal or `NO_COLOR` is set.
pub(crate) fn alarm(line: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if plain || !io::stdout().is_terminal() {
        return format!("  {line}\n");
    }
    format!("  \u{1b}[31m{line}\u{1b}[0m\n")
}

/// Prints text that ends its own lines.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context(PRINTING)
}
