//! A command of MySQL with its statement and parameters, and a reply with its rows, as texts.

use reprise_store::ExchangeRow;
use reprise_wire::mysql::{
    self, Answer, AnswerResult, ColumnDefinition, ColumnType, CommandCode, Dialect, Parameters,
    Value,
};

use super::prepared::Prepared;
use super::shortened;

/// A statement beyond this is cut.
const SQL_BYTES: usize = 256 * 1024;
/// A value beyond this is cut.
const VALUE_BYTES: usize = 2 * 1024;
/// Rows beyond these are counted only.
const ROWS: usize = 2_000;
/// Columns beyond these are left out.
const COLUMNS: usize = 200;
/// All values of a reply together are not longer than this.
const ALL_BYTES: usize = 1024 * 1024;

/// A command.
#[derive(Debug)]
pub struct Command {
    /// `COM_QUERY`.
    pub name: String,
    /// Its statement, or that of what was prepared.
    pub sql: Option<String>,
    /// Its parameters, in the order of their places.
    pub parameters: Vec<CommandParameter>,
    /// What is not known of it, in words.
    pub note: Option<String>,
}

/// A parameter of a prepared statement's execution.
#[derive(Debug)]
pub struct CommandParameter {
    /// `bigint unsigned`.
    pub kind: String,
    /// Its value; `None` is NULL.
    pub value: Option<String>,
}

/// A reply.
#[derive(Debug)]
pub struct Reply {
    /// Its results, in order.
    pub results: Vec<ReplyResult>,
    /// The error that ended it: `1213 (40001) Deadlock found`.
    pub error: Option<String>,
    /// Whether its end is there.
    pub is_whole: bool,
}

/// Rows, or what a statement did.
#[derive(Debug)]
pub struct ReplyResult {
    /// The columns of its rows; none when it has no rows.
    pub columns: Vec<ReadColumn>,
    /// Its rows; a value that is `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows there are, those left out included.
    pub row_count: u64,
    /// What a statement without rows did: `2 rows changed, last id 17`.
    pub done: Option<String>,
}

/// A column of rows.
#[derive(Debug)]
pub struct ReadColumn {
    /// Its name.
    pub name: String,
    /// Its type: `varchar`.
    pub kind: String,
}

/// Takes a command apart.
pub(super) fn command(
    bytes: &[u8],
    row: &ExchangeRow,
    prepared: &Prepared,
    dialect: &Dialect,
) -> Command {
    let code = bytes.first().and_then(|byte| CommandCode::from_byte(*byte));
    let mut read = Command {
        name: code.map_or("COM_UNKNOWN", CommandCode::name).to_owned(),
        sql: None,
        parameters: Vec::new(),
        note: None,
    };
    match mysql::Command::decode(bytes, dialect) {
        Ok(mysql::Command::Query(query)) => read.sql = Some(shortened(query.sql, SQL_BYTES).0),
        Ok(mysql::Command::StmtPrepare(sql)) => read.sql = Some(shortened(sql, SQL_BYTES).0),
        Ok(mysql::Command::InitDb(name)) => read.note = Some(shortened(name, VALUE_BYTES).0),
        Ok(mysql::Command::StmtExecute(execute)) => {
            read.sql = prepared.sql(row);
            match prepared.statements.parameters(&execute) {
                Ok(parameters) => read.parameters = parameter_texts(&parameters),
                Err(error) => {
                    read.note = Some(format!("its parameters cannot be read: {}", error.what));
                }
            }
        }
        Ok(mysql::Command::StmtFetch { rows, .. }) => {
            read.sql = prepared.sql(row);
            read.note = Some(format!("at most {rows} rows"));
        }
        Ok(mysql::Command::StmtSendLongData {
            parameter, data, ..
        }) => {
            read.sql = prepared.sql(row);
            read.note = Some(format!(
                "{} bytes of parameter {}",
                data.len(),
                parameter + 1
            ));
        }
        Ok(mysql::Command::StmtClose(_) | mysql::Command::StmtReset(_)) => {
            read.sql = prepared.sql(row);
        }
        _ => {}
    }
    read
}

