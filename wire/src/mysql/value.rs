//! Column types and typed values, and how the binary protocol writes them.
//! Source: MySQL protocol documentation, "Binary Protocol Value" and "Column types".

use super::Malformed;
use super::fields::{Fields, put_string};

/// The type of a column or parameter, by its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ColumnType(pub u8);

#[expect(missing_docs, reason = "the names are the protocol's own")]
impl ColumnType {
    pub const DECIMAL: Self = Self(0x00);
    pub const TINY: Self = Self(0x01);
    pub const SHORT: Self = Self(0x02);
    pub const LONG: Self = Self(0x03);
    pub const FLOAT: Self = Self(0x04);
    pub const DOUBLE: Self = Self(0x05);
    pub const NULL: Self = Self(0x06);
    pub const TIMESTAMP: Self = Self(0x07);
    pub const LONGLONG: Self = Self(0x08);
    pub const INT24: Self = Self(0x09);
    pub const DATE: Self = Self(0x0A);
    pub const TIME: Self = Self(0x0B);
    pub const DATETIME: Self = Self(0x0C);
    pub const YEAR: Self = Self(0x0D);
    pub const VARCHAR: Self = Self(0x0F);
    pub const BIT: Self = Self(0x10);
    pub const JSON: Self = Self(0xF5);
    pub const NEWDECIMAL: Self = Self(0xF6);
    pub const ENUM: Self = Self(0xF7);
    pub const SET: Self = Self(0xF8);
    pub const TINY_BLOB: Self = Self(0xF9);
    pub const MEDIUM_BLOB: Self = Self(0xFA);
    pub const LONG_BLOB: Self = Self(0xFB);
    pub const BLOB: Self = Self(0xFC);
    pub const VAR_STRING: Self = Self(0xFD);
    pub const STRING: Self = Self(0xFE);
    pub const GEOMETRY: Self = Self(0xFF);
}

/// A parameter's type as COM_STMT_EXECUTE declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterType {
    /// The type.
    pub column_type: ColumnType,
    /// Whether an integer is unsigned.
    pub unsigned: bool,
}

/// One value of a row or parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// Text, decimals, blobs, JSON, and every value of the text protocol.
    Bytes(Vec<u8>),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// FLOAT.
    Float(f32),
    /// DOUBLE.
    Double(f64),
    /// DATE, DATETIME, TIMESTAMP.
    Date(Date),
    /// TIME, which is a span.
    Time(Span),
    /// A parameter whose bytes came with COM_STMT_SEND_LONG_DATA.
    LongData,
}

/// A calendar date with a time of day, as the binary protocol has it (no checks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 0 to 12.
    pub month: u8,
    /// 0 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999999.
    pub microsecond: u32,
}

/// A span of time, as the binary protocol has it (no checks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Whether it is below zero.
    pub negative: bool,
    /// Whole days.
    pub days: u32,
    /// 0 to 23.
    pub hours: u8,
    /// 0 to 59.
    pub minutes: u8,
    /// 0 to 59.
    pub seconds: u8,
    /// 0 to 999999.
    pub microseconds: u32,
}

