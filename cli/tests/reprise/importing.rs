//! Importing the shipped captures: every message accounted for, nothing secret kept, nothing lost twice.

use reprise_fixtures::captures::{self, Capture};
use reprise_fixtures::shop::PASSWORD;
use reprise_store::{Payloads, Store};
use reprise_wire::Protocol;
use serde_json::{Value, json};

use crate::support::{Desk, RECORDING, folder_holds, has_fields, number};

/// Imports a capture and compares every count with what tshark counts in it.
fn imports_completely(capture: Capture) {
    let desk = Desk::new();
    desk.put(capture);
    let answer = desk.answer(&["import", capture.name, "--name", RECORDING]);
    let expected = capture.expected;
    assert_eq!(
        answer["messages"],
        json!({
            "http_requests": expected.http_requests,
            "http_responses": expected.http_responses,
            "mysql_commands": expected.mysql_commands,
            "mysql_replies": expected.mysql_commands - expected.mysql_unanswered,
        })
    );
    assert_eq!(
        answer["exchanges"],
        json!({ "http": expected.http_requests, "mysql": expected.mysql_commands })
    );
    assert_eq!(
        number(&answer, "/connections"),
        expected.connections - expected.silent_connections
    );
    assert_eq!(number(&answer, "/loss/packets"), expected.packets);
    assert_eq!(number(&answer, "/loss/decoded_packets"), expected.packets);
    for (cause, count) in answer["loss"].as_object().unwrap() {
        let packets = matches!(cause.as_str(), "packets" | "decoded_packets" | "spoken");
        let nothing = *count == json!(0) || *count == json!({});
        assert!(packets || nothing, "lost {cause}: {count}");
    }
    statuses_and_operations(&desk, &capture);
}

fn statuses_and_operations(desk: &Desk, capture: &Capture) {
    let operations = desk.answers(&["operations", RECORDING, "--limit", "1000"]);
    for (operation, exchanges) in capture.expected.operations {
        let found = operations.iter().find(|row| row["operation"] == *operation);
        assert_eq!(
            number(found.unwrap(), "/exchanges"),
            *exchanges,
            "{operation}"
        );
    }
    for (status, count) in capture.expected.http_statuses {
        let filter = format!("protocol:http status:{status}");
        let found = desk.answers(&["exchanges", RECORDING, "--where", &filter, "--limit", "0"]);
        assert_eq!(found.len() as u64, *count, "status {status}");
    }
}

#[test]
fn the_shop_over_the_embedded_server_imports_without_a_loss() {
    imports_completely(captures::shop());
}

#[test]
fn the_shop_over_mariadb_imports_without_a_loss() {
    imports_completely(captures::shop_mariadb());
}

#[test]
fn the_answers_have_the_documented_fields() {
    let desk = Desk::with_recording();
    let recording = [
        "/recording/id",
        "/recording/name",
        "/recording/source",
        "/recording/state",
        "/recording/started_at",
        "/recording/duration_ms",
        "/connections",
        "/messages/http_requests",
        "/messages/mysql_replies",
        "/exchanges/http",
        "/bytes/captured",
        "/bytes/stored",
        "/loss/kernel_dropped",
        "/loss/interface_dropped",
        "/loss/truncated_packets",
        "/loss/unsupported_link",
        "/loss/not_tcp",
        "/loss/gap_bytes",
        "/loss/undecodable_bytes",
        "/loss/unpaired_requests",
        "/loss/unpaired_responses",
        "/loss/over_cap",
        "/redacted/cookie",
    ];
    has_fields(&desk.answer(&["show", RECORDING]), &recording);
    has_fields(&desk.answers(&["recordings"])[0], &recording);
    let operation = [
        "/id",
        "/protocol",
        "/operation",
        "/exchanges",
        "/errors",
        "/latency_us/p99",
    ];
    has_fields(&desk.answers(&["operations", RECORDING])[0], &operation);
    let exchange = [
        "/id",
        "/connection",
        "/protocol",
        "/at_us",
        "/operation",
        "/request",
        "/status",
        "/latency_us",
        "/request_bytes",
        "/response_bytes",
        "/flags",
    ];
    has_fields(&desk.answers(&["exchanges", RECORDING])[0], &exchange);
    let device = [
        "/name",
        "/description",
        "/addresses",
        "/up",
        "/loopback",
        "/capturable",
        "/why",
    ];
    has_fields(&desk.answers(&["devices"])[0], &device);
    desk.run(&["targets", "allow", "staging.example"]).ok();
    assert_eq!(
        desk.answers(&["targets"]),
        [json!({ "host": "staging.example" })]
    );
}

