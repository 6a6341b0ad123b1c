//! Secrets inside strings, comments and values: documents of JSON, and statements that others execute.

use base64::Engine as _;

use super::*;

const SECRET: &str = "h1dden-s3cret";

#[test]
fn strings_and_comments_of_a_statement_hold_no_secrets() {
    for (sql, stays) in [
        (
            "INSERT INTO t (doc) VALUES ('{\"password\":\"SECRET\",\"a\":1}')",
            "\"a\":1}')",
        ),
        (
            r#"INSERT INTO t (doc) VALUES ("{\"password\":\"SECRET\"}", 7)"#,
            "}', 7)",
        ),
        (
            "PREPARE s FROM 'UPDATE users SET password=''SECRET'' WHERE id=7'",
            "WHERE id=7'",
        ),
        (
            r"SET @s = 'UPDATE users SET token=\'SECRET\''",
            "UPDATE users SET token=",
        ),
        (
            "SELECT 1 /* password='SECRET', route='/cart' */ FROM t",
            "route='/cart' */ FROM t",
        ),
        ("SELECT 1 -- token = 'SECRET'\nFROM t", "\nFROM t"),
        ("SELECT 1 # token = 'SECRET'", "SELECT 1 # token = 'rp_"),
        ("SELECT 1 /* id=7 token=SECRET */", "/* id=7 token=rp_"),
        ("SELECT 1 -- password: SECRET, id: 7", ", id: 7"),
        (
            "INSERT INTO links (url) VALUES ('https://shop/reset?token=SECRET&page=2')",
            "&page=2')",
        ),
        (
            "UPDATE options SET v = 'a:2:{s:1:\"a\";i:1;s:8:\"password\";s:13:\"SECRET\";}' WHERE id = 7",
            "s:8:\"password\";s:27:\"rp_",
        ),
        (
            "INSERT INTO sessions (data) VALUES ('a|a:0:{}token|s:13:\"SECRET\";')",
            "a|a:0:{}token|s:27:\"rp_",
        ),
        (
            "INSERT INTO log (query) VALUES ('user=ada&password=SECRET')",
            "('user=ada&password=rp_",
        ),
        (
            "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'ada', PASSWORD 'SECRET')",
            "USER 'ada'",
        ),
    ] {
        let sql = sql.replace("SECRET", SECRET);
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let (request, _, exchange) = redacted(Rules::default(), exchange(request, vec![], &sql));
        let stored = String::from_utf8_lossy(&request).into_owned();
        let told = &exchange.summary;
        assert!(
            !stored.contains(SECRET) && !told.contains(SECRET),
            "{stored} {told}"
        );
        assert!(stored.contains(stays), "{stored}");
    }
}

#[test]
fn strings_and_comments_without_secrets_pass_byte_for_byte() {
    for sql in [
        "INSERT INTO t (doc) VALUES ('{\"a\":\"it''s\"}', \"{'x'}\") /* route='/cart' */ -- x",
        "SET @s = 'UPDATE users SET name=''ada'''",
        "SELECT '[1,2' # {",
        "SELECT 1 /* controller:users,action=password, note: a token is a secret: */",
        "SELECT 1 /* token */ = 7",
    ] {
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let (after, _, _) = redacted(Rules::default(), exchange(request.clone(), vec![], sql));
        assert_eq!(after, request, "{sql}");
    }
}

#[test]
fn documents_in_parameters_and_rows_hold_no_secrets() {
    let document = format!("{{\"user\":\"ada\",\"password\":\"{SECRET}\"}}");
    let columns = [ColumnDefinition::new(b"doc", ColumnType::VAR_STRING)];
    for (format, command) in [
        (
            RowFormat::Text,
            Command::Query(Query::plain(b"SELECT doc FROM t")).encode(),
        ),
        (RowFormat::Binary, execute(4, &[])),
    ] {
        let reply = result(format, &columns, &[vec![text(&document)]]);
        let mut connection = Connection::new();
        connection.prepare(4, "SELECT doc FROM t", 0, &columns);
        let mut whole = exchange(command, reply, "");
        whole.statement_id = Some(4);
        let (_, reply, _) = connection.take(whole);
        assert!(!holds(&reply, SECRET.as_bytes()), "{format:?}");
        assert!(
            packets(&reply)
                .iter()
                .any(|packet| holds(packet, b"{\"user\":\"ada\""))
        );
    }
    let mut connection = Connection::new();
    connection.prepare(5, "INSERT INTO t (doc) VALUES (?)", 1, &[]);
    let (parameters, _) = connection.execute(5, vec![text(&document)], vec![]);
    let stored = parameters.encode();
    assert!(!holds(&stored, SECRET.as_bytes()) && holds(&stored, b"{\"user\":\"ada\""));
}

/// A document in base64, plain and packed, with letters like it before what it is.
fn in_base64() -> [String; 3] {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let document = format!("{{\"user\":\"ada\",\"password\":\"{SECRET}\",\"a\":1}}");
    let packed = crate::http::encode(document.as_bytes(), b"gzip");
    [
        STANDARD.encode(&document),
        URL_SAFE_NO_PAD.encode(&document),
        STANDARD.encode(packed.unwrap().unwrap()),
    ]
}

