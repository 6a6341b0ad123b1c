//! What a replayed point query costs, as text and prepared, against sysbench on the same MariaDB.

use std::path::Path;
use std::process::Command;

use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::mysql::{Client, Reply};
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER, mysql_url};
use reprise_store::{ConnectionEnd, Totals};
use reprise_wire::mysql::{
    Capabilities, Dialect, Execute, MariadbCapabilities, Parameters, PrepareOk, Query, RowFormat,
    Session, Status, Value, write_definitions, write_packet, write_result_set,
};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};
use serde_json::Value as Json;

use super::ROUNDS;
use super::recording::{NAME, START, begin};
use crate::Failure;
use crate::process::{Told, reprise, told};
use crate::table::median;

/// Connections of the lanes, and of sysbench.
const CONNECTIONS: u32 = 8;

const ROWS: u32 = 10_000;

/// Queries of each connection; the recording repeats.
const QUERIES: u32 = 2_500;

const SECONDS: u64 = 4;

/// The recorded server's id of the one statement of a connection.
const STATEMENT: u32 = 1;

/// How point queries are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Text,
    Prepared,
}

/// One client's load: queries a second, and CPU time of the whole process for a query in microseconds.
#[derive(Clone, Copy, Debug)]
struct Load {
    rate: f64,
    cpu_us: f64,
    /// The share of answers that were as recorded.
    ok: f64,
}

/// Measures all rows and prints them.
pub(crate) fn bench(folder: &Path) -> Result<(), Failure> {
    if Command::new("sysbench").arg("--version").output().is_err() {
        println!("\npoint queries: skipped, sysbench is not installed");
        return Ok(());
    }
    let Ok(server) = mariadb::start() else {
        println!("\npoint queries: skipped, MariaDB is not installed");
        return Ok(());
    };
    told(
        sysbench(&server, Asked::Text).arg("prepare"),
        &folder.join("told"),
    )?;
    println!(
        "\npoint queries as fast as it goes, {CONNECTIONS} connections, {ROUNDS} rounds in turns, medians\n\
         {:<28} {:>10} {:>9} {:>14} {:>7}",
        "", "queries/s", "CPU us", "CPU / sysbench", "ok"
    );
    for asked in [Asked::Text, Asked::Prepared] {
        let file = folder.join(format!("{asked:?}.reprise"));
        write(&file, &server, asked)?;
        let (mut peer, mut own) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            peer.push(by_sysbench(folder, &server, asked)?);
            own.push(by_replay(folder, &file, &server)?);
        }
        let against = median(peer.iter().map(|load| load.cpu_us));
        for (name, loads) in [("sysbench", peer), ("replay, answers verified", own)] {
            let of = |number: fn(&Load) -> f64| median(loads.iter().map(number));
            let cpu_us = of(|load| load.cpu_us);
            println!(
                "{:<28} {:>10.0} {cpu_us:>9.2} {:>13.2}x {:>6.1}%",
                format!("{name}, {asked:?}").to_lowercase(),
                of(|load| load.rate),
                cpu_us / against,
                of(|load| load.ok) * 100.0,
            );
        }
    }
    Ok(())
}

fn sysbench(server: &Mariadb, asked: Asked) -> Command {
    let mut command = Command::new("taskset");
    command.args([
        "-c",
        "0",
        "sysbench",
        "oltp_point_select",
        "--db-driver=mysql",
    ]);
    command.args([
        "--mysql-host=127.0.0.1".to_owned(),
        format!("--mysql-port={}", server.addr().port()),
        format!("--mysql-user={MYSQL_USER}"),
        format!("--mysql-password={MYSQL_PASSWORD}"),
        format!("--mysql-db={MYSQL_DATABASE}"),
        "--tables=1".to_owned(),
        format!("--table-size={ROWS}"),
        format!("--threads={CONNECTIONS}"),
        format!("--time={SECONDS}"),
        "--report-interval=0".to_owned(),
    ]);
    command.arg(match asked {
        Asked::Text => "--db-ps-mode=disable",
        Asked::Prepared => "--db-ps-mode=auto",
    });
    command
}

fn by_sysbench(folder: &Path, server: &Mariadb, asked: Asked) -> Result<Load, Failure> {
    let Told { used, output, .. } = told(sysbench(server, asked).arg("run"), &folder.join("told"))?;
    let line = output
        .lines()
        .find_map(|line| line.trim().strip_prefix("total:"));
    let queries: f64 = line
        .ok_or("sysbench said no number of queries")?
        .trim()
        .parse()?;
    Ok(Load {
        rate: queries / SECONDS as f64,
        cpu_us: used.cpu_s * 1e6 / queries,
        ok: 1.0,
    })
}

fn by_replay(folder: &Path, file: &Path, server: &Mariadb) -> Result<Load, Failure> {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]);
    command.arg(reprise());
    command.arg("--file").arg(file);
    command.args(["replay", NAME, "--json", "--speed", "max"]);
    command.args(["--duration", &format!("{SECONDS}s")]);
    let url = mysql_url(server.addr());
    let Told { used, output, .. } = told(command.args(["--mysql", &url]), &folder.join("told"))?;
    let json: Json = serde_json::from_str(&output)?;
    let number = |at: &str| json.pointer(at).and_then(Json::as_f64).unwrap_or(f64::NAN);
    let sent = number("/sent");
    Ok(Load {
        rate: number("/rate/sent_per_s"),
        cpu_us: used.cpu_s * 1e6 / sent,
        ok: number("/outcomes/ok") / sent,
    })
}

