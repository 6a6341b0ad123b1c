//! The whole story on the sample shop, with nothing else to start: record, replay at 1x and at 5x, break
//! it, compare, report. Everything it makes is in one folder.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use reprise_capture::{CaptureError, Interfaces, PacketSource, StopAfter};
use reprise_fixtures::captures;
use reprise_fixtures::shop::{self, Shop, ShopConfig};
use reprise_fixtures::traffic::{self, TrafficConfig};
use reprise_measure::Comparison;

use crate::answer::{RecordingAnswer, RunAnswer};
use crate::capture::{CaptureJob, CaptureNews, ImportRequest, RecordRequest};
use crate::limits::CaptureLimits;
use crate::redaction::RedactionChoice;
use crate::replay::{RateChange, ReplayNews, ReplayRequest};
use crate::sample;
use crate::{CompareRequest, Error, Library, ReportRequest};

/// The recording's name in the demo's file.
const RECORDING: &str = "shop";
/// How long the story is that the sample traffic tells.
const STORY: Duration = Duration::from_secs(120);
/// What breaks in the last run, from a quarter to three quarters of it.
const DELAY: &str = "20:delay(ms=250,jitter=50)";
const FAILURE: &str = "5:error(status=503)";

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct DemoRequest {
    /// The folder for the file and the report; made when it is not there.
    pub folder: PathBuf,
    /// How long the traffic is driven and recorded: the story is compressed into it.
    pub length: Duration,
    /// Whether to capture live; without it, or without the right to, the shipped capture is imported.
    pub capture: bool,
}

/// Something the demo has to say.
#[derive(Clone, Debug)]
pub enum DemoNews {
    /// A chapter begins.
    Chapter(String),
    /// What there is to know about the chapter.
    Note(String),
    /// A capture or an import goes on.
    Capture(CaptureNews),
    /// It has ended.
    Recorded(Box<RecordingAnswer>),
    /// A replay goes on.
    Replay(ReplayNews),
    /// It has ended.
    Ran(Box<RunAnswer>),
    /// Two runs were compared.
    Compared(Box<Comparison>),
}

/// What the demo left behind.
#[derive(Clone, Debug)]
pub struct DemoAnswer {
    /// The file with the recording and the runs.
    pub file: PathBuf,
    /// The HTML page.
    pub report: PathBuf,
}

/// Tells the whole story, until it is over or `tell` answers false.
///
/// # Errors
/// When the shop cannot be started, the folder cannot be written, or it was stopped before its end.
pub fn demo(
    request: &DemoRequest,
    tell: &mut dyn FnMut(DemoNews) -> bool,
) -> Result<DemoAnswer, Error> {
    std::fs::create_dir_all(&request.folder).map_err(|source| Error::File {
        doing: "create the folder",
        path: request.folder.clone(),
        source,
    })?;
    let file = request.folder.join("demo.reprise");
    let report = request.folder.join("report.html");
    keep_previous(&file)?;
    let library = Library::open(Some(&file))?;

    tell(DemoNews::Chapter(
        "The shop opens: an HTTP app that talks MySQL".to_owned(),
    ));
    let shop = shop::start(ShopConfig::default()).map_err(sample::failed)?;
    tell(DemoNews::Note(format!(
        "http://{} in front of mysql://{}",
        shop.http_addr(),
        shop.mysql_addr()
    )));
    let recording = bring_in(&library, request, &shop, tell)?;
    tell(DemoNews::Recorded(Box::new(recording.clone())));

    let length_ms = recording.recording.duration_ms;
    for (run, title, rate, faults) in [
        ("base", "Replayed as it was", RateChange::AsRecorded, vec![]),
        (
            "five",
            "Replayed with five times the users",
            RateChange::Copies(5.0),
            vec![],
        ),
        (
            "broken",
            "The same again, while 20 % are delayed by 250 ms and 5 % answered with 503",
            RateChange::Copies(5.0),
            faults(length_ms),
        ),
    ] {
        if !tell(DemoNews::Chapter(format!("{title} (run \"{run}\")"))) {
            return Err(Error::Usage(format!(
                "stopped before its end; what there is so far is in {}",
                file.display()
            )));
        }
        shop.reset().map_err(sample::failed)?;
        let mut replay = replay_of(&shop, run, rate);
        replay.faults = faults;
        replay_once(&library, &replay, tell)?;
    }
    shop.stop();

    tell(DemoNews::Chapter("What changed".to_owned()));
    let comparisons = [("base", "five"), ("five", "broken")].map(|(a, b)| CompareRequest::of(a, b));
    for request in &comparisons {
        tell(DemoNews::Compared(Box::new(library.compare(request)?)));
    }
    let page = ReportRequest {
        title: "The shop, at 1x, at 5x, and broken".to_owned(),
        runs: ["base", "five", "broken"].map(str::to_owned).to_vec(),
        comparisons: comparisons.to_vec(),
        trend: None,
    };
    library.write_report(&page, &report)?;
    Ok(DemoAnswer { file, report })
}

