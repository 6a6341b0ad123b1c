//! Logging in to a MySQL target the way the recorded client did, with the plan's user: same database, same
//! character set, same capabilities where the target has them, or results would differ.

use reprise_wire::mysql::auth::{caching_sha2_password, ed25519, native_password};
use reprise_wire::mysql::{Capabilities, Greeting, Login, MariadbCapabilities};

use super::authentication::Credentials;

/// Never taken over: what the client cannot do, or has its own field.
const NEVER: Capabilities = Capabilities::SSL
    .union(Capabilities::CONNECT_WITH_DB)
    .union(Capabilities::CONNECT_ATTRS)
    .union(Capabilities::MULTI_FACTOR_AUTHENTICATION)
    .union(Capabilities::CAN_HANDLE_EXPIRED_PASSWORDS)
    .union(Capabilities::SSL_VERIFY_SERVER_CERT)
    .union(Capabilities::REMEMBER_OPTIONS);

/// What the login itself needs.
const NEEDED: Capabilities = Capabilities::PROTOCOL_41
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::PLUGIN_AUTH)
    .union(Capabilities::PLUGIN_AUTH_LENENC_DATA);

/// What a usual client asks for, when the recorded login was not seen.
const USUAL: Capabilities = Capabilities::LONG_PASSWORD
    .union(Capabilities::LONG_FLAG)
    .union(Capabilities::TRANSACTIONS)
    .union(Capabilities::LOCAL_FILES)
    .union(Capabilities::MULTI_STATEMENTS)
    .union(Capabilities::MULTI_RESULTS)
    .union(Capabilities::PS_MULTI_RESULTS);

/// utf8mb4_general_ci: known to every MySQL and MariaDB of the last fifteen years.
const UTF8MB4: u8 = 45;

/// The level that clients ask for by default.
const ZSTD_LEVEL: u8 = 3;

/// The login to answer `greeting` with.
pub(crate) fn login(greeting: &Greeting, credentials: Credentials<'_>) -> Login {
    let Credentials {
        user,
        password,
        database,
        recorded,
    } = credentials;
    let recorded = recorded.filter(|session| !session.capabilities.is_empty());
    let asked = recorded.map_or(USUAL, |session| session.capabilities);
    let database = database.map(str::as_bytes);
    let mut capabilities = ((asked - NEVER) | NEEDED) & greeting.capabilities;
    capabilities.set(Capabilities::CONNECT_WITH_DB, database.is_some());
    // one packing is enough: servers take zlib where both are asked for
    if capabilities.contains(Capabilities::COMPRESS) {
        capabilities -= Capabilities::ZSTD_COMPRESSION;
    }
    let mariadb = recorded.map_or(MariadbCapabilities::empty(), |session| {
        session.mariadb_capabilities
    });
    let plugin = match greeting.plugin.as_slice() {
        known @ (b"mysql_native_password" | b"caching_sha2_password") => known.to_vec(),
        _ => b"mysql_native_password".to_vec(),
    };
    Login {
        capabilities,
        mariadb_capabilities: mariadb & greeting.mariadb_capabilities,
        max_packet: 1 << 30,
        charset: recorded
            .and_then(|session| session.charset)
            .and_then(|charset| u8::try_from(charset).ok())
            .unwrap_or(UTF8MB4),
        user: user.as_bytes().to_vec(),
        auth_response: answer(&plugin, password, &greeting.scramble).unwrap_or_default(),
        database: database.map(<[u8]>::to_vec),
        plugin: capabilities
            .contains(Capabilities::PLUGIN_AUTH)
            .then_some(plugin),
        attributes: Vec::new(),
        zstd_level: capabilities
            .contains(Capabilities::ZSTD_COMPRESSION)
            .then_some(ZSTD_LEVEL),
    }
}

/// Bytes that MariaDB's ed25519 plugin has signed.
const ED25519_SCRAMBLE: usize = 32;

/// The answer a plugin wants; `None` for one that is not known here.
pub(crate) fn answer(plugin: &[u8], password: &str, scramble: &[u8]) -> Option<Vec<u8>> {
    match plugin {
        b"mysql_native_password" => Some(native_password(password.as_bytes(), scramble)),
        b"caching_sha2_password" => Some(caching_sha2_password(password.as_bytes(), scramble)),
        b"client_ed25519" => {
            // random bytes without a closing zero, so that a last one that was zero has been taken for it
            let mut scramble = scramble.to_vec();
            scramble.resize(ED25519_SCRAMBLE.max(scramble.len()), 0);
            Some(ed25519(password.as_bytes(), &scramble))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use reprise_wire::mysql::{Session, Status};

    use super::*;

    fn greeting(plugin: &[u8]) -> Greeting {
        Greeting {
            server_version: b"8.0".to_vec(),
            thread_id: 1,
            scramble: vec![7; 20],
            capabilities: Capabilities::all() - Capabilities::DEPRECATE_EOF,
            mariadb_capabilities: MariadbCapabilities::empty(),
            charset: 8,
            status: Status::empty(),
            plugin: plugin.to_vec(),
        }
    }

    #[test]
    fn the_recorded_session_is_taken_over_as_far_as_the_target_can() {
        let session = Session {
            charset: Some(33),
            capabilities: Capabilities::FOUND_ROWS
                | Capabilities::DEPRECATE_EOF
                | Capabilities::COMPRESS
                | Capabilities::ZSTD_COMPRESSION
                | Capabilities::SSL,
            ..Session::default()
        };
        let credentials = Credentials {
            user: "tester",
            password: "x",
            database: Some("shop"),
            recorded: Some(&session),
        };
        let login = login(&greeting(b"caching_sha2_password"), credentials);
        assert!(login.capabilities.contains(
            Capabilities::FOUND_ROWS | Capabilities::CONNECT_WITH_DB | Capabilities::COMPRESS
        ));
        assert!(!login.capabilities.intersects(
            Capabilities::DEPRECATE_EOF | Capabilities::ZSTD_COMPRESSION | Capabilities::SSL
        ));
        assert_eq!(login.database.as_deref(), Some(&b"shop"[..]));
        assert_eq!((login.charset, login.auth_response.len()), (33, 32));
        assert_eq!(Login::decode(&login.encode()).unwrap(), login);
    }

    #[test]
    fn a_plugin_nobody_knows_is_answered_by_the_native_one() {
        let credentials = Credentials {
            user: "tester",
            password: "",
            database: Some("shop"),
            recorded: None,
        };
        let login = login(&greeting(b"ed25519"), credentials);
        assert_eq!(login.plugin.as_deref(), Some(&b"mysql_native_password"[..]));
        assert_eq!(login.database.as_deref(), Some(&b"shop"[..]));
        assert_eq!(answer(b"ed25519", "x", &[]), None);
    }
}
