//! `reprise proxy --record`: what passes is a recording like any other.

use std::net::{SocketAddr, TcpListener, TcpStream};

use reprise_fixtures::mariadb;
use reprise_fixtures::mysql::Client;
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};
use serde_json::Value;

use crate::support::recording_proxy::{
    asked, exchanges, get, interrupt, mysql_to, nothing_lost, start,
};
use crate::support::running::Running;
use crate::support::standing_proxy::listens;
use crate::support::{Desk, folder_holds, number, shop, url};

#[test]
fn what_clients_said_and_saw_is_recorded_with_its_secrets_replaced() {
    let (desk, shop) = (Desk::new(), shop());
    let fault = [
        "--fault",
        "100:error(status=503,body=\"out of order\") for http /cart*",
    ];
    let (running, address) = start(&desk, &[&["--to", &url(&shop)][..], &fault].concat());
    let ask = |request: &str| asked(TcpStream::connect(&address).unwrap(), request);
    assert!(ask(&get("/")).starts_with("HTTP/1.1 200 "));
    assert!(ask(&get("/cart")).starts_with("HTTP/1.1 503 "));
    let login = "name=ada&password=correct-horse-battery";
    ask(&format!(
        "POST /login HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{login}",
        login.len()
    ));
    let answer = interrupt(running);
    nothing_lost(&answer);
    assert_eq!(number(&answer, "/recording/connections"), 3);
    assert_eq!(number(&answer, "/recording/exchanges/http"), 3);
    let passed = number(&answer, "/bytes/to_server") + number(&answer, "/bytes/to_client");
    let recorded = number(&answer, "/recording/bytes/captured");
    // the request that the fault kept from the server was said all the same
    assert!(recorded > passed, "{answer}");
    let seen = exchanges(&desk);
    let statuses: Vec<(&str, i64)> = seen
        .iter()
        .map(|(operation, status)| (operation.as_str(), status.as_i64().unwrap()))
        .collect();
    assert_eq!(statuses[..2], [("GET /", 200), ("GET /cart", 503)]);
    assert_eq!(statuses[2].0, "POST /login");
    assert_eq!(answer["recording"]["recording"]["state"], "complete");
    assert!(
        number(&answer, "/recording/redacted/secret_field") > 0,
        "{answer}"
    );
    assert!(!folder_holds(
        desk.library().parent().unwrap(),
        b"correct-horse"
    ));
}

#[test]
fn proxies_of_a_file_record_into_one_recording_and_a_name_that_is_taken_is_refused() {
    let (desk, shop) = (Desk::new(), shop());
    let table = |name: &str| {
        format!(
            "[[proxy]]\nname = '{name}'\nlisten = '0'\nto = '{}'\nrecord = 'both'\n",
            url(&shop)
        )
    };
    desk.write("proxies.toml", (table("a") + &table("b")).as_bytes());
    let flags = ["proxy", "--config", "proxies.toml", "--json"];
    let mut running = Running::start(&desk, &flags);
    for name in ["a", "b"] {
        let address = listens(&mut running, name);
        asked(TcpStream::connect(address).unwrap(), &get("/"));
    }
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(0));
    for line in stdout.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        assert_eq!(number(&answer, "/connections/accepted"), 1);
        assert_eq!(number(&answer, "/recording/exchanges/http"), 2);
    }
    desk.run(&flags).refused(2, "both");
}

#[test]
fn a_proxy_that_cannot_open_leaves_no_recording() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let flags = [
        "--listen",
        &listen,
        "--to",
        "127.0.0.1:9",
        "--record",
        "none",
    ];
    desk.run(&[&["proxy"][..], &flags].concat())
        .refused(2, "choose another port");
    assert!(desk.answers(&["recordings"]).is_empty());
}

#[test]
fn mysql_is_recorded_with_errors_that_no_server_sent() {
    let (desk, server) = (Desk::new(), mariadb::start().unwrap());
    let to = mysql_to(&server);
    let fault = ["--fault", "100:error(code=1205) for mysql UPDATE"];
    let (running, address) = start(&desk, &[&["--to", &to][..], &fault].concat());
    let address: SocketAddr = address.parse().unwrap();
    let mut client = Client::connect(address, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE).unwrap();
    client.query("CREATE TABLE t (id INT PRIMARY KEY)").unwrap();
    client.query("UPDATE t SET id = 1").unwrap_err();
    client.query("SELECT COUNT(*) FROM t").unwrap();
    client.quit();
    let answer = interrupt(running);
    nothing_lost(&answer);
    let seen = exchanges(&desk);
    let update = seen
        .iter()
        .find(|(operation, _)| operation.starts_with("UPDATE"));
    assert_eq!(update.unwrap().1, 1205, "{seen:?}");
    assert!(
        seen.iter()
            .any(|(operation, _)| operation == "SELECT COUNT(*) FROM t"),
        "{seen:?}"
    );
}
