//! Servers and machines that are watched beside the load: a real MariaDB, a real `/metrics`, a munin node, this
//! machine and processes of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reprise_fixtures::mariadb;
use reprise_fixtures::shop::{MYSQL_PASSWORD, MYSQL_USER};
use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, folder_holds, shop, url};

/// A program that does nothing but take processor time, ended with the test.
struct Busy(Child);

impl Busy {
    fn start() -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "while :; do :; done"]);
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Answers every connection by `answer`, on a port of the system's choice.
fn serve(answer: impl Fn(&mut std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            answer(&mut stream);
        }
    });
    address
}

/// A `/metrics` endpoint, chunked as most are; its counter, a million, grows by 50 with each answer.
fn metrics() -> SocketAddr {
    let served = AtomicU64::new(0);
    serve(move |stream| {
        let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
        assert_eq!(head.next().unwrap().unwrap(), "GET /metrics HTTP/1.1");
        let end = head.find(|line| line.as_ref().is_ok_and(String::is_empty));
        assert!(end.is_some());
        let served = served.fetch_add(1, Ordering::Relaxed) + 1;
        let text = format!(
            "# TYPE jobs_total counter\njobs_total{{kind=\"a\"}} {}\njobs_total{{kind=\"b\"}} {}\n\
             # TYPE temperature gauge\ntemperature{{room=\"x\"}} 21.5\ntemperature{{room=\"y\"}} 30\n",
            1_000_000 + served * 20,
            served * 30,
        );
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let _ = write!(stream, "{head}{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    })
}

/// A munin node with one plugin, as munin-node itself answers.
fn munin() -> SocketAddr {
    serve(|stream| {
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let _ = stream.write_all(b"# munin node at shop.example\n");
        for line in lines.map_while(Result::ok) {
            let answer = match line.as_str() {
                "list" => "cpu load\n",
                "config load" => "graph_title Load\nload.label now\nload.type GAUGE\n.\n",
                "fetch load" => "load.value 0.75\n.\n",
                _ => "# Unknown service\n.\n",
            };
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

fn source<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let sources = answer["watch"].as_array().unwrap();
    let found = sources.iter().find(|source| source["source"] == name);
    found.unwrap_or_else(|| panic!("no source {name} in {answer}"))
}

#[track_caller]
fn series<'a>(answer: &'a Value, name: &str, series: &str) -> &'a Value {
    let all = source(answer, name)["series"].as_array().unwrap();
    let found = all.iter().find(|one| one["series"] == series);
    found.unwrap_or_else(|| panic!("no {series} of {name} in {answer}"))
}

/// The names of all series of a source.
fn told<'a>(answer: &'a Value, name: &str) -> Vec<&'a str> {
    let all = source(answer, name)["series"].as_array().unwrap();
    all.iter()
        .map(|one| one["series"].as_str().unwrap())
        .collect()
}

#[track_caller]
fn mean(answer: &Value, name: &str, of: &str) -> f64 {
    let found = series(answer, name, of);
    assert!(found["count"].as_u64().unwrap() >= 1, "{found}");
    let mean = found["mean"].as_f64().unwrap();
    assert!(
        mean <= found["max"].as_f64().unwrap() * 1.000_001,
        "{found}"
    );
    mean
}

#[test]
fn this_machine_and_a_process_are_watched_shown_drawn_and_compared() {
    let (desk, shop, busy) = (Desk::with_recording(), shop(), Busy::start());
    let (url, pid) = (url(&shop), format!("busy=pid:{}", busy.0.id()));
    let replay = |run: &str| {
        let run = desk.answer(&[
            "replay",
            RECORDING,
            "--http",
            &url,
            "--duration",
            "4s",
            "--watch",
            "host",
            "--watch",
            &pid,
            "--run",
            run,
        ]);
        conserved(&run);
        run
    };
    let run = replay("one");
    assert!(mean(&run, "busy", "cpu") > 0.05);
    assert_eq!(mean(&run, "busy", "threads"), 1.0);
    assert!(mean(&run, "busy", "memory") > 10_000.0);
    assert!(mean(&run, "host", "cpu") > 0.05 && mean(&run, "host", "cpu") <= 1.0);
    assert!(mean(&run, "host", "threads") > 1.0);
    assert_eq!(source(&run, "host")["missed"], 0);

    let said = desk.run(&["report", "one", "--html", "one.html"]).ok();
    assert!(said.stdout.contains("busy: cpu"), "{said:?}");
    let page = desk.read("one.html");
    assert!(page.contains("Servers and machines") && page.contains("host: memory"));
    desk.run(&["chart", "one", "watch", "--out", "w.svg"]).ok();
    let rows = desk.run(&["report", "one", "--watched", "-"]).ok().stdout;
    assert!(
        rows.starts_with("start_us,source,series,unit,mean,max\n"),
        "{rows}"
    );
    assert!(rows.contains(",busy,threads,count,1,1\n"), "{rows}");
    let chart = desk.read("w.svg");
    assert!(chart.contains("busy: cpu") && chart.contains("host: descriptors"));

    drop(busy);
    let again = desk.answer(&[
        "replay", "--again", "one", "--watch", "host", "--run", "two",
    ]);
    assert_eq!(again["watch"].as_array().unwrap().len(), 1, "{again}");
    let compared = desk.compared("one", "two");
    let rows = compared["watch"].as_array().unwrap();
    let row = |name: &str, series: &str| {
        let mut found = rows.iter();
        let found = found.find(|row| row["source"] == name && row["series"] == series);
        found.unwrap_or_else(|| panic!("no {name} {series} in {compared}"))
    };
    assert_eq!(row("host", "cpu")["a"], mean(&run, "host", "cpu"));
    assert_eq!(row("host", "cpu")["b"], mean(&again, "host", "cpu"));
    assert_eq!(row("busy", "cpu")["b"], Value::Null);
    let said = desk
        .run(&["compare", "one", "two", "--html", "c.html"])
        .stdout;
    assert!(said.contains("watched, mean over the run"), "{said}");
    assert!(desk.read("c.html").contains("not in both"));
}

#[test]
fn a_process_that_ends_leaves_a_gap_and_the_run_goes_on() {
    let (desk, shop, busy) = (Desk::with_recording(), shop(), Busy::start());
    let (url, pid) = (url(&shop), format!("busy=pid:{}", busy.0.id()));
    let kill = format!("2s run kill -9 {}", busy.0.id());
    let run = desk.answer(&[
        "replay",
        RECORDING,
        "--http",
        &url,
        "--duration",
        "6s",
        "--watch",
        &pid,
        "--at",
        &kill,
        "--run",
        "gone",
    ]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "complete");
    let gaps = source(&run, "busy")["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0]["why"].as_str().unwrap().contains("is running here"));
    assert!(
        gaps[0]["from_us"].as_u64().unwrap() >= 2_000_000,
        "{gaps:?}"
    );
    let said = desk.run(&["report", "gone"]).ok();
    assert!(said.stdout.contains("busy: asked in vain"), "{said:?}");
}

#[test]
fn a_mariadb_tells_its_status_and_its_password_is_kept_nowhere() {
    let server = mariadb::start().expect("this test needs MariaDB: apt-get install mariadb-server");
    let (desk, shop) = (Desk::with_recording(), shop());
    let url = url(&shop);
    let login = format!("{MYSQL_USER}:{MYSQL_PASSWORD}@{}", server.addr());
    let watched = format!("db=mysql://{login}");
    let probe = format!("mysql://{login}/shop");
    let run = desk.answer(&[
        "replay",
        RECORDING,
        "--http",
        &url,
        "--mysql",
        &probe,
        "--probe",
        "sql:SELECT 1",
        "--duration",
        "4s",
        "--watch",
        &watched,
        "--watch",
        "mysql",
        "--run",
        "r",
    ]);
    conserved(&run);
    for name in ["db", "mysql"] {
        assert!(mean(&run, name, "threads connected") >= 2.0);
        assert!(mean(&run, name, "threads running") >= 1.0);
        assert!(mean(&run, name, "queries") > 1.0);
        assert_eq!(mean(&run, name, "row lock waits"), 0.0);
        assert_eq!(source(&run, name)["missed"], 0, "{run}");
    }
    let plan = desk.run(&["plans", "save", "kept", "--run", "r"]);
    assert!(!format!("{plan:?}").contains(MYSQL_PASSWORD));
    assert!(!folder_holds(&desk.path("data"), MYSQL_PASSWORD.as_bytes()));
}

#[test]
fn a_replica_tells_how_far_it_is_behind_and_that_it_has_stopped() {
    let (source, replica) = mariadb::start_with_replica()
        .expect("this test needs MariaDB: apt-get install mariadb-server");
    let (desk, shop) = (Desk::with_recording(), shop());
    let url = url(&shop);
    let login = |server: &mariadb::Mariadb| {
        format!("mysql://{MYSQL_USER}:{MYSQL_PASSWORD}@{}", server.addr())
    };
    let watched = [
        format!("replica={}", login(&replica)),
        format!("source={}", login(&source)),
    ];
    source.does("CREATE TABLE beat (n INT)").unwrap();
    let writes = std::sync::atomic::AtomicBool::new(true);
    let replay = |run: &str| {
        let [replica, source] = watched.each_ref();
        let flags = ["--duration", "8s", "--watch", replica, "--watch", source];
        let run = desk.answer(
            &[
                &["replay", RECORDING, "--http", &url, "--run", run],
                &flags[..],
            ]
            .concat(),
        );
        conserved(&run);
        assert_eq!(run["run"]["state"], "complete");
        run
    };
    std::thread::scope(|scope| {
        let ended = EndOf(&writes);
        scope.spawn(|| {
            while writes.load(Ordering::Relaxed) {
                source.does("INSERT INTO beat VALUES (1)").unwrap();
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        });
        let follows = replay("follows");
        assert_eq!(mean(&follows, "replica", "replication stopped"), 0.0);
        for statement in [
            "STOP SLAVE",
            "CHANGE MASTER TO MASTER_DELAY=4",
            "START SLAVE",
        ] {
            replica.does(statement).unwrap();
        }
        let behind = replay("behind");
        let most = series(&behind, "replica", "replication lag")["max"].as_f64();
        // what it does is four seconds old, told in whole ones
        assert!(most.unwrap() >= 3e6, "{behind}");

        let compared = desk.compared("follows", "behind");
        let rows = compared["watch"].as_array().unwrap();
        let lag = |row: &&Value| row["source"] == "replica" && row["series"] == "replication lag";
        let row = rows.iter().find(lag).unwrap();
        assert_eq!(row["a"], mean(&follows, "replica", "replication lag"));
        assert_eq!(row["b"], mean(&behind, "replica", "replication lag"));
        desk.run(&["chart", "behind", "watch", "--out", "w.svg"])
            .ok();
        assert!(desk.read("w.svg").contains("replica: replication lag"));

        replica.does("STOP SLAVE SQL_THREAD").unwrap();
        let stopped = replay("stopped");
        assert_eq!(mean(&stopped, "replica", "replication stopped"), 1.0);
        assert!(!told(&stopped, "replica").contains(&"replication lag"));
        assert!(
            !told(&stopped, "source")
                .iter()
                .any(|name| name.starts_with("replication"))
        );
        drop(ended);
    });
}

/// Ends what goes on while a flag is up, also when the test fails.
struct EndOf<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[test]
fn chosen_series_of_a_metrics_endpoint_and_a_munin_node_are_watched() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let url = url(&shop);
    let metrics = format!(
        "app=http://{}#jobs_total,temperature{{room=\"x\"}}",
        metrics()
    );
    let munin = format!("node=munin://{}#load", munin());
    let run = desk.answer(&[
        "replay",
        RECORDING,
        "--http",
        &url,
        "--duration",
        "4s",
        "--watch",
        &metrics,
        "--watch",
        &munin,
        "--run",
        "r",
    ]);
    conserved(&run);
    let rate = mean(&run, "app", "jobs_total");
    assert!(rate > 0.0 && rate < 500_000.0, "no rate: {rate}");
    assert_eq!(mean(&run, "app", "temperature{room=\"x\"}"), 21.5);
    assert_eq!(mean(&run, "node", "load: now"), 0.75);
}

#[test]
fn what_cannot_be_watched_is_refused_before_the_run() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let (url, metrics, munin) = (url(&shop), metrics(), munin());
    let watch = |source: &str| desk.run(&["replay", RECORDING, "--http", &url, "--watch", source]);
    watch("everything").refused(2, "process:NAME");
    watch("mysql").refused(2, "--mysql");
    watch("process:no such program").refused(3, "called no such program");
    watch("pid:4194999").refused(3, "no process 4194999");
    watch("http://192.0.2.1:9100#up").refused(3, "`reprise targets allow 192.0.2.1`");
    watch("munin://192.0.2.1#load").refused(3, "`reprise targets allow 192.0.2.1`");
    watch("mysql://u:secret@192.0.2.1").refused(3, "`reprise targets allow 192.0.2.1`");
    watch(&format!("http://{metrics}#job_total")).refused(3, "there are jobs_total, temperature");
    watch(&format!("munin://{munin}#memory")).refused(3, "there are cpu, load");
    watch(&format!("munin://{munin}#load.later")).refused(3, "there are load.load");
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    watch(&format!("http://{free}#up")).refused(3, "refused");
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_source_that_hangs_is_a_gap_and_the_others_are_asked_on() {
    let (desk, shop) = (Desk::with_recording(), shop());
    let asked = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&asked);
    // answers once, and then keeps everybody waiting
    let held = std::sync::Mutex::new(Vec::new());
    let slow = serve(move |stream| {
        if counted.fetch_add(1, Ordering::Relaxed) > 0 {
            held.lock().unwrap().push(stream.try_clone().unwrap());
            return;
        }
        let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
        let _ = head.find(|line| line.as_ref().is_ok_and(String::is_empty));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nup 1\n");
    });
    let (url, slow) = (url(&shop), format!("slow=http://{slow}#up"));
    let run = desk.answer(&[
        "replay",
        RECORDING,
        "--http",
        &url,
        "--duration",
        "8s",
        "--watch",
        &slow,
        "--watch",
        "host",
        "--run",
        "r",
    ]);
    conserved(&run);
    let gaps = source(&run, "slow")["gaps"].as_array().unwrap();
    assert_eq!(gaps[0]["why"], "no answer within 5 s", "{run}");
    assert!(mean(&run, "host", "cpu") >= 0.0);
    assert_eq!(source(&run, "host")["missed"], 0);
    assert!(asked.load(Ordering::Relaxed) >= 2);
}
