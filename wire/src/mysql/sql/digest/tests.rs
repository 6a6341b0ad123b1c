//! The canonical form, case by case, and that it is one.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn gives(sql: &str, expected: &str) {
    assert_eq!(digest(sql.as_bytes()), expected, "{sql}");
}

#[test]
fn values_become_placeholders_and_spellings_become_one() {
    let form = "SELECT * FROM item WHERE id = ?";
    for sql in [
        "SELECT * FROM item WHERE id = 7",
        "select * from `item` where id=?",
        "select  *\nfrom item -- all of it\nwhere id = -7;",
        "select /* hint */ * from item where id='7'",
        "select * from item where id = 0x07",
    ] {
        gives(sql, form);
    }
}

#[test]
fn lists_of_values_are_one_whatever_their_length() {
    gives(
        "SELECT 1 FROM t WHERE a IN (1, 2,3)",
        "SELECT ? FROM t WHERE a IN (?)",
    );
    gives(
        "SELECT 1 FROM t WHERE a NOT IN ('x')",
        "SELECT ? FROM t WHERE a NOT IN (?)",
    );
    let insert = "INSERT INTO t (a, b) VALUES (?)";
    gives("insert into t (a,b) values (1,NULL)", insert);
    gives(
        "insert into t (a,b) values (1,'x'),(2,-3) , (DEFAULT,?)",
        insert,
    );
    gives(
        "insert into t values (1,NOW()),(2,NOW()) on duplicate key update a=1",
        "INSERT INTO t VALUES (?, NOW()) ON DUPLICATE KEY UPDATE a = ?",
    );
    gives("insert into t value (1, 2)", "INSERT INTO t value (?)");
}

#[test]
fn a_sub_query_is_not_a_list() {
    gives(
        "select a from t where b in (select c from u where d in (1,2))",
        "SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE d IN (?, ?))",
    );
}

#[test]
fn calls_stick_to_their_parenthesis_and_arithmetic_keeps_its_signs() {
    gives(
        "select count(*), max( a ) from t",
        "SELECT count(*), max(a) FROM t",
    );
    gives(
        "select a - 1, a-b, -a from t",
        "SELECT a - ?, a - b, -a FROM t",
    );
    gives(
        "update t set n=n+1 where x is null",
        "UPDATE t SET n = n + ? WHERE x IS NULL",
    );
    gives("select (1)-1", "SELECT (?) - ?");
}

#[test]
fn names_keep_their_backticks_only_when_they_need_them() {
    gives(
        "select `a b`, `select`, t.`c` from `t`",
        "SELECT `a b`, `select`, t.c FROM t",
    );
}

#[test]
fn conditional_comments_are_sql_and_variables_are_names() {
    gives("/*!40101 SET NAMES utf8 */", "SET NAMES utf8");
    gives("set @a := 5, @@session.x=1", "SET @a := ?, @@session.x = ?");
}

#[test]
fn statements_sent_together_are_parted_by_semicolons() {
    gives("select 1; select 2;", "SELECT ?; SELECT ?");
    gives("begin", "BEGIN");
    gives("", "");
}

#[test]
fn a_long_digest_is_cut_and_says_so() {
    let sql = format!("select {} from t", "abcdefgh, ".repeat(500));
    let text = digest(sql.as_bytes());
    assert!(
        text.ends_with("...") && text.len() <= LONGEST_DIGEST,
        "{}",
        text.len()
    );
}

#[test]
fn a_very_long_insert_costs_its_first_row_only() {
    let rows = vec!["(1, 'some text', NULL)"; 5_000].join(", ");
    gives(
        &format!("INSERT INTO t VALUES {rows}"),
        "INSERT INTO t VALUES (?)",
    );
}

proptest! {
    #[test]
    fn a_digest_is_bounded_for_any_bytes(sql in prop::collection::vec(any::<u8>(), 0..3000)) {
        // Replacement characters are three bytes for one.
        prop_assert!(digest(&sql).len() <= 3 * LONGEST_DIGEST);
    }

    #[test]
    fn the_digest_of_a_digest_is_itself(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "select", "a", "`b c`", "7", "'x'", "(", ")", ",", "-", "=", "in", "values", "null", ".", "@v", "?", "count",
            ]),
            0..20,
        ),
    ) {
        let once = digest(words.join(" ").as_bytes());
        let twice = digest(once.as_bytes());
        prop_assert_eq!(digest(twice.as_bytes()), twice);
    }
}