impl Value {
    /// Reads one value of this type in the binary protocol; NULL is the bitmap's business.
    pub(crate) fn decode_binary(
        fields: &mut Fields<'_>,
        column_type: ColumnType,
        unsigned: bool,
    ) -> Result<Self, Malformed> {
        Ok(match column_type {
            ColumnType::NULL => Self::Null,
            ColumnType::TINY => match fields.array()? {
                bytes if unsigned => Self::Unsigned(u64::from(u8::from_le_bytes(bytes))),
                bytes => Self::Int(i64::from(i8::from_le_bytes(bytes))),
            },
            ColumnType::SHORT | ColumnType::YEAR => match fields.array()? {
                bytes if unsigned => Self::Unsigned(u64::from(u16::from_le_bytes(bytes))),
                bytes => Self::Int(i64::from(i16::from_le_bytes(bytes))),
            },
            ColumnType::LONG | ColumnType::INT24 => match fields.array()? {
                bytes if unsigned => Self::Unsigned(u64::from(u32::from_le_bytes(bytes))),
                bytes => Self::Int(i64::from(i32::from_le_bytes(bytes))),
            },
            ColumnType::LONGLONG => match fields.array()? {
                bytes if unsigned => Self::Unsigned(u64::from_le_bytes(bytes)),
                bytes => Self::Int(i64::from_le_bytes(bytes)),
            },
            ColumnType::FLOAT => Self::Float(f32::from_le_bytes(fields.array()?)),
            ColumnType::DOUBLE => Self::Double(f64::from_le_bytes(fields.array()?)),
            ColumnType::DATE | ColumnType::DATETIME | ColumnType::TIMESTAMP => {
                Self::Date(Date::decode(fields)?)
            }
            ColumnType::TIME => Self::Time(Span::decode(fields)?),
            _ => Self::Bytes(fields.string()?.to_vec()),
        })
    }

    /// Writes the value in the binary protocol, as `column_type` wants it. Integers are cut to their
    /// width; a value of another kind is written as text, which only text types can read.
    pub(crate) fn encode_binary(&self, out: &mut Vec<u8>, column_type: ColumnType) {
        let integer = match self {
            Self::Null | Self::LongData => return,
            Self::Float(value) => return out.extend_from_slice(&value.to_le_bytes()),
            Self::Double(value) => return out.extend_from_slice(&value.to_le_bytes()),
            Self::Date(date) => return date.encode(out),
            Self::Time(span) => return span.encode(out),
            Self::Bytes(bytes) => return put_string(out, bytes),
            Self::Int(value) => value.to_le_bytes(),
            Self::Unsigned(value) => value.to_le_bytes(),
        };
        let width = match column_type {
            ColumnType::TINY => 1,
            ColumnType::SHORT | ColumnType::YEAR => 2,
            ColumnType::LONG | ColumnType::INT24 => 4,
            _ => 8,
        };
        out.extend(integer.iter().take(width));
    }

    /// The value as the text protocol writes it; `None` for NULL.
    pub fn to_text(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Null | Self::LongData => return None,
            Self::Bytes(bytes) => bytes.clone(),
            Self::Int(value) => value.to_string().into_bytes(),
            Self::Unsigned(value) => value.to_string().into_bytes(),
            Self::Float(value) => value.to_string().into_bytes(),
            Self::Double(value) => value.to_string().into_bytes(),
            Self::Date(date) => date.to_text().into_bytes(),
            Self::Time(span) => span.to_text().into_bytes(),
        })
    }
}

impl Date {
    fn decode(fields: &mut Fields<'_>) -> Result<Self, Malformed> {
        let len = fields.u8()?;
        let mut date = Self::default();
        if !matches!(len, 0 | 4 | 7 | 11) {
            return Err(fields.malformed());
        }
        if len >= 4 {
            date.year = fields.u16()?;
            [date.month, date.day] = fields.array()?;
        }
        if len >= 7 {
            [date.hour, date.minute, date.second] = fields.array()?;
        }
        if len == 11 {
            date.microsecond = fields.u32()?;
        }
        Ok(date)
    }

    fn encode(self, out: &mut Vec<u8>) {
        let [year_low, year_high] = self.year.to_le_bytes();
        let day = [year_low, year_high, self.month, self.day];
        let time = [self.hour, self.minute, self.second];
        if self == Self::default() {
            out.push(0);
        } else if self.microsecond > 0 {
            out.push(11);
            out.extend_from_slice(&day);
            out.extend_from_slice(&time);
            out.extend_from_slice(&self.microsecond.to_le_bytes());
        } else if time == [0; 3] {
            out.push(4);
            out.extend_from_slice(&day);
        } else {
            out.push(7);
            out.extend_from_slice(&day);
            out.extend_from_slice(&time);
        }
    }

