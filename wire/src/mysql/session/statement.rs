//! Statements that change a session, read token by token: USE, SET, and temporary tables made and dropped.
//! What is written in another way is `Other`: a session that is not followed is better than a wrong one.

use std::ops::Range;

use super::state::Place;
use super::text;
use crate::mysql::sql::{Token, TokenKind};

/// One statement, as far as it changes a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// `USE x`.
    Use(String),
    /// `SET ...`: what is assigned which SQL; `None` when that is the default or not to be told.
    Set(Vec<(Place, Option<String>)>),
    /// `CREATE TEMPORARY TABLE x`.
    Create(String),
    /// `DROP TABLE x, y`.
    Drop(Vec<String>),
    /// Anything else.
    Other,
}

impl Statement {
    /// Reads one statement of `sql`, given its tokens without blanks and comments.
    pub(super) fn read(sql: &[u8], tokens: &[Token]) -> Self {
        let mut words = Words { sql, rest: tokens };
        if words.take("USE") {
            return words.name().map_or(Self::Other, Self::Use);
        }
        if words.take("SET") {
            return Self::Set(set(words));
        }
        if words.take("CREATE") {
            if words.take("OR") {
                words.take("REPLACE");
            }
            if !(words.take("TEMPORARY") && words.take("TABLE")) {
                return Self::Other;
            }
            if words.take("IF") {
                words.take("NOT");
                words.take("EXISTS");
            }
            return words.name().map_or(Self::Other, Self::Create);
        }
        if words.take("DROP") {
            words.take("TEMPORARY");
            if !words.take("TABLE") {
                return Self::Other;
            }
            if words.take("IF") {
                words.take("EXISTS");
            }
            let mut tables = Vec::new();
            while let Some(table) = words.name() {
                tables.push(table);
                words.take(",");
            }
            return Self::Drop(tables);
        }
        Self::Other
    }
}

/// The tokens of a statement that have not been read.
#[derive(Clone, Copy)]
struct Words<'a> {
    sql: &'a [u8],
    rest: &'a [Token],
}

