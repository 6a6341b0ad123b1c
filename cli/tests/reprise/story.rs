//! The whole story: a shop on MariaDB with a proxy between them, five times the recorded load, and its database slow,
//! failing, silent and restarted under it. What users saw of it, and whether the shop got over it, is told; a shop
//! that leaks connections is found out.

use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::mysqld::Latency;
use reprise_fixtures::shop::{self, Database, Shop, ShopConfig};
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{
    Desk, RECORDING, conserved, number, password_secret, said, standing_proxy, url,
};

const SLOW: &str = "20:delay(ms=200,jitter=50)@12s..17s via db";
const FAILING: &str = "5:error(code=1213)@25s..30s via db for mysql SELECT";
const SILENT: &str = "100:hang@38s..40s via db";

/// A shop whose database is behind a proxy under control.
struct Stage {
    shop: Shop,
    proxy: Option<Running>,
    /// Where the proxy is controlled.
    control: String,
    server: Mariadb,
}

impl Stage {
    fn set(desk: &Desk, leaks_connections: bool) -> Self {
        let server =
            mariadb::start().expect("this test needs MariaDB: apt-get install mariadb-server");
        let to = format!("mysql://{}", server.addr());
        let (proxy, listens, control) = standing_proxy::of_file(desk, "db", &to);
        let shop = shop::start(ShopConfig {
            database: Database::mysql_at(listens.parse().unwrap()),
            latency: Latency::NONE,
            leaks_connections,
            ..ShopConfig::default()
        });
        Self {
            shop: shop.unwrap(),
            proxy: Some(proxy),
            control,
            server,
        }
    }

    /// Plays the story; the run, and the command's exit code.
    fn play(&self, desk: &Desk) -> (Value, Option<i32>) {
        let (secret, url) = (password_secret(), url(&self.shop));
        let restart = format!("48s run {}", self.server.restart_command());
        let arguments = [
            "replay",
            RECORDING,
            "--http",
            &url,
            "--secret",
            &secret,
            "--run",
            "story",
            "--copies",
            "5",
            "--duration",
            "75s",
            "--timeout",
            "2s",
            "--seed",
            "11",
            "--with-proxy",
            &self.control,
            "--fault",
            SLOW,
            "--fault",
            FAILING,
            "--fault",
            SILENT,
            "--at",
            &restart,
            "--check",
            "recovers within 20s",
            "--json",
        ];
        let said = said(&mut desk.command(&arguments));
        let run = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
        (run, said.code)
    }

    /// Ends the proxy; what it says it has done.
    fn end(mut self) -> Value {
        let proxy = self.proxy.take().unwrap();
        proxy.signal("-TERM");
        serde_json::from_str(&proxy.end().1).unwrap()
    }
}

/// How the run stood when recovery was last looked for, after each disturbance: whether it had recovered, and the
/// share that failed. A busy machine may be slow for its own reasons; nothing fails for that.
fn recoveries(run: &Value) -> Vec<(&str, f64)> {
    let recovery = run["effects"]["recovery"].as_array().unwrap().iter();
    let totals = recovery.map(|one| &one["total"]);
    totals
        .map(|total| {
            let failed = total["error_rate_last"].as_f64().unwrap_or_default();
            (total["state"].as_str().unwrap(), failed)
        })
        .collect()
}

/// What both shops went through: faults struck and were removed, the database came back.
fn went_through_it(run: &Value, proxy: &Value, leaks: bool) {
    conserved(run);
    let faults = run["effects"]["amplification"].as_array().unwrap();
    let names: Vec<_> = faults
        .iter()
        .map(|one| one["fault"].as_str().unwrap())
        .collect();
    assert_eq!(names, [SLOW, FAILING, SILENT]);
    for (fault, place) in faults.iter().zip(0..) {
        // a shop that has lost all its connections asks the database nothing any more
        let strikes = place < 2 || !leaks;
        assert_eq!(number(fault, "/injection/struck") > 0, strikes, "{fault}");
        assert!(number(fault, "/total/exchanges") > 0, "{fault}");
    }
    for name in ["delay via db", "error via db"] {
        assert!(
            number(&run["faults"][name], "/injected") > 0,
            "{}",
            run["faults"]
        );
    }
    assert_eq!(run["commands"][0]["code"], 0, "{}", run["commands"]);
    let output = run["commands"][0]["output"].as_str().unwrap();
    assert!(output.contains("started "), "{output}");
    assert_eq!(proxy["faults"].as_array().unwrap().len(), 0, "{proxy}");
}

#[test]
fn a_sound_shop_amplifies_what_its_database_does_and_serves_everybody_afterwards() {
    let desk = Desk::with_recording();
    let stage = Stage::set(&desk, false);
    let (run, code) = stage.play(&desk);
    went_through_it(&run, &stage.end(), false);
    let recoveries = recoveries(&run);
    let all_served = recoveries.iter().all(|(_, failed)| *failed < 0.2);
    assert!(recoveries.len() == 4 && all_served, "{recoveries:?}");
    // both say the same
    let recovered = recoveries.iter().all(|(state, _)| *state == "recovered");
    assert!(recovered || run["checks"][0]["held"] == false, "{run}");
    assert_eq!(code, Some(i32::from(run["checks"][0]["held"] == false)));
    // a page takes several statements: more pages fail than statements did
    let failing = &run["effects"]["amplification"][1];
    assert!(
        failing["total"]["times"].as_f64().unwrap() > 1.0,
        "{failing}"
    );
    // what was slow or silent failed nobody's statement by itself
    let rate = |at: usize| {
        let faults = &run["effects"]["amplification"];
        faults[at]["injected_rate"].as_f64().unwrap()
    };
    assert!((0.1..0.3).contains(&rate(0)), "{}", rate(0));
    draws(&desk);
}

#[test]
fn a_shop_that_leaks_connections_is_found_out() {
    let desk = Desk::with_recording();
    let stage = Stage::set(&desk, true);
    let (run, code) = stage.play(&desk);
    went_through_it(&run, &stage.end(), true);
    let recoveries = recoveries(&run);
    let (last, failed) = recoveries[3];
    assert!(last == "not_recovered" && failed > 0.5, "{recoveries:?}");
    assert_eq!(run["checks"][0]["readable"], "has not recovered");
    assert_eq!(code, Some(1));
    let report = desk.run(&["report", "story"]).ok().stdout;
    assert!(report.contains("has not recovered in "), "{report}");
    let markdown = desk
        .run(&["report", "story", "--markdown", "-"])
        .ok()
        .stdout;
    assert!(markdown.contains("has not recovered in "), "{markdown}");
}

/// Every chart of the run shades what was wrong, in the proxy too, and marks the command.
fn draws(desk: &Desk) {
    for kind in ["response_time", "error_rate"] {
        let file = format!("{kind}.svg");
        desk.run(&["chart", "story", kind, "--out", &file]).ok();
        let chart = desk.read(&file);
        for label in ["20:delay", "5:error", "100:hang", "run kill"] {
            assert!(chart.contains(label), "{kind} has no {label}");
        }
    }
    desk.run(&["report", "story", "--html", "story.html"]).ok();
    let page = desk.read("story.html");
    for heading in ["Amplification", "Recovery", "Commands"] {
        assert!(page.contains(heading), "no {heading}");
    }
}
