//! Copies that insert rows of their own.

use mysql::prelude::Queryable;
use reprise_replay::ShiftKeys;

use crate::bench::Bench;
use crate::relay::Beginning;

/// A lane that inserts rows under its own keys and under the server's, as text and as parameters, changes
/// and deletes some of them, and reads one that was there before.
fn recorded(database: &str) -> Bench {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, state VARCHAR(20))")
        .unwrap();
    conn.query_drop(
        "CREATE TABLE line (n INT, order_id INT, PRIMARY KEY (order_id, n), \
         FOREIGN KEY (order_id) REFERENCES orders (id))",
    )
    .unwrap();
    conn.query_drop("INSERT INTO orders VALUES (1, 'there before')")
        .unwrap();
    let from = bench.relay.now();
    // the highest first: what the server numbers in another copy never comes between
    conn.exec_drop("INSERT INTO orders (id, state) VALUES (?, ?)", (12, "new"))
        .unwrap();
    conn.query_drop("INSERT INTO orders (state, id) VALUES ('new', 10), ('new', 11)")
        .unwrap();
    conn.query_drop("INSERT INTO line VALUES (1, 10), (2, 10)")
        .unwrap();
    conn.exec_drop("UPDATE orders SET state = 'paid' WHERE id = ?", (12,))
        .unwrap();
    conn.query_drop("DELETE FROM orders WHERE id = 11").unwrap();
    conn.query_drop("INSERT INTO orders (state) VALUES ('numbered')")
        .unwrap();
    let id = conn.last_insert_id();
    conn.exec_drop("INSERT INTO line (order_id, n) VALUES (?, ?)", (id, 1))
        .unwrap();
    conn.query_drop(format!(
        "SELECT o.state, l.n FROM orders o JOIN line l ON l.order_id = o.id WHERE o.id = {id}"
    ))
    .unwrap();
    conn.query_drop("SELECT id, state FROM orders WHERE id IN (1, 10)")
        .unwrap();
    let mut direct = bench.direct();
    for sql in ["DELETE FROM line", "DELETE FROM orders WHERE id > 1"] {
        direct.query_drop(format!("USE {database}")).unwrap();
        direct.query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

fn keys(listed: &[&str]) -> ShiftKeys {
    let mut keys = ShiftKeys::default();
    for key in listed {
        keys.add(key).unwrap();
    }
    keys
}

#[test]
fn ten_copies_insert_change_and_delete_rows_of_their_own() {
    let bench = recorded("shift_keys");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 10.0;
        plan.shift_keys = keys(&["orders.id=1000", "line.order_id=orders.id"]);
        for key in &mut plan.shift_keys.columns {
            key.position = Some(if key.table == "line" { 2 } else { 1 });
        }
    });
    played.assert_all_ok();
    // of each copy 10, 12 and the one the server numbered; 11 is deleted; 1 is everybody's
    assert_eq!(bench.value("SELECT COUNT(*) FROM orders"), "31");
    let of = |what: &str| bench.value(&format!("SELECT COUNT(*) FROM orders WHERE {what}"));
    assert_eq!(of("state = 'paid' AND id % 1000 = 12"), "10");
    assert_eq!(of("state = 'new' AND id % 1000 = 10"), "10");
    assert_eq!(of("state = 'numbered'"), "10");
    let lines = "SELECT COUNT(*) FROM line JOIN orders o ON o.id = order_id WHERE o.state";
    assert_eq!(bench.value(&format!("{lines} = 'new'")), "20");
    assert_eq!(bench.value(&format!("{lines} = 'numbered'")), "10");
}

#[test]
fn the_target_tells_its_keys() {
    let bench = recorded("shift_auto");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 3.0;
        plan.shift_keys = keys(&["auto"]);
    });
    played.assert_all_ok();
    let shifted = ["orders.id=1000000", "line.order_id=orders.id"];
    assert_eq!(bench.shifted(), shifted);
    assert_eq!(bench.value("SELECT COUNT(*) FROM orders"), "10");
    assert_eq!(bench.value("SELECT COUNT(*) FROM line"), "9");
}

