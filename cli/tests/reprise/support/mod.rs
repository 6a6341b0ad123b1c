//! A folder in which `reprise` runs as on a fresh machine, and what it said. Times are its own; nothing
//! is read from or written to the tester's home.

pub(crate) mod controlled;
pub(crate) mod recording_proxy;
pub(crate) mod running;
pub(crate) mod standing_proxy;
pub(crate) mod tls;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reprise_fixtures::captures::{self, Capture};
use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::mysqld::Latency;
use reprise_fixtures::shop::{self, Database, PASSWORD, Shop, ShopConfig};
use serde_json::Value;
use tempfile::TempDir;

/// The recording that [`Desk::with_recording`] imports.
pub(crate) const RECORDING: &str = "friday";

/// A folder with its own configuration and data.
pub(crate) struct Desk {
    folder: TempDir,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("reprise-cli-").unwrap();
        Self { folder }
    }

    /// A desk whose library holds the short capture of the shop over MariaDB.
    pub(crate) fn with_recording() -> Self {
        let desk = Self::new();
        desk.put(captures::shop_mariadb());
        let file = captures::shop_mariadb().name;
        desk.run(&["import", file, "--name", RECORDING]).ok();
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The library that commands use when none is named.
    pub(crate) fn library(&self) -> PathBuf {
        self.path("data/reprise/library.reprise")
    }

    /// Writes a shipped capture into the folder under its name.
    pub(crate) fn put(&self, capture: Capture) {
        self.write(capture.name, capture.bytes);
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
        self.at_home(&mut command).args(arguments);
        command
    }

    /// Makes a command run in this folder and know nothing of the tester's.
    pub(crate) fn at_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("configuration"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env_remove("REPRISE_FILE")
            .env_remove("REPRISE_MYSQL")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }

    /// Runs a command with `--json` that must succeed, and reads its one answer.
    pub(crate) fn answer(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat()).ok();
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
    }

    /// Compares two runs, whatever comes of it: on a busy machine even those of one target may differ.
    pub(crate) fn compared(&self, a: &str, b: &str) -> Value {
        let said = self.run(&["compare", a, b, "--json"]);
        assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
    }

    /// Runs a command with `--json` that must succeed, and reads its answers, one a line.
    pub(crate) fn answers(&self, arguments: &[&str]) -> Vec<Value> {
        let said = self.run(&[arguments, &["--json"]].concat()).ok();
        let lines = said.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Runs a command to its end.
pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    /// Insists that it ended well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.with_code(0)
    }

    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Insists that it was refused as users should be: nothing on stdout, one line that says what to do.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, fix: &str) {
        let said = self.with_code(code);
        assert_eq!(said.stdout, "", "{said:?}");
        let line = said.refusal();
        assert!(line.starts_with("reprise: "), "{said:?}");
        assert!(line.contains(fix), "no {fix:?} in {said:?}");
    }

    /// The one line it says, but for how far a plan is where the machine is busy.
    #[track_caller]
    pub(crate) fn refusal(&self) -> &str {
        let is_progress = |line: &&str| line.starts_with("planning: ");
        let mut lines = self.stderr.lines().filter(|line| !is_progress(line));
        let (line, more) = (lines.next(), lines.next());
        assert!(line.is_some() && more.is_none(), "{self:?}");
        line.unwrap_or_default()
    }

    /// Insists that the flags were refused, by the flag reader: its message, then where help is.
    #[track_caller]
    pub(crate) fn misused(self, fix: &str) {
        let said = self.with_code(2);
        assert_eq!(said.stdout, "", "{said:?}");
        assert!(said.stderr.starts_with("error: "), "{said:?}");
        assert!(said.stderr.contains(fix), "no {fix:?} in {said:?}");
    }
}

/// A shop on an embedded database that takes no time on purpose.
pub(crate) fn shop() -> Shop {
    let config = ShopConfig {
        latency: Latency::NONE,
        ..ShopConfig::default()
    };
    shop::start(config).unwrap()
}

/// A MariaDB, and a shop on it that has just filled its tables: they are as when the recording began.
pub(crate) fn shop_on_mariadb() -> (Mariadb, Shop) {
    let server = mariadb::start().expect("this test needs MariaDB: apt-get install mariadb-server");
    let shop = shop::start(ShopConfig {
        database: Database::mysql_at(server.addr()),
        latency: Latency::NONE,
        ..ShopConfig::default()
    });
    (server, shop.unwrap())
}

/// Where a shop answers, as `--http` takes it.
pub(crate) fn url(shop: &Shop) -> String {
    format!("http://{}", shop.http_addr())
}

/// The `--secret` that logs the shop's customers in.
pub(crate) fn password_secret() -> String {
    format!("login.password={PASSWORD}")
}

/// A number of an answer.
#[track_caller]
pub(crate) fn number(answer: &Value, pointer: &str) -> u64 {
    let value = answer.pointer(pointer).and_then(Value::as_u64);
    value.unwrap_or_else(|| panic!("no number at {pointer} of {answer}"))
}

/// The numbers of an object added up.
#[track_caller]
pub(crate) fn sum(answer: &Value, pointer: &str) -> u64 {
    let object = answer.pointer(pointer).and_then(Value::as_object).unwrap();
    object.values().map(|value| value.as_u64().unwrap()).sum()
}

/// Insists that everything planned and everything sent is accounted for.
#[track_caller]
pub(crate) fn conserved(run: &Value) {
    let planned = number(run, "/sent") + sum(run, "/skipped");
    assert_eq!(number(run, "/planned"), planned, "{run}");
    assert_eq!(number(run, "/sent"), sum(run, "/outcomes"), "{run}");
}

/// Replays the HTTP of the short capture, with its password; everything planned is accounted for.
#[track_caller]
pub(crate) fn replay(desk: &Desk, url: &str, flags: &[&str]) -> Value {
    let secret = password_secret();
    let arguments = ["replay", RECORDING, "--http", url, "--secret", &secret];
    let run = desk.answer(&[&arguments, flags].concat());
    conserved(&run);
    run
}

/// Insists that an object has these fields and says which are missing.
#[track_caller]
pub(crate) fn has_fields(answer: &Value, fields: &[&str]) {
    let missing: Vec<_> = fields
        .iter()
        .filter(|field| answer.pointer(field).is_none())
        .collect();
    assert!(missing.is_empty(), "no {missing:?} in {answer}");
}

/// Whether any file of a folder, at any depth, holds these bytes.
pub(crate) fn folder_holds(folder: &Path, wanted: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return folder_holds(&path, wanted);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    })
}
