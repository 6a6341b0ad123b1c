//! Logging in: every kind of user, TLS, compression, one user for another.

use mysql::prelude::Queryable;
use mysql::{Compression, Conn};
use reprise_fixtures::shop::MYSQL_PASSWORD;
use reprise_measure::Outcome;
use reprise_replay::{MysqlTls, MysqlUser, Plan};

use crate::bench::{Bench, Played};
use crate::certificates;
use crate::relay::Beginning;

/// A bench with a recording that notes who is logged in, how its packets travel and in what cipher.
fn recorded(database: &str, compression: Option<Compression>) -> Bench {
    let bench = Bench::new(database);
    let mut conn = Conn::new(bench.recorded().compress(compression)).unwrap();
    conn.query_drop("CREATE TABLE note (who TEXT, packed TEXT, cipher TEXT, text LONGTEXT)")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop(
        "INSERT INTO note SELECT USER(), \
         (SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'COMPRESSION'), \
         (SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'), \
         REPEAT('long ', 100000)",
    )
    .unwrap();
    let statement = conn.prep("SELECT text FROM note WHERE who <> ?").unwrap();
    for who in ["nobody", "somebody"] {
        let texts: Vec<String> = conn.exec(&statement, (who,)).unwrap();
        assert_eq!(texts[0].len(), 500_000);
    }
    conn.query_drop(format!("SELECT '{}'", "long ".repeat(50_000)))
        .unwrap();
    bench
        .direct()
        .query_drop(format!("DELETE FROM {database}.note"))
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

/// Plays it, and says who, packed how and in what cipher.
fn played(bench: &Bench, change: impl FnOnce(&mut Plan)) -> (Played, String, String, String) {
    let played = bench.play_with(change);
    played.assert_all_ok();
    let told = |column: &str| bench.value(&format!("SELECT {column} FROM note"));
    let (who, packed, cipher) = (told("who"), told("packed"), told("cipher"));
    (played, who, packed, cipher)
}

fn stand_in(plan: &mut Plan, user: &str) {
    let recorded = reprise_fixtures::shop::MYSQL_USER.to_owned();
    plan.mysql.as_mut().unwrap().users = vec![MysqlUser {
        recorded,
        user: user.to_owned(),
    }];
}

#[test]
fn a_user_of_mariadbs_ed25519_plugin_stands_for_the_recorded_one() {
    let bench = recorded("logs_in_ed25519", None);
    let mut direct = bench.direct();
    direct
        .query_drop(format!(
            "CREATE OR REPLACE USER signer IDENTIFIED VIA ed25519 USING PASSWORD('{MYSQL_PASSWORD}')"
        ))
        .unwrap();
    direct.query_drop("GRANT ALL ON *.* TO signer").unwrap();
    let (_, who, packed, cipher) = played(&bench, |plan| stand_in(plan, "signer"));
    assert_eq!(who, "signer@127.0.0.1");
    assert_eq!((packed.as_str(), cipher.as_str()), ("OFF", ""));
}

#[test]
fn packets_travel_compressed_when_the_recorded_ones_did() {
    let bench = recorded("logs_in_packed", Some(Compression::default()));
    let (played, _, packed, _) = played(&bench, |_| {});
    assert_eq!(packed, "ON");
    assert!(played.warnings.is_empty(), "{played:?}");
}

#[test]
fn tls_is_spoken_with_whom_it_is_asked_for() {
    let bench = recorded("logs_in_tls", Some(Compression::default()));
    let (_, _, packed, cipher) = played(&bench, |plan| {
        plan.mysql.as_mut().unwrap().tls = MysqlTls::Required;
    });
    assert_eq!(packed, "ON");
    assert!(cipher.starts_with("TLS_"), "{cipher}");
}

#[test]
fn a_certificate_for_another_name_is_enough_for_verify_ca_and_not_for_verify_identity() {
    for (tls, trusted, let_in) in [
        (MysqlTls::VerifyCa, true, true),
        (MysqlTls::VerifyIdentity, true, false),
        (MysqlTls::VerifyCa, false, false),
    ] {
        let bench = recorded("logs_in_verified", None);
        // the server's own certificate signs nothing, not even itself
        let ca = if trusted { "ca.pem" } else { "server.pem" };
        let played = bench.play_with(|plan| {
            let route = plan.mysql.as_mut().unwrap();
            (route.tls, route.ca) = (tls, Some(certificates::file(ca)));
        });
        if let_in {
            played.assert_all_ok();
        } else {
            let all = played.samples.iter().all(|one| one.1 == Outcome::Refused);
            assert!(all, "{tls:?} {played:?}");
        }
    }
}