#[test]
fn rows_that_two_lanes_insert_are_named_by_the_numbers_they_got_this_time() {
    let bench = Bench::new("shift_lanes");
    let (mut one, mut other) = (bench.connect(), bench.connect());
    one.query_drop("CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20))")
        .unwrap();
    let from = bench.relay.now();
    for (conn, name) in [(&mut one, "one"), (&mut other, "other")] {
        let id: u64 = conn
            .query_first(format!(
                "INSERT INTO item (name) VALUES ('{name}') RETURNING id, name"
            ))
            .unwrap()
            .map(|(id, _): (u64, String)| id)
            .unwrap();
        conn.query_drop(format!(
            "UPDATE item SET name = 'last {name}' WHERE id = {id}"
        ))
        .unwrap();
        conn.query_drop(format!("SELECT id, name FROM item WHERE id = {id}"))
            .unwrap();
    }
    // the target numbers otherwise
    let mut direct = bench.direct();
    direct.query_drop("TRUNCATE shift_lanes.item").unwrap();
    direct
        .query_drop("ALTER TABLE shift_lanes.item AUTO_INCREMENT = 50")
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
        .play_with(|plan| plan.shift_keys = keys(&["item.id"]))
        .assert_all_ok();
    let names = "SELECT GROUP_CONCAT(name ORDER BY name) FROM item";
    assert_eq!(bench.value(names), "last one,last other");
}

/// What a mapper of objects does: makes a row, takes its number, makes another that refers to it, reads and changes
/// both; as text and prepared. The schema says nothing of references.
fn mapped(database: &str) -> Bench {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    for sql in [
        "CREATE TABLE author (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) UNIQUE)",
        "CREATE TABLE book (id INT PRIMARY KEY AUTO_INCREMENT, author_id INT, \
         title VARCHAR(20), UNIQUE (author_id, title))",
        "INSERT INTO author (name) VALUES ('there before')",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let from = bench.relay.now();
    let prepared = conn
        .prep("UPDATE book SET title = ? WHERE id = ? AND author_id = ?")
        .unwrap();
    for _ in 0..4 {
        conn.query_drop("START TRANSACTION").unwrap();
        conn.query_drop("INSERT INTO author (name) VALUES (NULL)")
            .unwrap();
        let author = conn.last_insert_id();
        conn.exec_drop(
            "INSERT INTO book (author_id, title) VALUES (?, 'first')",
            (author,),
        )
        .unwrap();
        let book = conn.last_insert_id();
        conn.query_drop(format!(
            "INSERT INTO book (title, author_id) VALUES ('second', {author}), ('third', {author})"
        ))
        .unwrap();
        conn.query_drop("COMMIT").unwrap();
        conn.query_drop(format!(
            "SELECT title FROM book WHERE author_id = {author} ORDER BY title"
        ))
        .unwrap();
        conn.exec_drop(&prepared, ("changed", book, author))
            .unwrap();
        conn.query_drop(format!("SELECT id, title FROM book WHERE id = {book}"))
            .unwrap();
    }
    conn.query_drop("SELECT name FROM author WHERE id = 1")
        .unwrap();
    let mut direct = bench.direct();
    direct.query_drop(format!("USE {database}")).unwrap();
    for sql in ["TRUNCATE book", "DELETE FROM author WHERE id > 1"] {
        direct.query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

#[test]
fn ten_copies_of_what_an_object_mapper_said_are_right_by_themselves() {
    let bench = mapped("shift_mapped");
    bench
        .play_with(|plan| plan.rate.copies = 10.0)
        .assert_all_ok();
    // the schema knows no references: the recording does
    assert_eq!(
        bench.shifted(),
        [
            "author.id=1000000",
            "author.name=text",
            "book.id=1000000",
            "book.author_id=author.id"
        ]
    );
    let books = |what: &str| bench.value(&format!("SELECT COUNT(*) FROM book WHERE {what}"));
    assert_eq!(books("title = 'changed'"), "40");
    assert_eq!(books("title = 'first'"), "0");
    let three =
        "SELECT COUNT(*) FROM (SELECT author_id FROM book GROUP BY 1 HAVING COUNT(*) = 3) b";
    assert_eq!(bench.value(three), "40");
}

#[test]
fn nothing_is_shifted_when_the_plan_says_so() {
    let bench = mapped("shift_none");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 3.0;
        plan.shift_keys = keys(&["auto", "none"]);
    });
    assert!(bench.shifted().is_empty());
    let twice = played.samples.iter().filter(|one| one.2 == 1062);
    assert!(twice.count() > 0, "{played:?}");
}

#[test]
fn rows_that_are_deleted_and_inserted_again_under_their_keys_stay_those_rows() {
    let bench = Bench::new("shift_again");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, n INT)")
        .unwrap();
    conn.query_drop("INSERT INTO item VALUES (1, 1), (2, 2), (3, 3)")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("BEGIN").unwrap();
    conn.query_drop("DELETE FROM item WHERE id = 2").unwrap();
    conn.exec_drop("INSERT INTO item (id, n) VALUES (?, ?)", (2, 7))
        .unwrap();
    conn.query_drop("COMMIT").unwrap();
    conn.query_drop("INSERT INTO item (id, n) VALUES (3, 1) ON DUPLICATE KEY UPDATE n = n + 1")
        .unwrap();
    conn.query_drop("SELECT id FROM item WHERE id BETWEEN 1 AND 3 ORDER BY id")
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| plan.rate.copies = 5.0);
    played.assert_all_ok();
    assert_eq!(bench.shifted(), ["item.id=1000000"]);
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "3");
    assert_eq!(bench.value("SELECT n FROM item WHERE id = 3"), "9");
}

