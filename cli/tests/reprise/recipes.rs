//! The recipes of docs/proxy.md for tests in Python and in Rust, as they are printed there: a deadlock that is tried again,
//! before a real MariaDB.

mod guard;

use std::net::SocketAddr;
use std::process::Command;

use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::mysql::Client;
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};
use serde_json::{Value, json};

use crate::support::running::Running;
use crate::support::{Desk, standing_proxy};
use guard::Fault;

const HANDBOOK: &str = include_str!("../../../docs/proxy.md");

/// Where the handbook has its proxies controlled.
const PRINTED: &str = "127.0.0.1:8474";

const DEADLOCK: &str = "100:error(code=1213) first 1 of all for mysql UPDATE";

/// What stands behind the first ```LANGUAGE that holds this, up to its end.
fn printed(language: &str, with: &str) -> String {
    let begins = format!("```{language}\n");
    let mut blocks = HANDBOOK.split(&begins).skip(1);
    let block = blocks.find_map(|rest| {
        rest.split("```")
            .next()
            .filter(|block| block.contains(with))
    });
    block.expect("the handbook has this recipe").to_owned()
}

/// A proxy before a database with coffee pots.
struct Stage {
    desk: Desk,
    running: Running,
    listens: SocketAddr,
    control: String,
    server: Mariadb,
}

impl Stage {
    fn set() -> Self {
        let server = mariadb::start().unwrap();
        let desk = Desk::new();
        let to = format!("mysql://{}", server.addr());
        let (running, listens, control) = standing_proxy::controlled(&desk, &to);
        let stage = Self {
            desk,
            running,
            listens: listens.parse().unwrap(),
            control,
            server,
        };
        let mut direct = client(stage.server.addr());
        direct.query("CREATE TABLE pot (stock INT)").unwrap();
        direct.query("INSERT INTO pot VALUES (10)").unwrap();
        stage
    }

    fn stock(&self) -> i64 {
        let mut direct = client(self.server.addr());
        let reply = direct.query("SELECT stock FROM pot").unwrap();
        reply.rows[0].integer(0)
    }

    /// Nothing is left of the faults.
    fn end(self) {
        let all = self
            .desk
            .answer(&["proxy", "list", "--control", &self.control]);
        assert_eq!(all["faults"], json!([]));
        self.running.signal("-INT");
        assert_eq!(self.running.end().0, Some(0));
    }
}

fn client(address: SocketAddr) -> Client {
    Client::connect(address, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE).unwrap()
}

/// Tries again once after a deadlock, as a shop should.
fn buy_a_coffee_pot(address: SocketAddr) {
    let mut client = client(address);
    let mut buy = || client.query("UPDATE pot SET stock = stock - 1");
    let bought = match buy() {
        Err(error) if error.code() == Some(1213) => buy(),
        bought => bought,
    };
    bought.unwrap();
}

#[test]
fn the_recipe_for_python_runs_as_it_is_printed() {
    let stage = Stage::set();
    let recipe = printed("python", "def fault(").replace(PRINTED, &stage.control);
    assert!(recipe.contains(DEADLOCK));
    let shop = format!(
        "import pymysql\n\
         def buy_a_coffee_pot():\n    \
             shop = pymysql.connect(host='127.0.0.1', port={}, user='{MYSQL_USER}', password='{MYSQL_PASSWORD}',\n        \
                 database='{MYSQL_DATABASE}', ssl_disabled=True, autocommit=True)\n    \
             try:\n        shop.cursor().execute('UPDATE pot SET stock = stock - 1')\n    \
             except pymysql.err.OperationalError as error:\n        assert error.args[0] == 1213, error\n        \
                 shop.cursor().execute('UPDATE pot SET stock = stock - 1')\n\n",
        stage.listens.port()
    );
    stage.desk.write("recipe.py", (shop + &recipe).as_bytes());
    // Debian's, which has Debian's PyMySQL
    let output = Command::new("/usr/bin/python3")
        .arg(stage.desk.path("recipe.py"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(stage.stock(), 9);
    stage.end();
}

#[test]
fn the_recipe_for_rust_runs_as_it_is_printed() {
    let (_, own) = include_str!("recipes/guard.rs").split_once("\n\n").unwrap();
    assert!(printed("rust", "struct Fault").starts_with(own.trim_end()));
    let stage = Stage::set();
    let deadlock = Fault::new(&stage.control, "proxy", DEADLOCK).unwrap();
    buy_a_coffee_pot(stage.listens);
    assert_eq!(deadlock.injected().unwrap(), 1);
    drop(deadlock);
    assert_eq!(stage.stock(), 9);
    // a test that fails in its middle leaves nothing behind
    let control = stage.control.clone();
    let failed = std::panic::catch_unwind(move || {
        let _fault = Fault::new(&control, "proxy", "100:hang").unwrap();
        panic!("as a test that fails does");
    });
    assert!(failed.is_err());
    let refused = Fault::new(&stage.control, "proxy", "100:hung")
        .err()
        .unwrap();
    assert!(
        refused.to_string().contains("no fault named `hung`"),
        "{refused}"
    );
    assert_eq!(Value::from(stage.stock()), 9);
    stage.end();
}