    /// `YYYY-MM-DD hh:mm:ss[.ffffff]`; without the time of day when that is zero.
    pub fn to_text(self) -> String {
        let mut text = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        if (self.hour, self.minute, self.second, self.microsecond) != (0, 0, 0, 0) {
            text += &format!(" {:02}:{:02}:{:02}", self.hour, self.minute, self.second);
        }
        if self.microsecond > 0 {
            text += &format!(".{:06}", self.microsecond);
        }
        text
    }
}

impl Span {
    fn decode(fields: &mut Fields<'_>) -> Result<Self, Malformed> {
        let len = fields.u8()?;
        let mut span = Self::default();
        if !matches!(len, 0 | 8 | 12) {
            return Err(fields.malformed());
        }
        if len >= 8 {
            span.negative = fields.u8()? != 0;
            span.days = fields.u32()?;
            [span.hours, span.minutes, span.seconds] = fields.array()?;
        }
        if len == 12 {
            span.microseconds = fields.u32()?;
        }
        Ok(span)
    }

    fn encode(self, out: &mut Vec<u8>) {
        if self == Self::default() {
            return out.push(0);
        }
        out.push(if self.microseconds > 0 { 12 } else { 8 });
        out.push(u8::from(self.negative));
        out.extend_from_slice(&self.days.to_le_bytes());
        out.extend_from_slice(&[self.hours, self.minutes, self.seconds]);
        if self.microseconds > 0 {
            out.extend_from_slice(&self.microseconds.to_le_bytes());
        }
    }

    /// `[-]hh:mm:ss[.ffffff]`, days counted as hours.
    pub fn to_text(self) -> String {
        let hours = u64::from(self.days) * 24 + u64::from(self.hours);
        let sign = if self.negative { "-" } else { "" };
        let mut text = format!("{sign}{hours:02}:{:02}:{:02}", self.minutes, self.seconds);
        if self.microseconds > 0 {
            text += &format!(".{:06}", self.microseconds);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_take_the_shortest_form_and_read_back() {
        let day = Date {
            year: 2026,
            month: 11,
            day: 21,
            ..Date::default()
        };
        for (date, len, text) in [
            (Date::default(), 1, "0000-00-00"),
            (day, 5, "2026-11-21"),
            (Date { hour: 7, ..day }, 8, "2026-11-21 07:00:00"),
            (
                Date {
                    microsecond: 5,
                    ..day
                },
                12,
                "2026-11-21 00:00:00.000005",
            ),
        ] {
            let mut out = Vec::new();
            date.encode(&mut out);
            assert_eq!((out.len(), date.to_text().as_str()), (len, text));
            assert_eq!(Date::decode(&mut Fields::new(&out, "date")).unwrap(), date);
        }
    }

    #[test]
    fn spans_count_days_as_hours_in_text() {
        let span = Span {
            negative: true,
            days: 1,
            hours: 2,
            ..Span::default()
        };
        let mut out = Vec::new();
        span.encode(&mut out);
        assert_eq!(Span::decode(&mut Fields::new(&out, "time")).unwrap(), span);
        assert_eq!(span.to_text(), "-26:00:00");
    }

    #[test]
    fn integers_keep_their_sign_in_every_width() {
        for (column_type, width) in [
            (ColumnType::TINY, 1),
            (ColumnType::SHORT, 2),
            (ColumnType::LONG, 4),
            (ColumnType::LONGLONG, 8),
        ] {
            let mut out = Vec::new();
            Value::Int(-3).encode_binary(&mut out, column_type);
            assert_eq!(out.len(), width);
            let mut fields = Fields::new(&out, "integer");
            assert_eq!(
                Value::decode_binary(&mut fields, column_type, false).unwrap(),
                Value::Int(-3)
            );
        }
    }
}