#[test]
fn a_name_is_given_once_and_what_has_it_is_not_touched() {
    let desk = Desk::with_recording();
    let before = desk.answers(&["recordings"]);
    let file = captures::shop_mariadb().name;
    desk.run(&["import", file, "--name", RECORDING])
        .refused(2, "`reprise delete friday`");
    assert_eq!(desk.answers(&["recordings"]), before);
}

#[test]
fn a_deleted_recording_comes_back_and_leaves_its_name_free_meanwhile() {
    let desk = Desk::with_recording();
    let before = desk.answers(&["recordings"]);
    desk.run(&["delete", RECORDING]).ok();
    assert_eq!(desk.answers(&["recordings"]), [] as [Value; 0]);
    desk.run(&["bin", "restore", RECORDING]).ok();
    assert_eq!(desk.answers(&["recordings"]), before);
    desk.run(&["bin", "empty"]).refused(2, "--yes");
}

/// The bodies and heads of the recorded login requests, as `exchanges --id` shows them.
fn logins(desk: &Desk) -> Vec<String> {
    let filter = "operation:/login method:POST";
    let logins = desk.answers(&["exchanges", RECORDING, "--where", filter]);
    assert!(!logins.is_empty());
    logins
        .iter()
        .map(|login| desk.run(&["exchanges", RECORDING, "--id", &login["id"].to_string()]))
        .map(|said| said.ok().stdout)
        .collect()
}

/// The value of the first session cookie in a text.
fn session_cookie(text: &str) -> &str {
    let (_, rest) = text.split_once("shop_session=").unwrap();
    rest.split([';', '\r', '\n', ' ']).next().unwrap()
}

#[test]
fn no_secret_of_the_shop_is_in_the_file_unless_that_is_asked_for() {
    let encoded = PASSWORD.replace(' ', "+");
    let desk = Desk::new();
    desk.put(captures::shop_mariadb());
    let file = captures::shop_mariadb().name;
    desk.run(&["import", file, "--name", RECORDING, "--store-raw"])
        .ok();
    let open = logins(&desk);
    assert!(
        open.iter().all(|login| login.contains(&encoded)),
        "{open:?}"
    );
    let cookie = session_cookie(&open[0]).to_owned();

    let desk = Desk::with_recording();
    for login in logins(&desk) {
        assert!(login.contains("password=rp_"), "{login}");
        assert!(session_cookie(&login).starts_with("rp_"), "{login}");
    }
    let http = payloads(&desk, Protocol::Http);
    assert!(http.contains("GET /items/"));
    let mysql = payloads(&desk, Protocol::Mysql);
    assert!(mysql.contains("SELECT"));
    for secret in [PASSWORD, &encoded] {
        assert!(!mysql.contains(secret), "{secret} is in a statement");
        let data = desk.path("data");
        assert!(
            !folder_holds(&data, secret.as_bytes()),
            "{secret} is in the file"
        );
    }
    // Values of SQL are replaced by choice only: the session's id is what the shop keeps in its database.
    for secret in [PASSWORD, &encoded, &cookie] {
        assert!(
            !http.contains(secret),
            "{secret} is in a request or an answer"
        );
    }
}

