//! The packets that end a reply or stand for it: OK, ERR, EOF, MariaDB's progress report, PREPARE's answer.
//! Source: MySQL "Generic Response Packets" and "COM_STMT_PREPARE Response"; MariaDB "ERR_Packet".

use super::fields::{Fields, put_lenenc, put_string, put_u24};
use super::{Dialect, Malformed, MetadataMarker, Status};

/// An OK packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OkPacket {
    /// Rows changed (or found, with FOUND_ROWS).
    pub affected_rows: u64,
    /// The first AUTO_INCREMENT value made, or 0.
    pub last_insert_id: u64,
    /// The server's status.
    pub status: Status,
    /// How many warnings there are to ask for.
    pub warnings: u16,
    /// What follows, as encoded: info text, changes of the session.
    pub info: Vec<u8>,
}

impl OkPacket {
    /// Reads an OK packet's payload, whether it begins with `00` or, at the end of rows, with `fe`.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "OK packet");
        if !matches!(fields.u8()?, 0x00 | 0xFE) {
            return Err(fields.malformed());
        }
        Ok(Self {
            affected_rows: fields.lenenc()?,
            last_insert_id: fields.lenenc()?,
            status: Status::from_bits_retain(fields.u16().unwrap_or(0)),
            warnings: fields.u16().unwrap_or(0),
            info: fields.remainder().to_vec(),
        })
    }

    /// The payload of this packet as the answer to a command.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with(0x00)
    }

    /// The payload of this packet as the end of rows, on a connection with DEPRECATE_EOF.
    pub fn encode_as_terminator(&self) -> Vec<u8> {
        self.encode_with(0xFE)
    }

    fn encode_with(&self, header: u8) -> Vec<u8> {
        let mut out = vec![header];
        put_lenenc(&mut out, self.affected_rows);
        put_lenenc(&mut out, self.last_insert_id);
        out.extend_from_slice(&self.status.bits().to_le_bytes());
        out.extend_from_slice(&self.warnings.to_le_bytes());
        out.extend_from_slice(&self.info);
        out
    }
}

/// An ERR packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrPacket {
    /// The error number, e.g. 1213.
    pub code: u16,
    /// The five characters after `#`; absent before the login.
    pub sql_state: Option<[u8; 5]>,
    /// What the server says.
    pub message: Vec<u8>,
}

impl ErrPacket {
    /// Reads an ERR packet's payload, with or without an SQL state.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "ERR packet");
        if fields.u8()? != 0xFF {
            return Err(fields.malformed());
        }
        let code = fields.u16()?;
        let mut with_state = fields;
        let sql_state = match with_state.u8() {
            Ok(b'#') => with_state.array::<5>().ok(),
            _ => None,
        };
        let mut text = if sql_state.is_some() {
            with_state
        } else {
            fields
        };
        Ok(Self {
            code,
            sql_state,
            message: text.remainder().to_vec(),
        })
    }

    /// The payload of this packet.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0xFF];
        out.extend_from_slice(&self.code.to_le_bytes());
        if let Some(state) = self.sql_state {
            out.push(b'#');
            out.extend_from_slice(&state);
        }
        out.extend_from_slice(&self.message);
        out
    }
}

/// An EOF packet: the end of columns or rows on a connection without DEPRECATE_EOF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EofPacket {
    /// How many warnings there are to ask for.
    pub warnings: u16,
    /// The server's status.
    pub status: Status,
}

impl EofPacket {
    /// Reads an EOF packet's payload; before MySQL 4.1 it was one byte.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "EOF packet");
        if fields.u8()? != 0xFE {
            return Err(fields.malformed());
        }
        let warnings = fields.u16().unwrap_or(0);
        Ok(Self {
            warnings,
            status: Status::from_bits_retain(fields.u16().unwrap_or(0)),
        })
    }

    /// The payload of this packet.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0xFE];
        out.extend_from_slice(&self.warnings.to_le_bytes());
        out.extend_from_slice(&self.status.bits().to_le_bytes());
        out
    }
}

/// MariaDB's report on a long statement: any number come before the reply itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The stage, from 1.
    pub stage: u8,
    /// How many stages there are.
    pub stages: u8,
    /// Thousandths of a percent of this stage.
    pub progress: u32,
    /// What the server is doing.
    pub text: Vec<u8>,
}

