//! The `mysql` crate: prepared and text statements, compression.

use mysql::prelude::Queryable;
use mysql::{Compression, Conn, LocalInfileHandler, OptsBuilder, Params, Value, params};

use crate::bench::{Bench, FILE};

pub(crate) fn run(bench: &Bench, compression: Option<Compression>) {
    let [port, user, password, database, _] = &bench.arguments()[..] else {
        panic!("the bench has a server")
    };
    let options = OptsBuilder::new()
        .ip_or_hostname(Some("127.0.0.1"))
        .tcp_port(port.parse().unwrap())
        .prefer_socket(false)
        .user(Some(user))
        .pass(Some(password))
        .db_name(Some(database))
        .compress(compression)
        .local_infile_handler(Some(LocalInfileHandler::new(|_, writer| {
            std::io::Write::write_all(writer, FILE.as_bytes())
        })));
    let mut conn = Conn::new(options).unwrap();
    conn.query_drop("CREATE TEMPORARY TABLE held (id INT PRIMARY KEY, name TEXT, price DECIMAL(9,2), made DATETIME(6), spent TIME(3), picture LONGBLOB)")
        .unwrap();
    let insert = conn
        .prep("INSERT INTO held (id, name, price, made, spent, picture) VALUES (?, ?, ?, ?, ?, ?)")
        .unwrap();
    let made = Value::Date(2024, 2, 29, 12, 30, 1, 250_000);
    let spent = Value::Time(true, 1, 2, 3, 4, 0);
    for (id, picture) in [(1_u64, Value::NULL), (2, Value::Bytes((0..=255).collect()))] {
        let name = Value::from("l'été");
        let row = vec![
            Value::from(id),
            name,
            12.5.into(),
            made.clone(),
            spent.clone(),
            picture,
        ];
        conn.exec_drop(&insert, Params::Positional(row)).unwrap();
    }
    let big = Value::Bytes(b"\x00\xff'".repeat(900_000));
    let row = vec![
        3.into(),
        Value::NULL,
        Value::NULL,
        Value::NULL,
        Value::NULL,
        big,
    ];
    conn.exec_drop(&insert, Params::Positional(row)).unwrap();
    let twice = vec![Value::from(1); 6];
    assert!(conn.exec_drop(&insert, Params::Positional(twice)).is_err());
    conn.close(insert).unwrap();
    let named = "SELECT id, name, price, made, spent, LENGTH(picture) FROM held WHERE id >= :least";
    let rows: Vec<mysql::Row> = conn.exec(named, params! { "least" => 1 }).unwrap();
    assert_eq!(rows.len(), 3);
    let many: Vec<(u64, String)> = conn
        .query("SELECT seq, REPEAT('w', 120) FROM seq_1_to_1200")
        .unwrap();
    assert_eq!(many.len(), 1200);
    let mut transaction = conn.start_transaction(mysql::TxOpts::default()).unwrap();
    let _ = transaction.query_drop("SELECT * FROM nowhere");
    transaction.rollback().unwrap();
    conn.query_drop("LOAD DATA LOCAL INFILE 'anything' IGNORE INTO TABLE held (name)")
        .unwrap();
    let mut results = conn.query_iter("SELECT 1; SELECT 2, NULL; DO 0").unwrap();
    while let Some(result) = results.iter() {
        result.for_each(drop);
    }
    drop(results);
    conn.ping().unwrap();
    conn.reset().unwrap();
    conn.change_user(mysql::ChangeUserOpts::default()).unwrap();
    conn.query_drop("SELECT CONNECTION_ID()").unwrap();
}
