//! A server stops answering for three seconds in the middle of a run. What the run says of it is held against a
//! client of its own that asks the same server at the same times, and measures from those times.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use reprise_measure::Sample;
use reprise_replay::HttpRoute;

use super::http::{OK, samples};
use super::support::{Do, Said, get, plan_to, play, serve, store_with};

/// Users of each server.
const USERS: u16 = 30;

/// What each of them asks for, one after the other.
const REQUESTS: u16 = 28;

/// From one request of a user to the next.
const EVERY: Duration = Duration::from_millis(250);

/// When the server stops answering, from the first request it sees, and for how long.
const STALL: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(3));

/// A response that takes longer was held up by the stall.
const LONG: Duration = Duration::from_secs(1);

/// When a user's request is intended; users are spread over the interval.
fn intended(user: u16, request: u16) -> Duration {
    EVERY * u32::from(request) + EVERY * u32::from(user) / u32::from(USERS)
}

/// A server that stops answering for a while, all connections at once.
fn stalling() -> SocketAddr {
    let first = OnceLock::new();
    serve(move |_| {
        let first: &Instant = first.get_or_init(Instant::now);
        let since = first.elapsed();
        let (from, lasts) = STALL;
        if since >= from {
            std::thread::sleep((from + lasts).saturating_sub(since));
        }
        Do::Answer(OK.to_owned())
    })
}

/// The users of the client that measures beside: each on a connection of its own, a request at a time, each
/// response counted from when its request was intended.
fn client(server: SocketAddr) -> Vec<Duration> {
    let start = Instant::now();
    let users: Vec<_> = (0..USERS)
        .map(|user| {
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(server).unwrap();
                let mut buffer = [0; 1_024];
                let ask = |request: u16| {
                    let due = start + intended(user, request);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let request = format!("GET /stalls/{request} HTTP/1.1\r\nHost: a\r\n\r\n");
                    stream.write_all(request.as_bytes()).unwrap();
                    let mut read = 0;
                    while read < OK.len() {
                        read += stream.read(&mut buffer).unwrap();
                    }
                    due.elapsed()
                };
                (0..REQUESTS).map(ask).collect::<Vec<Duration>>()
            })
        })
        .collect();
    users
        .into_iter()
        .flat_map(|user| user.join().unwrap())
        .collect()
}

/// What both servers' users asked for when it was recorded.
fn recorded() -> Vec<Said> {
    let both = [("stalls", 0), ("steady", USERS)];
    let all = both.into_iter().flat_map(|(path, first)| {
        (0..USERS).flat_map(move |user| {
            (0..REQUESTS).map(move |request| {
                let at_ms = intended(user, request).as_millis() as i64;
                get(first + user, at_ms, &format!("/{path}/{request}"))
            })
        })
    });
    all.collect()
}

fn response(sample: &Sample) -> Duration {
    Duration::from_micros(sample.done_us - sample.intended_us)
}

/// How many took long, and how long all took together, in seconds.
fn weight(responses: &[Duration]) -> (usize, f64) {
    let long = responses.iter().filter(|one| **one > LONG).count();
    let area: Duration = responses.iter().sum();
    (long, area.as_secs_f64())
}

/// Whatever a crowded machine does to one of them alone, one of three tries is fair to both.
#[test]
fn a_stall_weighs_as_much_in_the_run_as_with_a_client_beside_it_and_holds_up_nobody_else() {
    let mut unequal = Vec::new();
    for _ in 0..3 {
        match weighed() {
            Ok(()) => return,
            Err(why) => unequal.push(why),
        }
    }
    panic!("{unequal:#?}");
}

/// Weighs one stall in a run and with a client beside it; how they differ, if they do.
fn weighed() -> Result<(), String> {
    let stalls = stalling();
    let (begun, has_begun) = mpsc::channel();
    let steady = serve(move |_| {
        // nobody listens once the client has begun, too
        let _ = begun.send(());
        Do::Answer(OK.to_owned())
    });
    let (_folder, store) = store_with(&recorded());
    let mut plan = plan_to(stalls);
    plan.http.push(HttpRoute {
        recorded: Some("/steady".parse().unwrap()),
        url: format!("http://{steady}"),
    });
    let beside = std::thread::spawn(move || {
        has_begun.recv().unwrap();
        client(stalls)
    });
    let summary = play(&plan, "run", &store).summary;
    let beside = beside.join().unwrap();
    let each = usize::from(USERS) * usize::from(REQUESTS);
    assert_eq!(summary.outcomes.ok, 2 * each as u64, "{summary:?}");

    let all = samples(&store, "run");
    let lanes_of = |path: &str| -> Vec<Sample> {
        let operations = store.operations(store.recording("recorded").unwrap().id);
        let wanted: Vec<u32> = operations
            .unwrap()
            .into_iter()
            .filter(|one| one.text.contains(path))
            .map(|one| one.id.0)
            .collect();
        let of = |one: &&Sample| wanted.contains(&one.operation);
        all.iter().filter(of).copied().collect()
    };
    let (stalled, steady) = (lanes_of("/stalls"), lanes_of("/steady"));
    assert_eq!((stalled.len(), steady.len()), (each, each));

    let responses: Vec<Duration> = stalled.iter().map(response).collect();
    let (long, area) = weight(&responses);
    let (long_beside, area_beside) = weight(&beside);
    // eight requests of each user are due in the first two of the three seconds
    let weighs = long_beside >= usize::from(USERS) * 6;
    let ratios = [long as f64 / long_beside as f64, area / area_beside];
    // who counts from sending has an eighth of them
    let equal = ratios.iter().all(|ratio| (0.5..2.0).contains(ratio));
    // who counts from sending sees one slow answer of each connection
    let from_sending = stalled
        .iter()
        .filter(|one| Duration::from_micros(one.done_us - one.sent_us) > LONG)
        .count();
    let counts_waiting = from_sending * 3 < long;

    // held up with the others they would be so 240 times
    let slow = |of: &dyn Fn(&Sample) -> u64| {
        let slow = |one: &&Sample| Duration::from_micros(of(one)) > LONG;
        steady.iter().filter(slow).count()
    };
    let held_up = [
        slow(&Sample::waiting_us),
        slow(&Sample::lateness_us),
        slow(&|one| response(one).as_micros() as u64),
    ];
    let holds_up_nobody = held_up.iter().all(|count| count * 8 < each);
    if weighs && equal && counts_waiting && holds_up_nobody {
        return Ok(());
    }
    Err(format!(
        "{long} and {long_beside} over a second, {area:.1} and {area_beside:.1} s together, {from_sending} from \
         sending; others held up: {held_up:?} of {each}"
    ))
}

#[test]
fn a_lane_that_was_anchored_anew_goes_on_with_what_stood_on_the_shelf_before_its_new_time() {
    // more requests than a lane has asked for at a time; who comes later has them read beforehand
    let mut recorded: Vec<Said> = (0..24_u16)
        .map(|request| get(1, i64::from(request) * 200, &format!("/stalls/{request}")))
        .collect();
    recorded.push(get(2, 4_900, "/steady"));
    let (_folder, store) = store_with(&recorded);
    let address = serve(|request| {
        if request.starts_with("GET /stalls/0 ") {
            std::thread::sleep(Duration::from_secs(6));
        }
        Do::Answer(OK.to_owned())
    });
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let summary = play(&plan_to(address), "run", &store).summary;
        done.send((summary.sent, summary.reanchored)).unwrap();
    });
    let ended = ended.recv_timeout(Duration::from_secs(60));
    assert_eq!(ended.ok(), Some((25, 1)));
}