/// Takes the reply to a command apart.
pub(super) fn reply(command: &[u8], bytes: &[u8], prepared: &Prepared, dialect: &Dialect) -> Reply {
    let answer = Answer::stored(command, bytes, dialect);
    let announced = mysql::statement_id(command).and_then(|id| prepared.statements.get(id));
    let announced = announced.map_or(&[][..], |statement| &statement.columns);
    let mut room = ALL_BYTES;
    Reply {
        results: answer
            .results
            .iter()
            .map(|result| read_result(result, announced, &mut room))
            .collect(),
        error: answer.error.map(|error| {
            let state = error.sql_state.map_or_else(String::new, |state| {
                format!(" ({})", String::from_utf8_lossy(&state))
            });
            let message = shortened(&error.message, VALUE_BYTES).0;
            format!("{}{state} {message}", error.code)
        }),
        is_whole: answer.is_whole,
    }
}

fn read_result(
    result: &AnswerResult,
    announced: &[ColumnDefinition],
    room: &mut usize,
) -> ReplyResult {
    let columns = if result.columns.is_empty() {
        announced
    } else {
        &result.columns
    };
    let mut rows = Vec::new();
    for row in result.rows.iter().take(ROWS) {
        let Some(texts) = result.texts(row, columns) else {
            break;
        };
        let row: Vec<_> = texts
            .iter()
            .take(COLUMNS)
            .map(|text| text.as_ref().map(|text| value_text(text)))
            .collect();
        let bytes: usize = row.iter().flatten().map(String::len).sum();
        let Some(left) = room.checked_sub(bytes) else {
            break;
        };
        *room = left;
        rows.push(row);
    }
    ReplyResult {
        columns: columns
            .iter()
            .take(COLUMNS)
            .map(|column| ReadColumn {
                name: shortened(&column.name, VALUE_BYTES).0,
                kind: type_name(column.column_type, column.unsigned()),
            })
            .collect(),
        row_count: result.rows.len() as u64,
        rows,
        done: result.ok.as_ref().map(|ok| {
            let mut done = format!("{} rows changed", ok.affected_rows);
            if ok.last_insert_id > 0 {
                done.push_str(&format!(", last id {}", ok.last_insert_id));
            }
            if ok.warnings > 0 {
                done.push_str(&format!(", {} warnings", ok.warnings));
            }
            if !ok.info.is_empty() {
                done.push_str(&format!(": {}", shortened(&ok.info, VALUE_BYTES).0));
            }
            done
        }),
    }
}

fn parameter_texts(parameters: &Parameters) -> Vec<CommandParameter> {
    let kinds = parameters.types.iter();
    let values = parameters.values.iter();
    kinds
        .zip(values)
        .map(|(kind, value)| CommandParameter {
            kind: type_name(kind.column_type, kind.unsigned),
            value: match value {
                Value::Null => None,
                value => value.to_text().map(|text| value_text(&text)),
            },
        })
        .collect()
}

/// A value as people read it; bytes that are no text as hexadecimal digits.
fn value_text(bytes: &[u8]) -> String {
    if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        let (mut text, cut) = shortened(bytes, VALUE_BYTES);
        if cut {
            text.push('…');
        }
        return text;
    }
    let shown = bytes.get(..VALUE_BYTES / 4).unwrap_or(bytes);
    let mut text = String::from("0x");
    text.extend(shown.iter().map(|byte| format!("{byte:02x}")));
    if shown.len() < bytes.len() {
        text.push('…');
    }
    text
}

/// A type's name in SQL.
fn type_name(column_type: ColumnType, unsigned: bool) -> String {
    let name = match column_type {
        ColumnType::DECIMAL | ColumnType::NEWDECIMAL => "decimal",
        ColumnType::TINY => "tinyint",
        ColumnType::SHORT => "smallint",
        ColumnType::LONG => "int",
        ColumnType::FLOAT => "float",
        ColumnType::DOUBLE => "double",
        ColumnType::NULL => "null",
        ColumnType::TIMESTAMP => "timestamp",
        ColumnType::LONGLONG => "bigint",
        ColumnType::INT24 => "mediumint",
        ColumnType::DATE => "date",
        ColumnType::TIME => "time",
        ColumnType::DATETIME => "datetime",
        ColumnType::YEAR => "year",
        ColumnType::VARCHAR | ColumnType::VAR_STRING => "varchar",
        ColumnType::STRING => "char",
        ColumnType::BIT => "bit",
        ColumnType::JSON => "json",
        ColumnType::ENUM => "enum",
        ColumnType::SET => "set",
        ColumnType::TINY_BLOB
        | ColumnType::MEDIUM_BLOB
        | ColumnType::LONG_BLOB
        | ColumnType::BLOB => "blob",
        ColumnType::GEOMETRY => "geometry",
        ColumnType(_) => "unknown",
    };
    let sign = if unsigned { " unsigned" } else { "" };
    format!("{name}{sign}")
}
