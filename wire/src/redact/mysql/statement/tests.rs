//! Which values of statements are taken, in every way to write a column and its value.

use super::*;
use crate::mysql::digest;
use crate::redact::pseudonym::{Pseudonyms, RedactionKey};
use crate::redact::rules::Rules;

const RULES: &str = "[[rule]]\nname = \"mine\"\ncolumn = [\"pay.account\"]\naction = \"shape\"\n\
    [[rule]]\nname = \"second\"\ndigest = [\"SELECT f(?, ?, ?)\"]\npositions = [2]\naction = \"drop\"\n\
    [[rule]]\nname = \"third\"\ndigest = [\"CALL sign_up*\"]\npositions = [2]";

fn pass() -> Pass {
    let rules = Rules::parse(RULES).unwrap();
    Pass::new(&rules, Pseudonyms::new(&RedactionKey::new([5; 32])))
}

/// The statement with every replaced literal as `<>`, and which placeholders are taken.
fn taken(sql: &str) -> (String, Vec<bool>) {
    let secrets = Secrets::of(sql.as_bytes(), &digest(sql.as_bytes()), &mut pass());
    let mut shown = sql.to_owned();
    for secret in secrets.literals.iter().rev() {
        shown.replace_range(secret.range.clone(), "<>");
    }
    (
        shown,
        secrets.parameters.iter().map(Option::is_some).collect(),
    )
}

