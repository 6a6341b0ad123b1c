//! Imports one capture file and prints what was counted, in the form of the command's `--json`.
//! Usage: `import --file FILE import CAPTURE --name NAME --json`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use reprise_capture::{CaptureEvent, ImportConfig, import};
use reprise_store::Store;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut file = PathBuf::from("library.reprise");
    let mut config = ImportConfig::default();
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--file") => file = words.next().ok_or("read --file: it needs a path")?.into(),
            Some("--name") => {
                let name = words.next().ok_or("read --name: it needs a name")?;
                config.name = name.to_string_lossy().into_owned();
            }
            Some("import" | "--json") => {}
            _ => config.files.push(word.into()),
        }
    }
    let handle = import(config, &Store::open(file)?)?;
    for event in handle.events() {
        match event {
            CaptureEvent::Warning(warning) => eprintln!("warning: {warning}"),
            CaptureEvent::Finished => break,
            CaptureEvent::Progress(_) => {}
        }
    }
    println!("{}", serde_json::to_string(&handle.join()?)?);
    Ok(())
}
