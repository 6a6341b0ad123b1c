//! Follows one reply packet by packet until it is complete: the state machine behind the passive decoder
//! and the client's reply reader. Keeps counts, not packets.

use std::hash::Hasher;

use super::fields::Fields;
use super::{
    Dialect, EofPacket, ErrPacket, Expect, MetadataMarker, OkPacket, PrepareOk, Status,
    UNSIGNED_FLAG,
};

/// What a reply came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplySummary {
    /// The error that ended it.
    pub error: Option<ErrPacket>,
    /// How many results it had: result sets and OKs.
    pub results: u32,
    /// Rows of all its results.
    pub rows: u64,
    /// Columns of the last result set.
    pub columns: u64,
    /// Rows changed, over all its results.
    pub affected_rows: u64,
    /// The last AUTO_INCREMENT value reported that is not 0.
    pub last_insert_id: u64,
    /// The server's status in the last OK or EOF.
    pub status: Status,
    /// Warnings in the last OK or EOF.
    pub warnings: u16,
    /// A digest of the rows' bytes that does not depend on their order.
    pub rows_digest: u64,
    /// A digest of the rows' bytes in their order.
    pub row_order_digest: u64,
    /// A digest of the types of the columns of result sets, or of what was prepared; 0 where no definitions came.
    pub columns_digest: u64,
    /// PREPARE's answer.
    pub prepared: Option<PrepareOk>,
}

impl ReplySummary {
    /// The statement id PREPARE was answered with.
    pub fn statement_id(&self) -> Option<u32> {
        self.prepared.map(|prepared| prepared.statement_id)
    }
}

/// What a packet meant for the reply it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A report on the way; the reply has not begun.
    Interim,
    /// More packets follow.
    More,
    /// The server waits for a file (LOCAL INFILE).
    SendFile,
    /// The server waits for authentication data.
    SendAuthentication,
    /// That was the last packet.
    Done,
    /// The packet has no meaning here: what is known about the connection is wrong.
    Garbled,
}

/// What the next packet of a reply is, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextPacket {
    /// The definition of a column or parameter.
    Definition,
    /// A row, or the end of the definitions or of the rows.
    RowOrEnd,
    /// Anything else.
    Other,
}

/// Where in a reply the next packet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    Definitions {
        left: u64,
        then: Then,
    },
    /// The EOF after definitions, if the connection has one.
    DefinitionsEnd {
        then: Then,
    },
    Rows,
    Done,
}

/// What follows definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Rows,
    /// PREPARE: as many column definitions after those of the parameters.
    Columns(u16),
    End,
}

/// Follows one reply.
#[derive(Clone, Debug)]
pub(crate) struct ReplySteps {
    expect: Expect,
    place: Place,
    /// Whether rows are hashed; the passive decoder does not need it.
    hashes_rows: bool,
    summary: ReplySummary,
}

impl ReplySteps {
    pub(crate) fn new(expect: Expect, hashes_rows: bool) -> Self {
        let place = match expect {
            Expect::Nothing => Place::Done,
            Expect::Rows => Place::Rows,
            _ => Place::First,
        };
        Self {
            expect,
            place,
            hashes_rows,
            summary: ReplySummary::default(),
        }
    }

    /// What the next packet is, as far as its place tells.
    pub(crate) const fn next_packet(&self) -> NextPacket {
        match self.place {
            Place::Definitions { .. } => NextPacket::Definition,
            Place::DefinitionsEnd { then: Then::Rows } | Place::Rows => NextPacket::RowOrEnd,
            _ => NextPacket::Other,
        }
    }

    pub(crate) const fn summary(&self) -> &ReplySummary {
        &self.summary
    }

    /// Takes the next packet of the server: `payload`, perhaps cut, of `len` bytes. What the packet shows
    /// about the connection is noted in `dialect`.
    pub(crate) fn accept(&mut self, payload: &[u8], len: u64, dialect: &mut Dialect) -> Step {
        let Some(&first) = payload.first() else {
            // Only a row can be empty: one column, NULL never is, so none is: a zero-column oddity.
            return if self.place == Place::Rows {
                self.row(payload, len)
            } else {
                Step::Garbled
            };
        };
        if first == 0xFF {
            return self.error(payload);
        }
        match self.place {
            Place::First => self.first(first, payload, len, dialect),
            Place::Definitions { left, then } => {
                if is_end(payload, len) {
                    return Step::Garbled;
                }
                if self.hashes_rows && matches!(then, Then::Rows | Then::End) {
                    self.definition(payload);
                }
                match left {
                    0 | 1 => self.definitions_done(then, dialect),
                    _ => {
                        self.place = Place::Definitions {
                            left: left - 1,
                            then,
                        };
                        Step::More
                    }
                }
            }
            Place::DefinitionsEnd { then } => self.definitions_end(payload, len, then, dialect),
            Place::Rows if is_end(payload, len) => self.end_of_rows(payload, dialect),
            Place::Rows => self.row(payload, len),
            Place::Done => Step::Garbled,
        }
    }

