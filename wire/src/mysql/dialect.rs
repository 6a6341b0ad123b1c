//! What both ends of one connection agreed on, as far as it changes how packets are read. Known from the
//! handshake, or, when the capture began later, unknown and filled in from what is seen.

use serde::{Deserialize, Serialize};

use super::{Capabilities, Greeting, Login, MariadbCapabilities};

/// The agreed options of a connection; `None` is "not known yet".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialect {
    /// No EOF after columns; results end with an OK that begins with `fe`.
    pub deprecate_eof: Option<bool>,
    /// COM_QUERY begins with attributes.
    pub query_attributes: Option<bool>,
    /// Where a result says whether its column definitions follow.
    pub metadata: Option<MetadataMarker>,
    /// OK packets have a length-encoded info text, and may carry changes of the session.
    pub session_track: Option<bool>,
    /// Column definitions have MariaDB's extra block.
    pub extended_metadata: Option<bool>,
    /// How everything after the login is packed.
    pub compression: Option<Compression>,
}

/// Where the column-count packet says whether column definitions follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataMarker {
    /// It does not say: they follow.
    Absent,
    /// MySQL's OPTIONAL_RESULTSET_METADATA: a byte before the count, and one more in PREPARE's answer.
    BeforeCount,
    /// MariaDB's CACHE_METADATA: a byte after the count.
    AfterCount,
}

/// How packets are packed after the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// As they are.
    Plain,
    /// In seven-byte frames, deflated.
    Zlib,
    /// In seven-byte frames, zstd.
    Zstd,
}

impl Dialect {
    /// Nothing is known: the capture began after the login.
    pub const UNKNOWN: Self = Self {
        deprecate_eof: None,
        query_attributes: None,
        metadata: None,
        session_track: None,
        extended_metadata: None,
        compression: None,
    };

    /// What a client asked for and the server can do.
    pub fn agreed(greeting: &Greeting, login: &Login) -> Self {
        Self::from_capabilities(
            greeting.capabilities & login.capabilities,
            greeting.mariadb_capabilities & login.mariadb_capabilities,
        )
    }

    /// What these flags, agreed by both ends, mean.
    pub const fn from_capabilities(both: Capabilities, mariadb: MariadbCapabilities) -> Self {
        let metadata = if both.contains(Capabilities::OPTIONAL_RESULTSET_METADATA) {
            MetadataMarker::BeforeCount
        } else if mariadb.contains(MariadbCapabilities::CACHE_METADATA) {
            MetadataMarker::AfterCount
        } else {
            MetadataMarker::Absent
        };
        let compression = if both.contains(Capabilities::COMPRESS) {
            Compression::Zlib
        } else if both.contains(Capabilities::ZSTD_COMPRESSION) {
            Compression::Zstd
        } else {
            Compression::Plain
        };
        Self {
            deprecate_eof: Some(both.contains(Capabilities::DEPRECATE_EOF)),
            query_attributes: Some(both.contains(Capabilities::QUERY_ATTRIBUTES)),
            metadata: Some(metadata),
            session_track: Some(both.contains(Capabilities::SESSION_TRACK)),
            extended_metadata: Some(mariadb.contains(MariadbCapabilities::EXTENDED_METADATA)),
            compression: Some(compression),
        }
    }

    /// What is left open when only one end's flags were seen: what that end cannot do is not done.
    pub(super) fn possible(one: Capabilities, mariadb: MariadbCapabilities) -> Self {
        let all = Self::from_capabilities(one, mariadb);
        let unless_false = |flag: Option<bool>| flag.filter(|set| !set);
        Self {
            deprecate_eof: unless_false(all.deprecate_eof),
            query_attributes: unless_false(all.query_attributes),
            metadata: all
                .metadata
                .filter(|marker| *marker == MetadataMarker::Absent),
            session_track: unless_false(all.session_track),
            extended_metadata: unless_false(all.extended_metadata),
            compression: all.compression.filter(|kind| *kind == Compression::Plain),
        }
    }

    /// What is known here, and where nothing is, what `other` knows.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            deprecate_eof: self.deprecate_eof.or(other.deprecate_eof),
            query_attributes: self.query_attributes.or(other.query_attributes),
            metadata: self.metadata.or(other.metadata),
            session_track: self.session_track.or(other.session_track),
            extended_metadata: self.extended_metadata.or(other.extended_metadata),
            compression: self.compression.or(other.compression),
        }
    }

    /// Whether nothing known here is otherwise in `other`.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.or(*other) == *other
    }

    /// Whether nothing is known.
    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::UNKNOWN
    }

    /// Whether packets travel in compressed frames, as far as is known.
    pub(super) fn is_compressed(&self) -> bool {
        self.compression
            .is_some_and(|kind| kind != Compression::Plain)
    }
}
