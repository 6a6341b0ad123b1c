//! Flags and names that cannot be meant: refused before anything is sent, by one line that says what to write.

use std::net::TcpListener;

use crate::support::{Desk, RECORDING, shop, url};

/// Replays with one more flag that is wrong, to a target that is there and never answers; a dry run refuses it alike.
#[track_caller]
fn replay_refuses(desk: &Desk, flags: &[&str], fix: &str) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let arguments = [&["replay", RECORDING, "--http", &url], flags].concat();
    desk.run(&arguments).refused(2, fix);
    let dry = [&arguments[..], &["--dry-run"]].concat();
    let said = desk.run(&dry);
    let says_it = said.refusal().contains(fix);
    assert!(said.code == Some(2) && says_it, "{said:?}");
    assert!(
        desk.answers(&["runs"]).is_empty(),
        "{flags:?} left a run behind"
    );
}

#[test]
fn a_wrong_rate_is_refused_with_an_example_of_a_right_one() {
    let desk = Desk::with_recording();
    replay_refuses(&desk, &["--rate", "fast"], "5x");
    replay_refuses(&desk, &["--rate", "0x"], "5x");
    replay_refuses(&desk, &["--rate", "5xx"], "5x");
    replay_refuses(&desk, &["--speed", "-1"], "5x");
    replay_refuses(&desk, &["--speed", "fast"], "or max");
    replay_refuses(&desk, &["--copies", "0"], "write one such as 5");
    replay_refuses(&desk, &["--copies", "many"], "0.3");
    replay_refuses(&desk, &["--copies", "100000000"], "at most 100000");
    replay_refuses(&desk, &["--timeout", "0s"], "at least one millisecond");
}

#[test]
fn a_run_that_would_send_or_measure_nothing_is_refused() {
    let desk = Desk::with_recording();
    replay_refuses(&desk, &["--copies", "0.0001"], "another --seed");
    replay_refuses(&desk, &["--duration", "0s"], "such as 30s");
    replay_refuses(&desk, &["--warm-up", "1h"], "warm up for less");
    let twice = ["--duration", "1m", "--warm-up", "2m"];
    replay_refuses(&desk, &twice, "after 60000 ms");
}

#[test]
fn a_probe_of_what_is_not_recorded_or_not_replayed_is_refused() {
    let desk = Desk::with_recording();
    replay_refuses(&desk, &["--probe", "lane:99999"], "the dry run lists lanes");
    replay_refuses(
        &desk,
        &["--probe", "operation:/nowhere"],
        "the dry run lists lanes",
    );
    replay_refuses(&desk, &["--probe", "sql:SELECT 1"], "give one with --mysql");
}

#[test]
fn a_dry_run_shows_why_nothing_would_be_sent_before_it_refuses() {
    let desk = Desk::with_recording();
    let dry = [
        "replay",
        RECORDING,
        "--http",
        "http://127.0.0.1:9",
        "--dry-run",
    ];
    let said = desk.run(&[&dry[..], &["--where", "status:999"]].concat());
    assert!(
        said.stdout.contains("left out: filtered"),
        "{}",
        said.stdout
    );
    assert!(said.stderr.contains("leaves everything out"), "{said:?}");
}

#[test]
fn a_page_that_could_not_be_written_is_refused_before_the_run() {
    let desk = Desk::with_recording();
    replay_refuses(
        &desk,
        &["--html", "/no/such/folder/run.html"],
        "make it first",
    );
    let folder = desk.library().parent().unwrap().display().to_string();
    replay_refuses(&desk, &["--html", &folder], "name a file in it");
}

#[test]
fn a_host_or_a_user_that_leads_nowhere_is_refused() {
    let desk = Desk::with_recording();
    replay_refuses(
        &desk,
        &["--host", "shop:99999"],
        "such as shop.example:8080",
    );
    replay_refuses(
        &desk,
        &["--mysql-user", "shop=load:x"],
        "name it with --mysql",
    );
    desk.run(&[
        "replay",
        RECORDING,
        "--http",
        "http://127.0.0.1:9",
        "--lane",
        "",
    ])
    .misused("--lane");
}