#[test]
fn a_file_imported_twice_gives_the_same_exchanges_byte_for_byte() {
    let desk = Desk::new();
    let capture = captures::shop_mariadb();
    desk.put(capture);
    let [first, second] = ["once", "again"].map(|name| {
        desk.answer(&["import", capture.name, "--name", name]);
        let lines = desk
            .run(&["exchanges", name, "--limit", "0", "--json"])
            .ok()
            .stdout;
        (lines, stored(&desk, name))
    });
    assert_eq!(first.0, second.0);
    let protocols: Vec<&str> = ["http", "mysql"]
        .into_iter()
        .filter(|protocol| first.0.contains(&format!("\"protocol\":\"{protocol}\"")))
        .collect();
    assert_eq!(protocols, ["http", "mysql"]);
    assert_eq!(first.1.len(), first.0.lines().count());
    assert!(first.1 == second.1, "payloads differ");
}

/// The payloads of a recording, in order.
fn stored(desk: &Desk, name: &str) -> Vec<Payloads> {
    let store = Store::open_existing(desk.library()).unwrap();
    let recording = store.recording(name).unwrap().id;
    store
        .all_exchanges(recording)
        .map(|row| store.payloads(recording, row.unwrap().id).unwrap())
        .collect()
}

/// Every payload of one protocol, as the store gives it back.
fn payloads(desk: &Desk, protocol: Protocol) -> String {
    let store = Store::open_existing(desk.library()).unwrap();
    let recording = store.recording(RECORDING).unwrap().id;
    let mut everything = String::new();
    for row in store.all_exchanges(recording) {
        let row = row.unwrap();
        if row.protocol != protocol {
            continue;
        }
        let payloads = store.payloads(recording, row.id).unwrap();
        for payload in [payloads.request, payloads.response].into_iter().flatten() {
            everything.push_str(&String::from_utf8_lossy(&payload.bytes));
        }
    }
    everything
}

#[test]
fn a_file_without_packets_is_imported_with_a_warning_and_nothing_in_it() {
    let desk = Desk::new();
    // The 24-byte head of a pcap file (draft-ietf-opsawg-pcap section 4) and no packet.
    let head = [
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 1, 0, 0, 0,
    ];
    desk.write("head.pcap", &head);
    let said = desk.run(&["import", "head.pcap", "--name", "none"]).ok();
    assert!(said.stderr.contains("warning"), "{said:?}");
    assert_eq!(
        number(&desk.answer(&["show", "none"]), "/exchanges/http"),
        0
    );
}

#[test]
fn a_file_that_ends_within_a_packet_keeps_what_came_before_and_says_so() {
    let desk = Desk::new();
    let whole = gunzipped(captures::shop_mariadb().bytes);
    desk.write("cut.pcap", &whole[..60_000]);
    let said = desk.run(&["import", "cut.pcap", "--name", "cut"]).ok();
    assert!(said.stderr.contains("cut.pcap was cut off"), "{said:?}");
    let answer = desk.answer(&["show", "cut"]);
    let kept = number(&answer, "/exchanges/http");
    assert!((20..178).contains(&kept), "{kept}");
    assert_eq!(answer["recording"]["state"], "complete");
}

fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes);
    std::io::Read::read_to_end(&mut reader, &mut whole).unwrap();
    whole
}

#[test]
fn a_limit_given_on_the_command_line_holds_and_what_it_cost_is_counted() {
    let desk = Desk::new();
    let capture = captures::shop();
    desk.put(capture);
    let import = [
        "import",
        capture.name,
        "--name",
        RECORDING,
        "--limit",
        "body=10",
    ];
    let answer = desk.answer(&import);
    assert!(number(&answer, "/loss/over_cap") > 1_000);
    assert_eq!(
        number(&answer, "/messages/http_requests"),
        capture.expected.http_requests
    );
}

#[test]
fn a_limit_that_does_not_exist_is_refused_with_those_that_do() {
    let desk = Desk::new();
    let capture = captures::shop();
    desk.put(capture);
    let import = [
        "import",
        capture.name,
        "--name",
        RECORDING,
        "--limit",
        "bodies=10",
    ];
    desk.run(&import)
        .misused("there is no limit 'bodies'; there are body, head");
}