#[test]
fn rows_under_texts_are_the_copys_own_wherever_they_are_named() {
    let bench = Bench::new("shift_texts");
    let mut conn = bench.connect();
    for sql in [
        "CREATE TABLE session (id VARCHAR(40) PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE cart (session_id VARCHAR(40), item INT, PRIMARY KEY (session_id, item))",
        "INSERT INTO session VALUES ('00a1b2c3d4e5f60718293a4b5c6d7e8f', 'there before')",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let from = bench.relay.now();
    let id = "9f86d081884c7d659a2feaa0c55ad015";
    conn.exec_drop(
        "INSERT INTO session (id, name) VALUES (?, ?)",
        (id, "guest"),
    )
    .unwrap();
    conn.query_drop(format!("INSERT INTO cart VALUES ('{id}', 7)"))
        .unwrap();
    conn.exec_drop("UPDATE session SET name = 'ann' WHERE id = ?", (id,))
        .unwrap();
    conn.query_drop(format!(
        "SELECT s.id, c.item FROM session s JOIN cart c ON c.session_id = s.id WHERE s.id = '{id}'"
    ))
    .unwrap();
    conn.query_drop("SELECT name FROM session WHERE id = '00a1b2c3d4e5f60718293a4b5c6d7e8f'")
        .unwrap();
    let mut direct = bench.direct();
    direct.query_drop("USE shift_texts").unwrap();
    for sql in ["DELETE FROM cart", "DELETE FROM session WHERE name = 'ann'"] {
        direct.query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| plan.rate.copies = 10.0);
    played.assert_all_ok();
    assert_eq!(bench.shifted(), ["session.id=text"]);
    let joined = "SELECT COUNT(*) FROM session s JOIN cart c ON c.session_id = s.id";
    let named = format!("{joined} WHERE s.name = 'ann'");
    assert_eq!(bench.value(&named), "10");
    assert_eq!(
        bench.value(&format!("{named} AND s.id = '{id}'")),
        "1",
        "the first copy's is as recorded"
    );
}

/// An id as an object mapper makes it, in the forms it is sent in.
struct Id([u8; 16]);

impl Id {
    fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn uuid(&self) -> String {
        let hex = self.hex().to_lowercase();
        let parts = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        parts.join("-")
    }

    /// As it stands in quotes, with what needs it escaped.
    fn escaped(&self) -> String {
        let escaped = self.0.iter().map(|byte| match byte {
            0 => "\\0".to_owned(),
            b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
            other => char::from(*other).to_string(),
        });
        escaped.collect()
    }
}

const IDS: [Id; 4] = [
    Id(*b"\x3f\x2b\x8c\x1e\x9d\x4a\x4f\x6b\x8e\x2d\x7a\x1c\x5b\x9f\x0e\x3d"),
    // such as a text of the client's can hold
    Id(*b"\x00\x27\x0c\x5c\x0a\x4a\x4f\x22\x0e\x2d\x00\x1c\x5b\x1f\x0e\x7f"),
    Id(*b"\x91\xd3\x8c\x1e\x11\x4a\x41\x6b\x8e\x2d\x7a\x27\x5b\x80\x0e\x01"),
    Id(*b"\xc1\xd3\x07\x1e\x11\x9a\x41\x6b\x8a\x2d\x7a\x27\xeb\x80\x0e\x44"),
];

#[test]
fn ids_that_are_bytes_are_the_copys_own_however_they_are_written() {
    let bench = Bench::new("shift_bytes");
    let mut conn = bench.connect();
    for sql in [
        "CREATE TABLE guest (id BINARY(16) PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE visit (guest_id BINARY(16), day INT, PRIMARY KEY (guest_id, day))",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let from = bench.relay.now();
    let [parameter, raw, digits, made] = IDS;
    conn.exec_drop(
        "INSERT INTO guest (id, name) VALUES (?, ?)",
        (&parameter.0[..], "parameter"),
    )
    .unwrap();
    conn.query_drop(format!(
        "INSERT INTO guest VALUES (_binary'{}', 'raw')",
        raw.escaped()
    ))
    .unwrap();
    conn.query_drop(format!(
        "INSERT INTO guest (name, id) VALUES ('digits', x'{}')",
        digits.hex()
    ))
    .unwrap();
    conn.exec_drop(
        "INSERT INTO guest (id, name) VALUES (UNHEX(REPLACE(?, '-', '')), ?)",
        (made.uuid(), "made"),
    )
    .unwrap();
    for id in &[&parameter, &raw, &digits, &made] {
        // each in another form than it was inserted in
        conn.query_drop(format!("INSERT INTO visit VALUES (0x{}, 7)", id.hex()))
            .unwrap();
        conn.exec_drop(
            "UPDATE guest SET name = UPPER(name) WHERE id = ?",
            (&id.0[..],),
        )
        .unwrap();
        let joined = format!(
            "SELECT g.id, HEX(g.id), g.name, v.day FROM guest g JOIN visit v ON v.guest_id = g.id \
             WHERE g.id = UNHEX('{}')",
            id.hex().to_lowercase()
        );
        conn.query_drop(&joined).unwrap();
        conn.exec_drop(&joined, ()).unwrap();
    }
    let mut direct = bench.direct();
    direct.query_drop("USE shift_bytes").unwrap();
    for sql in ["DELETE FROM visit", "DELETE FROM guest"] {
        direct.query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| plan.rate.copies = 10.0);
    played.assert_all_ok();
    assert_eq!(bench.shifted(), ["guest.id=bytes"]);
    let joined = "SELECT COUNT(*) FROM guest g JOIN visit v ON v.guest_id = g.id";
    assert_eq!(bench.value(joined), "40");
    for (id, name) in [
        (parameter, "PARAMETER"),
        (raw, "RAW"),
        (digits, "DIGITS"),
        (made, "MADE"),
    ] {
        let named = bench.value(&format!(
            "SELECT COUNT(*) FROM guest WHERE BINARY name = '{name}'"
        ));
        let recorded = format!("SELECT COUNT(*) FROM guest WHERE id = x'{}'", id.hex());
        assert_eq!(
            (named.as_str(), bench.value(&recorded).as_str()),
            ("10", "1")
        );
    }
}
