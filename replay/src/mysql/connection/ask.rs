//! Asks a MySQL target about itself, or what a probe asks: one query, its answer as it came.

use std::io;

use reprise_wire::mysql::{
    Answer, CommandCode, ErrPacket, NO_QUERY_ATTRIBUTES, ReplyReader, ReplySummary,
};

use super::MysqlConnection;

/// Answers to such questions are short; of longer ones the beginning is enough.
const KEPT: usize = 64 << 10;

/// The rows a question is answered with, as texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    /// The names of their columns.
    pub(crate) columns: Vec<String>,
    /// Each with as many values as there are columns; `None` is NULL.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// The error that was answered instead.
    pub(crate) error: Option<ErrPacket>,
}

impl MysqlConnection {
    /// The first row that `sql` is answered with; `None` when the server does not answer with a row: what it
    /// does not want to tell is not needed.
    pub(crate) async fn ask(&mut self, sql: &str) -> Option<Vec<String>> {
        let first = self.rows(sql).await.ok()?.rows.into_iter().next()?;
        Some(first.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// The rows that `sql` is answered with.
    ///
    /// # Errors
    /// The connection ended, or what came does not follow the protocol.
    pub(crate) async fn rows(&mut self, sql: &str) -> io::Result<Rows> {
        let (bytes, _) = self.answer(sql).await?;
        let answer = Answer::received(&[CommandCode::Query as u8], &bytes, &self.dialect);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let mut rows = Rows {
            error: answer.error,
            ..Rows::default()
        };
        if let Some(result) = answer.results.into_iter().next() {
            let read = result.rows.iter();
            let read = read.filter_map(|row| result.texts(row, &result.columns));
            let read = read.map(|row| row.into_iter().map(|value| value.map(text)).collect());
            rows.rows = read.collect();
            let names = result.columns.into_iter();
            rows.columns = names.map(|column| text(column.name)).collect();
        }
        Ok(rows)
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
