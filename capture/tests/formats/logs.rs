//! The logs of MySQL servers and of web servers: what becomes an exchange, when, and on which connection.

use reprise_capture::Warning;
use reprise_wire::Flags;

use crate::support::{Bench, Kept};

const START: i64 = 1_700_000_000_000_000;

/// What each exchange is, when it began after [`START`], and how long it took, in microseconds.
fn told(kept: &[Kept]) -> Vec<(String, i64, Option<i64>)> {
    let told = kept.iter().map(|kept| {
        let took = kept.response_last_us.map(|last| last - kept.at_us);
        (sent(kept), kept.at_us - START, took)
    });
    told.collect()
}

fn sent(kept: &Kept) -> String {
    let bytes = kept.request.clone().unwrap().bytes;
    String::from_utf8(bytes)
        .unwrap()
        .replace(['\u{1}', '\u{2}', '\u{3}'], "")
}

fn expect(expected: &[(&str, i64, Option<i64>)]) -> Vec<(String, i64, Option<i64>)> {
    expected
        .iter()
        .map(|(sql, at, took)| ((*sql).to_owned(), *at, *took))
        .collect()
}

const MYSQL_8_SLOW: &str = "\
/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
# Time: 2023-11-14T22:13:21.000000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     8
# Query_time: 0.250000  Lock_time: 0.000004 Rows_sent: 1  Rows_examined: 9 Thread_id: 8 Errno: 0
use shop;
SET timestamp=1700000000;
SELECT 1
# a comment, not a header
FROM item;
# Time: 2023-11-14T22:13:22.500000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     9
# Query_time: 2.000000  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0 Thread_id: 9 Errno: 1213
SET timestamp=1700000000;
UPDATE item SET price = 2;;
# Time: 2023-11-14T22:13:23.000000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     8
# Query_time: 0.000100  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
use other;
SET timestamp=1700000003;
SELECT 2;
# Time: 2023-11-14T22:13:24.000000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     8
# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1700000004;
# administrator command: Quit;
# Time: 2023-11-14T22:13:24.000000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     9
# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1700000004;
# administrator command: Prepare;
/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
# Time: 2023-11-14T22:14:20.000000Z
# User@Host: shop[shop] @ web1 [10.0.0.5]  Id:     9
# Query_time: 0.000001  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1700000060;
SELECT 3;
";

#[test]
fn a_statement_of_the_slow_log_began_its_duration_before_it_was_logged() {
    let bench = Bench::new();
    let (recording, warnings) = bench.import("slow.log", MYSQL_8_SLOW.as_bytes());
    let kept = bench.kept(&recording);
    assert_eq!(
        told(&kept),
        expect(&[
            ("UPDATE item SET price = 2;", 500_000, Some(2_000_000)),
            (
                "SELECT 1\n# a comment, not a header\nFROM item",
                750_000,
                Some(250_000)
            ),
            ("other", 2_999_900, None),
            ("SELECT 2", 2_999_901, Some(100)),
            ("", 3_999_999, Some(1)),
            ("SELECT 3", 59_999_999, Some(1)),
        ])
    );
    let statuses: Vec<_> = kept.iter().map(|kept| kept.status).collect();
    assert_eq!(statuses, [Some(1_213), Some(0), None, None, None, None]);
    assert_eq!(kept[1].operation, "SELECT ? FROM item");
    assert!(kept[3].flags.contains(Flags::ANSWER_NOT_KEPT));
    assert_eq!(kept[0].client.ip().to_string(), "10.0.0.5");
    // Thread 9 of the server that started later is another connection.
    assert_eq!(
        (recording.connections, recording.loss.unpaired_requests),
        (3, 0)
    );
    let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("left out 1: administrator commands"),
        "{said:?}"
    );
    let connections = bench.store.connections(recording.id).unwrap();
    let session = connections[0].mysql_session.clone().unwrap();
    assert_eq!(
        (&session["user"], &session["database"]),
        (&"shop".into(), &"shop".into())
    );
}

#[test]
fn mariadb_names_thread_and_schema_and_has_seconds_without_a_zone() {
    let bench = Bench::new();
    let log = "\
# Time: 231115  0:13:20
# User@Host: root[root] @ localhost []
# Thread_id: 5  Schema: shop  QC_hit: No
# Query_time: 0.100000  Lock_time: 0.000010  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 60
SET timestamp=1700000000;
select 1;
# User@Host: root[root] @ localhost []
# Thread_id: 5  Schema: shop  QC_hit: No
# Query_time: 0.200000  Lock_time: 0.000010  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 60
SET timestamp=1700000000;
select 2;
# User@Host: root[root] @ localhost []
# Thread_id: 5  Schema:   QC_hit: No
# Query_time: 0.000200  Lock_time: 0.000010  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 60
SET timestamp=1700000000;
selec";
    let (recording, warnings) = bench.import("slow.log", log.as_bytes());
    assert_eq!(
        told(&bench.kept(&recording)),
        expect(&[
            ("select 1", 0, Some(100_000)),
            ("select 2", 100_000, Some(200_000)),
            ("selec", 300_000, Some(200)),
        ])
    );
    assert!(
        matches!(warnings[..], [Warning::FileCut(_)]),
        "{warnings:?}"
    );
    assert_eq!(recording.connections, 1);
}

