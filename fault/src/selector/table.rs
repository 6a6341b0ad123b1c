//! Whether a statement names a table, read from its digest: where tables are named, and nowhere else.

/// Where in a statement one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Elsewhere,
    /// The name of a table comes.
    Expected,
    /// Behind the name of a table: a comma may bring another.
    Listed,
}

/// A statement, or what stands in parentheses.
#[derive(Clone, Copy, Debug)]
struct Level {
    place: Place,
    /// FROM means tables here: elsewhere it belongs to a function, as in `EXTRACT(YEAR FROM at)`.
    is_query: bool,
}

/// Whether the statement names this table, alone or behind its database.
pub(super) fn is_named(operation: &str, table: &str) -> bool {
    let mut above = Vec::new();
    let mut level = Level {
        place: Place::Elsewhere,
        is_query: true,
    };
    let mut before = "";
    let mut is_first = true;
    for word in words(operation) {
        match word {
            "(" => {
                // what is in the parentheses stands where a table would, or nothing does
                let (inside, behind) = match level.place {
                    Place::Expected => (Place::Expected, Place::Listed),
                    _ => (Place::Elsewhere, Place::Elsewhere),
                };
                above.push(Level {
                    place: behind,
                    ..level
                });
                level = Level {
                    place: inside,
                    is_query: false,
                };
            }
            ")" => {
                if let Some(outer) = above.pop() {
                    level = outer;
                }
            }
            "," if level.place == Place::Listed => level.place = Place::Expected,
            "," => {}
            "SELECT" => {
                level = Level {
                    place: Place::Elsewhere,
                    is_query: true,
                };
            }
            _ if brings_tables(word, before, is_first, level.is_query) => {
                level.place = Place::Expected;
            }
            _ if ends_tables(word) => level.place = Place::Elsewhere,
            _ if level.place == Place::Expected && !is_between(word) => {
                if is_it(word, table) {
                    return true;
                }
                level.place = Place::Listed;
            }
            _ => {}
        }
        is_first &= matches!(word, "PREPARE" | "EXPLAIN" | "ANALYZE");
        before = word;
    }
    false
}

/// Words, and commas and parentheses by themselves.
fn words(operation: &str) -> impl Iterator<Item = &str> {
    let pieces = operation.split_inclusive([' ', ',', '(', ')']);
    pieces
        .flat_map(|piece| match piece.char_indices().next_back() {
            Some((at, ' ' | ',' | '(' | ')')) => {
                let (word, sign) = piece.split_at(at);
                [word, sign]
            }
            _ => [piece, ""],
        })
        .filter(|word| !word.trim().is_empty())
}

/// Whether names of tables come behind this.
fn brings_tables(word: &str, before: &str, is_first: bool, is_query: bool) -> bool {
    match word {
        "FROM" => is_query,
        "JOIN" | "STRAIGHT_JOIN" | "INTO" | "TABLE" | "TABLES" => true,
        // ON DUPLICATE KEY UPDATE, FOR UPDATE
        "UPDATE" => !matches!(before, "KEY" | "FOR" | "ON"),
        // the words that may be left out behind these are INTO, FROM and TABLE
        "INSERT" | "REPLACE" | "DELETE" | "TRUNCATE" | "DESCRIBE" | "DESC" => is_first,
        _ => false,
    }
}

/// Whether the names of tables are over.
fn ends_tables(word: &str) -> bool {
    matches!(
        word,
        "WHERE"
            | "SET"
            | "ON"
            | "USING"
            | "VALUES"
            | "VALUE"
            | "ORDER"
            | "GROUP"
            | "HAVING"
            | "LIMIT"
            | "UNION"
            | "FOR"
            | "RETURNING"
    )
}

/// Whether it may stand between what brings a table and its name.
fn is_between(word: &str) -> bool {
    const WORDS: [&str; 10] = [
        "IGNORE",
        "LOW_PRIORITY",
        "HIGH_PRIORITY",
        "DELAYED",
        "QUICK",
        "LATERAL",
        "IF",
        "NOT",
        "EXISTS",
        "LOCAL",
    ];
    WORDS
        .iter()
        .any(|between| word.eq_ignore_ascii_case(between))
}

fn is_it(word: &str, table: &str) -> bool {
    let plain = |name: &str| name.replace('`', "");
    let (word, table) = (plain(word), plain(table));
    let last = word.rsplit('.').next().unwrap_or_default();
    [&word, last]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&table))
}

#[cfg(test)]
mod tests {
    use reprise_wire::mysql::digest;

    use super::*;

    #[test]
    fn a_table_is_found_where_statements_name_tables() {
        for sql in [
            "SELECT * FROM shop.item WHERE id = 1",
            "select * from `shop`.`item`",
            "INSERT INTO item (id) VALUES (1)",
            "INSERT IGNORE item SET id = 1",
            "REPLACE INTO item VALUES (1, 2)",
            "UPDATE `item` SET a = 1",
            "UPDATE LOW_PRIORITY stock, item SET a = 1",
            "SELECT a FROM b JOIN item ON a = b",
            "SELECT a FROM b LEFT JOIN (c, item) ON a = b",
            "SELECT * FROM stock s, item i WHERE s.id = i.id",
            "SELECT * FROM (SELECT id FROM item) x",
            "SELECT * FROM (SELECT 1) x, item",
            "SELECT * FROM stock WHERE id IN (SELECT id FROM item)",
            "SELECT EXTRACT(YEAR FROM at) FROM item",
            "DELETE FROM item WHERE id = 1",
            "DELETE item FROM item JOIN stock ON 1",
            "TRUNCATE item",
            "TRUNCATE TABLE item",
            "LOCK TABLES stock READ, item WRITE",
            "CREATE TABLE IF NOT EXISTS item (id INT)",
            "SELECT 1 UNION SELECT id FROM item",
            "WITH x AS (SELECT 1) UPDATE item SET a = 1",
        ] {
            let operation = digest(sql.as_bytes());
            assert!(is_named(&operation, "item"), "{operation}");
            assert!(
                is_named(&format!("PREPARE {operation}"), "ITEM"),
                "{operation}"
            );
        }
        assert!(is_named("SELECT * FROM shop.item", "shop.item"));
        assert!(!is_named("SELECT * FROM other.item", "shop.item"));
    }

    #[test]
    fn columns_aliases_and_functions_are_no_tables() {
        for sql in [
            "SELECT item FROM stock",
            "SELECT * FROM stock item",
            "SELECT * FROM stock ORDER BY a, item",
            "INSERT INTO stock (id, item) VALUES (1, 2) ON DUPLICATE KEY UPDATE item = 3",
            "SELECT EXTRACT(YEAR FROM item) FROM stock",
            "SELECT TRUNCATE(item, 2) FROM stock FOR UPDATE",
            "UPDATE stock SET a = 1, item = 2",
            "SELECT * FROM stock JOIN other ON a IN (b, item)",
        ] {
            let operation = digest(sql.as_bytes());
            assert!(!is_named(&operation, "item"), "{operation}");
        }
    }
}
