//! The jobs that docs/continuous.md and docs/formats.md show for build servers, run as those run them: every command of
//! every step, with stand-ins for Docker and the chat only.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use reprise_fixtures::shop::{PASSWORD, Shop};
use serde_json::Value;

use crate::consumers::read_by;
use crate::support::{Desk, Said, replay, said, shop, url};

/// Whether a push or a request for one is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Built {
    Push,
    Request,
}

/// A desk with the document's reprise.toml and the programs that its jobs start.
struct Builder {
    desk: Desk,
    shop: Shop,
}

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name)
}

impl Builder {
    fn new() -> Self {
        let builder = Self {
            desk: Desk::with_recording(),
            shop: shop(),
        };
        let text = std::fs::read_to_string(document("continuous.md")).unwrap();
        let block = text.split("```toml\n").nth(1).unwrap();
        let mut config = block.split("```").next().unwrap().to_owned();
        // as it stands there, but for where the target is, and in seconds in place of minutes
        for (there, here) in [
            ("http://127.0.0.1:8080", url(&builder.shop).as_str()),
            ("repeat = 3", "repeat = 2"),
            ("duration = \"2m\"", "duration = \"1500ms\""),
            ("warm-up = \"10s\"", "warm-up = \"200ms\""),
            ("p99<250ms", "p99<1m"),
            ("error_rate<1%", "error_rate<100%"),
        ] {
            assert!(config.contains(there), "{there}");
            config = config.replace(there, here);
        }
        builder.desk.write("reprise.toml", config.as_bytes());
        std::fs::create_dir(builder.desk.path("bin")).unwrap();
        builder.program("restore-database.sh", "echo restored >> restored.txt");
        builder.program("bin/docker", "echo \"$@\" >> docker.txt");
        builder.program("bin/jq", "cat");
        builder.program("bin/curl", "cat > told.txt; echo \"$@\" >> curl.txt");
        std::os::unix::fs::symlink(
            env!("CARGO_BIN_EXE_reprise"),
            builder.desk.path("bin/reprise"),
        )
        .unwrap();
        builder
    }

    fn program(&self, name: &str, does: &str) {
        self.desk
            .write(name, format!("#!/bin/sh\n{does}\n").as_bytes());
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.desk.path(name), mode).unwrap();
    }

    /// Runs commands in one shell, as a build server does.
    fn shell(&self, script: &str, variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new("bash");
        let path = std::env::var("PATH").unwrap();
        let bin = self.desk.path("bin");
        self.desk
            .at_home(&mut command)
            .args(["-eo", "pipefail", "-c", script])
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("REPRISE_FILE", self.desk.library())
            .env("REPRISE_SECRET_LOGIN_PASSWORD", PASSWORD)
            .env("CHAT_HOOK", "http://chat.invalid/hook")
            .env("GITHUB_STEP_SUMMARY", self.desk.path("summary.md"))
            .envs(variables.iter().copied());
        said(&mut command)
    }

    fn has(&self, file: &str) {
        assert!(self.desk.path(file).exists(), "{file}");
    }
}

/// A job's expressions as the build server fills them in.
fn filled(command: &str, built: Built) -> String {
    let name = match built {
        Built::Push => "main",
        Built::Request => "ci",
    };
    let expression = "${{ github.event_name == 'push' && 'main' || 'ci' }}";
    let filled = command.replace(expression, name);
    assert!(!filled.contains("${{"), "{filled}");
    filled
}

/// How long a verdict takes is the machine's; what it comes to, too.
fn was_judged(ended: &Said, of: &str) -> bool {
    assert!(matches!(ended.code, Some(0 | 1)), "{of}: {ended:?}");
    ended.code == Some(0)
}

#[test]
fn the_job_for_github_actions_does_what_it_says() {
    let builder = Builder::new();
    let jobs = read_by("jobs.py", &[&document("continuous.md")]);
    let job = &jobs[0]["jobs"]["replay"];
    let variables = job["env"].as_object().unwrap();
    assert!(variables.contains_key("REPRISE_FILE"));
    assert!(variables.contains_key("REPRISE_SECRET_LOGIN_PASSWORD"));
    for built in [Built::Push, Built::Request] {
        let mut held = true;
        for step in job["steps"].as_array().unwrap() {
            let always = step["if"] == "always()";
            let command = step["run"].as_str();
            let Some(command) = command.filter(|_| held || always) else {
                assert!(step["uses"].is_string() || !held, "{step}");
                continue;
            };
            let ended = builder.shell(&filled(command, built), &[]);
            held &= was_judged(&ended, command);
        }
    }
    let runs = builder.desk.answers(&["runs"]);
    let names: Vec<&Value> = runs.iter().map(|run| &run["run"]["name"]).collect();
    for name in ["main-1", "main-2", "ci-1", "ci-2"] {
        assert!(names.iter().any(|one| *one == name), "{name} in {names:?}");
    }
    let uploads = job["steps"].as_array().unwrap().iter();
    for step in uploads.filter(|step| step["with"]["path"].is_string()) {
        builder.has(step["with"]["path"].as_str().unwrap());
    }
    let summary = builder.desk.read("summary.md");
    assert!(
        summary.contains("main-2") && summary.contains("ci-2"),
        "{summary}"
    );
    assert_eq!(builder.desk.read("restored.txt").lines().count(), 4);
    assert_eq!(
        builder.desk.read("told.txt"),
        builder.desk.read("reprise.md")
    );
    assert!(
        builder
            .desk
            .read("curl.txt")
            .contains("http://chat.invalid/hook")
    );
    assert!(
        builder
            .desk
            .read("docker.txt")
            .contains("compose up --detach --wait")
    );
}

#[test]
fn the_job_for_gitlab_does_what_it_says() {
    let builder = Builder::new();
    let jobs = read_by("jobs.py", &[&document("continuous.md")]);
    let job = &jobs[1]["performance"];
    let lines = job["script"].as_array().unwrap().iter();
    let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    let script = script.join("\n");
    let default = ("CI_DEFAULT_BRANCH", "main");
    was_judged(
        &builder.shell(&script, &[default, ("CI_COMMIT_BRANCH", "main")]),
        "push",
    );
    let artifacts = &job["artifacts"];
    for path in artifacts["paths"].as_array().unwrap() {
        builder.has(path.as_str().unwrap());
    }
    let junit = artifacts["reports"]["junit"].as_str().unwrap();
    let cases = |file: &str| read_by("junit.py", &[&builder.desk.path(file)]);
    assert!(
        cases(junit)
            .as_array()
            .unwrap()
            .iter()
            .any(|case| case["suite"] == "main-2")
    );
    was_judged(&builder.shell(&script, &[default]), "request");
    assert!(
        cases(junit)
            .as_array()
            .unwrap()
            .iter()
            .any(|case| case["suite"] == "ci-2")
    );
}

#[test]
fn the_step_that_reports_one_run_does_what_it_says() {
    let builder = Builder::new();
    let url = url(&builder.shop);
    replay(&builder.desk, &url, &["--run", "baseline"]);
    let text = std::fs::read_to_string(document("formats.md")).unwrap();
    let block = text
        .split("```sh\n")
        .find(|block| block.contains("--junit checks.xml"));
    let script = block.unwrap().split("```").next().unwrap();
    was_judged(&builder.shell(script, &[("STAGING", &url)]), script);
    let summary = builder.desk.read("summary.md");
    assert!(summary.starts_with("### "), "{summary}");
    let cases = read_by("junit.py", &[&builder.desk.path("checks.xml")]);
    assert_eq!(cases[0]["case"], "p99<250ms");
}
