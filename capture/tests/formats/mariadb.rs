//! The logs that a real MariaDB writes of statements that are known, and the packets it would have sent.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use reprise_capture::ExportFormat;
use reprise_fixtures::mariadb;
use reprise_fixtures::mysql::Client;
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};
use reprise_store::Recording;
use reprise_wire::mysql::Value;

use crate::support::{Bench, Kept};

const PREPARED: &str = "SELECT name FROM note WHERE id = ?";

/// What is said as text, in order, on one connection.
const STATEMENTS: [&str; 7] = [
    "CREATE TABLE note (id INT PRIMARY KEY, name TEXT)",
    "INSERT INTO note VALUES (1, 'one'), (2, 'two;\n# Time: no header')",
    "SELECT *\nFROM note -- a comment\nWHERE id = 2",
    "SELECT 'ünïcode' /* ; */",
    "BEGIN",
    "UPDATE note SET name = 'eins' WHERE id = 1",
    "COMMIT",
];

#[test]
fn what_mariadb_logs_is_what_was_said() {
    let server = mariadb::start().unwrap();
    let folder = server.socket().parent().unwrap().to_owned();
    let connect = || Client::connect(server.addr(), MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE);
    let mut administrator = connect().unwrap();
    let (slow, general) = (folder.join("slow.log"), folder.join("general.log"));
    for setting in [
        format!("SET GLOBAL slow_query_log_file = '{}'", slow.display()),
        format!("SET GLOBAL general_log_file = '{}'", general.display()),
        "SET GLOBAL long_query_time = 0".to_owned(),
        "SET GLOBAL slow_query_log = 1".to_owned(),
        "SET GLOBAL general_log = 1".to_owned(),
    ] {
        administrator.query(&setting).unwrap();
    }
    let mut client = connect().unwrap();
    for statement in STATEMENTS {
        client.query(statement).unwrap();
    }
    assert!(client.query("SELECT * FROM nowhere").is_err());
    client.execute(PREPARED, vec![Value::Int(2)]).unwrap();
    client.ping().unwrap();
    client.quit();
    let executed = "SELECT name FROM note WHERE id = 2";
    let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let limit = Instant::now() + Duration::from_secs(30);
    // The server writes its logs when it likes to.
    while !(text(&general).contains("Quit") && text(&slow).contains(executed)) {
        let logs = [text(&general), text(&slow)];
        assert!(
            Instant::now() < limit,
            "the server has not logged what it was told: {logs:?}"
        );
        thread::sleep(Duration::from_millis(20));
    }
    administrator
        .query("SET GLOBAL slow_query_log = 0, GLOBAL general_log = 0")
        .unwrap();

    let bench = Bench::new();
    let (general, warnings) = bench.import_files(vec![general], "general");
    assert_eq!(warnings, []);
    let said = statements(&bench, &general);
    let expected: Vec<&str> = [&STATEMENTS[..], &["SELECT * FROM nowhere", executed]].concat();
    assert_eq!(said, expected);

    let (slow, _) = bench.import_files(vec![slow], "slow");
    let said = statements(&bench, &slow);
    // A statement that fails is logged by some versions only.
    let said: Vec<&String> = said.iter().filter(|sql| !sql.contains("nowhere")).collect();
    let expected: Vec<&str> = [&STATEMENTS[..], &[executed]].concat();
    assert_eq!(said, expected);
    let kept = of_client(&bench, &slow);
    assert!(kept.iter().all(|kept| kept.response_last_us.is_some()));
    again(&bench, &slow);
}

/// A log as packets keeps its statements, with the login, though nobody knows the answers.
fn again(bench: &Bench, recording: &Recording) {
    let (bytes, _) = bench.export(recording, ExportFormat::Pcap);
    let (again, warnings) = bench.import("again.pcap", &bytes);
    assert_eq!(warnings, []);
    let all = |recording| bench.kept(recording).into_iter().map(|kept| kept.request);
    assert_eq!(
        all(&again).collect::<Vec<_>>(),
        all(recording).collect::<Vec<_>>()
    );
    let connections = bench.store.connections(again.id).unwrap();
    let session = connections[0].mysql_session.clone().unwrap();
    assert_eq!(session["user"], MYSQL_USER);
}

/// The text queries of the connection that created the table.
fn statements(bench: &Bench, recording: &Recording) -> Vec<String> {
    let kept = of_client(bench, recording).into_iter();
    let queries = kept.filter_map(|kept| {
        let bytes = kept.request?.bytes;
        let sql = bytes.strip_prefix(b"\x03")?;
        Some(String::from_utf8(sql.to_vec()).unwrap())
    });
    queries.collect()
}

fn of_client(bench: &Bench, recording: &Recording) -> Vec<Kept> {
    let kept = bench.kept(recording);
    let creates = |kept: &&Kept| kept.operation.starts_with("CREATE TABLE note");
    let client = kept.iter().find(creates).unwrap().client;
    kept.into_iter()
        .filter(|kept| kept.client == client)
        .collect()
}
