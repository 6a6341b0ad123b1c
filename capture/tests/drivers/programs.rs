//! The drivers that are programs of their own: `fixtures/drivers`, MariaDB's command line, Go's compiler.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::bench::Bench;

/// Where the programs are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/drivers")
}

/// A program of the folder with its interpreter, its options after those that all take.
pub(crate) fn driver(bench: &Bench, interpreter: &[&str], file: &str, options: &[&str]) {
    let (program, before) = interpreter.split_first().unwrap();
    let modules = folder().join("node_modules");
    let is_there = !file.ends_with(".mjs") || modules.is_dir();
    assert!(is_there, "no {} (`make setup` makes it)", modules.display());
    run(Command::new(program)
        .args(before)
        .arg(folder().join(file))
        .args(bench.arguments())
        .args(options));
}

/// Go's program, built from Debian's sources of the driver.
pub(crate) fn go(bench: &Bench) {
    let program = bench.path("go-driver");
    run(Command::new("go")
        .current_dir(folder().join("go"))
        .env("GO111MODULE", "off")
        .env("GOFLAGS", "")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", bench.path("go-cache"))
        .args(["build", "-o"])
        .arg(&program)
        .arg("main.go"));
    for options in ["interpolateParams=true", "interpolateParams=false"] {
        run(Command::new(&program).args(bench.arguments()).arg(options));
    }
}

/// A program of MariaDB's with the options to log in, reading `input`.
pub(crate) fn client(bench: &Bench, program: &str, options: &[&str], input: Stdio) -> Output {
    let [port, user, password, ..] = &bench.arguments()[..] else {
        panic!("the bench has a server")
    };
    run(Command::new(program)
        .args(["--no-defaults", "--host=127.0.0.1"])
        .arg(format!("--port={port}"))
        .arg(format!("--user={user}"))
        .arg(format!("--password={password}"))
        .args(options)
        .stdin(input))
}

fn run(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    let output = command.output().unwrap_or_else(|error| {
        panic!("failed to run {shown}: {error} (`make setup` installs it)")
    });
    assert!(
        output.status.success(),
        "{shown}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