    fn error(&mut self, payload: &[u8]) -> Step {
        match ErrPacket::decode(payload) {
            Ok(error) if error.code == 0xFFFF => Step::Interim,
            Ok(error) => {
                self.summary.error = Some(error);
                self.done()
            }
            Err(_) => Step::Garbled,
        }
    }

    fn done(&mut self) -> Step {
        self.place = Place::Done;
        Step::Done
    }

    fn first(&mut self, first: u8, payload: &[u8], len: u64, dialect: &mut Dialect) -> Step {
        match self.expect {
            Expect::Nothing | Expect::Rows => Step::Garbled,
            Expect::Text => self.done(),
            Expect::Ok => match first {
                0x00 | 0xFE => {
                    self.take_end(payload);
                    self.done()
                }
                _ => Step::Garbled,
            },
            Expect::Authentication => match first {
                0x00 => {
                    self.take_end(payload);
                    self.done()
                }
                0x01 | 0xFE => Step::SendAuthentication,
                _ => Step::Garbled,
            },
            Expect::Stream if is_end(payload, len) => self.done(),
            Expect::Stream => Step::More,
            Expect::Columns if is_end(payload, len) => {
                self.take_end(payload);
                self.done()
            }
            Expect::Columns => {
                self.summary.columns += 1;
                Step::More
            }
            Expect::Prepared => self.prepared(payload, dialect),
            Expect::Results(_) => self.result(first, payload, len, dialect),
        }
    }

    fn prepared(&mut self, payload: &[u8], dialect: &mut Dialect) -> Step {
        let Ok(prepared) = PrepareOk::decode(payload) else {
            return Step::Garbled;
        };
        self.summary.prepared = Some(prepared);
        self.summary.columns = u64::from(prepared.columns);
        self.summary.warnings = prepared.warnings;
        self.summary.results = 1;
        if payload.len() > 12 {
            dialect.metadata.get_or_insert(MetadataMarker::BeforeCount);
        }
        let columns = if prepared.metadata_follows {
            prepared.columns
        } else {
            0
        };
        let parameters = if prepared.metadata_follows {
            prepared.parameters
        } else {
            0
        };
        if parameters > 0 {
            let left = u64::from(parameters);
            self.place = Place::Definitions {
                left,
                then: Then::Columns(columns),
            };
            return Step::More;
        }
        self.begin_columns_of_prepare(columns)
    }

    fn begin_columns_of_prepare(&mut self, columns: u16) -> Step {
        if columns == 0 {
            return self.done();
        }
        self.place = Place::Definitions {
            left: u64::from(columns),
            then: Then::End,
        };
        Step::More
    }

    fn result(&mut self, first: u8, payload: &[u8], len: u64, dialect: &mut Dialect) -> Step {
        // With MySQL's marker a count packet may begin with 0 too, but is shorter than any OK.
        let marked = dialect.metadata == Some(MetadataMarker::BeforeCount) && len < 5;
        match first {
            0x00 if !marked => {
                self.summary.results += 1;
                self.take_end(payload);
                self.more_or_done()
            }
            // A count is never NULL. A prepared LOAD DATA asks for its file when it is executed.
            0xFB => Step::SendFile,
            0xFE if is_end(payload, len) => {
                self.take_end(payload);
                self.more_or_done()
            }
            _ => self.column_count(payload, dialect),
        }
    }

    fn column_count(&mut self, payload: &[u8], dialect: &mut Dialect) -> Step {
        let Some((columns, follow)) = read_column_count(payload, dialect) else {
            return Step::Garbled;
        };
        self.summary.columns = columns;
        self.summary.results += 1;
        if follow {
            self.place = Place::Definitions {
                left: columns,
                then: Then::Rows,
            };
            return Step::More;
        }
        self.definitions_done(Then::Rows, dialect)
    }

    /// After the last definition: what comes next depends on whether the connection has EOFs here.
    fn definitions_done(&mut self, then: Then, dialect: &Dialect) -> Step {
        if dialect.deprecate_eof == Some(true) {
            return self.after_definitions(then);
        }
        // PREPARE's definitions may end the reply. When it is not known whether an EOF follows, a reply
        // that could be complete is taken to be: the decoder accepts a late EOF.
        let could_be_complete = matches!(then, Then::End | Then::Columns(0));
        if dialect.deprecate_eof.is_none() && could_be_complete {
            return self.done();
        }
        self.place = Place::DefinitionsEnd { then };
        Step::More
    }