/// Statements, and the same with `<>` for what is taken.
const STATEMENTS: &[(&str, &str)] = &[
    (
        "INSERT INTO s (id, `Token`, x) VALUES (1, 'a', 'b'), (2, 'c', 'd')",
        "INSERT INTO s (id, `Token`, x) VALUES (1, <>, 'b'), (2, <>, 'd')",
    ),
    (
        "insert into s(s.token) value('a')",
        "insert into s(s.token) value(<>)",
    ),
    (
        "REPLACE INTO s (token) VALUES ROW('a')",
        "REPLACE INTO s (token) VALUES ROW(<>)",
    ),
    (
        "INSERT INTO s SET id=1, token='a'",
        "INSERT INTO s SET id=1, token=<>",
    ),
    (
        "INSERT INTO s (id, token) SELECT 1, 'a' FROM t",
        "INSERT INTO s (id, token) SELECT 1, <> FROM t",
    ),
    (
        "INSERT INTO s (a) VALUES ('x') ON DUPLICATE KEY UPDATE token = 'a', b = 'c'",
        "INSERT INTO s (a) VALUES ('x') ON DUPLICATE KEY UPDATE token = <>, b = 'c'",
    ),
    (
        "UPDATE s SET a = 'x', s.token = 'a', b = 'c' WHERE session_id = 'd'",
        "UPDATE s SET a = 'x', s.token = <>, b = 'c' WHERE session_id = <>",
    ),
    (
        "SELECT * FROM s WHERE token = 'a' AND name = 'b'",
        "SELECT * FROM s WHERE token = <> AND name = 'b'",
    ),
    (
        "SELECT * FROM s WHERE 'a' = s.token OR 'b' = name",
        "SELECT * FROM s WHERE <> = s.token OR 'b' = name",
    ),
    (
        "SELECT * FROM s WHERE token IN ('a', 'b') AND x IN ('c')",
        "SELECT * FROM s WHERE token IN (<>, <>) AND x IN ('c')",
    ),
    (
        "SELECT * FROM s WHERE token NOT IN ('a') LIMIT 5",
        "SELECT * FROM s WHERE token NOT IN (<>) LIMIT 5",
    ),
    (
        "SELECT * FROM s WHERE (u, token) IN (('a', 'b'), ('c', 'd'))",
        "SELECT * FROM s WHERE (u, token) IN (('a', <>), ('c', <>))",
    ),
    (
        "SELECT * FROM s WHERE (u, token) = ('a', 'b')",
        "SELECT * FROM s WHERE (u, token) = ('a', <>)",
    ),
    (
        "SELECT * FROM s WHERE token LIKE 'a%'",
        "SELECT * FROM s WHERE token LIKE <>",
    ),
    (
        "SELECT * FROM s WHERE LOWER(token) = LOWER('A')",
        "SELECT * FROM s WHERE LOWER(token) = LOWER(<>)",
    ),
    (
        "SELECT * FROM s WHERE token BETWEEN 'a' AND 'b' AND x = 'c'",
        "SELECT * FROM s WHERE token BETWEEN <> AND <> AND x = 'c'",
    ),
    (
        "UPDATE u SET password = SHA2(CONCAT('a', salt), 256)",
        "UPDATE u SET password = SHA2(CONCAT(<>, salt), 256)",
    ),
    (
        "UPDATE u SET token = CASE WHEN id = 1 THEN 'a' ELSE 'b' END, x = 'c'",
        "UPDATE u SET token = CASE WHEN id = 1 THEN <> ELSE <> END, x = 'c'",
    ),
    (
        "SELECT * FROM s WHERE pin = 1234 AND id = 5",
        "SELECT * FROM s WHERE pin = <> AND id = 5",
    ),
    (
        "SELECT * FROM s WHERE token = 0x6162 OR token = x'61'",
        "SELECT * FROM s WHERE token = <> OR token = <>",
    ),
    (
        "SELECT 'a' AS token, 'b' AS name",
        "SELECT <> AS token, 'b' AS name",
    ),
    ("SET @token = 'a', @x = 'b'", "SET @token = <>, @x = 'b'"),
    (
        "INSERT INTO s (\"id\", \"token\") VALUES (1, 'a')",
        "INSERT INTO s (\"id\", \"token\") VALUES (1, <>)",
    ),
    (
        "SELECT * FROM s WHERE \"token\" = 'a'",
        "SELECT * FROM s WHERE \"token\" = <>",
    ),
    (
        "SELECT * FROM s /* token = */ WHERE name = 'a'",
        "SELECT * FROM s /* token = */ WHERE name = 'a'",
    ),
    (
        "INSERT INTO s (token) VALUES ('cut",
        "INSERT INTO s (token) VALUES (<>",
    ),
    (
        "DELETE FROM s WHERE token = (SELECT t FROM o WHERE name = 'a')",
        "DELETE FROM s WHERE token = (SELECT t FROM o WHERE name = 'a')",
    ),
    (
        "SELECT password FROM user WHERE name = 'bob'",
        "SELECT password FROM user WHERE name = 'bob'",
    ),
    ("SELECT PASSWORD('a'), 'b'", "SELECT PASSWORD(<>), 'b'"),
    (
        "SET PASSWORD FOR 'ada'@'%' = 'a'",
        "SET PASSWORD FOR 'ada'@'%' = <>",
    ),
    (
        "ALTER USER 'a'@'b' IDENTIFIED BY 'x' REPLACE 'y'",
        "ALTER USER 'a'@'b' IDENTIFIED BY <> REPLACE <>",
    ),
    (
        "UPDATE pay SET account = 'a'; UPDATE other SET account = 'b'",
        "UPDATE pay SET account = <>; UPDATE other SET account = <>",
    ),
    (
        "UPDATE other SET account = 'b'",
        "UPDATE other SET account = 'b'",
    ),
    ("SELECT f('a', 'b', 3)", "SELECT f('a', <>, 3)"),
    (
        "UPDATE t SET c = AES_ENCRYPT('a', UNHEX('6b')), d = 'b' WHERE e = 'c'",
        "UPDATE t SET c = AES_ENCRYPT(<>, UNHEX(<>)), d = 'b' WHERE e = 'c'",
    ),
    (
        "SELECT AES_DECRYPT(c, 'key'), DECODE(c, 'key'), DECODE(c, 'x', 'y') FROM t",
        "SELECT AES_DECRYPT(c, <>), DECODE(c, <>), DECODE(c, 'x', 'y') FROM t",
    ),
    (
        "SELECT 1 FROM u WHERE hash = SHA2('pw', 256) AND name = 'b'",
        "SELECT 1 FROM u WHERE hash = SHA2(<>, 256) AND name = 'b'",
    ),
    (
        "SELECT MD5('pw') FROM t WHERE url_hash = MD5('/cart') AND token = MD5('x')",
        "SELECT MD5(<>) FROM t WHERE url_hash = MD5('/cart') AND token = MD5(<>)",
    ),
    (
        "SELECT check_password('ada', CONCAT('a', 'b')), upper('c')",
        "SELECT check_password(<>, CONCAT(<>, <>)), upper('c')",
    ),
    (
        "CREATE TABLE IF NOT EXISTS a.user_password (kind ENUM('a', 'b') DEFAULT 'a', KEY token (token(9)))",
        "CREATE TABLE IF NOT EXISTS a.user_password (kind ENUM('a', 'b') DEFAULT 'a', KEY token (token(9)))",
    ),
    (
        "SELECT 1 FROM s WHERE '$ecret' = token",
        "SELECT 1 FROM s WHERE <> = token",
    ),
    (
        "INSERT INTO password_log (id, name) VALUES (1, 'a')",
        "INSERT INTO password_log (id, name) VALUES (1, 'a')",
    ),
    (
        "ALTER USER a IDENTIFIED WITH caching_sha2_password AS 0x2441",
        "ALTER USER a IDENTIFIED WITH caching_sha2_password AS <>",
    ),
    (
        "UPDATE t SET doc = JSON_SET(doc, '$.a', 'x', '$.user.password', 'y', '$.pin', 12) WHERE id = 'z'",
        "UPDATE t SET doc = JSON_SET(doc, '$.a', 'x', '$.user.password', <>, '$.pin', <>) WHERE id = 'z'",
    ),
    (
        "INSERT INTO t (doc) VALUES (JSON_OBJECT('name', 'x', 'token', 'y'), 'z')",
        "INSERT INTO t (doc) VALUES (JSON_OBJECT('name', 'x', 'token', <>), 'z')",
    ),
    (
        "SELECT * FROM t WHERE doc->>'$.token' = 'a' AND doc->>'$.name' = 'b'",
        "SELECT * FROM t WHERE doc->>'$.token' = <> AND doc->>'$.name' = 'b'",
    ),
    (
        "SELECT * FROM t WHERE JSON_UNQUOTE(JSON_EXTRACT(doc, '$.token')) IN ('a') AND x IN ('b')",
        "SELECT * FROM t WHERE JSON_UNQUOTE(JSON_EXTRACT(doc, '$.token')) IN (<>) AND x IN ('b')",
    ),
    (
        "UPDATE settings SET value = 'a', at = 'b' WHERE name = 'smtp_password'",
        "UPDATE settings SET value = <>, at = 'b' WHERE name = 'smtp_password'",
    ),
    (
        "UPDATE settings SET value = 'a' WHERE name = 'site_url'; UPDATE o SET value = 'b' WHERE name = 'api_key'",
        "UPDATE settings SET value = 'a' WHERE name = 'site_url'; UPDATE o SET value = <> WHERE name = 'api_key'",
    ),
    (
        "UPDATE wp_options SET `option_value` = 'a', value = 'b' WHERE LOWER(`option_name`) = 'smtp_pass' OR \"option_name\" IN ('x', 'mail_password')",
        "UPDATE wp_options SET `option_value` = <>, value = 'b' WHERE LOWER(`option_name`) = 'smtp_pass' OR \"option_name\" IN ('x', 'mail_password')",
    ),
    (
        "INSERT INTO settings (name, value) VALUES ('title', 'a'), ('smtp_password', 'b'), ('pin', 12), ('lang', 'c')",
        "INSERT INTO settings (name, value) VALUES ('title', 'a'), ('smtp_password', <>), ('pin', <>), ('lang', 'c')",
    ),
    (
        "REPLACE INTO c (scope, value, path) VALUES (0, CONCAT('a', 'b'), 'payment/api/secret')",
        "REPLACE INTO c (scope, value, path) VALUES (0, CONCAT(<>, <>), 'payment/api/secret')",
    ),
    (
        "INSERT INTO s (name, value) VALUES ('token', 'a') ON DUPLICATE KEY UPDATE value = 'b'",
        "INSERT INTO s (name, value) VALUES ('token', <>) ON DUPLICATE KEY UPDATE value = <>",
    ),
    (
        "INSERT INTO s SET meta_key = 'auth_token', meta_value = 'a', note = 'b'",
        "INSERT INTO s SET meta_key = 'auth_token', meta_value = <>, note = 'b'",
    ),
    (
        "INSERT INTO s (name, value) SELECT 'token', 'a' FROM dual",
        "INSERT INTO s (name, value) SELECT 'token', <> FROM dual",
    ),
    (
        "SELECT * FROM s WHERE 'a' = value AND (name = 'token')",
        "SELECT * FROM s WHERE <> = value AND (name = 'token')",
    ),
    (
        "SELECT * FROM s WHERE (name, value) IN (('token', 'a'), ('city', 'b'))",
        "SELECT * FROM s WHERE (name, value) IN (('token', <>), ('city', 'b'))",
    ),
    (
        "UPDATE s SET value = CASE name WHEN 'token' THEN 'a' WHEN 'city' THEN 'b' ELSE 'c' END WHERE name IN ('city', 'token')",
        "UPDATE s SET value = CASE name WHEN 'token' THEN <> WHEN 'city' THEN 'b' ELSE <> END WHERE name IN ('city', 'token')",
    ),
    (
        "UPDATE s SET value = CASE WHEN name = 'token' THEN 'a' ELSE value END WHERE id < 9",
        "UPDATE s SET value = CASE WHEN name = 'token' THEN <> ELSE value END WHERE id < 9",
    ),
    (
        "UPDATE product SET value = 'a' WHERE name = 'a book about a token'",
        "UPDATE product SET value = 'a' WHERE name = 'a book about a token'",
    ),
    (
        "SELECT * FROM performance_schema.v WHERE variable_name = 'password' AND variable_value = 'a'",
        "SELECT * FROM performance_schema.v WHERE variable_name = 'password' AND variable_value = 'a'",
    ),
];