/// What of a stored text is base64, decoded and unpacked.
fn unpacked(stored: &[u8]) -> String {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let texts = (0..stored.len()).filter_map(|at| {
        let start = stored.get(at..)?;
        let is_beginning = start.starts_with(b"eyJ1") || start.starts_with(b"H4sI");
        let end = start.iter().position(|byte| !is_letter(byte));
        let text = start.get(..end.unwrap_or(start.len()))?;
        is_beginning.then_some(text)
    });
    let texts = texts.map(|text| {
        let (decoded, _) = crate::redact::base64::decode(text).unwrap();
        if decoded.starts_with(b"{") {
            return decoded;
        }
        let unpacked = crate::http::decode_content(b"gzip", &decoded, 1_000).unwrap();
        unpacked.bytes.into_owned()
    });
    String::from_utf8_lossy(&texts.collect::<Vec<_>>().join(&b' ')).into_owned()
}

fn assert_replaced(stored: &[u8]) {
    let text = unpacked(stored);
    let replaced = text.contains("ada") && text.contains("\"password\":\"rp_");
    assert!(replaced && !text.contains("h1dd"), "{text:?}");
}

#[test]
fn documents_in_base64_in_a_statement_hold_no_secrets() {
    for document in in_base64() {
        for sql in [
            format!("INSERT INTO jobs (payload) VALUES ('{document}')"),
            format!("UPDATE jobs SET payload=\"{document}\", n=7 WHERE id=8"),
        ] {
            let request = Command::Query(Query::plain(sql.as_bytes())).encode();
            let (request, _, exchange) =
                redacted(Rules::default(), exchange(request, vec![], &sql));
            assert_replaced(&request);
            assert_replaced(exchange.summary.as_bytes());
        }
    }
}

#[test]
fn documents_in_base64_in_parameters_and_rows_hold_no_secrets() {
    let columns = [
        ColumnDefinition::new(b"digest", ColumnType::VAR_STRING),
        ColumnDefinition::new(b"payload", ColumnType::BLOB),
    ];
    for document in in_base64() {
        let row = vec![text("da39a3ee5e6b4b0d"), text(&document)];
        for (format, command) in [
            (
                RowFormat::Text,
                Command::Query(Query::plain(b"SELECT digest, payload FROM t")).encode(),
            ),
            (RowFormat::Binary, execute(4, &[])),
        ] {
            let reply = result(format, &columns, std::slice::from_ref(&row));
            let mut connection = Connection::new();
            connection.prepare(4, "SELECT digest, payload FROM t", 0, &columns);
            let mut whole = exchange(command, reply, "");
            whole.statement_id = Some(4);
            let (_, reply, _) = connection.take(whole);
            assert_replaced(&reply);
            packets(&reply);
        }
        let mut connection = Connection::new();
        connection.prepare(5, "INSERT INTO t (digest, payload) VALUES (?, ?)", 2, &[]);
        let (parameters, _) = connection.execute(5, row, vec![]);
        assert_replaced(&parameters.encode());
    }
}

#[test]
fn the_statements_that_a_process_list_tells_hold_no_secrets() {
    let columns = [
        ColumnDefinition::new(b"Id", ColumnType::LONGLONG),
        ColumnDefinition::new(b"Info", ColumnType::VAR_STRING),
    ];
    let sql = format!("UPDATE users SET password='{SECRET}' WHERE id=7");
    let reply = result(
        RowFormat::Text,
        &columns,
        &[
            vec![Value::Int(5), text(&sql)],
            vec![Value::Int(6), Value::Null],
        ],
    );
    let request = Command::Query(Query::plain(b"SHOW FULL PROCESSLIST")).encode();
    let (_, reply, _) = redacted(Rules::default(), exchange(request, reply, ""));
    assert!(!holds(&reply, SECRET.as_bytes()) && holds(&reply, b"WHERE id=7"));
    packets(&reply);
}

#[test]
fn nothing_behind_a_hole_in_a_statement_is_kept() {
    let sql = "INSERT INTO users (name, password) VALUES ('ada', 'first-s3cret'), ('bob', 's3cret'), ('eve', 's3cret')";
    for start in 0..sql.len() {
        let mut bytes = sql.as_bytes().to_vec();
        let end = (start + 11).min(bytes.len());
        bytes[start..end].fill(0);
        let whole = end - start >= 8;
        let request = Command::Query(Query::plain(&bytes)).encode();
        let mut exchange = exchange(request, vec![], &String::from_utf8_lossy(&bytes));
        exchange.operation = digest(&bytes);
        exchange.flags = Flags::GAP_IN_REQUEST;
        let (request, _, exchange) = redacted(Rules::default(), exchange);
        let told = format!("{} {}", exchange.operation, exchange.summary);
        if whole {
            assert!(
                !holds(&request, b"s3cret") && !told.contains("s3cret"),
                "{start} {told}"
            );
            assert!(exchange.flags.contains(Flags::REQUEST_TRUNCATED));
        }
    }
}
