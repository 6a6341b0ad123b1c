//! The forms of a run or a comparison that other tools read, each to the file its flag names; `-` is standard output.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use reprise_app::{Error, Library, RunForm};

use crate::arguments::FormArguments;

/// Who has standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Nobody yet.
    Nothing,
    /// A form: nothing else may go there.
    Form,
}

/// Writes every form of `run` that was asked for.
pub(crate) fn write(
    library: &Library,
    run: &str,
    asked: &FormArguments,
) -> anyhow::Result<Printed> {
    let forms = [
        (RunForm::Markdown, &asked.markdown),
        (RunForm::Junit, &asked.junit),
        (RunForm::Hgrm, &asked.hgrm),
        (RunForm::Ticks, &asked.ticks),
        (RunForm::Watched, &asked.watched),
        (RunForm::Operations, &asked.operations),
        (RunForm::Samples, &asked.samples),
    ];
    let forms = forms
        .into_iter()
        .filter_map(|(form, path)| Some((form, path.as_deref()?)));
    let (printed, files): (Vec<_>, Vec<_>) = forms.partition(|(_, path)| is_standard_output(path));
    if printed.len() > 1 {
        let why = "only one form can go to standard output; name a file for the others";
        return Err(Error::Usage(why.to_owned()).into());
    }
    for (form, path) in files {
        to_file(path, |to| Ok(library.write_run(run, form, to)?))?;
    }
    let Some((form, _)) = printed.first() else {
        return Ok(Printed::Nothing);
    };
    let mut to = BufWriter::new(io::stdout().lock());
    library.write_run(run, *form, &mut to)?;
    to.flush().context("failed to write to standard output")?;
    Ok(Printed::Form)
}

/// Writes to the file `path` what `write` gives, and names the file when that fails.
pub(crate) fn to_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let unwritten = || format!("cannot write {}", path.display());
    let mut to = BufWriter::new(File::create(path).with_context(unwritten)?);
    write(&mut to)?;
    to.flush().with_context(unwritten)
}

/// Whether `path` stands for standard output.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    path.as_os_str() == "-"
}
