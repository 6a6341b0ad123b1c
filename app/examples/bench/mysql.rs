//! MySQL connections: a login, then one row asked for by its id again and again.

use reprise_capture::packet_builder::Conversation;
use reprise_wire::mysql::{
    Capabilities, ColumnDefinition, ColumnType, Command, Dialect, Execute, Greeting, Login,
    MariadbCapabilities, OkPacket, Parameters, PrepareOk, Query, RowFormat, Status, Value,
    write_definitions, write_packet, write_result_set,
};

/// How many point queries a connection asks.
pub(crate) const EXECUTIONS: u32 = 200;

const CAPABILITIES: Capabilities = Capabilities::LONG_PASSWORD
    .union(Capabilities::PROTOCOL_41)
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::CONNECT_WITH_DB)
    .union(Capabilities::PLUGIN_AUTH)
    .union(Capabilities::MULTI_RESULTS)
    .union(Capabilities::DEPRECATE_EOF);

/// Every query with its id in its text.
pub(crate) fn text(talk: &mut Conversation, connection: u32) {
    let dialect = login(talk, connection);
    for execution in 0..EXECUTIONS {
        let id = connection * EXECUTIONS + execution;
        let sql = format!("SELECT id, name, price, stock FROM item WHERE id = {id}");
        let command = Command::Query(Query::plain(sql.as_bytes())).encode();
        talk.client(packet(&command)).wait_us(300);
        talk.server(row(&dialect, RowFormat::Text, id))
            .wait_us(5_000);
    }
}

/// One PREPARE, then executions with the id as parameter.
pub(crate) fn prepared(talk: &mut Conversation, connection: u32) {
    let dialect = login(talk, connection);
    let sql = b"SELECT id, name, price, stock FROM item WHERE id = ?";
    talk.client(packet(&Command::StmtPrepare(sql).encode()))
        .wait_us(300);
    let mut answer = Vec::new();
    let mut sequence = 1;
    let ok = PrepareOk {
        statement_id: 1,
        columns: 4,
        parameters: 1,
        warnings: 0,
        metadata_follows: true,
    };
    write_packet(&mut answer, &mut sequence, &ok.encode(&dialect));
    let parameter = [ColumnDefinition::new(b"?", ColumnType::VAR_STRING)];
    let status = Status::AUTOCOMMIT;
    write_definitions(&mut answer, &mut sequence, &dialect, &parameter, status);
    write_definitions(&mut answer, &mut sequence, &dialect, &columns(), status);
    talk.server(answer).wait_us(5_000);
    for execution in 0..EXECUTIONS {
        let id = connection * EXECUTIONS + execution;
        let parameters = Parameters::of(vec![Value::Int(i64::from(id))]).encode();
        let command = Command::StmtExecute(Execute {
            statement_id: 1,
            flags: 0,
            iterations: 1,
            parameters: &parameters,
        });
        talk.client(packet(&command.encode())).wait_us(300);
        talk.server(row(&dialect, RowFormat::Binary, id))
            .wait_us(5_000);
    }
}

fn login(talk: &mut Conversation, connection: u32) -> Dialect {
    let greeting = Greeting {
        server_version: b"8.0.44".to_vec(),
        thread_id: connection + 1,
        scramble: vec![b's'; 20],
        capabilities: CAPABILITIES,
        mariadb_capabilities: MariadbCapabilities::empty(),
        charset: 45,
        status: Status::AUTOCOMMIT,
        plugin: b"mysql_native_password".to_vec(),
    };
    let login = Login {
        capabilities: CAPABILITIES,
        max_packet: 1 << 24,
        charset: 45,
        user: b"shop".to_vec(),
        auth_response: vec![7; 20],
        database: Some(b"shop".to_vec()),
        plugin: Some(b"mysql_native_password".to_vec()),
        ..Login::default()
    };
    let [mut first, mut second, mut third] = [const { Vec::new() }; 3];
    let mut sequence = 0;
    write_packet(&mut first, &mut sequence, &greeting.encode());
    write_packet(&mut second, &mut sequence, &login.encode());
    write_packet(&mut third, &mut sequence, &OkPacket::default().encode());
    talk.server(first).wait_us(100);
    talk.client(second).wait_us(100);
    talk.server(third).wait_us(100);
    Dialect::agreed(&greeting, &login)
}

/// A command's packet: the first of its exchange.
fn packet(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_packet(&mut bytes, &mut 0, payload);
    bytes
}

fn columns() -> [ColumnDefinition; 4] {
    [
        ColumnDefinition::new(b"id", ColumnType::LONGLONG),
        ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
        ColumnDefinition::new(b"price", ColumnType::VAR_STRING),
        ColumnDefinition::new(b"stock", ColumnType::LONGLONG),
    ]
}

fn row(dialect: &Dialect, format: RowFormat, id: u32) -> Vec<u8> {
    let values = vec![
        Value::Int(i64::from(id)),
        Value::Bytes(format!("item {id}").into_bytes()),
        Value::Bytes(b"12.30".to_vec()),
        Value::Int(7),
    ];
    let mut bytes = Vec::new();
    let status = Status::AUTOCOMMIT;
    write_result_set(
        &mut bytes,
        &mut 1,
        dialect,
        format,
        &columns(),
        &[values],
        status,
    );
    bytes
}
