//! How a MySQL connection stood where the copied part of it begins, followed through what comes before.

use reprise_store::Connection;
use reprise_wire::mysql::{Command, Session, summarise_reply};

/// A connection's session, and the statements it has prepared.
pub(super) struct Standing {
    session: Session,
}

impl Standing {
    /// As it was before the recording's first exchange; `None` when the connection is not MySQL.
    pub(super) fn of(connection: &Connection) -> Option<Self> {
        let stored = connection.mysql_session.clone()?;
        let session = serde_json::from_value(stored).ok()?;
        Some(Self { session })
    }

    /// Takes a command that is not copied, which names this statement, and its reply.
    pub(super) fn follow(&mut self, command: &[u8], statement: Option<u32>, reply: &[u8]) {
        let dialect = self.session.dialect();
        let answer = summarise_reply(command, reply, &dialect);
        let state = &mut self.session.state;
        let prepared_from = statement.and_then(|id| state.prepared.get(&id)).cloned();
        let prepared_from = prepared_from.as_deref().map(str::as_bytes);
        state.observe(command, prepared_from, &dialect, &answer, &[]);
        match Command::decode(command, &dialect) {
            Ok(Command::StmtPrepare(sql)) if answer.error.is_none() => {
                if let (Some(id), Ok(sql)) = (answer.statement_id(), str::from_utf8(sql)) {
                    state.prepared.insert(id, sql.to_owned());
                }
            }
            Ok(Command::StmtClose(id)) => {
                state.prepared.remove(&id);
            }
            _ => {}
        }
    }

    /// As it is kept with a connection.
    pub(super) fn stored(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.session).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_wire::mysql::{Dialect, OkPacket, PrepareOk, Query, SessionState, write_packet};

    fn packet(payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_packet(&mut out, &mut 1, payload);
        out
    }

    #[test]
    fn what_is_left_out_still_sets_the_session_and_prepares_statements() {
        let mut standing = Standing {
            session: Session::default(),
        };
        let ok = packet(&OkPacket::default().encode());
        let query = |sql: &'static [u8]| Command::Query(Query::plain(sql)).encode();
        standing.follow(&query(b"SET time_zone = '+02:00'"), None, &ok);
        standing.follow(&query(b"USE shop"), None, &ok);
        for (id, sql) in [(1, "SELECT 1"), (2, "SET @a = 5")] {
            let answer = PrepareOk {
                statement_id: id,
                columns: 0,
                parameters: 0,
                warnings: 0,
                metadata_follows: false,
            };
            let prepare = Command::StmtPrepare(sql.as_bytes()).encode();
            standing.follow(
                &prepare,
                Some(id),
                &packet(&answer.encode(&Dialect::UNKNOWN)),
            );
        }
        standing.follow(&Command::StmtClose(1).encode(), Some(1), &[]);

        let stored = standing.stored().unwrap();
        let state: SessionState = serde_json::from_value(stored["state"].clone()).unwrap();
        assert_eq!(state.database.as_deref(), Some("shop"));
        assert_eq!(state.variables["time_zone"], "'+02:00'");
        let prepared: Vec<_> = state.prepared.into_iter().collect();
        assert_eq!(prepared, [(2, "SET @a = 5".to_owned())]);
    }
}
