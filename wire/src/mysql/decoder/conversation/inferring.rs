//! How the session stands: followed from command to command, and, where the login was not seen, told from
//! what the first replies show.

use super::{Conversation, Pending};
use crate::mysql::session::text;
use crate::mysql::sql::{TokenKind, first_word, tokens};
use crate::mysql::{ColumnDefinition, Command, CommandCode, PacketReader, Status};

/// So many replies are looked through for the database before it is given up.
const MOST_UNTOLD: u32 = 64;

impl Conversation {
    /// Takes what a completed command changed or showed. `last`: the payload of its reply's last packet.
    pub(super) fn follow(&mut self, done: &Pending, last: &[u8]) {
        let statement = done.statement_id.and_then(|id| self.statements.get(id));
        let prepared_from = statement.map(|statement| statement.sql.as_slice());
        let command = &done.request.bytes;
        let status_untold = self.session.user.is_none() && self.standing.autocommit.is_none();
        self.standing
            .observe(command, prepared_from, &self.dialect, done.so_far(), last);
        let sql = match Command::decode(command, &self.dialect) {
            Ok(Command::Query(query)) => query.sql,
            _ => prepared_from.unwrap_or_default(),
        };
        if status_untold && tells_what_was_before(sql, done) {
            let status = done.so_far().status;
            self.session.state.autocommit = Some(status.contains(Status::AUTOCOMMIT));
            self.session.state.in_transaction = status.contains(Status::IN_TRANSACTION);
        }
        let untold = self.session.user.is_none()
            && self.standing.database.is_none()
            && self.untold_replies < MOST_UNTOLD;
        if untold && done.so_far().columns > 0 && done.code != Some(CommandCode::StmtPrepare) {
            self.untold_replies += 1;
            let found = database_of(sql, done.reply_so_far(), done.so_far().columns);
            self.standing.database.clone_from(&found);
            self.session.state.database = found;
        }
    }
}

/// Whether the status after the first command seen is that before it.
fn tells_what_was_before(sql: &[u8], done: &Pending) -> bool {
    let word = first_word(sql).unwrap_or_default().to_ascii_uppercase();
    let changes_it = matches!(word.as_slice(), b"SET" | b"BEGIN" | b"START" | b"XA");
    !changes_it && !done.so_far().status.is_empty() && done.so_far().error.is_none()
}

/// The database that a SELECT read from without naming it: the columns of its rows do.
fn database_of(sql: &[u8], reply: &[u8], columns: u64) -> Option<String> {
    let word = first_word(sql)?;
    if !word.eq_ignore_ascii_case(b"SELECT") {
        return None;
    }
    let columns = usize::try_from(columns).ok()?;
    let mut reader = PacketReader::new(reply.len());
    let mut input = reply;
    let mut found: Option<ColumnDefinition> = None;
    for number in 0..=columns {
        let packet = reader.next(&mut input)?;
        if number == 0 {
            continue;
        }
        let column = ColumnDefinition::decode(packet.payload).ok()?;
        if column.schema.is_empty() {
            continue;
        }
        if found
            .as_ref()
            .is_some_and(|other| other.schema != column.schema)
        {
            return None;
        }
        found = Some(column);
    }
    let found = found?;
    let named = |name: &[u8]| {
        tokens(sql).any(|token| {
            let written = sql.get(token.span).unwrap_or_default();
            let bare = written
                .strip_prefix(b"`")
                .and_then(|name| name.strip_suffix(b"`"));
            matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
                && bare.unwrap_or(written).eq_ignore_ascii_case(name)
        })
    };
    (named(&found.org_table) && !named(&found.schema)).then(|| text(&found.schema))
}
