//! Several statements in one text, one after another: each as its tokens without blanks and comments.

use super::token::{Token, TokenKind, Tokens, tokens};

/// Most statements have more tokens than this, or not many more.
const FEW: usize = 16;

/// The statements of a text. Empty ones, between semicolons, are left out.
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    sql: &'a [u8],
    tokens: Tokens<'a>,
}

/// The statements of `sql`, in order. What stands within `/*! ... */` is part of its statement.
pub const fn statements(sql: &[u8]) -> Statements<'_> {
    Statements {
        sql,
        tokens: tokens(sql),
    }
}

impl Iterator for Statements<'_> {
    type Item = Vec<Token>;

    fn next(&mut self) -> Option<Vec<Token>> {
        let mut statement = Vec::new();
        for token in self.tokens.by_ref() {
            let ends = self.sql.get(token.span.clone()) == Some(b";");
            match token.kind {
                TokenKind::Space | TokenKind::Comment => {}
                TokenKind::Symbol if ends => {
                    if !statement.is_empty() {
                        return Some(statement);
                    }
                }
                _ => {
                    if statement.capacity() == 0 {
                        statement.reserve(FEW);
                    }
                    statement.push(token);
                }
            }
        }
        (!statement.is_empty()).then_some(statement)
    }
}

/// The first token of `sql` that is neither blank nor comment.
pub fn first_word(sql: &[u8]) -> Option<&[u8]> {
    let first =
        tokens(sql).find(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))?;
    sql.get(first.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        statements(sql.as_bytes())
            .map(|tokens| {
                let texts: Vec<&str> = tokens.iter().map(|one| &sql[one.span.clone()]).collect();
                texts.join(" ")
            })
            .collect()
    }

    #[test]
    fn semicolons_part_statements_but_not_within_strings_and_comments() {
        assert_eq!(
            texts("SET a='x;y'; /* ; */ SELECT 1;; -- ;\n COMMIT"),
            ["SET a = 'x;y'", "SELECT 1", "COMMIT"]
        );
        assert!(texts(" ; ").is_empty());
        assert_eq!(first_word(b"/* x */\n SELECT 1"), Some(&b"SELECT"[..]));
        assert_eq!(first_word(b" # x"), None);
    }
}
