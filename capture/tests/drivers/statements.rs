//! Every driver against the general log.

use std::fs::File;
use std::process::Stdio;
use std::thread;

use mysql::Compression;

use crate::bench::{Bench, Recorded};
use crate::decoded::{self, Decoded, same_operation};
use crate::entry::Entry;
use crate::programs::{client, driver, go};
use crate::{general_log, rust};

#[test]
fn every_driver_s_statements_are_those_of_the_general_log() {
    let bench = Bench::start(&[]);
    thread::scope(|scope| {
        scope.spawn(|| {
            driver(&bench, &["/usr/bin/python3"], "mysql_pymysql.py", &[]);
            driver(&bench, &["/usr/bin/python3"], "mysql_mysqldb.py", &[]);
            driver(
                &bench,
                &["/usr/bin/python3"],
                "mysql_mysqldb.py",
                &["compress"],
            );
            driver(&bench, &["perl"], "mysql_dbi.pl", &[]);
            driver(&bench, &["perl"], "mysql_dbi.pl", &["server_prepare"]);
            let php = ["php", "-d", "mysqli.allow_local_infile=1"];
            driver(&bench, &php, "mysqli.php", &[]);
            driver(&bench, &php, "mysqli.php", &["compress"]);
        });
        scope.spawn(|| {
            for program in ["mysql2.mjs", "mariadb.mjs"] {
                driver(&bench, &["node"], program, &[]);
                driver(&bench, &["node"], program, &["compress"]);
            }
        });
        scope.spawn(|| {
            rust::run(&bench, None);
            rust::run(&bench, Some(Compression::default()));
            go(&bench);
            command_line(&bench);
        });
    });
    let recorded = bench.stop();
    compare(&recorded);
}

/// MariaDB's own programs.
fn command_line(bench: &Bench) {
    let file = bench.path("file.txt");
    let script = format!(
        "CREATE TABLE shop.cli (id INT PRIMARY KEY, name TEXT, picture LONGBLOB);\n\
         INSERT INTO shop.cli VALUES (1, 'a\\'b', 0x00ff), (2, NULL, NULL);\n\
         SELECT * FROM shop.cli;\n\
         USE shop\n\
         LOAD DATA LOCAL INFILE '{}' IGNORE INTO TABLE cli (name);\n\
         status\n\
         DELIMITER //\n\
         SELECT 1; SELECT 2, NULL; DO 0//\n\
         SELECT * FROM nowhere//\n\
         SET @x = 5//\n\
         ALTER TABLE cli FORCE//\n\
         KILL QUERY CONNECTION_ID()//\n",
        file.display()
    );
    let path = bench.path("script.sql");
    std::fs::write(&path, script).unwrap();
    let none = Stdio::null;
    for options in [&["--unbuffered"][..], &["--compress", "--quick"]] {
        let both = ["--force", "--local-infile", "--max-allowed-packet=64M"];
        let input = File::open(&path).unwrap().into();
        client(bench, "mariadb", &[options, &both].concat(), input);
        client(bench, "mariadb", &["shop", "-e", "DROP TABLE cli"], none());
    }
    // One row of two packets.
    let big = "SELECT REPEAT('x', 16777300)";
    client(
        bench,
        "mariadb",
        &["--max-allowed-packet=64M", "-e", big],
        none(),
    );
    let rehash = ["--auto-rehash", "mysql", "-e", "SELECT 1"];
    client(bench, "mariadb", &rehash, none());
    client(bench, "mariadb-dump", &["shop"], none());
    for command in ["ping", "status", "processlist", "refresh"] {
        client(bench, "mariadb-admin", &[command], none());
    }
}

/// Compares connection by connection: the greeting's thread id is the id in the log.
fn compare(recorded: &Recorded) {
    let logged = general_log::read(&recorded.log);
    let loss = &recorded.recording.loss;
    let connections = decoded::connections(&recorded.store, &recorded.recording);
    assert!(connections.len() > 20);
    let mut statements = 0;
    for connection in &connections {
        let id = connection.session.thread_id.unwrap();
        let logged = logged.get(&id).map_or(&[][..], Vec::as_slice);
        compare_connection(connection, logged);
        statements += logged.len();
    }
    assert!(statements > 400, "{statements}");
    let lost = (
        loss.undecodable_bytes,
        loss.unpaired_requests,
        loss.unpaired_responses,
    );
    assert_eq!(lost, (0, 0, 0));
}

fn compare_connection(connection: &Decoded, logged: &[Entry]) {
    let mut logged = logged.iter().peekable();
    for entry in &connection.entries {
        if entry.command == "Bulk_execute" {
            // One line a row, without its values.
            while logged
                .next_if(|line| line.command == "Execute" && line.text == entry.text)
                .is_some()
            {}
            continue;
        }
        let line = logged.next();
        let same = line.is_some_and(|line| line == entry && same_operation(entry, line));
        assert!(
            same,
            "decoded {entry:?}\nlogged  {line:?}\nof {:?}",
            connection.session
        );
    }
    let rest: Vec<_> = logged.collect();
    assert!(
        rest.is_empty(),
        "only in the log: {rest:?}\nof {:?}",
        connection.session
    );
}