/// Moves the file of an earlier demo aside instead of writing over it.
fn keep_previous(file: &Path) -> Result<(), Error> {
    if !file.exists() {
        return Ok(());
    }
    let previous = file.with_file_name("demo-previous.reprise");
    for ending in ["", "-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        let (from, to) = (with(file), with(&previous));
        let moved = if from.exists() {
            std::fs::rename(&from, &to)
        } else {
            Ok(())
        };
        moved.map_err(|source| Error::File {
            doing: "move aside",
            path: from,
            source,
        })?;
    }
    Ok(())
}

/// Captures the shop's traffic from the loopback interface while it happens; without the right to,
/// imports the shipped capture of the same shop.
fn bring_in(
    library: &Library,
    request: &DemoRequest,
    shop: &Shop,
    tell: &mut dyn FnMut(DemoNews) -> bool,
) -> Result<RecordingAnswer, Error> {
    if request.capture {
        tell(DemoNews::Chapter(format!(
            "Two minutes of its customers, told in {} s, captured from the loopback interface",
            request.length.as_secs()
        )));
        let record = RecordRequest {
            source: PacketSource::Interfaces(Interfaces::named(["lo"])),
            ports: vec![shop.http_addr().port(), shop.mysql_addr().port()],
            filter: None,
            stop_after: StopAfter::default(),
            rotate: None,
            name: RECORDING.to_owned(),
            redaction: RedactionChoice::InForce,
            limits: CaptureLimits::default(),
        };
        match library.record(&record) {
            Ok(job) => return record_traffic(job, request, shop, tell),
            Err(Error::Capture(error @ CaptureError::NoRights { .. })) => {
                tell(DemoNews::Note(format!("cannot {error}")));
            }
            Err(error) => return Err(error),
        }
    }
    tell(DemoNews::Chapter(
        "Two minutes of its customers, imported from the shipped capture".to_owned(),
    ));
    let shipped = captures::shop();
    let path = request.folder.join(shipped.name);
    std::fs::write(&path, shipped.bytes).map_err(|source| Error::File {
        doing: "write",
        path: path.clone(),
        source,
    })?;
    let import = ImportRequest {
        files: vec![path],
        name: RECORDING.to_owned(),
        redaction: RedactionChoice::InForce,
        limits: CaptureLimits::default(),
    };
    follow_capture(library.import(&import)?, tell)
}

fn record_traffic(
    job: CaptureJob,
    request: &DemoRequest,
    shop: &Shop,
    tell: &mut dyn FnMut(DemoNews) -> bool,
) -> Result<RecordingAnswer, Error> {
    let mut traffic = TrafficConfig::demo(shop.http_addr());
    traffic.duration = STORY;
    traffic.speedup = STORY.as_secs_f64() / request.length.as_secs_f64().max(1.0);
    let stopper = job.stopper();
    let customers = thread::Builder::new()
        .name("customers".to_owned())
        .spawn(move || {
            let seen = traffic::drive(&traffic);
            // The last answers have to reach the capture: a packet is handed over within 100 ms.
            thread::sleep(Duration::from_millis(300));
            stopper.stop();
            seen
        });
    let customers = customers.map_err(|error| Error::Shop(error.to_string()))?;
    let recording = follow_capture(job, tell)?;
    let seen = customers
        .join()
        .map_err(|_| Error::Shop("its customers ended early".to_owned()))?
        .map_err(sample::failed)?;
    tell(DemoNews::Note(format!(
        "its customers sent {} requests on {} visits, {} of them went wrong",
        seen.requests, seen.visits, seen.errors
    )));
    Ok(recording)
}

fn follow_capture(
    job: CaptureJob,
    tell: &mut dyn FnMut(DemoNews) -> bool,
) -> Result<RecordingAnswer, Error> {
    while let Some(news) = job.next_news() {
        if !tell(DemoNews::Capture(news)) {
            job.stop();
        }
    }
    job.finish()
}

/// A replay at the shop, as its own customer: the password that redaction took out is the accounts'.
fn replay_of(shop: &Shop, run: &str, rate: RateChange) -> ReplayRequest {
    let mut request = ReplayRequest::new(RECORDING.to_owned());
    let targets = sample::targets(shop);
    request.http = vec![targets.http];
    request.mysql = Some(targets.mysql);
    request.run = Some(run.to_owned());
    request.rate = rate;
    request.secrets = vec![targets.secret];
    request
}

fn replay_once(
    library: &Library,
    request: &ReplayRequest,
    tell: &mut dyn FnMut(DemoNews) -> bool,
) -> Result<(), Error> {
    let job = library.replay(request)?;
    while let Some(news) = job.next_news() {
        if !tell(DemoNews::Replay(news)) {
            job.stop();
        }
    }
    tell(DemoNews::Ran(Box::new(job.finish()?)));
    Ok(())
}

fn faults(length_ms: u64) -> Vec<String> {
    // Whole seconds read better on the charts.
    let second = |ms: u64| ms.next_multiple_of(1_000);
    let from = second(length_ms / 4);
    let to = second(length_ms * 3 / 4).max(from + 1_000);
    let window = format!("@{from}ms..{to}ms");
    [DELAY, FAILURE]
        .map(|fault| format!("{fault}{window} for http"))
        .to_vec()
}