#[test]
fn values_of_secret_columns_are_taken_wherever_they_stand() {
    for (sql, expected) in STATEMENTS {
        assert_eq!(taken(sql).0, *expected, "{sql}");
    }
}

#[test]
fn placeholders_are_counted_in_order_and_those_of_secret_columns_taken() {
    for (sql, expected) in [
        (
            "INSERT INTO s (id, token, x) VALUES (?, ?, ?), (?, ?, ?)",
            vec![false, true, false, false, true, false],
        ),
        (
            "UPDATE s SET a = ?, token = ? WHERE id = ? AND session_id IN (?, ?)",
            vec![false, true, false, true, true],
        ),
        (
            "SELECT ?, 'x' FROM s WHERE ? = token LIMIT ?",
            vec![false, true, false],
        ),
        ("SELECT f(?, ?, ?)", vec![false, true, false]),
        ("SELECT * FROM s WHERE name = ?", vec![false]),
        (
            "SELECT AES_DECRYPT(c, ?), SHA2(?, ?) FROM t WHERE a = ?",
            vec![true, true, false, false],
        ),
        (
            "UPDATE t SET doc = JSON_SET(doc, '$.token', ?, ?, ?) WHERE id = ?",
            vec![true, false, false, false],
        ),
        (
            "UPDATE s SET value = ? WHERE name = 'token' AND id = ?",
            vec![true, false],
        ),
    ] {
        assert_eq!(taken(sql).1, expected, "{sql}");
    }
}

