//! The sessions of recorded MySQL connections.

use std::net::{IpAddr, SocketAddr};

use reprise_store::Connection;
use reprise_wire::mysql::Session;
use rustc_hash::FxHashMap;

/// The sessions of MySQL connections as they were stored, those without a login completed from connections
/// of the same client to the same server.
pub(super) fn sessions_of(connections: &[Connection]) -> FxHashMap<u32, Session> {
    let mut sessions = FxHashMap::default();
    let mut siblings: FxHashMap<(IpAddr, SocketAddr), Vec<u32>> = FxHashMap::default();
    for connection in connections {
        let stored = connection.mysql_session.clone();
        let session = stored.and_then(|stored| serde_json::from_value::<Session>(stored).ok());
        let Some(session) = session else { continue };
        let ends = (connection.client.ip().to_canonical(), connection.server);
        siblings.entry(ends).or_default().push(connection.id.0);
        sessions.insert(connection.id.0, session);
    }
    for ids in siblings.values() {
        let (agreed, not): (Vec<u32>, Vec<u32>) = ids
            .iter()
            .partition(|id| sessions.get(id).is_some_and(Session::is_agreed));
        for id in not {
            let Some(mut session) = sessions.remove(&id) else {
                continue;
            };
            let logins: Vec<&Session> = agreed.iter().filter_map(|id| sessions.get(id)).collect();
            session.complete_from(&logins);
            sessions.insert(id, session);
        }
    }
    sessions
}
