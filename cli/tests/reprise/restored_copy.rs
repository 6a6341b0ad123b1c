//! What other programs said to MariaDB (sysbench, an object mapper), recorded from packets and replayed on a restored
//! copy of the database: nothing differs but what only the order between lanes explains, and that is counted.

use std::path::{Path, PathBuf};
use std::process::Command;

use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER, mysql_url};
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, said};

/// A server whose database was dumped before its traffic was recorded.
struct Restored {
    desk: Desk,
    server: Mariadb,
}

impl Restored {
    /// `make` fills the database and `work` is recorded; both are told the server's port.
    fn recorded(
        make: &mut dyn FnMut(&str) -> Command,
        work: &mut dyn FnMut(&str) -> Command,
    ) -> Self {
        let server =
            mariadb::start().expect("this test needs MariaDB: apt-get install mariadb-server");
        let desk = Desk::new();
        let port = server.addr().port().to_string();
        said(&mut make(&port)).ok();
        let restored = Self { desk, server };
        restored.dump();
        let arguments = ["record", "-i", "lo", "--port", &port, "--name", RECORDING];
        let mut recording = Running::start(&restored.desk, &arguments);
        recording.until("recording: ");
        said(&mut work(&port)).ok();
        recording.signal("-INT");
        assert_eq!(recording.end().0, Some(0));
        let shown = restored.desk.answer(&["show", RECORDING]);
        assert_eq!(number(&shown, "/loss/gap_bytes"), 0, "{shown}");
        assert!(number(&shown, "/exchanges/mysql") > 100, "{shown}");
        restored
    }

    fn dump(&self) {
        let mut dump = Command::new("mariadb-dump");
        dump.arg("--no-defaults").args(self.login());
        dump.arg(format!("--result-file={}", self.file().display()));
        said(dump.arg(MYSQL_DATABASE)).ok();
    }

    fn file(&self) -> PathBuf {
        self.desk.path("dump.sql")
    }

    fn login(&self) -> [String; 3] {
        [
            format!("--socket={}", self.server.socket().display()),
            format!("--user={MYSQL_USER}"),
            format!("--password={MYSQL_PASSWORD}"),
        ]
    }

    /// Replays what was recorded on the restored database.
    fn replay(&self, flags: &[&str]) -> Value {
        let [socket, user, password] = self.login();
        let before = format!(
            "mariadb --no-defaults '{socket}' {user} {password} {MYSQL_DATABASE} < '{}'",
            self.file().display()
        );
        let url = mysql_url(self.server.addr());
        let arguments = ["replay", RECORDING, "--mysql", &url, "--before", &before];
        let run = self.desk.answer(&[&arguments[..], flags].concat());
        conserved(&run);
        assert_eq!(run["run"]["state"], "complete", "{run}");
        run
    }
}

/// Insists that what is not as it was recorded is what only the order between lanes explains.
#[track_caller]
fn all_explained(run: &Value) {
    let outcomes = run["outcomes"].as_object().unwrap();
    let of = |name: &str| outcomes[name].as_u64().unwrap();
    let sent = number(run, "/sent");
    let explained = number(run, "/order_conflicts");
    assert_eq!(of("ok") + explained, sent, "{run}");
    assert_eq!(of("mismatch") + of("error_reply"), explained, "{run}");
    assert_eq!(run["unfaithful"], false, "{run}");
}

fn sysbench(port: &str, step: &str) -> Command {
    let mut command = Command::new("sysbench");
    command.args([
        "oltp_read_write",
        "--db-driver=mysql",
        "--mysql-host=127.0.0.1",
    ]);
    command.args([
        format!("--mysql-port={port}"),
        format!("--mysql-user={MYSQL_USER}"),
        format!("--mysql-password={MYSQL_PASSWORD}"),
        format!("--mysql-db={MYSQL_DATABASE}"),
    ]);
    command.args([
        "--tables=2",
        "--table-size=2000",
        "--threads=4",
        "--rand-seed=7",
    ]);
    // no longer than that, and no more than so many transactions
    command.args(["--time=60", "--events=60", step]);
    command
}

#[test]
fn what_sysbench_did_is_done_again_on_a_restored_copy_once_and_by_ten_copies() {
    let restored = Restored::recorded(&mut |port| sysbench(port, "prepare"), &mut |port| {
        sysbench(port, "run")
    });
    let once = restored.replay(&["--run", "once"]);
    all_explained(&once);
    assert!(once["skipped"].as_object().unwrap().is_empty(), "{once}");
    let copies = restored.replay(&["--run", "copies", "--copies", "10"]);
    all_explained(&copies);
    // what a deadlock undid is not done on outside of its transaction
    let skipped = copies["skipped"].as_object().unwrap();
    let undone = skipped.get("transaction_lost");
    assert_eq!(skipped.len(), usize::from(undone.is_some()), "{copies}");
    let undone = undone.map_or(0, |count| count.as_u64().unwrap());
    assert_eq!(
        number(&copies, "/sent") + undone,
        10 * number(&once, "/sent")
    );
}

#[test]
fn what_an_object_mapper_did_is_done_again_on_a_restored_copy_once_and_by_ten_copies() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/drivers");
    let mapper = |port: &str, step: &str| {
        let mut command = Command::new("/usr/bin/python3");
        command.arg(folder.join("orm_sqlalchemy.py"));
        command.args([port, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE, step]);
        command
    };
    let restored = Restored::recorded(&mut |port| mapper(port, "make"), &mut |port| {
        mapper(port, "work")
    });
    let once = restored.replay(&["--run", "once", "--pin-clock"]);
    all_explained(&once);
    let copies = restored.replay(&["--run", "copies", "--copies", "10", "--pin-clock"]);
    all_explained(&copies);
}