/// Writes a recording of point queries with the answers that the server gives.
fn write(file: &Path, server: &Mariadb, asked: Asked) -> Result<(), Failure> {
    let mut client = Client::connect(server.addr(), MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE)?;
    let rows = client.query("SELECT c FROM sbtest1 ORDER BY id")?;
    let (writer, connections) = begin(file, 3_306, CONNECTIONS)?;
    let made = Made {
        rows,
        asked,
        dialect: Dialect::from_capabilities(capabilities(), MariadbCapabilities::empty()),
    };
    let mut at = START;
    for query in 0..=QUERIES {
        for (number, connection) in (0..).zip(&connections) {
            at = at.plus_nanos(100_000);
            let mut exchange = match query {
                0 if asked == Asked::Text => continue,
                0 => made.prepare(at),
                _ => made.query(at, (number * QUERIES + query * 7) % ROWS),
            };
            writer.add_exchange(*connection, &mut exchange)?;
        }
    }
    let session = Session {
        database: Some(MYSQL_DATABASE.to_owned()),
        capabilities: capabilities(),
        ..Session::default()
    };
    for connection in connections {
        let end = ConnectionEnd {
            spoken: Some("mysql".to_owned()),
            mysql_session: Some(serde_json::to_value(&session)?),
            ..ConnectionEnd::default()
        };
        writer.close_connection(connection, end)?;
    }
    writer.finish(&Totals {
        last_packet: Some(at),
        ..Totals::default()
    })?;
    Ok(())
}

/// What the libraries of most languages ask for.
fn capabilities() -> Capabilities {
    Capabilities::LONG_PASSWORD
        | Capabilities::PROTOCOL_41
        | Capabilities::TRANSACTIONS
        | Capabilities::SECURE_CONNECTION
        | Capabilities::MULTI_RESULTS
        | Capabilities::PS_MULTI_RESULTS
        | Capabilities::PLUGIN_AUTH
}

struct Made {
    rows: Reply,
    asked: Asked,
    dialect: Dialect,
}

impl Made {
    fn query(&self, at: Timestamp, row: u32) -> Exchange {
        let (id, status) = (row + 1, Status::AUTOCOMMIT);
        let sql = format!("SELECT c FROM sbtest1 WHERE id={id}");
        let parameters = Parameters::of(vec![Value::Int(i64::from(id))]).encode();
        let (command, format) = match self.asked {
            Asked::Text => {
                let query = reprise_wire::mysql::Command::Query(Query::plain(sql.as_bytes()));
                (query.encode(), RowFormat::Text)
            }
            Asked::Prepared => {
                let execute = reprise_wire::mysql::Command::StmtExecute(Execute {
                    statement_id: STATEMENT,
                    flags: 0,
                    iterations: 1,
                    parameters: &parameters,
                });
                (execute.encode(), RowFormat::Binary)
            }
        };
        let found = self.rows.rows.get(row as usize).map(|row| row.0.clone());
        let mut reply = Vec::new();
        write_result_set(
            &mut reply,
            &mut 1,
            &self.dialect,
            format,
            &self.rows.columns,
            found.as_slice(),
            status,
        );
        exchange(at, command, reply, "SELECT c FROM sbtest1 WHERE id = ?")
    }

    fn prepare(&self, at: Timestamp) -> Exchange {
        let sql = b"SELECT c FROM sbtest1 WHERE id=?";
        let command = reprise_wire::mysql::Command::StmtPrepare(sql).encode();
        let ok = PrepareOk {
            statement_id: STATEMENT,
            columns: 1,
            parameters: 1,
            warnings: 0,
            metadata_follows: true,
        };
        let (mut reply, mut sequence) = (Vec::new(), 1);
        write_packet(&mut reply, &mut sequence, &ok.encode(&self.dialect));
        let columns = &self.rows.columns;
        for _ in 0..2 {
            let status = Status::AUTOCOMMIT;
            write_definitions(&mut reply, &mut sequence, &self.dialect, columns, status);
        }
        exchange(
            at,
            command,
            reply,
            "PREPARE SELECT c FROM sbtest1 WHERE id = ?",
        )
    }
}

fn exchange(at: Timestamp, command: Vec<u8>, reply: Vec<u8>, operation: &str) -> Exchange {
    let answered = Some(at.plus_nanos(50_000));
    let statement_id = (command.first() != Some(&3)).then_some(STATEMENT);
    let payload = |bytes: Vec<u8>| Payload {
        wire_len: bytes.len() as u64,
        bytes,
    };
    Exchange {
        protocol: Protocol::Mysql,
        request: Some(payload(command)),
        response: Some(payload(reply)),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: answered,
            response_last: answered,
        },
        operation: operation.to_owned(),
        summary: operation.to_owned(),
        status: Some(0),
        flags: Flags::empty(),
        statement_id,
    }
}