#[test]
fn a_file_or_a_cookie_that_is_not_there_is_named() {
    let desk = Desk::with_recording();
    replay_refuses(&desk, &["--users", "nowhere.txt"], "nowhere.txt");
    replay_refuses(&desk, &["--rewrites", "nowhere.toml"], "nowhere.toml");
    replay_refuses(&desk, &["--lane", "cookie:nope"], "--lane connection");
}

#[test]
fn a_wrong_fault_check_or_filter_is_refused_and_quoted() {
    let desk = Desk::with_recording();
    replay_refuses(&desk, &["--fault", "20:dely(ms=1)"], "use dummy, delay");
    replay_refuses(&desk, &["--fault", "200:delay(ms=1)"], "200:delay");
    replay_refuses(&desk, &["--fault", ""], "--fault ''");
    replay_refuses(&desk, &["--check", "p99<<4"], "--check 'p99<<4'");
    replay_refuses(&desk, &["--check", "p99<4"], "needs a unit");
    replay_refuses(&desk, &["--where", "status:banana"], "404, 5xx");
    replay_refuses(&desk, &["--where", "status:999"], "leaves everything out");
    replay_refuses(
        &desk,
        &["--secret", "login.password"],
        "REPRISE_SECRET_LOGIN_PASSWORD",
    );
    let exchanges = ["exchanges", RECORDING, "--where", "/(/"];
    desk.run(&exchanges)
        .refused(2, "failed to read the filter at character 1");
}

#[test]
fn a_wrong_time_is_refused_with_the_units_there_are() {
    let desk = Desk::with_recording();
    let replay = |flags: &[&str]| {
        desk.run(
            &[
                &["replay", RECORDING][..],
                &["--http", "http://127.0.0.1:9"],
                flags,
            ]
            .concat(),
        )
    };
    replay(&["--duration", "10 parsecs"]).misused("write 250ms, 90s, 10m or 1h");
    replay(&["--timeout", "soon"]).misused("write 250ms, 90s, 10m or 1h");
    desk.run(&["record", "-i", "lo", "--name", "x", "--for", "5 parsecs"])
        .misused("is not a time");
}

#[test]
fn a_negative_value_is_refused_by_the_rule_of_its_flag() {
    let desk = Desk::with_recording();
    let replay = |flags: &[&str]| {
        let target = ["replay", RECORDING, "--http", "http://127.0.0.1:9"];
        desk.run(&[&target[..], flags].concat())
    };
    for flag in ["--duration", "--warm-up", "--timeout"] {
        replay(&[flag, "-1s"]).misused("'-1s' is not a time; write 250ms, 90s, 10m or 1h");
    }
    replay(&["--seed", "-1"]).misused("'-1' is no whole number");
    replay(&["--metrics", "-1"]).misused("write 127.0.0.1:9464, or a port alone");
    replay_refuses(&desk, &["--rate", "-5x"], "5x, 10x, 0.5x");
    replay_refuses(&desk, &["--stages", "-1x:1m"], "1x:1m,5x:2m");
    replay_refuses(&desk, &["--between", "-5m..10m"], "such as 5m..15m");
    let second = ["--http-b", "http://127.0.0.1:9", "--min-effect", "-5%"];
    replay_refuses(&desk, &second, "between 0% and 100%");
    desk.run(&["record", "-i", "lo", "--name", "x", "--max-packets", "-1"])
        .misused("'-1' is no whole number");
    desk.run(&["proxy", "--listen", "-1", "--to", "127.0.0.1:9"])
        .refused(2, "--listen '-1': write ADDRESS:PORT");
}

#[test]
fn a_filter_may_begin_with_a_minus() {
    let desk = Desk::with_recording();
    let with = |filter: &str| {
        let list = ["exchanges", RECORDING, "--limit", "0", "--where", filter];
        desk.answers(&list).len()
    };
    assert_eq!(with("-protocol:mysql"), with("protocol:http"));
}

