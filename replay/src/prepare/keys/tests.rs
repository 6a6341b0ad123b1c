//! Statements of an application, and the keys that they show.

use reprise_wire::mysql::{
    ColumnDefinition, ColumnType, CommandCode, OkPacket, Parameters, PrepareOk, Query, RowFormat,
    Status, write_result_set,
};

use super::*;

/// Feeds a learner.
#[derive(Default)]
struct Application {
    learner: KeyLearner,
    operations: Vec<String>,
}

impl Application {
    fn hear(&mut self, lane: u32, operation: &str, command: &[u8], reply: &[u8]) {
        let known = self.operations.iter().position(|one| one == operation);
        let number = known.unwrap_or_else(|| {
            self.operations.push(operation.to_owned());
            self.operations.len() - 1
        });
        self.learner.hear(Heard {
            operation: u32::try_from(number).unwrap(),
            lane,
            command,
            reply,
            dialect: &Dialect::UNKNOWN,
            is_sent: true,
        });
    }

    /// Says a text, answered with OK and this id.
    fn says(&mut self, lane: u32, sql: &str, id: u64) {
        let command = Command::Query(Query::plain(sql.as_bytes())).encode();
        let operation = reprise_wire::mysql::sql::digest(sql.as_bytes());
        self.hear(lane, &operation, &command, &packet(&ok(id)));
    }

    /// What was learned, and how many statements have values of each.
    fn learned(self, plan: &ShiftKeys) -> Vec<(String, u64)> {
        let learned = self.learner.finish(plan);
        let shown = learned.shifted.into_iter();
        shown.map(|one| (one.key, one.statements)).collect()
    }
}

fn ok(last_insert_id: u64) -> Vec<u8> {
    OkPacket {
        affected_rows: 1,
        last_insert_id,
        ..OkPacket::default()
    }
    .encode()
}

fn packet(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    [&length[..3], &[1], payload].concat()
}

fn keys(shown: &[(&str, u64)]) -> Vec<(String, u64)> {
    let shown = shown.iter();
    shown
        .map(|(key, count)| ((*key).to_owned(), *count))
        .collect()
}

#[test]
fn a_column_named_after_a_table_and_seen_with_the_id_it_gave_refers_to_it() {
    let mut application = Application::default();
    application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
    application.says(1, "INSERT INTO lines (order_id, n) VALUES (57, 1)", 900);
    application.says(1, "UPDATE orders SET state = 'paid' WHERE id = 57", 0);
    application.says(1, "SELECT * FROM lines WHERE order_id = 57", 0);
    // of no id that was given
    application.says(1, "SELECT * FROM lines WHERE item_id = 3", 0);
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[
            ("lines.id", 1),
            ("orders.id", 2),
            ("lines.order_id=orders.id", 2),
        ])
    );
}

#[test]
fn a_number_that_happens_to_be_an_id_makes_no_reference() {
    let mut application = Application::default();
    for id in 1..=20 {
        application.says(1, "INSERT INTO orders (state) VALUES ('new')", id);
        application.says(
            1,
            &format!("UPDATE item SET stock = {id} WHERE n = {id}"),
            0,
        );
    }
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("orders.id", 20)])
    );
}

#[test]
fn a_column_whose_name_says_less_has_to_be_seen_with_several_ids_of_one_table() {
    let seen = |times: u64| {
        let mut application = Application::default();
        for id in 1..=times {
            application.says(1, "INSERT INTO users (name) VALUES ('x')", 100 + id);
            let sql = format!("INSERT INTO posts (author_id) VALUES ({})", 100 + id);
            application.says(1, &sql, 7_000 + id);
        }
        application.learned(&ShiftKeys::auto())
    };
    assert_eq!(seen(2), keys(&[("posts.id", 2), ("users.id", 2)]));
    let all = [
        ("posts.id", 3),
        ("users.id", 3),
        ("posts.author_id=users.id", 3),
    ];
    assert_eq!(seen(3), keys(&all));
}

#[test]
fn a_column_named_after_a_table_that_gave_no_ids_refers_to_no_other() {
    let mut application = Application::default();
    for id in 1..=9 {
        application.says(1, "INSERT INTO address (street) VALUES ('x')", id);
        application.says(1, &format!("SELECT * FROM item WHERE id = {}", id + 100), 0);
        application.says(1, &format!("INSERT INTO line (item_id) VALUES ({id})"), 0);
    }
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("address.id", 9)])
    );
}

#[test]
fn another_lanes_ids_say_nothing() {
    let mut application = Application::default();
    application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
    application.says(2, "INSERT INTO lines (order_id) VALUES (57)", 0);
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("orders.id", 1)])
    );
}

