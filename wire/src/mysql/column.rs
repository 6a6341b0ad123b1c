//! Column definitions: what a result set says about each of its columns.
//! Source: MySQL "Protocol::ColumnDefinition41"; MariaDB "Column definition packet" (extended metadata).

use super::fields::{Fields, put_string};
use super::{ColumnType, Malformed};

/// The collation id that means bytes, not text.
pub const BINARY_CHARSET: u16 = 63;

/// The flag bit of a column that cannot be NULL.
pub const NOT_NULL_FLAG: u16 = 1;
/// The flag bit of a primary key's column.
pub const PRIMARY_KEY_FLAG: u16 = 2;
/// The flag bit of an unsigned column.
pub const UNSIGNED_FLAG: u16 = 0x20;
/// The flag bit of an AUTO_INCREMENT column: its values differ from one target to the next.
pub const AUTO_INCREMENT_FLAG: u16 = 0x200;

/// One column of a result set, or one parameter of a prepared statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its database.
    pub schema: Vec<u8>,
    /// Its table, as the query names it.
    pub table: Vec<u8>,
    /// Its table.
    pub org_table: Vec<u8>,
    /// Its name, as the query names it.
    pub name: Vec<u8>,
    /// Its name.
    pub org_name: Vec<u8>,
    /// MariaDB's extra type information, when the connection has it.
    pub extended: Option<Vec<u8>>,
    /// Its collation id.
    pub charset: u16,
    /// How many bytes a value takes at most.
    pub length: u32,
    /// Its type.
    pub column_type: ColumnType,
    /// `UNSIGNED_FLAG` and the like.
    pub flags: u16,
    /// Digits after the point.
    pub decimals: u8,
    /// COM_FIELD_LIST only: the default value, encoded, as it follows.
    pub default_value: Option<Vec<u8>>,
}

impl ColumnDefinition {
    /// A column with this name and type, and nothing else said about it.
    pub fn new(name: &[u8], column_type: ColumnType) -> Self {
        let text = matches!(column_type, ColumnType::VAR_STRING | ColumnType::STRING);
        Self {
            schema: Vec::new(),
            table: Vec::new(),
            org_table: Vec::new(),
            name: name.to_vec(),
            org_name: name.to_vec(),
            extended: None,
            charset: if text { 45 } else { BINARY_CHARSET },
            length: 255,
            column_type,
            flags: 0,
            decimals: 0,
            default_value: None,
        }
    }

    /// Whether an integer of this column is unsigned.
    pub const fn unsigned(&self) -> bool {
        self.flags & UNSIGNED_FLAG != 0
    }

    /// Reads a column definition's payload; whether it has MariaDB's extra block shows in its bytes.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "column definition");
        fields.string()?;
        let [schema, table, org_table, name, org_name] = [
            fields.string()?.to_vec(),
            fields.string()?.to_vec(),
            fields.string()?.to_vec(),
            fields.string()?.to_vec(),
            fields.string()?.to_vec(),
        ];
        // The fixed part is 12 bytes and says so; anything else here is the extra block.
        let plain = fields.rest().first() == Some(&12)
            && fields
                .rest()
                .get(11..13)
                .is_some_and(|filler| filler == [0, 0]);
        let extended = if plain {
            None
        } else {
            Some(fields.string()?.to_vec())
        };
        if fields.lenenc()? != 12 {
            return Err(fields.malformed());
        }
        let column = Self {
            schema,
            table,
            org_table,
            name,
            org_name,
            extended,
            charset: fields.u16()?,
            length: fields.u32()?,
            column_type: ColumnType(fields.u8()?),
            flags: fields.u16()?,
            decimals: fields.u8()?,
            default_value: None,
        };
        fields.take(2)?;
        let rest = fields.remainder();
        Ok(Self {
            default_value: (!rest.is_empty()).then(|| rest.to_vec()),
            ..column
        })
    }

    /// The payload of this definition.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_string(&mut out, b"def");
        for text in [
            &self.schema,
            &self.table,
            &self.org_table,
            &self.name,
            &self.org_name,
        ] {
            put_string(&mut out, text);
        }
        if let Some(extended) = &self.extended {
            put_string(&mut out, extended);
        }
        out.push(12);
        out.extend_from_slice(&self.charset.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.push(self.column_type.0);
        out.extend_from_slice(&self.flags.to_le_bytes());
        out.extend_from_slice(&[self.decimals, 0, 0]);
        out.extend_from_slice(self.default_value.as_deref().unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_reads_back_with_and_without_the_extra_block() {
        let mut column = ColumnDefinition::new(b"price", ColumnType::NEWDECIMAL);
        for extended in [None, Some(Vec::new()), Some(b"\0\x05inet6".to_vec())] {
            column.extended = extended;
            assert_eq!(ColumnDefinition::decode(&column.encode()).unwrap(), column);
        }
    }

    #[test]
    fn a_cut_definition_is_malformed() {
        let payload = ColumnDefinition::new(b"id", ColumnType::LONG).encode();
        for len in 0..payload.len() {
            assert!(ColumnDefinition::decode(&payload[..len]).is_err(), "{len}");
        }
    }
}
