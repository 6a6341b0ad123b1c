//! One recording at all kinds of rates, against the shop on its embedded database, the shop on MariaDB, and MariaDB
//! itself: everything planned is accounted for, and a higher rate sends more.

use reprise_fixtures::shop::mysql_url;

use crate::support::{
    Desk, RECORDING, conserved, number, password_secret, shop, shop_on_mariadb, url,
};

/// As recorded first; of the others each sends more.
const RATES: [(&str, &[&str]); 5] = [
    ("once", &["--duration", "2s"]),
    ("five-copies", &["--copies", "5", "--duration", "2s"]),
    ("five-fast", &["--speed", "5", "--duration", "2s"]),
    ("ten", &["--rate", "10x", "--duration", "2s"]),
    ("ramp", &["--stages", "1x:500ms,1x..10x:2s"]),
];

/// Replays at every rate to where `flags` lead.
fn holds_at_every_rate(flags: &[&str]) {
    let desk = Desk::with_recording();
    let mut once = 0;
    for (name, rate) in RATES {
        let replay = ["replay", RECORDING, "--run", name];
        let run = desk.answer(&[&replay[..], flags, rate].concat());
        conserved(&run);
        assert_eq!(run["run"]["state"], "complete", "{run}");
        assert_eq!(number(&run, "/outcomes/unfinished"), 0, "{run}");
        let sent = number(&run, "/sent");
        if name == "once" {
            once = sent;
        } else {
            assert!(sent > 2 * once, "{name}: {sent} and once {once}");
        }
        assert_eq!(desk.answer(&["report", name]), run);
    }
    assert!(once > 0);
}

#[test]
fn http_to_the_shop_on_its_embedded_database() {
    let shop = shop();
    holds_at_every_rate(&["--http", &url(&shop), "--secret", &password_secret()]);
}

#[test]
fn http_to_the_shop_on_mariadb() {
    let (_server, shop) = shop_on_mariadb();
    holds_at_every_rate(&["--http", &url(&shop), "--secret", &password_secret()]);
}

#[test]
fn mysql_to_mariadb_itself() {
    let (server, _shop) = shop_on_mariadb();
    holds_at_every_rate(&["--mysql", &mysql_url(server.addr())]);
}