#[test]
fn prepared_statements_show_keys_by_their_parameters() {
    let mut application = Application::default();
    application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
    let sql = "INSERT INTO lines (n, order_id) VALUES (?, ?)";
    let prepared = PrepareOk {
        statement_id: 4,
        columns: 0,
        parameters: 2,
        warnings: 0,
        metadata_follows: true,
    };
    let prepare = [&[CommandCode::StmtPrepare as u8][..], sql.as_bytes()].concat();
    let answer = packet(&prepared.encode(&Dialect::UNKNOWN));
    application.hear(1, &format!("PREPARE {sql}"), &prepare, &answer);
    let values = vec![
        reprise_wire::mysql::Value::Int(1),
        reprise_wire::mysql::Value::Int(57),
    ];
    let parameters = Parameters::of(values).encode();
    let execute = Command::StmtExecute(reprise_wire::mysql::Execute {
        statement_id: 4,
        flags: 0,
        iterations: 1,
        parameters: &parameters,
    });
    application.hear(1, sql, &execute.encode(), &packet(&ok(0)));
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("orders.id", 1), ("lines.order_id=orders.id", 1)])
    );
}

#[test]
fn the_definitions_of_a_result_name_the_key() {
    let mut application = Application::default();
    application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
    let column = ColumnDefinition {
        org_table: b"orders".to_vec(),
        org_name: b"number".to_vec(),
        flags: AUTO_INCREMENT_FLAG,
        ..ColumnDefinition::new(b"n", ColumnType::LONG)
    };
    let (mut reply, mut sequence) = (Vec::new(), 1);
    write_result_set(
        &mut reply,
        &mut sequence,
        &Dialect::UNKNOWN,
        RowFormat::Text,
        &[column],
        &[],
        Status::AUTOCOMMIT,
    );
    let sql = "SELECT number AS n FROM orders";
    let command = Command::Query(Query::plain(sql.as_bytes())).encode();
    application.hear(1, sql, &command, &reply);
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("orders.number", 1)])
    );
}

#[test]
fn what_insert_returning_tells_was_given_too() {
    let mut application = Application::default();
    let column = ColumnDefinition {
        org_table: b"orders".to_vec(),
        org_name: b"number".to_vec(),
        flags: AUTO_INCREMENT_FLAG,
        ..ColumnDefinition::new(b"number", ColumnType::LONG)
    };
    let (mut reply, mut sequence) = (Vec::new(), 1);
    write_result_set(
        &mut reply,
        &mut sequence,
        &Dialect::UNKNOWN,
        RowFormat::Text,
        &[column],
        &[vec![reprise_wire::mysql::Value::Int(57)]],
        Status::AUTOCOMMIT,
    );
    let sql = "INSERT INTO orders (state) VALUES ('new') RETURNING number";
    let command = Command::Query(Query::plain(sql.as_bytes())).encode();
    application.hear(1, sql, &command, &reply);
    application.says(1, "SELECT * FROM lines WHERE order_id = 57", 0);
    assert_eq!(
        application.learned(&ShiftKeys::auto()),
        keys(&[("orders.number", 1), ("lines.order_id=orders.number", 1),])
    );
}

#[test]
fn what_the_plan_names_is_counted_and_nothing_is_learned_unless_it_is_looked_for() {
    let said = || {
        let mut application = Application::default();
        application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
        application.says(1, "UPDATE item SET n = 1 WHERE id = 3", 0);
        application
    };
    let mut plan = ShiftKeys::default();
    plan.add("item.id=100").unwrap();
    assert_eq!(said().learned(&plan), keys(&[("item.id=100", 1)]));
    plan.add("auto").unwrap();
    let all = [("item.id=100", 1), ("orders.id", 1)];
    assert_eq!(said().learned(&plan), keys(&all));
}

#[test]
fn a_column_that_no_statement_has_values_of_is_told_with_those_there_are() {
    let mut application = Application::default();
    application.says(1, "INSERT INTO orders (state) VALUES ('new')", 57);
    application.says(1, "UPDATE item SET n = 1 WHERE id = 3", 0);
    application.says(1, "INSERT INTO log VALUES (1, 'x')", 0);
    let mut plan = ShiftKeys::default();
    let named = [
        "orders.id",
        "orders.ident",
        "item.ID",
        "item.sku=text",
        "log.id",
        "lines.order_id=orders.id",
    ];
    for key in named {
        plan.add(key).unwrap();
    }
    let unmet = application.learner.finish(&plan).unmet;
    let none = "no statement that is sent has values of it";
    let expected = [
        format!("--shift-keys 'orders.ident': {none}; of orders they have state"),
        format!("--shift-keys 'item.sku=text': {none}; of item they have id, n"),
        format!("--shift-keys 'lines.order_id=orders.id': {none}; their tables are item, orders"),
    ];
    assert_eq!(unmet, expected);
    // a run keeps what it found with its plan, for the next
    let mut kept = plan.clone();
    kept.columns.iter_mut().for_each(|key| key.found = true);
    assert!(
        Application::default()
            .learner
            .finish(&kept)
            .unmet
            .is_empty()
    );
    let nothing = Application::default().learner.finish(&plan).unmet;
    assert!(
        nothing[0].ends_with("of it, and none has values of a column"),
        "{nothing:?}"
    );
}