impl Progress {
    /// Reads a progress report's payload; it looks like an ERR packet of number 0xFFFF.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "progress report");
        if fields.array::<3>()? != [0xFF; 3] {
            return Err(fields.malformed());
        }
        fields.u8()?;
        Ok(Self {
            stage: fields.u8()?,
            stages: fields.u8()?,
            progress: fields.u24()?,
            text: fields.string()?.to_vec(),
        })
    }

    /// The payload of this report.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0xFF, 0xFF, 0xFF, 1, self.stage, self.stages];
        put_u24(&mut out, self.progress);
        put_string(&mut out, &self.text);
        out
    }
}

/// The first packet of PREPARE's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrepareOk {
    /// The statement's id on this connection.
    pub statement_id: u32,
    /// How many columns its result has.
    pub columns: u16,
    /// How many parameters it takes.
    pub parameters: u16,
    /// How many warnings there are to ask for.
    pub warnings: u16,
    /// Whether definitions follow; always, unless the connection has OPTIONAL_RESULTSET_METADATA.
    pub metadata_follows: bool,
}

impl PrepareOk {
    /// Reads the payload of PREPARE's answer.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "PREPARE answer");
        if fields.u8()? != 0 {
            return Err(fields.malformed());
        }
        let statement_id = fields.u32()?;
        let columns = fields.u16()?;
        let parameters = fields.u16()?;
        fields.take(1)?;
        Ok(Self {
            statement_id,
            columns,
            parameters,
            warnings: fields.u16().unwrap_or(0),
            metadata_follows: fields.u8() != Ok(0),
        })
    }

    /// The payload of this answer, as the connection wants it.
    pub fn encode(&self, dialect: &Dialect) -> Vec<u8> {
        let mut out = vec![0];
        out.extend_from_slice(&self.statement_id.to_le_bytes());
        out.extend_from_slice(&self.columns.to_le_bytes());
        out.extend_from_slice(&self.parameters.to_le_bytes());
        out.push(0);
        out.extend_from_slice(&self.warnings.to_le_bytes());
        if dialect.metadata == Some(MetadataMarker::BeforeCount) {
            out.push(u8::from(self.metadata_follows));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_before_the_login_has_no_sql_state() {
        let payload = b"\xff\x10\x04Too many connections";
        let error = ErrPacket::decode(payload).unwrap();
        assert_eq!((error.code, error.sql_state), (1040, None));
        assert_eq!(error.message, b"Too many connections");
        assert_eq!(error.encode(), payload);
    }

    #[test]
    fn an_error_with_an_sql_state_reads_back() {
        let error = ErrPacket {
            code: 1213,
            sql_state: Some(*b"40001"),
            message: b"Deadlock".to_vec(),
        };
        assert_eq!(ErrPacket::decode(&error.encode()).unwrap(), error);
    }

    #[test]
    fn ok_packets_read_back_under_both_headers() {
        let ok = OkPacket {
            affected_rows: 70_000,
            last_insert_id: 300,
            status: Status::AUTOCOMMIT | Status::IN_TRANSACTION,
            warnings: 2,
            info: b"x".to_vec(),
        };
        assert_eq!(OkPacket::decode(&ok.encode()).unwrap(), ok);
        assert_eq!(OkPacket::decode(&ok.encode_as_terminator()).unwrap(), ok);
    }

    #[test]
    fn prepare_answers_read_back() {
        let answer = PrepareOk {
            statement_id: 9,
            columns: 2,
            parameters: 1,
            warnings: 0,
            metadata_follows: true,
        };
        for dialect in [
            Dialect::UNKNOWN,
            Dialect {
                metadata: Some(MetadataMarker::BeforeCount),
                ..Dialect::UNKNOWN
            },
        ] {
            assert_eq!(PrepareOk::decode(&answer.encode(&dialect)).unwrap(), answer);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = OkPacket::decode(&bytes);
            let _ = ErrPacket::decode(&bytes);
            let _ = EofPacket::decode(&bytes);
            let _ = Progress::decode(&bytes);
            let _ = PrepareOk::decode(&bytes);
        }
    }
}
