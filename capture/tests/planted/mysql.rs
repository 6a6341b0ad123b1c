//! Secrets in every place that MySQL has for them.

use std::io::Write as _;

use reprise_capture::packet_builder::Conversation;
use reprise_wire::mysql::{
    Capabilities, ChangeUser, ColumnDefinition, ColumnType, Command, Dialect, ErrPacket, Execute,
    Greeting, Login, MariadbCapabilities, OkPacket, Parameters, PrepareOk, Query, RowFormat,
    Status, Value, write_definitions, write_packet, write_result_set,
};

use super::Traffic;

/// How packets travel after the login.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Compressed,
}

/// One connection's conversation in packets.
struct Session<'a> {
    conversation: &'a mut Conversation,
    packing: Packing,
    dialect: Dialect,
    sequence: u8,
    frame: u8,
    logged_in: bool,
}

impl Session<'_> {
    fn packed(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.packing == Packing::Plain || !self.logged_in {
            return bytes.to_vec();
        }
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(bytes).unwrap();
        let body = zlib.finish().unwrap();
        let u24 = |len: usize| u32::try_from(len).unwrap().to_le_bytes()[..3].to_vec();
        let frame = [
            &u24(body.len())[..],
            &[self.frame],
            &u24(bytes.len()),
            &body,
        ]
        .concat();
        self.frame = self.frame.wrapping_add(1);
        frame
    }

    fn client(&mut self, payload: &[u8]) {
        let mut bytes = Vec::new();
        write_packet(&mut bytes, &mut self.sequence, payload);
        let packed = self.packed(&bytes);
        self.conversation.client(packed);
    }

    fn command(&mut self, payload: &[u8]) {
        (self.sequence, self.frame) = (0, 0);
        self.client(payload);
    }

    fn server(&mut self, write: impl FnOnce(&mut Vec<u8>, &mut u8, &Dialect)) {
        let mut bytes = Vec::new();
        write(&mut bytes, &mut self.sequence, &self.dialect);
        let packed = self.packed(&bytes);
        self.conversation.server(packed);
    }

    fn answer(&mut self, payload: &[u8]) {
        self.server(|bytes, sequence, _| write_packet(bytes, sequence, payload));
    }

    fn ok(&mut self) {
        self.answer(&OkPacket::default().encode());
    }

    fn query(&mut self, sql: &str) {
        self.command(&Command::Query(Query::plain(sql.as_bytes())).encode());
    }

    fn prepare(&mut self, id: u32, sql: &str, parameters: u16) {
        self.command(&Command::StmtPrepare(sql.as_bytes()).encode());
        let answer = PrepareOk {
            statement_id: id,
            columns: 0,
            parameters,
            warnings: 0,
            metadata_follows: true,
        };
        let parameter = ColumnDefinition::new(b"?", ColumnType::VAR_STRING);
        let definitions = vec![parameter; usize::from(parameters)];
        self.server(|bytes, sequence, dialect| {
            write_packet(bytes, sequence, &answer.encode(dialect));
            if parameters > 0 {
                write_definitions(bytes, sequence, dialect, &definitions, Status::empty());
            }
        });
    }

    fn execute(&mut self, statement_id: u32, values: Vec<Value>) {
        let parameters = Parameters::of(values).encode();
        let execute = Execute {
            statement_id,
            flags: 0,
            iterations: 1,
            parameters: &parameters,
        };
        self.command(&Command::StmtExecute(execute).encode());
    }

    fn rows(&mut self, format: RowFormat, columns: &[ColumnDefinition], rows: &[Vec<Value>]) {
        self.server(|bytes, sequence, dialect| {
            write_result_set(
                bytes,
                sequence,
                dialect,
                format,
                columns,
                rows,
                Status::AUTOCOMMIT,
            );
        });
    }

    fn login(&mut self, password: &str) {
        let capabilities = Capabilities::PROTOCOL_41
            | Capabilities::LONG_PASSWORD
            | Capabilities::SECURE_CONNECTION
            | Capabilities::CONNECT_WITH_DB
            | Capabilities::PLUGIN_AUTH
            | Capabilities::MULTI_RESULTS
            | if self.packing == Packing::Compressed {
                Capabilities::COMPRESS
            } else {
                Capabilities::empty()
            };
        let greeting = Greeting {
            server_version: b"8.0.44".to_vec(),
            thread_id: 17,
            scramble: vec![b's'; 20],
            capabilities,
            mariadb_capabilities: MariadbCapabilities::empty(),
            charset: 45,
            status: Status::AUTOCOMMIT,
            plugin: b"mysql_clear_password".to_vec(),
        };
        let login = Login {
            capabilities,
            max_packet: 1 << 24,
            charset: 45,
            user: b"shop".to_vec(),
            auth_response: password.as_bytes().to_vec(),
            database: Some(b"shop".to_vec()),
            plugin: Some(b"mysql_clear_password".to_vec()),
            ..Login::default()
        };
        self.dialect = Dialect::agreed(&greeting, &login);
        self.sequence = 0;
        self.answer(&greeting.encode());
        self.client(&login.encode());
        self.ok();
        self.logged_in = true;
    }
}

