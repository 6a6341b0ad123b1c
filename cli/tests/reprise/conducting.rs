//! Faults of standing proxies under a run's control: refused before anything is sent, gone when the run is
//! aborted or killed, never run from somebody else's plan.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::controlled::ask;
use crate::support::running::Running;
use crate::support::{Desk, RECORDING, number, password_secret, shop, standing_proxy, url};

/// A proxy named `front` before a shop; its URL, and where it is controlled.
fn proxy(desk: &Desk, to: &str) -> (Running, String, String) {
    let (proxy, listens, control) = standing_proxy::of_file(desk, "front", to);
    (proxy, format!("http://{listens}"), control)
}

fn stop(proxy: Running) {
    proxy.signal("-TERM");
    assert_eq!(proxy.end().0, Some(0));
}

/// The faults that the first proxy has.
fn faults(control: &str) -> Vec<Value> {
    let address = control.trim_start_matches("http://");
    let (address, path) = address.split_once('/').unwrap();
    let (_, proxies) = ask(address, &format!("GET /{path}"), "", None);
    proxies[0]["faults"].as_array().unwrap().clone()
}

#[track_caller]
fn eventually(mut so: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < limit, "it has not happened");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_its_proxy_would_not_do_is_refused_before_anything_is_sent() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let (proxy, listens, control) = proxy(&desk, &url(&shop));
    let secret = password_secret();
    let with = |fault: &str, control: &[&str]| {
        let arguments = [
            "replay", RECORDING, "--http", &listens, "--secret", &secret, "--fault", fault,
        ];
        desk.run(&[&arguments, control].concat())
    };
    let controlled = ["--with-proxy", control.as_str()];
    with("5:hang via front", &[]).refused(2, "--with-proxy http://HOST:PORT");
    with("5:hang via back", &controlled).refused(2, "no proxy is called back; there is front");
    with("5:error(code=1213) via front", &controlled).refused(2, "use --protocol mysql");
    with("5:hang via front for copy:1", &controlled).refused(2, "connection:N");
    with("5:hang via front", &["--with-proxy", "127.0.0.1:9"]).refused(3, "--control");
    assert_eq!(faults(&control), Vec::<Value>::new());
    assert_eq!(desk.answers(&["runs"]), Vec::<Value>::new());
    stop(proxy);
}

#[test]
fn a_failed_check_takes_the_faults_of_proxies_away() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let (proxy, listens, control) = proxy(&desk, &url(&shop));
    let secret = password_secret();
    let said = desk.run(&[
        "replay",
        RECORDING,
        "--http",
        &listens,
        "--secret",
        &secret,
        "--copies",
        "3",
        "--duration",
        "60s",
        "--with-proxy",
        &control,
        "--fault",
        "100:error(status=503) via front",
        "--check",
        "error_rate<1%",
        "--abort-on-fail",
        "--json",
    ]);
    let run: Value = serde_json::from_str(&said.with_code(1).stdout).unwrap();
    assert_eq!(run["run"]["state"], "aborted");
    let counts = &run["faults"]["error via front"];
    assert!(number(counts, "/injected") > 0, "{counts}");
    assert!(number(counts, "/observed_errors") > 0, "{counts}");
    assert_eq!(faults(&control), Vec::<Value>::new());
    stop(proxy);
}

#[test]
fn a_killed_run_leaves_no_fault_behind() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let (proxy, listens, control) = proxy(&desk, &url(&shop));
    let secret = password_secret();
    let mut running = Running::start(
        &desk,
        &[
            "replay",
            RECORDING,
            "--http",
            &listens,
            "--secret",
            &secret,
            "--speed",
            "0.2",
            "--with-proxy",
            &control,
            "--fault",
            "50:delay(ms=5) via front",
        ],
    );
    running.until("replaying: ");
    eventually(|| {
        faults(&control)
            .first()
            .is_some_and(|fault| fault["on"] == true)
    });
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    eventually(|| faults(&control).is_empty());
    stop(proxy);
}

#[test]
fn the_commands_of_a_plan_run_again_only_when_that_is_wanted() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let (secret, url) = (password_secret(), url(&shop));
    let run = desk.answer(&[
        "replay",
        RECORDING,
        "--http",
        &url,
        "--secret",
        &secret,
        "--run",
        "first",
        "--at",
        "100ms run echo out; echo no >&2; exit 4",
    ]);
    let command = &run["commands"][0];
    assert_eq!(number(command, "/code"), 4);
    assert_eq!(command["output"], "out\nno\n");
    assert_eq!(command["failure"], "ended with exit status: 4");
    shop.reset().unwrap();
    let again = ["replay", "--again", "first", "--secret", &secret];
    desk.run(&again).refused(2, "--run-commands");
    let run = desk.answer(&[&again[..], &["--run-commands", "--run", "again"]].concat());
    assert_eq!(number(&run, "/commands/0/code"), 4);
    let report = desk.run(&["report", "again"]).ok().stdout;
    assert!(
        report.contains("run echo out; echo no >&2; exit 4: ended with exit status: 4"),
        "{report}"
    );
    let other = ["--at", "1h run true", "--run", "late"];
    let run = desk.answer(&[&again[..], &other].concat());
    assert_eq!(
        run["commands"][0]["failure"],
        "was not run: the run ended before its time"
    );
}