#[test]
fn parameters_that_name_others_are_told_with_those_they_name() {
    for (sql, expected) in [
        (
            "UPDATE s SET value = ? WHERE id = ? AND name = ?",
            vec![(0, 2)],
        ),
        (
            "INSERT INTO s (name, id, value) VALUES (?, ?, ?), (?, ?, ?)",
            vec![(2, 0), (5, 3)],
        ),
        (
            "UPDATE s SET value = CASE name WHEN ? THEN ? WHEN ? THEN ? END",
            vec![(1, 0), (3, 2)],
        ),
        ("UPDATE s SET value = ? WHERE id = ?", vec![]),
    ] {
        let secrets = Secrets::of(sql.as_bytes(), "", &mut pass());
        assert_eq!(secrets.named, expected, "{sql}");
    }
}

#[test]
fn values_beyond_the_pairs_that_are_remembered_count_as_secrets() {
    let rows = vec!["(?, ?)"; 5_000].join(", ");
    let sql = format!("INSERT INTO s (name, value) VALUES {rows}");
    let secrets = Secrets::of(sql.as_bytes(), "", &mut pass());
    let taken = secrets.parameters.iter().flatten().count();
    assert_eq!(secrets.named.len() + taken, 5_000);
    assert!(secrets.named.len() > 4_000 && taken > 800, "{taken}");
}

