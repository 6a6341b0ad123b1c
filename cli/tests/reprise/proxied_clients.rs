//! What clients in wide use report of each fault of HTTP, MySQL, Redis, memcached and SMTP, before real servers: the rows of
//! docs/faults.md. The scripts are in `fixtures/drivers`.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use reprise_fixtures::mariadb;
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};

use crate::support::{Desk, shop, standing_proxy};

/// How long a server may take to come up.
const START: Duration = Duration::from_secs(20);

/// A server of the test's own; it ends with it.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// A program that takes its port from its arguments.
    fn start(program: &str, arguments: impl FnOnce(&str) -> Vec<String>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(arguments(&port.to_string()));
        let process = command.stdout(Stdio::null()).spawn();
        let process =
            process.unwrap_or_else(|error| panic!("{program}: {error} (`make setup` installs it)"));
        let server = Self { process, port };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < START, "{program} does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The SMTP server among the scripts, which says its port.
    fn smtp() -> Self {
        let mut process = python("smtp_server.py");
        let process = process.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = process.spawn().unwrap();
        let mut port = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("`make setup` installs aiosmtpd");
        Self { process, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it keeps nothing, so it may be ended at once
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn python(script: &str) -> Command {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/drivers");
    // Debian's, which has Debian's clients
    let mut command = Command::new("/usr/bin/python3");
    command.arg("-B").arg(folder.join(script));
    command
}

/// Runs a script against a proxy before the server: its control, its port, the server's port.
fn prove(server_port: u16, protocol: &str, script: &str, more: &[&str]) {
    let desk = Desk::new();
    let to = format!("{protocol}://127.0.0.1:{server_port}");
    let (running, listens, control) = standing_proxy::controlled(&desk, &to);
    let (_, port) = listens.rsplit_once(':').unwrap();
    let mut command = python(script);
    command.args([&control, port, &server_port.to_string()]);
    command.args(more);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn redis_py_reports_each_fault_as_the_handbook_says() {
    let server = Server::start("redis-server", |port| {
        let flags = ["--port", port, "--bind", "127.0.0.1", "--save", ""];
        flags.map(str::to_owned).into()
    });
    prove(server.port, "redis", "redis_faults.py", &[]);
}

#[test]
fn pymemcache_reports_each_fault_as_the_handbook_says() {
    let server = Server::start("memcached", |port| {
        let flags = ["-l", "127.0.0.1", "-p", port, "-U", "0", "-u", "nobody"];
        flags.map(str::to_owned).into()
    });
    prove(server.port, "memcached", "memcached_faults.py", &[]);
}

#[test]
fn smtplib_reports_each_fault_as_the_handbook_says() {
    prove(Server::smtp().port, "smtp", "smtp_faults.py", &[]);
}

#[test]
fn the_mariadb_command_pymysql_and_mysql2_report_each_fault_as_the_handbook_says() {
    let server = mariadb::start().unwrap();
    let account = [MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE];
    prove(server.addr().port(), "mysql", "mysql_faults.py", &account);
}

#[test]
fn curl_reports_each_fault_as_the_handbook_says() {
    prove(shop().http_addr().port(), "http", "http_faults.py", &[]);
}
