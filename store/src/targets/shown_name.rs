//! What a target calls itself, held against the servers of a recording: a forwarded port can lead anywhere.

use rusqlite::params;

use crate::recording::normal_host;
use crate::{Error, RecordingId, Store};

/// How a name that a target shows relates to a recorded server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownName {
    /// No recorded server is called that.
    Unknown,
    /// It is the name of a server in the recording.
    Recorded(String),
    /// It stands for many (`*.example.org`), this recorded server among them.
    Covers(String),
}

impl Store {
    /// Holds a name that a target shows, in its certificate or otherwise, against the recording's servers.
    /// This machine's own names count as unknown: a recording made on it says nothing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn shown_name(&self, name: &str, recording: RecordingId) -> Result<ShownName, Error> {
        let wildcard = name.strip_prefix("*.").and_then(|rest| {
            let rest = normal_host(rest.as_bytes())?;
            Some(format!(".{rest}"))
        });
        let plain = normal_host(name.as_bytes());
        self.read(|sql| {
            let mut statement =
                sql.prepare_cached("SELECT host FROM server WHERE recording = ?1")?;
            let hosts = statement.query_map(params![recording.0], |row| row.get::<_, String>(0))?;
            for host in hosts {
                let host = host?;
                if plain.as_ref() == Some(&host) && host != "localhost" {
                    return Ok(ShownName::Recorded(host));
                }
                // a wildcard stands for one label (RFC 9525 section 6.3)
                let covered = wildcard.as_ref().and_then(|end| host.strip_suffix(end));
                if covered.is_some_and(|label| !label.is_empty() && !label.contains('.')) {
                    return Ok(ShownName::Covers(host));
                }
            }
            Ok(ShownName::Unknown)
        })
    }
}
