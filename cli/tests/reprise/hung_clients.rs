//! Ten thousand clients hang in `reprise proxy` at once; when the fault goes, nothing of theirs is left. Where this
//! machine gives fewer file descriptors, as many as it gives (a limit of 21,000 is enough).

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, number, standing_proxy};

const CLIENTS: u64 = 10_000;

/// File descriptors left for everything else in this process: other tests run beside this one.
const SPARE: u64 = 1_000;

/// Descriptors of the proxy that are nobody's: of a thread that has only begun, of whoever gives an order.
const FEW: u64 = 8;

/// Longer than anything takes that is going to happen at all.
const LONG: Duration = Duration::from_secs(60);

/// How many clients there can be when each takes so many descriptors here. Whoever may raise the limit does.
fn clients(descriptors_each: u64) -> u64 {
    let wanted = 2 * CLIENTS + SPARE;
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    // only root may have more than the maximum
    for limit in [wanted.max(most), most] {
        let raised = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            break;
        }
    }
    let now = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let clients = CLIENTS.min(now.saturating_sub(SPARE) / descriptors_each);
    assert!(clients >= 10, "{now} file descriptors are too few");
    clients
}

/// A server that takes everybody in and says nothing; it lets go of all at once.
struct Silent {
    address: String,
    held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let held = Arc::new(Mutex::new(Vec::new()));
        let holder = Arc::clone(&held);
        thread::spawn(move || {
            for stream in listener.incoming() {
                holder.lock().unwrap().push(stream.unwrap());
            }
        });
        Self { address, held }
    }

    fn let_go(&self) {
        self.held.lock().unwrap().clear();
    }
}

/// `reprise proxy`, and what it holds.
struct Proxied {
    desk: Desk,
    running: Running,
    listens: String,
    control: String,
}

impl Proxied {
    fn start(server: &str) -> Self {
        let desk = Desk::new();
        let (running, listens, control) = standing_proxy::controlled(&desk, server);
        Self {
            desk,
            running,
            listens,
            control,
        }
    }

    fn order(&self, words: &[&str]) -> Value {
        let at = ["--control", &self.control];
        self.desk.answer(&[&["proxy"], words, &at].concat())
    }

    /// A number of its state.
    fn number(&self, place: &str) -> u64 {
        number(&self.order(&["list"]), place)
    }

    fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.running.id());
        fs::read_dir(folder).unwrap().count()
    }

    /// Memory it has, kilobytes.
    fn resident_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kb = line.unwrap().trim().trim_end_matches(" kB");
        kb.parse().unwrap()
    }

    /// As many clients as this, each of whom has asked for something.
    fn hang(&self, clients: u64) -> Vec<TcpStream> {
        let client = |_| {
            let mut client = TcpStream::connect(&self.listens).unwrap();
            client.set_read_timeout(Some(LONG)).unwrap();
            client.write_all(b"hello").unwrap();
            client
        };
        (0..clients).map(client).collect()
    }
}

#[track_caller]
fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let limit = Instant::now() + LONG;
    while !so() {
        assert!(Instant::now() < limit, "it has not happened: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Clients that come, hang, and are freed, some because they leave.
struct Round {
    fault: &'static str,
    clients: u64,
    /// What each takes of the proxy's.
    descriptors_each: u64,
    leaving: u64,
}

impl Round {
    /// The memory the proxy has while all hang, kilobytes.
    fn hang(&self, proxied: &Proxied, server: &Silent) -> u64 {
        let free = proxied.descriptors() as u64;
        let fault = proxied.order(&["add", "proxy", self.fault]);
        let id = number(&fault, "/faults/0/id").to_string();
        let mut hung = proxied.hang(self.clients);
        eventually("all hang", || {
            proxied.number("/faults/0/injected") == self.clients
        });
        assert_eq!(proxied.number("/connections/open"), self.clients);
        let taken = proxied.descriptors() as u64 - free;
        assert!(taken >= self.clients * self.descriptors_each, "{taken}");
        let held_kb = proxied.resident_kb();
        hung.drain(..self.leaving as usize).for_each(drop);
        eventually("who left is gone", || {
            proxied.number("/connections/open") == self.clients - self.leaving
        });
        proxied.order(&["remove", "proxy", &id]);
        for mut client in hung {
            assert_eq!(client.read(&mut [0; 9]).unwrap(), 0);
        }
        eventually("all slots are free", || {
            proxied.number("/connections/open") == 0
        });
        eventually("all descriptors are free", || {
            proxied.descriptors() as u64 <= free + FEW
        });
        server.let_go();
        held_kb
    }
}

#[test]
fn nothing_is_left_of_ten_thousand_hung_clients() {
    let server = Silent::start();
    let proxied = Proxied::start(&server.address);
    let before_kb = proxied.resident_kb();
    // its own descriptor and, once it has been let through, the server's
    let connecting = clients(1);
    let asking = clients(2);
    let round = |fault, clients, leaving| Round {
        fault,
        clients,
        descriptors_each: if fault == "100:hang" { 2 } else { 1 },
        leaving,
    };
    let rounds = [
        round("100:hang", asking, 0),
        round("100:hang for CONNECT", connecting, connecting / 2),
        round("100:hang", asking, asking / 2),
        round("100:hang", asking, 0),
    ];
    let held_kb = rounds.map(|round| round.hang(&proxied, &server));
    // whoever comes next has the memory of those before
    let [first, .., last] = held_kb;
    let [first, last] = [first - before_kb, last - before_kb];
    assert!(last < first * 3 / 2, "{held_kb:?} from {before_kb}");
}

#[test]
fn a_proxy_that_may_have_no_more_connections_says_so_and_goes_on() {
    let server = Silent::start();
    let proxied = Proxied::start(&server.address);
    // nobody is let through to the server: what is short is what clients take
    proxied.order(&["add", "proxy", "100:hang for CONNECT"]);
    let free = proxied.descriptors() as u64;
    let pid = Pid::from_raw(proxied.running.id().cast_signed());
    let most = |number| {
        let limit = Rlimit {
            current: Some(number),
            maximum: getrlimit(Resource::Nofile).maximum,
        };
        prlimit(pid, Resource::Nofile, limit).unwrap();
    };
    most(free + 20);
    let clients = proxied.hang(60);
    eventually("all places are taken", || {
        proxied.descriptors() as u64 >= free + 20
    });
    // the next is asked for at once
    thread::sleep(Duration::from_millis(300));
    drop(clients);
    eventually("it says so", || {
        let all = proxied.order(&["list"]);
        let trouble = all["trouble"].as_str().unwrap_or_default();
        trouble.contains("clients wait to be taken in") && trouble.contains("open files")
    });
    eventually("who had to wait was taken in", || {
        proxied.number("/connections/accepted") == 60
    });
    eventually("all have left", || proxied.number("/connections/open") == 0);
}