#[test]
fn a_value_whose_name_is_cut_off_is_taken_and_of_a_whole_statement_it_is_not() {
    for (sql, taken) in [
        ("UPDATE s SET value = 'a', note = 'b' WHE", 1),
        ("UPDATE s SET value = 'a' WHERE name = 'smtp_pas", 1),
        ("INSERT INTO s (value, name) VALUES ('a', 'smtp_pas", 1),
        ("INSERT INTO s (value, id) VALUES ('a', 12", 0),
        ("UPDATE s SET value = 'a' WHERE name = 'city' AND", 0),
    ] {
        let of = |is_part| Secrets::of_part(sql.as_bytes(), "", is_part, &mut pass()).literals;
        assert_eq!((of(true).len(), of(false).len()), (taken, 0), "{sql}");
    }
}

#[test]
fn the_digest_of_a_statement_about_members_of_documents_does_not_tell_that_it_is_clean() {
    for (sql, told) in [
        ("SELECT json_extract(doc, '$.a') FROM t", true),
        ("SELECT doc->'$.a' FROM t", true),
        ("SELECT a FROM t WHERE b = '$.a'", false),
        ("UPDATE s SET value = 'a' WHERE name = 'city'", true),
        ("UPDATE s SET value = 'a' WHERE id = 7", false),
    ] {
        let secrets = Secrets::of(sql.as_bytes(), "", &mut pass());
        assert_eq!(secrets.has_no_literals(), !told, "{sql}");
    }
}

#[test]
fn the_new_statement_reads_the_same_but_for_its_values() {
    for sql in [
        "INSERT INTO s (id, token) VALUES (1, 'it''s'), (2, \"q\")",
        "UPDATE s SET token = N'x', pin = 12 WHERE a = 'b'",
        "SET PASSWORD FOR ada = 'x'",
    ] {
        let secrets = Secrets::of(sql.as_bytes(), "", &mut pass());
        let new = secrets
            .redact(sql.as_bytes(), &mut Vec::new(), &mut pass())
            .unwrap();
        assert_eq!(digest(&new), digest(sql.as_bytes()));
        let again = Secrets::of(&new, "", &mut pass());
        assert_eq!(again.literals.len(), secrets.literals.len());
    }
}

#[test]
fn arguments_of_a_procedure_are_taken_by_their_place_or_because_of_its_name() {
    for (sql, shown) in [
        ("CALL sign_up('ada', 'x', 3)", "CALL sign_up('ada', <>, 3)"),
        (
            "call `set_password`('ada', 'x')",
            "call `set_password`(<>, <>)",
        ),
        ("CALL shop.touch('ada', 'x')", "CALL shop.touch('ada', 'x')"),
    ] {
        assert_eq!(taken(sql).0, shown);
    }
    assert_eq!(taken("CALL sign_up(?, ?, ?)").1, [false, true, false]);
}