#[test]
fn rates_that_contradict_each_other_are_not_guessed_at() {
    let desk = Desk::new();
    desk.run(&[
        "replay",
        "x",
        "--http",
        "http://127.0.0.1:9",
        "--rate",
        "5x",
        "--speed",
        "2",
    ])
    .misused("cannot be used with");
}

#[test]
fn unknown_names_are_refused_by_saying_where_the_known_ones_are() {
    let desk = Desk::with_recording();
    for arguments in [
        &["show", "nope"][..],
        &["operations", "nope"],
        &["exchanges", "nope"],
        &["delete", "nope"],
        &["replay", "nope", "--http", "http://127.0.0.1:9"],
    ] {
        desk.run(arguments).refused(2, "`reprise recordings`");
    }
    for arguments in [
        &["report", "nope"][..],
        &["compare", "nope", "nope"],
        &["chart", "nope", "rate", "--out", "x.svg"],
        &["delete", "--run", "nope"],
    ] {
        desk.run(arguments).refused(2, "`reprise runs`");
    }
    desk.run(&["exchanges", RECORDING, "--id", "99999"])
        .refused(2, "`reprise exchanges friday`");
    desk.run(&["targets", "forget", "nope"])
        .refused(2, "`reprise targets`");
    desk.run(&["record", "-i", "nope0", "--name", "x"])
        .refused(2, "lo");
}

#[test]
fn a_name_of_another_kind_is_said_to_be_one() {
    let desk = Desk::with_recording();
    for arguments in [&["report", RECORDING][..], &["delete", "--run", RECORDING]] {
        desk.run(arguments).refused(2, "`reprise show friday`");
    }
    let shop = shop();
    desk.run(&[
        "replay",
        RECORDING,
        "--http",
        &url(&shop),
        "--speed",
        "20",
        "--run",
        "five",
    ]);
    for arguments in [&["show", "five"][..], &["delete", "five"]] {
        desk.run(arguments).refused(2, "`reprise report five`");
    }
}

#[test]
fn a_name_that_is_taken_is_refused_with_what_helps_there() {
    let desk = Desk::with_recording();
    let other = desk.path("other.reprise").display().to_string();
    let copy = ["copy", RECORDING, "--to", &other];
    desk.run(&copy).ok();
    desk.run(&copy)
        .refused(2, "give the copy another name with --as");
    desk.run(&[&copy[..], &["--as", "again"]].concat()).ok();
    desk.run(&["delete", RECORDING]).ok();
    desk.run(&["import", "shop-mariadb.pcap.gz", "--name", RECORDING])
        .ok();
    desk.run(&["bin", "restore", RECORDING])
        .refused(2, "`reprise rename friday OTHER` first");
    desk.run(&["rename", RECORDING, "later"]).ok();
    desk.run(&["bin", "restore", RECORDING]).ok();
}

#[test]
fn names_that_nothing_can_have_are_refused() {
    let desk = Desk::with_recording();
    let file = desk.library().display().to_string();
    for name in ["", " x", "a\nb"] {
        desk.run(&[
            "import",
            "shop-mariadb.pcap.gz",
            "--name",
            name,
            "--file",
            &file,
        ])
        .refused(2, "use 1 to 200 bytes");
    }
    desk.run(&["targets", "allow", "http://staging/"])
        .refused(2, "without scheme or port");
    desk.run(&["chart", "x", "pie", "--out", "x.svg"])
        .misused("response_time");
    desk.run(&["frobnicate"]).misused("unrecognized subcommand");
}

#[test]
fn a_command_before_the_run_that_fails_stops_it() {
    let desk = Desk::with_recording();
    let arguments = [
        &["replay", RECORDING][..],
        &["--http", "http://127.0.0.1:9"],
        &["--before", "exit 7"],
    ]
    .concat();
    desk.run(&arguments)
        .refused(3, "'exit 7' ended with exit status: 7");
    assert!(desk.answers(&["runs"]).is_empty());
}