#[test]
fn the_general_log_has_sessions_and_executions_with_their_values() {
    let bench = Bench::new();
    let log = "\
/usr/sbin/mariadbd, Version: 10.11.6-MariaDB (Debian). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time\t\t    Id Command\tArgument
231114 22:13:20\t     4 Connect\tshop@10.0.0.7 on shop using TCP/IP
\t\t     4 Query\tSELECT *
  FROM item
\t\t     5 Connect\troot@localhost on  using Socket
\t\t     4 Prepare\tSELECT ?
\t\t     4 Execute\tSELECT 7
\t\t     5 Init DB\tother
231114 22:13:22\t     4 Close stmt\t
\t\t     5 Field List\titem id%
\t\t     4 Quit\t
\t\t     5 Binlog Dump\tLog: 'x'
\t\t     5 Ping\t
";
    let (recording, warnings) = bench.import("general.log", log.as_bytes());
    let kept = bench.kept(&recording);
    let mut told = told(&kept);
    told.sort_by_key(|(sent, at, _)| (*at, sent.clone()));
    assert_eq!(
        told,
        expect(&[
            ("SELECT *\n  FROM item", 0, None),
            ("other", 0, None),
            ("SELECT 7", 1, None),
            ("", 2_000_000, None),
            ("\u{4}item\0id%", 2_000_000, None),
            ("\u{e}", 2_000_001, None),
        ])
    );
    let connections = bench.store.connections(recording.id).unwrap();
    let session = |number: usize| connections[number].mysql_session.clone().unwrap();
    assert_eq!(session(0)["user"], "shop");
    assert_eq!(
        (
            session(0)["database"].as_str(),
            session(0)["thread_id"].as_u64()
        ),
        (Some("shop"), Some(4))
    );
    assert_eq!(
        (session(1)["user"].as_str(), session(1)["database"].as_str()),
        (Some("root"), None)
    );
    assert_eq!(connections[0].client.ip().to_string(), "10.0.0.7");
    let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].ends_with(
            "left out 1: commands of which the log has the name only (first on line 14)"
        ),
        "{said:?}"
    );
    assert!(kept.iter().all(|kept| kept.status.is_none()));
}

#[test]
fn the_general_log_of_mysql_8_has_microseconds_and_zones() {
    let bench = Bench::new();
    let log = "\
2023-11-14T22:13:20.000010Z\t    8 Connect\troot@localhost on shop using SSL/TLS
2023-11-14T22:13:20.000020Z\t    8 Query\tselect 1
2023-11-14T23:13:20.500000+01:00\t    8 Query\tselect 2
";
    let (recording, warnings) = bench.import("general.log", log.as_bytes());
    assert_eq!(warnings, []);
    let expected = expect(&[("select 1", 20, None), ("select 2", 500_000, None)]);
    assert_eq!(told(&bench.kept(&recording)), expected);
}

#[test]
fn an_access_log_gives_requests_with_status_and_duration_and_says_what_it_could_not_read() {
    let bench = Bench::new();
    let log = r#"10.0.0.1 - - [14/Nov/2023:22:13:21 +0000] "GET /cart/7?x=1 HTTP/1.1" 200 17 "http://a/b" "curl/8" 0.250
not a line
10.0.0.1 - frank [14/Nov/2023:22:13:22 +0000] "POST /login HTTP/2.0" 303 0 "-" "curl/8" 0.001
10.0.0.2 - - [14/Nov/2023:22:13:23 +0000] "-" 408 0 "-" "-"
web2 - - [14/Nov/2023:22:13:23 +0000] "HEAD / HTTP/1.0" 500 0 "-" "-"
"#;
    let (recording, warnings) = bench.import("access.log", log.as_bytes());
    let kept = bench.kept(&recording);
    let statuses: Vec<_> = kept.iter().map(|kept| (kept.status, kept.flags)).collect();
    let known = Flags::ANSWER_NOT_KEPT;
    assert_eq!(
        statuses,
        [
            (Some(200), known),
            (Some(303), known | Flags::REQUEST_TRUNCATED),
            (Some(500), known),
        ]
    );
    assert_eq!(
        told(&kept)[0],
        (
            "GET /cart/7?x=1 HTTP/1.1\r\nHost: access-log.invalid\r\nReferer: http://a/b\r\n\
             User-Agent: curl/8\r\n\r\n"
                .to_owned(),
            750_000,
            Some(250_000)
        )
    );
    assert_eq!(
        (recording.connections, recording.loss.unpaired_requests),
        (2, 0)
    );
    let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        said[0].ends_with(
            "left out 2: lines that are not in the combined format (first on line 2, 4)"
        ),
        "{said:?}"
    );
}
