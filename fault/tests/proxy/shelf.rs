//! A table of a test's own in a real MariaDB, with a proxy before it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use mysql::prelude::Queryable;
use mysql::{Conn, Error, OptsBuilder};
use reprise_fault::ProxyProtocol;
use reprise_fixtures::mariadb::{self, Mariadb, Shared};
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};

use crate::support::Standing;

/// A database of the test's own with a table `item` of three rows, on a server that all tests share.
pub(crate) struct Shelf {
    server: Arc<Mariadb>,
    database: &'static str,
}

static SERVER: Shared = Shared::new();

impl Shelf {
    pub(crate) fn new(database: &'static str) -> Self {
        let server = SERVER.or_start(mariadb::start).unwrap();
        let options = options(server.addr().port()).db_name(Some(MYSQL_DATABASE));
        let mut conn = Conn::new(options).unwrap();
        for sql in [
            &format!("CREATE DATABASE {database}"),
            &format!("USE {database}"),
            "CREATE TABLE item (id INT PRIMARY KEY, stock INT) ENGINE=InnoDB",
            "INSERT INTO item VALUES (1, 10), (2, 20), (3, 30)",
        ] {
            conn.query_drop(sql).unwrap();
        }
        Self { server, database }
    }

    /// A proxy before the server that understands it.
    pub(crate) fn proxied(&self, faults: &[&str]) -> Standing {
        self.proxied_as(ProxyProtocol::Mysql, faults)
    }

    /// A proxy before the server that takes what passes for this.
    pub(crate) fn proxied_as(&self, protocol: ProxyProtocol, faults: &[&str]) -> Standing {
        Standing::misbehaving(self.server.addr(), protocol, faults)
    }

    pub(crate) fn connect(&self, standing: &Standing) -> Result<Conn, Error> {
        let options = options(standing.proxy.address().port());
        Conn::new(options.db_name(Some(self.database)))
    }

    /// How much of an item there is, asked past the proxy.
    pub(crate) fn stock(&self, id: u32) -> i64 {
        let options = options(self.server.addr().port());
        let mut conn = Conn::new(options.db_name(Some(self.database))).unwrap();
        let sql = format!("SELECT stock FROM item WHERE id = {id}");
        conn.query_first(sql).unwrap().unwrap()
    }

    /// What MariaDB's own command says of these statements on its standard error.
    pub(crate) fn command(&self, standing: &Standing, sql: &str) -> String {
        let mut child = Command::new("mariadb")
            .args([
                "--no-defaults",
                "--skip-ssl",
                "--host=127.0.0.1",
                "--protocol=tcp",
            ])
            .args(["--skip-reconnect", "--force"])
            .arg(format!("--port={}", standing.proxy.address().port()))
            .arg(format!("--user={MYSQL_USER}"))
            .arg(format!("--password={MYSQL_PASSWORD}"))
            .arg(self.database)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut statements = child.stdin.take().unwrap();
        // one that cannot connect does not read them
        let _ = writeln!(statements, "{sql};");
        drop(statements);
        let said = child.wait_with_output().unwrap();
        String::from_utf8_lossy(&said.stderr).into_owned()
    }
}

pub(crate) fn options(port: u16) -> OptsBuilder {
    OptsBuilder::new()
        .ip_or_hostname(Some("127.0.0.1"))
        .tcp_port(port)
        .prefer_socket(false)
        .user(Some(MYSQL_USER))
        .pass(Some(MYSQL_PASSWORD))
        .max_allowed_packet(Some(16 << 20))
}