fn text(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

/// MySQL full of secrets.
pub(crate) fn traffic(packing: Packing) -> Traffic {
    let mut traffic = Traffic::default();
    let literals: [String; 20] = std::array::from_fn(|_| traffic.secret());
    let settings: [String; 8] = std::array::from_fn(|_| traffic.secret());
    let parameters: [String; 6] = std::array::from_fn(|_| traffic.secret());
    let rows: [String; 4] = std::array::from_fn(|_| traffic.secret());
    let others: [String; 3] = std::array::from_fn(|_| traffic.secret());
    let card = traffic.shaped("5500 0055 5555 5559");
    let mail = traffic.shaped("grace.planted@example.org");
    // Authentication data is said on the wire and kept nowhere, raw recordings included.
    let password = "plantedclearpassword";
    traffic.connection(3306, 1_460, |conversation| {
        let mut session = Session {
            conversation,
            packing,
            dialect: Dialect::UNKNOWN,
            sequence: 0,
            frame: 0,
            logged_in: false,
        };
        session.login(password);
        statements(&mut session, &literals);
        written_settings(&mut session, &settings);
        prepared(&mut session, &parameters, &card, &mail);
        result_sets(&mut session, &rows, &card, &mail);
        session.query(&format!(
            "INSERT INTO session (token) VALUES ('{}')",
            others[0]
        ));
        session.answer(&error(
            1062,
            &format!("Duplicate entry '{}' for key 'token'", others[0]),
        ));
        change_of_user(&mut session, &others[1]);
        session.query(&format!(
            "SELECT 1 FROM user WHERE api_key = '{}'",
            others[2]
        ));
        session.answer(&error(
            1064,
            &format!("You have an error near '{}'' at line 1", &others[2]),
        ));
    });
    traffic
}

fn error(code: u16, message: &str) -> Vec<u8> {
    ErrPacket {
        code,
        sql_state: Some(*b"23000"),
        message: message.as_bytes().to_vec(),
    }
    .encode()
}

fn statements(session: &mut Session<'_>, secrets: &[String; 20]) {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, functions @ ..] = secrets;
    let [key, hash, own, member, path, url, object] = functions;
    let hex: String = i.bytes().map(|byte| format!("{byte:02x}")).collect();
    for sql in [
        format!("INSERT INTO session (id, token) VALUES (1, '{a}'), (2, '{b}')"),
        format!(
            "UPDATE user SET name = 'ada', password = SHA2('{c}', 256) WHERE session_id = '{d}'"
        ),
        format!("SELECT * FROM session WHERE token IN ('{e}') OR '{f}' = `api_key`"),
        format!("CREATE USER 'x'@'%' IDENTIFIED BY '{g}'"),
        format!("INSERT INTO s (id) VALUES (1) ON DUPLICATE KEY UPDATE session_token = '{h}'"),
        format!("SELECT 1 FROM user WHERE password = 0x{hex}"),
        format!("SELECT '{i}' AS secret"),
        format!(
            "INSERT INTO t (x, y, token) VALUES ('{}', 1, '{j}')",
            "long ".repeat(100)
        ),
        format!("INSERT INTO t (doc) VALUES ('{{\"user\":\"ada\",\"password\":\"{k}\"}}')"),
        format!("PREPARE p FROM 'UPDATE user SET password = ''{l}'''"),
        format!("SELECT 1 /* token = '{m}' */ FROM t"),
        format!("SELECT AES_DECRYPT(c, '{key}') FROM t"),
        format!("SELECT 1 FROM t WHERE hash = SHA2('{hash}', 256)"),
        format!("SELECT check_password(7, '{own}')"),
        format!("UPDATE t SET doc = JSON_SET(doc, '$.a', 'b', '$.password', '{member}')"),
        format!("SELECT 1 FROM t WHERE doc->>'$.token' = '{path}'"),
        format!("INSERT INTO t (url) VALUES ('https://shop/reset?token={url}')"),
        format!("INSERT INTO t (doc) VALUES (JSON_OBJECT('name', 'x', 'api_key', '{object}'))"),
    ] {
        session.query(&sql);
        session.ok();
    }
}

/// Statements that write a table of settings.
fn written_settings(session: &mut Session<'_>, secrets: &[String; 8]) {
    let [update, insert, repeated, chosen, cut, first, second, third] = secrets;
    let long = "long ".repeat(100);
    for sql in [
        "UPDATE settings SET value = 'Gent' WHERE name = 'city'".to_owned(),
        format!("UPDATE settings SET value = '{update}' WHERE name = 'smtp_password'"),
        format!(
            "INSERT INTO wp_options (option_name, option_value) VALUES ('city', 'Gent'), ('api_key', '{insert}') \
             ON DUPLICATE KEY UPDATE option_value = '{repeated}'"
        ),
        format!(
            "UPDATE settings SET value = CASE name WHEN 'city' THEN 'Gent' WHEN 'auth/token' THEN '{chosen}' END \
             WHERE name IN ('city', 'auth/token')"
        ),
        format!("UPDATE settings SET value = '{cut}', note = '{long}' WHERE name = 'secret'"),
    ] {
        session.query(&sql);
        session.ok();
    }
    session.prepare(
        7,
        "REPLACE INTO settings (name, value) VALUES (?, ?), (?, ?)",
        4,
    );
    let [city, gent] = ["city", "Gent"].map(text);
    session.execute(7, vec![city, gent, text("db_password"), text(first)]);
    session.ok();
    session.prepare(8, "UPDATE settings SET value = ? WHERE name = ?", 2);
    session.execute(8, vec![text(second), text("session_secret")]);
    session.ok();
    let sql =
        format!("UPDATE settings SET value = '{third}', note = '{long}', x = ? WHERE name = 'pin'");
    session.prepare(9, &sql, 1);
    session.execute(9, vec![Value::Int(1)]);
    session.ok();
}

fn prepared(session: &mut Session<'_>, secrets: &[String; 6], card: &str, mail: &str) {
    let [first, second, long, ahead, piece, unseen] = secrets;
    session.prepare(
        1,
        "UPDATE session SET token = ?, note = ? WHERE session_id = ?",
        3,
    );
    session.execute(
        1,
        vec![
            text(first),
            text(&format!("{card} of {mail}")),
            text(second),
        ],
    );
    session.ok();
    session.prepare(2, "INSERT INTO user (id, secret) VALUES (?, ?)", 2);
    for data in [long, ahead, piece] {
        let data = Command::StmtSendLongData {
            statement_id: 2,
            parameter: 1,
            data: data.as_bytes(),
        };
        session.command(&data.encode());
    }
    session.execute(2, vec![Value::Int(7), Value::Null]);
    session.ok();
    // This statement was prepared before the capture began.
    session.execute(99, vec![text(unseen)]);
    session.ok();
}

fn result_sets(session: &mut Session<'_>, secrets: &[String; 4], card: &str, mail: &str) {
    let [first, second, third, fourth] = secrets;
    let columns = [
        ColumnDefinition::new(b"id", ColumnType::LONGLONG),
        ColumnDefinition::new(b"token", ColumnType::VAR_STRING),
        ColumnDefinition {
            org_name: b"password".to_vec(),
            ..ColumnDefinition::new(b"p", ColumnType::BLOB)
        },
        ColumnDefinition::new(b"note", ColumnType::VAR_STRING),
    ];
    let row = |token: &str, password: &str| {
        // As long as its length byte looks like a digit or a letter.
        let note = format!("{card} {mail} {}", ".".repeat(40));
        vec![Value::Int(1), text(token), text(password), text(&note)]
    };
    session.query("SELECT * FROM session");
    session.rows(RowFormat::Text, &columns, &[row(first, second)]);
    session.prepare(3, "SELECT * FROM session", 0);
    session.execute(3, Vec::new());
    session.rows(
        RowFormat::Binary,
        &columns,
        &[row(third, fourth), row(first, second)],
    );
}

fn change_of_user(session: &mut Session<'_>, secret: &str) {
    let change = ChangeUser {
        user: b"ada".to_vec(),
        auth_response: secret.as_bytes().to_vec(),
        database: b"shop".to_vec(),
        charset: Some(45),
        plugin: Some(b"mysql_clear_password".to_vec()),
        tail: Vec::new(),
    };
    session.command(&Command::ChangeUser(&change.encode()).encode());
    session.ok();
}
