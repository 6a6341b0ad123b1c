//! The file with its recordings and runs, as both faces use it: open, list, look.

use std::path::Path;

use reprise_store::{ConnectionId, ExchangeId, Recording, Store};
use reprise_wire::filter::Filter;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::answer::{
    ExchangeAnswer, ExchangeDetail, OperationAnswer, RecordingAnswer, TargetAnswer,
};
use crate::transcript::transcript;
use crate::{Error, default_file};

/// One Reprise file, open. Cheap to clone; clones share the file.
#[derive(Clone)]
pub struct Library {
    pub(crate) store: Store,
}

/// Which exchanges to list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExchangeQuery {
    /// In the filter language; `None` for all.
    pub filter: Option<String>,
    /// Only those after this one; `None` from the start.
    pub after: Option<u32>,
    /// At most this many.
    pub limit: usize,
}

impl Library {
    /// Opens the file, making it and its folder when they are not there.
    ///
    /// # Errors
    /// When it is not a Reprise file, is from a newer version, or cannot be written.
    pub fn open(file: Option<&Path>) -> Result<Self, Error> {
        let path = file.map_or_else(default_file, Path::to_path_buf);
        if let (None, Some(folder)) = (file, path.parent()) {
            std::fs::create_dir_all(folder).map_err(|source| Error::File {
                doing: "create the folder",
                path: folder.to_path_buf(),
                source,
            })?;
        }
        Ok(Self {
            store: Store::open(&path)?,
        })
    }

    /// Opens a file that is there.
    ///
    /// # Errors
    /// As [`Self::open`], and when there is no such file.
    pub fn open_existing(file: Option<&Path>) -> Result<Self, Error> {
        let path = file.map_or_else(default_file, Path::to_path_buf);
        Ok(Self {
            store: Store::open_existing(&path)?,
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Every recording, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recordings(&self) -> Result<Vec<RecordingAnswer>, Error> {
        Ok(self
            .store
            .recordings()?
            .into_iter()
            .map(RecordingAnswer::from)
            .collect())
    }

    /// One recording.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn recording(&self, name: &str) -> Result<RecordingAnswer, Error> {
        Ok(self.store.recording(name)?.into())
    }

    /// Exchanges and errors of a recording for each `bucket_ms`, for its sparkline.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn recording_rate(
        &self,
        name: &str,
        bucket_ms: u64,
    ) -> Result<Vec<reprise_store::RatePoint>, Error> {
        Ok(self.store.rate(self.store.recording(name)?.id, bucket_ms)?)
    }

    /// A recording's operations, most frequent first.
    ///
    /// # Errors
    /// When there is no recording of that name.
    pub fn operations(&self, name: &str, limit: usize) -> Result<Vec<OperationAnswer>, Error> {
        let operations = self.store.operations(self.store.recording(name)?.id)?;
        let answers = operations
            .into_iter()
            .take(limit)
            .map(|row| OperationAnswer {
                id: row.id.0,
                protocol: row.protocol,
                operation: row.text,
                exchanges: row.exchanges,
                errors: row.errors,
                latency_us: row.latency_us,
            });
        Ok(answers.collect())
    }

    /// Hands every exchange that matches to `each`, in order, reading page by page.
    ///
    /// # Errors
    /// When there is no such recording, the filter cannot be read, or `each` fails.
    pub fn each_exchange<E: From<Error>>(
        &self,
        name: &str,
        query: &ExchangeQuery,
        mut each: impl FnMut(ExchangeAnswer) -> Result<(), E>,
    ) -> Result<(), E> {
        let recording = self.store.recording(name).map_err(Error::from)?;
        let filter = parse_filter(query.filter.as_deref())?;
        let operations = self.operation_names(&recording)?;
        let mut after = ExchangeId(query.after.unwrap_or(0));
        let mut left = query.limit;
        while left > 0 {
            let page = self
                .store
                .exchanges(recording.id, after, PAGE)
                .map_err(Error::from)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in page {
                let operation = operations.get(&row.operation.0).map_or("", String::as_str);
                if filter
                    .as_ref()
                    .is_some_and(|filter| !filter.matches(&row.candidate(operation)))
                {
                    continue;
                }
                let operation = operation.to_owned();
                each(ExchangeAnswer::new(row, operation))?;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// One exchange with its request and answer as text.
    ///
    /// # Errors
    /// When there is no such recording or exchange.
    pub fn exchange(&self, name: &str, id: u32) -> Result<ExchangeDetail, Error> {
        let recording = self.store.recording(name)?;
        let row = self.stored_row(&recording, id)?;
        let operation = self.store.operation(recording.id, row.operation)?;
        let operation = operation.unwrap_or_default();
        let protocol = row.protocol;
        let (client, server) = self.addresses(&recording, row.connection)?;
        let payloads = self.store.payloads(recording.id, row.id)?;
        Ok(ExchangeDetail {
            exchange: ExchangeAnswer::new(row, operation),
            client,
            server,
            request: payloads
                .request
                .map(|p| transcript(protocol, true, &p.bytes)),
            response: payloads
                .response
                .map(|p| transcript(protocol, false, &p.bytes)),
        })
    }

    /// The client's and the server's address of a connection; empty when it is not known.
    pub(crate) fn addresses(
        &self,
        recording: &Recording,
        id: ConnectionId,
    ) -> Result<(String, String), Error> {
        let connection = self.store.connection(recording.id, id)?;
        Ok(connection.map_or_else(
            || (String::new(), String::new()),
            |connection| (connection.client.to_string(), connection.server.to_string()),
        ))
    }

    pub(crate) fn operation_names(
        &self,
        recording: &Recording,
    ) -> Result<FxHashMap<u32, String>, Error> {
        let texts = self.store.operation_texts(recording.id)?;
        Ok(texts.into_iter().map(|(id, text)| (id.0, text)).collect())
    }

    /// Allows replay to send to a host.
    ///
    /// # Errors
    /// When it is not a host name or address.
    pub fn allow_target(&self, host: &str) -> Result<(), Error> {
        Ok(self.store.allow_target(host)?)
    }

    /// Takes a host off the list.
    ///
    /// # Errors
    /// When it is not on the list.
    pub fn forget_target(&self, host: &str) -> Result<(), Error> {
        if self.store.forget_target(host)? {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "{host} is not on the list; `reprise targets` shows it"
        )))
    }

    /// The hosts that replay may send to, besides this machine.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn targets(&self) -> Result<Vec<TargetAnswer>, Error> {
        Ok(self
            .store
            .targets()?
            .into_iter()
            .map(|host| TargetAnswer { host })
            .collect())
    }
}

/// Rows read at a time: no read transaction outlives a page.
const PAGE: u32 = 1_000;

/// Reads a filter, with the error both faces show.
pub(crate) fn parse_filter(text: Option<&str>) -> Result<Option<Filter>, Error> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| Filter::parse(text).map_err(|error| Error::Usage(format!("failed to {error}"))))
        .transpose()
}
