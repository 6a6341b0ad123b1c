//! `reprise ci`: a file in a repository that is played, judged, and answered for in the forms build servers read.

use serde_json::{Value, json};

use crate::support::{Desk, RECORDING, password_secret, shop, url};

/// A file that plays the shop's recording twice, as fast as it answers.
fn config(desk: &Desk, url: &str, check: &str) {
    let text = format!(
        r#"
recording = "{RECORDING}"
baseline = "main"
repeat = 2
min-effect = "50%"
notify = "cat > told.md; echo $REPRISE_VERDICT $REPRISE_HELD $REPRISE_RUNS > told.txt"

[replay]
http = ["{url}"]
speed = "max"
secret = "{}"
check = ["{check}", "error_rate<100%"]
both-tiers = false

[write]
html = "ci.html"
junit = "ci.xml"
markdown = "ci.md"
"#,
        password_secret()
    );
    desk.write("reprise.toml", text.as_bytes());
}

fn ci(desk: &Desk, flags: &[&str]) -> (Option<i32>, Value) {
    let said = desk.run(&[&["ci", "--json"], flags].concat());
    let answer = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code, answer)
}

#[test]
fn runs_are_judged_against_the_newest_of_the_baseline() {
    let desk = Desk::with_recording();
    let shop = shop();
    config(&desk, &url(&shop), "p99<1h");
    // whether the generator keeps time is the machine's
    let (code, first) = ci(&desk, &["--as", "main", "--accept"]);
    assert_eq!(code, Some(0), "{first}");
    assert_eq!(first["no_baseline"], json!([]));
    assert_eq!(first["runs"], json!(["main-1", "main-2"]));
    assert_eq!(first["verdict"], "not_compared");
    assert_eq!(first["baseline"], json!([]));

    let (code, second) = ci(&desk, &[]);
    assert_eq!(second["runs"], json!(["ci-1", "ci-2"]));
    assert_eq!(second["baseline"], json!(["main-1", "main-2"]));
    assert_eq!(second["comparison"]["noise"], 0.5);
    // How fast this machine is at the moment decides the verdict, and nothing else.
    let regressed = second["verdict"] == "regressed";
    assert_eq!(second["held"], !regressed, "{second}");
    assert_eq!(code, Some(i32::from(regressed)));
    assert!(desk.read("ci.html").contains("ci-2"));
    assert!(
        desk.read("ci.xml")
            .contains("ci-1, ci-2 against main-1, main-2")
    );
    assert!(desk.read("ci.md").contains("ci-1"));
    assert_eq!(desk.read("told.md"), desk.read("ci.md"));
    let verdict = second["verdict"].as_str().unwrap();
    let held = if regressed { "no" } else { "yes" };
    assert_eq!(
        desk.read("told.txt"),
        format!("{verdict} {held} ci-1,ci-2\n")
    );
}

#[test]
fn a_check_that_fails_makes_the_exit_code_1_and_a_failed_case() {
    let desk = Desk::with_recording();
    let shop = shop();
    config(&desk, &url(&shop), "p99<1us");
    let (code, answer) = ci(&desk, &[]);
    assert_eq!((code, &answer["held"]), (Some(1), &json!(false)));
    assert!(
        answer["failed_checks"][0]
            .as_str()
            .unwrap()
            .starts_with("ci-1: p99<1us")
    );
    assert!(desk.read("ci.xml").contains("<failure"));
    assert!(desk.read("told.txt").starts_with("not_compared no"));
}

#[test]
fn a_file_to_be_written_nowhere_is_refused_before_anything_is_played() {
    let desk = Desk::with_recording();
    let text = "recording = 'friday'\n[write]\nhtml = 'no/such/ci.html'\n[replay]\nhttp = 'http://127.0.0.1:1'\n";
    desk.write("reprise.toml", text.as_bytes());
    desk.run(&["ci"]).refused(2, "there is no folder no/such");
}

#[test]
fn a_reader_that_has_gone_changes_neither_the_verdict_nor_what_is_left_behind() {
    let desk = Desk::with_recording();
    let shop = shop();
    config(&desk, &url(&shop), "p99<1us");
    let gone = || std::io::pipe().unwrap().1;
    let ended = desk.command(&["ci"]).stdout(gone()).stderr(gone()).status();
    assert_eq!(ended.unwrap().code(), Some(1));
    assert!(desk.read("ci.xml").contains("<failure"));
    assert!(
        desk.read("told.txt")
            .starts_with("not_compared no ci-1,ci-2")
    );
}

#[test]
fn runs_in_which_a_check_failed_are_no_baseline_unless_they_are_accepted() {
    let desk = Desk::with_recording();
    let shop = shop();
    config(&desk, &url(&shop), "p99<1us");
    let (code, failed) = ci(&desk, &["--as", "main"]);
    assert_eq!(code, Some(1));
    let unfit = failed["no_baseline"].as_array().unwrap();
    let names: Vec<&Value> = unfit.iter().map(|one| &one["run"]).collect();
    assert_eq!(names, ["main-1", "main-2"]);
    let why = unfit[0]["why"].as_str().unwrap();
    assert!(why.starts_with("p99<1us measured "), "{why}");

    let said = desk.run(&["ci"]).with_code(1).stdout;
    assert!(
        said.contains("main-2 was passed over as a baseline: p99<1us measured"),
        "{said}"
    );
    assert!(
        said.contains("no run of main is fit to be compared with"),
        "{said}"
    );
    let said = desk.run(&["ci", "--as", "main"]).with_code(1).stdout;
    assert!(
        said.contains("main-3 is no baseline: p99<1us measured"),
        "{said}"
    );
    assert!(
        said.contains("with --accept it is one all the same"),
        "{said}"
    );

    let (_, accepted) = ci(&desk, &["--as", "main", "--accept"]);
    assert_eq!(accepted["no_baseline"], json!([]));
    let (_, compared) = ci(&desk, &[]);
    assert_eq!(compared["baseline"], json!(["main-5", "main-6"]));
    assert_eq!(compared["passed_over"], json!([]));
    desk.run(&["note", "main-4", "--run", "--tag", "baseline"])
        .ok();
    desk.run(&["note", "main-6", "--run", "--untag", "baseline"])
        .ok();
    let (_, compared) = ci(&desk, &[]);
    assert_eq!(compared["baseline"], json!(["main-4", "main-5"]));
    assert_eq!(compared["passed_over"][0]["run"], "main-6");
    desk.run(&["ci", "--accept"])
        .refused(2, "play those of the baseline with --as");
}

#[test]
fn runs_of_another_plan_are_no_baseline() {
    let desk = Desk::with_recording();
    let shop = shop();
    config(&desk, &url(&shop), "p99<1h");
    ci(&desk, &["--as", "main", "--accept"]);
    let faster = desk
        .read("reprise.toml")
        .replace("speed = \"max\"", "speed = 50");
    desk.write("reprise.toml", faster.as_bytes());
    let (_, answer) = ci(&desk, &[]);
    assert_eq!(answer["verdict"], "not_compared");
    assert_eq!(answer["passed_over"][1]["why"], "it played another plan");
}