impl<'a> Words<'a> {
    fn text_of(&self, token: &Token) -> &'a [u8] {
        self.sql.get(token.span.clone()).unwrap_or_default()
    }

    /// Takes the next token when it is this word or symbol.
    fn take(&mut self, word: &str) -> bool {
        let is = |token: &Token| {
            !matches!(token.kind, TokenKind::String | TokenKind::QuotedName)
                && self.text_of(token).eq_ignore_ascii_case(word.as_bytes())
        };
        match self.rest.split_first() {
            Some((first, rest)) if is(first) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a name, `a` or `a.b`, without its backticks.
    fn name(&mut self) -> Option<String> {
        let mut name = self.one_name()?;
        while self.take(".") {
            name = format!("{name}.{}", self.one_name()?);
        }
        Some(name)
    }

    fn one_name(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        let written = self.text_of(first);
        let name = match first.kind {
            TokenKind::Word => text(written),
            TokenKind::QuotedName => text(written).trim_matches('`').replace("``", "`"),
            _ => return None,
        };
        self.rest = rest;
        Some(name)
    }
}

/// The assignments of a SET, in order; those to global variables are left out.
fn set(mut words: Words<'_>) -> Vec<(Place, Option<String>)> {
    let mut found = Vec::new();
    // a scope holds for the assignments after it, too
    let mut global = false;
    while !words.rest.is_empty() {
        let named = words.take("SESSION") || words.take("LOCAL");
        if words.take("GLOBAL") || words.take("PERSIST") || words.take("PERSIST_ONLY") {
            global = true;
        } else if named {
            global = false;
        }
        let (assignment, rest) = split_at_comma(words);
        words.rest = rest;
        if global {
            continue;
        }
        if !named && (Words { ..assignment }).take("TRANSACTION") {
            // for the next transaction only
            break;
        }
        match read_assignment(assignment) {
            Some(read) => found.extend(read),
            // PASSWORD, ROLE, STATEMENT ... FOR: none of these is followed
            None => break,
        }
    }
    found
}

/// The tokens up to the next comma outside parentheses, and those after it.
fn split_at_comma(words: Words<'_>) -> (Words<'_>, &[Token]) {
    let mut depth = 0_usize;
    for (at, token) in words.rest.iter().enumerate() {
        match words.text_of(token) {
            b"(" => depth += 1,
            b")" => depth = depth.saturating_sub(1),
            b"," if depth == 0 => {
                let (before, after) = words.rest.split_at(at);
                let assignment = Words {
                    rest: before,
                    ..words
                };
                return (assignment, after.get(1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (words, &[])
}

type Assignments = Vec<(Place, Option<String>)>;

fn read_assignment(mut words: Words<'_>) -> Option<Assignments> {
    if words.take("NAMES") {
        return Some(names(words));
    }
    if words.take("CHARSET") || (words.take("CHARACTER") && words.take("SET")) {
        let value = word_as_literal(&mut words);
        let system = |name: &str| (Place::System(name.to_owned()), value.clone());
        return Some(vec![
            system("character_set_client"),
            system("character_set_results"),
        ]);
    }
    if words.take("TRANSACTION") {
        return Some(transaction(words));
    }
    let (first, rest) = words.rest.split_first()?;
    let written = text(words.text_of(first)).to_lowercase();
    let place = match first.kind {
        TokenKind::Variable => variable(&written)?,
        TokenKind::Word => Some(Place::System(written)),
        TokenKind::QuotedName => Some(Place::System(written.trim_matches('`').to_owned())),
        _ => return None,
    };
    words.rest = rest;
    let is_password = place == Some(Place::System("password".to_owned()));
    if is_password || !(words.take("=") || words.take(":=")) {
        return None;
    }
    let Some(place) = place else {
        return Some(Vec::new());
    };
    let value = match &place {
        Place::User(_) => literal(words),
        _ => literal(words).or_else(|| expression(words)),
    };
    Some(vec![(place, value.filter(|value| value != "DEFAULT"))])
}

/// What `@x` or `@@session.x` names; `Some(None)` for a global variable.
fn variable(written: &str) -> Option<Option<Place>> {
    let Some(system) = written.strip_prefix("@@") else {
        let name = written.strip_prefix('@')?.trim_matches(['`', '\'', '"']);
        return Some(Some(Place::User(name.to_owned())));
    };
    for scope in ["global.", "persist.", "persist_only."] {
        if system.starts_with(scope) {
            return Some(None);
        }
    }
    let name = system
        .strip_prefix("session.")
        .or_else(|| system.strip_prefix("local."));
    Some(Some(Place::System(name.unwrap_or(system).to_owned())))
}

/// `SET NAMES x [COLLATE y]`: the variables it sets.
fn names(mut words: Words<'_>) -> Assignments {
    let charset = word_as_literal(&mut words);
    let collation = if words.take("COLLATE") {
        word_as_literal(&mut words)
    } else {
        None
    };
    let connection = charset.clone().filter(|_| collation.is_none());
    [
        ("character_set_client", charset.clone()),
        ("character_set_connection", connection),
        ("character_set_results", charset),
        ("collation_connection", collation),
    ]
    .into_iter()
    .map(|(name, value)| (Place::System(name.to_owned()), value))
    .collect()
}

/// A character set or collation, which may be written with quotes or without.
fn word_as_literal(words: &mut Words<'_>) -> Option<String> {
    let (first, rest) = words.rest.split_first()?;
    words.rest = rest;
    let name = text(words.text_of(first));
    let name = name.trim_matches(['\'', '"', '`']);
    (!name.eq_ignore_ascii_case("default")).then(|| format!("'{name}'"))
}

/// `SET SESSION TRANSACTION ISOLATION LEVEL x`.
fn transaction(mut words: Words<'_>) -> Assignments {
    if !(words.take("ISOLATION") && words.take("LEVEL")) {
        return Vec::new();
    }
    let level: Vec<String> = words
        .rest
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| text(words.text_of(token)).to_uppercase())
        .collect();
    let level = level.join(" ");
    let known = [
        "READ UNCOMMITTED",
        "READ COMMITTED",
        "REPEATABLE READ",
        "SERIALIZABLE",
    ];
    let level = known.iter().find(|name| level.starts_with(**name));
    vec![(Place::Isolation, level.map(|name| (*name).to_owned()))]
}

/// The value when it is one literal, or a word such as ON.
fn literal(words: Words<'_>) -> Option<String> {
    let mut unsigned = words;
    if !unsigned.take("-") {
        unsigned.take("+");
    }
    let [only] = unsigned.rest else { return None };
    let is_number = only.kind == TokenKind::Number;
    let plain = unsigned.rest.len() == words.rest.len();
    let is_literal = is_number || plain && matches!(only.kind, TokenKind::String | TokenKind::Word);
    if !is_literal {
        return None;
    }
    let written = written(words)?;
    let is_default = only.kind == TokenKind::Word && written.eq_ignore_ascii_case("default");
    Some(if is_default {
        "DEFAULT".to_owned()
    } else {
        written
    })
}

/// The value when it is computed from the session's own variables only: `CONCAT(@@sql_mode, ',ANSI')`.
fn expression(words: Words<'_>) -> Option<String> {
    let repeatable = words.rest.iter().all(|token| {
        let written = words.text_of(token);
        match token.kind {
            TokenKind::Variable => written.starts_with(b"@@"),
            TokenKind::Placeholder => false,
            TokenKind::Word => !written.eq_ignore_ascii_case(b"FROM"),
            _ => true,
        }
    });
    if repeatable { written(words) } else { None }
}

/// The tokens as they are written.
fn written(words: Words<'_>) -> Option<String> {
    let (first, last) = (words.rest.first()?, words.rest.last()?);
    let span: Range<usize> = first.span.start..last.span.end;
    String::from_utf8(words.sql.get(span)?.to_vec()).ok()
}
