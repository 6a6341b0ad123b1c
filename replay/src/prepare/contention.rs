//! Which MySQL statements name a table that others write to: what they are answered depends on the order
//! between lanes, which a replay does not hold.

use reprise_wire::mysql::sql::{TokenKind, tokens};
use rustc_hash::FxHashMap;

use crate::Plan;

/// Who writes to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writers {
    None,
    /// This lane alone.
    One(u32),
    Many,
}

/// The tables of a recording's operations, and who writes to them.
#[derive(Debug, Default)]
pub(crate) struct Contention {
    /// Whether a lane is played more than once.
    copies: bool,
    tables: FxHashMap<String, usize>,
    writers: Vec<Writers>,
    /// The tables that an operation names.
    named: FxHashMap<u32, Vec<usize>>,
}

impl Contention {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            copies: plan.most_copies() > 1.0 || plan.repeats(),
            ..Self::default()
        }
    }

    /// Notes that a lane has a statement of an operation, and whether it writes.
    pub(super) fn note(&mut self, (operation, text): (u32, &str), lane: u32, writes: bool) {
        let Self {
            tables,
            writers,
            named,
            ..
        } = self;
        let named = named.entry(operation).or_insert_with(|| {
            let places = self::tables(text).into_iter().map(|table| {
                *tables.entry(table).or_insert_with(|| {
                    writers.push(Writers::None);
                    writers.len() - 1
                })
            });
            places.collect()
        });
        for place in named.iter().filter(|_| writes) {
            if let Some(known) = writers.get_mut(*place) {
                *known = match *known {
                    Writers::None => Writers::One(lane),
                    Writers::One(writer) if writer == lane => Writers::One(lane),
                    _ => Writers::Many,
                };
            }
        }
    }

    /// Whether another lane, or another copy of this one, writes to a table that the operation names.
    pub(crate) fn holds(&self, operation: u32, lane: u32) -> bool {
        let named = self.named.get(&operation).into_iter().flatten();
        let mut writers = named.filter_map(|place| self.writers.get(*place));
        writers.any(|writers| match writers {
            Writers::None => false,
            Writers::One(writer) => self.copies || *writer != lane,
            Writers::Many => true,
        })
    }
}

/// The tables that a statement names, in lower case and without their databases.
fn tables(text: &str) -> Vec<String> {
    let sql = text.as_bytes();
    let words = tokens(sql)
        .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
        .filter_map(|token| Some((token.kind, sql.get(token.span)?)));
    let words: Vec<(TokenKind, &[u8])> = words.collect();
    let mut found = Vec::new();
    let mut at = 0;
    let mut in_from = false;
    while let Some((kind, word)) = words.get(at) {
        at += 1;
        let is = |names: &[&str]| {
            *kind == TokenKind::Word
                && names
                    .iter()
                    .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
        };
        let begins = is(&["FROM", "JOIN", "UPDATE", "INTO", "TABLE"]);
        let ends = is(&[
            "WHERE", "SET", "ON", "GROUP", "ORDER", "LIMIT", "HAVING", "VALUES", "SELECT",
        ]);
        if ends || *word == b"(" {
            in_from = false;
        }
        in_from |= begins;
        if !(begins || (in_from && *word == b",")) {
            continue;
        }
        while let Some((kind, name)) = words.get(at)
            && matches!(kind, TokenKind::Word | TokenKind::QuotedName)
        {
            at += 1;
            // `database.table`: the last name counts
            if words.get(at).is_some_and(|(_, next)| *next == b".") {
                at += 1;
                continue;
            }
            let name = String::from_utf8_lossy(name);
            let name = name.trim_matches('`').to_lowercase();
            if !found.contains(&name) {
                found.push(name);
            }
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_contended_when_somebody_else_writes_to_it() {
        let mut contention = Contention::default();
        contention.note((1, "SELECT a FROM item"), 1, false);
        assert!(!contention.holds(1, 1));
        contention.note((2, "UPDATE item SET a = ?"), 1, true);
        assert!(!contention.holds(1, 1) && contention.holds(1, 2));
        contention.note((2, "UPDATE item SET a = ?"), 2, true);
        assert!(contention.holds(1, 1) && !contention.holds(3, 1));
        contention.copies = true;
        contention.note((4, "DELETE FROM own"), 1, true);
        assert!(contention.holds(4, 1), "its own copies");
    }

    #[test]
    fn tables_are_found_where_they_are_read_and_written() {
        for (text, expected) in [
            ("SELECT a FROM Item WHERE id = ?", &["item"][..]),
            (
                "SELECT a FROM shop.item AS i, `orders` o JOIN users ON a = b",
                &["item", "orders", "users"],
            ),
            ("UPDATE stock SET a = ?, b = ? WHERE id = ?", &["stock"]),
            ("INSERT INTO orders (a, b) VALUES (?)", &["orders"]),
            (
                "DELETE FROM cart WHERE id IN (SELECT id FROM old)",
                &["cart", "old"],
            ),
            ("COMMIT", &[]),
        ] {
            assert_eq!(tables(text), expected, "{text}");
        }
    }
}
