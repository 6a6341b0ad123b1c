//! The file of `--statements`: prepared statements as a server's performance_schema tells them, one a line:
//! client address, statement id and text, with tabs between, as `mysql --batch` prints them.

use std::path::Path;

use reprise_replay::GivenStatement;

use crate::Error;

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<Vec<GivenStatement>, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("--statements {}: {error}", path.display())))?;
    parse(&text).map_err(|line| {
        Error::Usage(format!(
            "--statements {}: line {line} is not CLIENT:PORT, statement id and text with tabs between; \
             docs/mysql.md has the query that prints it",
            path.display()
        ))
    })
}

/// The statements, or the number of the first line that is none. A heading is left out.
fn parse(text: &str) -> Result<Vec<GivenStatement>, usize> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut fields = line.splitn(3, '\t');
        let parts = (fields.next(), fields.next(), fields.next());
        match parts {
            (Some(""), None, None) => {}
            (Some(client), Some(id), Some(sql)) => match id.parse() {
                Ok(statement) => found.push(GivenStatement {
                    client: client.to_owned(),
                    statement,
                    sql: unescaped(sql),
                }),
                Err(_) if number == 1 => {}
                Err(_) => return Err(number),
            },
            _ => return Err(number),
        }
    }
    Ok(found)
}

/// What `mysql --batch` writes as `\n`, `\t`, `\0` and `\\`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let plain = match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('0') => '\0',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        };
        out.push(plain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_or_without_a_heading_and_their_escapes_undone() {
        let text =
            "HOST\tSTATEMENT_ID\tSQL_TEXT\n10.0.0.7:51234\t3\tSELECT ?\\n\\tFROM `a\\\\b`\n\n";
        let expected = GivenStatement {
            client: "10.0.0.7:51234".to_owned(),
            statement: 3,
            sql: "SELECT ?\n\tFROM `a\\b`".to_owned(),
        };
        assert_eq!(parse(text), Ok(vec![expected]));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        assert_eq!(parse("a:1\t1\tSELECT 1\nSELECT 1"), Err(2));
        assert_eq!(parse("a:1\t1\tSELECT 1\na:1\tx\tSELECT 1"), Err(2));
    }
}
