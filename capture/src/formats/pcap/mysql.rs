//! What a MySQL connection says beside its stored exchanges: the login, made again from what the session was, and
//! the packets around commands.

use reprise_store::Connection;
use reprise_wire::Direction;
use reprise_wire::mysql::{
    self, Capabilities, Dialect, Greeting, Login, Session, Status, write_packet,
};

/// Never said again: what follows is stored neither encrypted nor compressed.
const UNDONE: Capabilities = Capabilities::SSL
    .union(Capabilities::COMPRESS)
    .union(Capabilities::ZSTD_COMPRESSION)
    .union(Capabilities::MULTI_FACTOR_AUTHENTICATION);

/// What the login itself needs.
const NEEDED: Capabilities = Capabilities::PROTOCOL_41
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::PLUGIN_AUTH);

/// utf8mb4_general_ci.
const UTF8MB4: u16 = 45;

/// An OK packet without anything in it.
const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];

/// A command as it is on the wire.
pub(super) fn packets(command: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(command.len() + 4);
    write_packet(&mut out, &mut 0, command);
    out
}

/// The answer to a command, cut where another side speaks.
pub(super) fn turns<'a>(command: &[u8], reply: &'a [u8]) -> Vec<(Direction, &'a [u8])> {
    mysql::turns(command, reply, &Dialect::UNKNOWN)
}

/// Greeting, login and OK; `None` when the login was not captured.
pub(super) fn login(connection: &Connection) -> Option<Vec<(Direction, Vec<u8>)>> {
    let session = connection.mysql_session.clone()?;
    let session: Session = serde_json::from_value(session).ok()?;
    let user = session.user.clone()?;
    let mut capabilities = (session.capabilities - UNDONE) | NEEDED;
    capabilities.set(Capabilities::CONNECT_WITH_DB, session.database.is_some());
    capabilities.set(Capabilities::CONNECT_ATTRS, !session.attributes.is_empty());
    let charset = session.charset.unwrap_or(UTF8MB4);
    let charset = u8::try_from(charset).unwrap_or(u8::MAX);
    let plugin = session
        .plugin
        .clone()
        .unwrap_or_else(|| "mysql_native_password".to_owned());
    let version = session
        .server_version
        .clone()
        .unwrap_or_else(|| "unknown".to_owned());
    let greeting = Greeting {
        server_version: version.into_bytes(),
        thread_id: session.thread_id.unwrap_or(0),
        scramble: vec![b'x'; 20],
        capabilities,
        mariadb_capabilities: session.mariadb_capabilities,
        charset,
        status: Status::AUTOCOMMIT,
        plugin: plugin.clone().into_bytes(),
    };
    let attributes = session.attributes.into_iter();
    let login = Login {
        capabilities,
        mariadb_capabilities: session.mariadb_capabilities,
        max_packet: 1 << 24,
        charset,
        user: user.into_bytes(),
        auth_response: Vec::new(),
        database: session.database.map(String::into_bytes),
        plugin: Some(plugin.into_bytes()),
        attributes: attributes
            .map(|(name, value)| (name.into_bytes(), value.into_bytes()))
            .collect(),
        zstd_level: None,
    };
    let mut sequence = 0;
    let mut packet = |payload: &[u8]| {
        let mut out = Vec::new();
        write_packet(&mut out, &mut sequence, payload);
        out
    };
    Some(vec![
        (Direction::ToClient, packet(&greeting.encode())),
        (Direction::ToServer, packet(&login.encode())),
        (Direction::ToClient, packet(&OK)),
    ])
}
