//! Asks a MySQL target about itself, or what a probe asks: one query, its answer as it came.

use std::io;

use reprise_wire::mysql::{
    CommandCode, Dialect, NO_QUERY_ATTRIBUTES, PacketReader, ReplyReader, ReplySummary,
    decode_text_row,
};

use super::MysqlConnection;

/// Answers to such questions are short; of longer ones the beginning is enough.
const KEPT: usize = 64 << 10;

impl MysqlConnection {
    /// The first row that `sql` is answered with; `None` when the server does not answer with a row: what it
    /// does not want to tell is not needed.
    pub(crate) async fn ask(&mut self, sql: &str) -> Option<Vec<String>> {
        let (answer, _) = self.answer(sql).await.ok()?;
        first_row(&answer, &self.dialect)
    }

    /// What `sql` is answered with: the beginning of its packets, and what they come to.
    ///
    /// # Errors
    /// The connection ended, or what came does not follow the protocol.
    pub(crate) async fn answer(&mut self, sql: &str) -> io::Result<(Vec<u8>, ReplySummary)> {
        let attributes = match self.dialect.query_attributes {
            Some(true) => NO_QUERY_ATTRIBUTES,
            _ => &[],
        };
        let command = [&[CommandCode::Query as u8][..], attributes, sql.as_bytes()].concat();
        let mut reader = ReplyReader::new(&command, &self.dialect);
        self.packing.begin();
        self.send(0, &command).await?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 4_096]);
        while !reader.is_done() {
            let read = self.stream.read(&mut buffer).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let unpacked = self.packing.unpack(buffer.get(..read).unwrap_or_default());
            let unpacked = unpacked.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            let mut came = unpacked.as_ref();
            if answer.len() < KEPT {
                answer.extend_from_slice(came);
            }
            while !came.is_empty() && !reader.is_done() {
                let pushed = reader.push(&mut came);
                pushed.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            }
        }
        Ok((answer, reader.summary().clone()))
    }
}

/// The first row of a text result set, as the server sent its packets.
fn first_row(answer: &[u8], dialect: &Dialect) -> Option<Vec<String>> {
    let mut reader = PacketReader::new(KEPT);
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