    fn definitions_end(
        &mut self,
        payload: &[u8],
        len: u64,
        then: Then,
        dialect: &mut Dialect,
    ) -> Step {
        let is_eof = payload.first() == Some(&0xFE) && len <= 5;
        if !*dialect.deprecate_eof.get_or_insert(!is_eof) {
            if !is_eof {
                return Step::Garbled;
            }
            self.take_end(payload);
            // Rows of a cursor are fetched later.
            if then == Then::Rows && self.summary.status.contains(Status::CURSOR_EXISTS) {
                return self.more_or_done();
            }
            return self.after_definitions(then);
        }
        match self.after_definitions(then) {
            Step::More => self.accept(payload, len, dialect),
            other => other,
        }
    }

    fn after_definitions(&mut self, then: Then) -> Step {
        match then {
            Then::Rows => {
                self.place = Place::Rows;
                Step::More
            }
            Then::Columns(columns) => self.begin_columns_of_prepare(columns),
            Then::End => self.done(),
        }
    }

    fn row(&mut self, payload: &[u8], len: u64) -> Step {
        self.summary.rows += 1;
        if self.hashes_rows {
            let mut hasher = rustc_hash::FxHasher::default();
            hasher.write(payload);
            hasher.write_u64(len);
            let row = hasher.finish();
            self.summary.rows_digest = self.summary.rows_digest.wrapping_add(row);
            self.summary.row_order_digest = then(self.summary.row_order_digest, row);
        }
        Step::More
    }

    /// Hashes the type in a column's definition, which ends in: type, flags (2 bytes), decimals, two zeros.
    fn definition(&mut self, payload: &[u8]) {
        let tail = payload.last_chunk::<6>();
        if let Some([column_type, flags, ..]) = tail {
            let unsigned = u64::from(*flags & UNSIGNED_FLAG as u8) << 8;
            let said = u64::from(*column_type) | unsigned;
            self.summary.columns_digest = then(self.summary.columns_digest, said);
        }
    }

    fn end_of_rows(&mut self, payload: &[u8], dialect: &mut Dialect) -> Step {
        dialect.deprecate_eof.get_or_insert(payload.len() > 5);
        self.take_end(payload);
        self.more_or_done()
    }

    fn more_or_done(&mut self) -> Step {
        let results = matches!(self.expect, Expect::Results(_));
        if results && self.summary.status.contains(Status::MORE_RESULTS) {
            self.place = Place::First;
            return Step::More;
        }
        self.done()
    }

    /// Notes status and counts of an OK or EOF.
    fn take_end(&mut self, payload: &[u8]) {
        if payload.first() == Some(&0xFE) && payload.len() <= 5 {
            if let Ok(eof) = EofPacket::decode(payload) {
                self.summary.status = eof.status;
                self.summary.warnings = eof.warnings;
            }
        } else if let Ok(ok) = OkPacket::decode(payload) {
            self.summary.status = ok.status;
            self.summary.warnings = ok.warnings;
            self.summary.affected_rows =
                self.summary.affected_rows.saturating_add(ok.affected_rows);
            if ok.last_insert_id != 0 {
                self.summary.last_insert_id = ok.last_insert_id;
            }
        }
    }
}

/// The digest of what `before` is one of and then `next`.
fn then(before: u64, next: u64) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write_u64(before);
    hasher.write_u64(next);
    hasher.finish()
}

/// Whether a packet among rows is their end and not a row whose first value is 16 MiB or longer.
fn is_end(payload: &[u8], len: u64) -> bool {
    payload.first() == Some(&0xFE) && len < super::LONGEST_PACKET as u64
}

/// Reads the packet before column definitions: how many, and whether they follow. Where a marker's place
/// is not known the bytes tell it, but for one column, where both places read the same.
pub(super) fn read_column_count(payload: &[u8], dialect: &mut Dialect) -> Option<(u64, bool)> {
    const MOST_COLUMNS: u64 = 65_535;
    let mut fields = Fields::new(payload, "column count");
    if dialect.metadata.is_none() {
        match payload {
            [0, _] => dialect.metadata = Some(MetadataMarker::BeforeCount),
            [1, 1] => {}
            [1, 0] | [2..=0xFA, 0 | 1] => dialect.metadata = Some(MetadataMarker::AfterCount),
            [1, 2..=0xFF] => dialect.metadata = Some(MetadataMarker::BeforeCount),
            _ => {}
        }
    }
    let mut follow = true;
    if dialect.metadata == Some(MetadataMarker::BeforeCount) {
        follow = fields.u8().ok()? != 0;
    }
    let columns = fields.lenenc().ok()?;
    if dialect.metadata == Some(MetadataMarker::AfterCount) {
        follow = fields.u8() != Ok(0);
    }
    let both_places = payload == [1, 1] && dialect.metadata.is_none();
    let fits = fields.rest().is_empty() || both_places;
    (fits && (1..=MOST_COLUMNS).contains(&columns)).then_some((columns, follow))
}
