//! Asks a MySQL target about itself: one short query, one row of text back.

use reprise_wire::mysql::{
    CommandCode, Dialect, NO_QUERY_ATTRIBUTES, PacketReader, ReplyReader, decode_text_row,
};
use tokio::io::AsyncReadExt;

use super::{LOGIN_PACKET, MysqlConnection};

impl MysqlConnection {
    /// The first row that `sql` is answered with; `None` when the server does not answer with a row: what it
    /// does not want to tell is not needed.
    pub(crate) async fn ask(&mut self, sql: &str) -> Option<Vec<String>> {
        let attributes = match self.dialect.query_attributes {
            Some(true) => NO_QUERY_ATTRIBUTES,
            _ => &[],
        };
        let command = [&[CommandCode::Query as u8][..], attributes, sql.as_bytes()].concat();
        let mut reader = ReplyReader::new(&command, &self.dialect);
        self.send(0, &command).await.ok()?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 1_024]);
        while !reader.is_done() && answer.len() < LOGIN_PACKET {
            let read = self.stream.read(&mut buffer).await.ok()?;
            let mut came = buffer.get(..read).filter(|came| !came.is_empty())?;
            answer.extend_from_slice(came);
            while !came.is_empty() && !reader.is_done() {
                reader.push(&mut came).ok()?;
            }
        }
        first_row(&answer, &self.dialect)
    }
}

/// The first row of a text result set, as the server sent its packets.
fn first_row(answer: &[u8], dialect: &Dialect) -> Option<Vec<String>> {
    let mut reader = PacketReader::new(LOGIN_PACKET);
    let mut input = answer;
    let mut next = || {
        reader
            .next(&mut input)
            .map(|packet| packet.payload.to_vec())
    };
    let columns = match next()?.as_slice() {
        [columns @ 1..=250] => usize::from(*columns),
        _ => return None,
    };
    for _ in 0..columns {
        next()?;
    }
    let mut row = next()?;
    let ends_columns = row.first() == Some(&0xFE) && row.len() < 9;
    if ends_columns && dialect.deprecate_eof != Some(true) {
        row = next()?;
    }
    if matches!(row.first(), Some(0xFE | 0xFF)) {
        return None;
    }
    let values = decode_text_row(&row, columns).ok()?;
    let text =
        |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
    Some(values.into_iter().map(text).collect())
}
