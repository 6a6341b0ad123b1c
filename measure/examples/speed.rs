//! What comparing, reporting, counting and drawing cost: two runs of a million samples and 50 operations, a page of
//! both, a second of a live run, and charts of four lines of 600 points. Prints processor time, which a busy
//! machine does not stretch as it does the clock's; judges nothing.
//!
//! ```text
//! cargo run --release -p reprise-measure --example speed
//! ```

#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::collections::BTreeMap;

use reprise_measure::chart::{ChartKind, Style, Theme, Timeline};
use reprise_measure::report::{ComparisonPart, Part, Report, RunPart, html};
use reprise_measure::{
    Accumulator, Histogram, Judging, Outcome, RowMix, RunSamples, Sample, SampleFlags, Source,
    StatusMix, Summary, Tick, TickQuantiles, choice, compare,
};

const SAMPLES: u64 = 1_000_000;
const OPERATIONS: u32 = 50;
const RUN_US: u64 = 600_000_000;
const TICKS: u64 = 600;
/// Fast things are done so often that the processor's clock, of hundredths of a second, can tell.
const OFTEN: u32 = 100;

fn main() {
    let read = Used::now();
    let sides = [side("main", 1), side("branch", 2)];
    println!(
        "cut two runs of {SAMPLES} samples into slices: {}",
        read.since()
    );
    let compared = Used::now();
    let [a, b] = &sides;
    let comparison = compare(
        std::slice::from_ref(a),
        std::slice::from_ref(b),
        Judging::default(),
    );
    println!(
        "compare them, {OPERATIONS} operations, 1,000 draws: {}",
        compared.since()
    );
    println!("  {}: {}", comparison.verdict.name(), comparison.why[0]);
    println!("most memory so far: {} MB", peak_memory() / 1_000);

    for per_second in [0, 5_000] {
        println!(
            "count a second of {per_second} answers, in four ticks: {}",
            live(per_second)
        );
    }
    let ticks: Vec<Tick> = (0..TICKS).map(tick).collect();
    let timeline = Timeline {
        ticks: &ticks,
        ..Timeline::default()
    };
    draw(&timeline);
    let written = Used::now();
    let summary = Summary::default();
    let run = |name: &str| {
        Part::Run(Box::new(RunPart {
            name: name.to_owned(),
            state: "complete".to_owned(),
            facts: Vec::new(),
            summary: &summary,
            timeline: timeline.clone(),
            recorded: None,
            losses: Vec::new(),
            failures: Vec::new(),
            alerts: Vec::new(),
            notes: Vec::new(),
            again: String::new(),
            plan: String::new(),
        }))
    };
    let page = html(&Report {
        title: "branch against main".to_owned(),
        subtitle: String::new(),
        parts: vec![
            Part::Comparison(Box::new(ComparisonPart {
                comparison: &comparison,
                a_ticks: &ticks,
                b_ticks: &ticks,
                recorded: None,
            })),
            run("main"),
            run("branch"),
        ],
    });
    println!(
        "write the page of both runs, {} KB: {}",
        page.len() / 1_000,
        written.since()
    );
}

fn draw(timeline: &Timeline<'_>) {
    for kind in [
        ChartKind::ResponseTime,
        ChartKind::HeatMap,
        ChartKind::Service,
        ChartKind::ErrorRate,
        ChartKind::Statuses,
        ChartKind::Rows,
        ChartKind::Rate,
        ChartKind::OverRate,
    ] {
        let drawn = Used::now();
        for _ in 0..OFTEN {
            kind.draw(timeline, Style::new(2_400, 300, Theme::Page));
        }
        println!(
            "chart {kind:?} of {TICKS} ticks: {}",
            drawn.since().each(OFTEN)
        );
    }
}

fn side(name: &str, seed: u64) -> RunSamples {
    let names: BTreeMap<u32, String> = (0..OPERATIONS)
        .map(|id| (id, format!("GET /{id}")))
        .collect();
    let mut side = RunSamples::new(name, Source::Run, RUN_US, names);
    for number in 0..SAMPLES {
        side.push(&sample(number, seed));
    }
    side
}

/// What a second of a live run costs to be counted: so many answers, in four ticks.
fn live(per_second: u64) -> Took {
    let begun = Used::now();
    let mut run = Accumulator::new(Vec::new());
    for quarter in 0..u64::from(4 * OFTEN) {
        let (from, count) = (quarter * per_second / 4, per_second / 4);
        run.planned(count);
        for number in from..from + count {
            let sample = sample(number, 1);
            run.sent();
            run.ended(&sample);
        }
        std::hint::black_box(run.take_tick(quarter * 250_000, 250_000));
    }
    begun.since().each(OFTEN)
}

fn sample(number: u64, seed: u64) -> Sample {
    let luck = choice::unit(seed, &[number]).max(1e-6);
    let at_us = number * RUN_US / SAMPLES;
    let took_us = (3_000.0 * luck.powf(-0.4)) as u64;
    Sample {
        exchange: number as u32,
        lane: 0,
        copy: 0,
        operation: (number % u64::from(OPERATIONS)) as u32,
        intended_us: at_us,
        ready_us: at_us,
        sent_us: at_us + 10,
        first_byte_us: Some(at_us + took_us),
        done_us: at_us + took_us,
        outcome: Outcome::Ok,
        status: 200,
        flags: SampleFlags::empty(),
        sent_bytes: 0,
        received_bytes: 0,
        faults: 0,
    }
}

fn tick(number: u64) -> Tick {
    let (mut response, mut service) = (Histogram::default(), Histogram::default());
    let mut rows = RowMix::default();
    for answer in 0..100 {
        let luck = choice::unit(9, &[number, answer]).max(1e-6);
        let took_us = (3_000.0 * luck.powf(-0.4)) as u64;
        response.record(took_us);
        service.record(took_us / 2);
        rows.count(took_us / 2_000);
    }
    let quantiles = |times: &Histogram| TickQuantiles {
        p50: times.quantile(0.5),
        p95: times.quantile(0.95),
        p99: times.quantile(0.99),
    };
    Tick {
        start_us: number * 1_000_000,
        duration_us: 1_000_000,
        planned: 100,
        sent: 100,
        errors: BTreeMap::from([("HTTP 503".to_owned(), number % 3)]),
        statuses: StatusMix {
            http: [0, 60, 10, 5, number % 3, 0, 0, 0, 0],
            mysql_ok: 25,
            ..StatusMix::default()
        },
        rows,
        response_us: Some(quantiles(&response)),
        service_us: Some(quantiles(&service)),
        response,
        service,
        ..Tick::default()
    }
}

/// Processor time of this process, in hundredths of a second (`proc_pid_stat(5)`, fields 14 and 15).
struct Used(u64);

/// How much of it something took, in milliseconds.
struct Took(f64);

impl Used {
    fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let fields = after_name.split(' ').skip(11).take(2);
        Self(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
    }

    fn since(&self) -> Took {
        Took((Self::now().0 - self.0) as f64 * 10.0)
    }
}

impl Took {
    fn each(self, times: u32) -> Self {
        Self(self.0 / f64::from(times))
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} ms of processor time", self.0)
    }
}

/// The most memory this process has held, in KB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().split(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
