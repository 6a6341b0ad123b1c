//! Where results go: stdout, whole lines, with a closed pipe ending the command quietly.

use std::io::{BufWriter, Write as _};

use serde::Serialize;

/// Prints one JSON object on one line.
pub(crate) fn json(answer: &impl Serialize) -> anyhow::Result<()> {
    text(&format!("{}\n", serde_json::to_string(answer)?))
}

/// Prints one JSON object a line.
pub(crate) fn json_lines<T: Serialize>(answers: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for answer in answers {
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Prints text that ends its own lines.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
