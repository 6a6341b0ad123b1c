//! `make bench`: importing captures into the file, and decoding alone, against `tshark -T fields` and
//! against two limits, in turns on the same captures. Prints medians and ratios; judges nothing,
//! because machines are noisy (`bench import` does only that). Then replaying, beside other load generators
//! (`bench replay`), and proxies (`bench proxy`).
//! `bench memory 5` imports a capture of 5 GB, replays it, and prints what that takes; `bench lanes 8000`
//! what idle lanes do; `bench loop 100` what ten hours of repeating a recording do, at a hundred times its speed; `bench queries` only what MySQL's point queries cost.

#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

mod decoding;
mod http;
mod limits;
mod mysql;
mod process;
mod proxy;
mod replay;
mod table;
mod workload;

use std::path::Path;
use std::process::Command;

use process::{Used, measured, reprise};
use table::Medians;
use workload::{Capture, Workload};

/// How often everything is measured, in turns.
const ROUNDS: usize = 3;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Every measured part is a process of its own, so that none finds memory another left behind.
    match words.as_slice() {
        [] => in_folder(|folder| {
            bench(folder)?;
            replay::bench(folder)?;
            proxy::bench(folder)
        }),
        ["import"] => in_folder(bench),
        ["replay"] => in_folder(replay::bench),
        ["proxy"] => in_folder(proxy::bench),
        ["queries"] => in_folder(replay::mysql::bench),
        ["lanes", lanes] => {
            let lanes: u32 = lanes.parse()?;
            in_folder(|folder| replay::lanes::measure(folder, lanes))
        }
        ["loop", speed] => {
            let speed: u32 = speed.parse()?;
            in_folder(|folder| replay::endless::measure(folder, speed))
        }
        ["timer", rate, seconds] => replay::timer::run(rate.parse()?, seconds.parse()?),
        ["decode", file] => decoding::decode(Path::new(file)),
        ["slice", file] => limits::slice(Path::new(file)),
        ["store", file, into] => limits::store(Path::new(file), Path::new(into)),
        ["write", folder] => write(Path::new(folder)),
        ["memory", gigabytes] => {
            let gigabytes: u64 = gigabytes.parse()?;
            in_folder(|folder| memory(folder, gigabytes))
        }
        _ => Err("read the arguments: none, `import`, `replay`, `proxy`, `queries`, `lanes NUMBER`, `loop SPEED`, `write FOLDER`, or `memory GIGABYTES`".into()),
    }
}

/// Works in a folder that is gone afterwards. `TMPDIR` says where.
fn in_folder(work: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("reprise-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = work(&folder);
    let removed = std::fs::remove_dir_all(&folder);
    // what went wrong first says more
    outcome?;
    Ok(removed?)
}

fn bench(folder: &Path) -> Result<(), Failure> {
    println!("{ROUNDS} rounds in turns, medians");
    table::print_head();
    for workload in Workload::ALL {
        let capture = workload.write(&folder.join("bench.pcap"))?;
        let mut medians = Medians::default();
        for _ in 0..ROUNDS {
            round(folder, &capture, &mut medians)?;
        }
        table::print_row(workload, &capture, &medians);
    }
    table::print_legend();
    Ok(())
}

/// Only writes the captures, to look at one with a profiler.
fn write(folder: &Path) -> Result<(), Failure> {
    for (number, workload) in Workload::ALL.into_iter().enumerate() {
        workload.write(&folder.join(format!("{number}.pcap")))?;
    }
    Ok(())
}

fn round(folder: &Path, capture: &Capture, medians: &mut Medians) -> Result<(), Failure> {
    let file = folder.join("bench.reprise");
    let bare = folder.join("bare.sqlite");
    medians.import.push(import(capture, &file)?);
    let this = || std::env::current_exe().map(Command::new);
    let decode = this()?.arg("decode").arg(&capture.path).output()?;
    medians.decode.push(seconds_said(&decode)?);
    let tshark = measured(
        Command::new("tshark")
            .arg("-r")
            .arg(&capture.path)
            .args(["-T", "fields"])
            .args(capture.workload.tshark_fields()),
    )?;
    medians.tshark.push(tshark);
    let slice = this()?.arg("slice").arg(&capture.path).output()?;
    medians.slice.push(seconds_said(&slice)?);
    let store = this()?.arg("store").arg(&file).arg(&bare).output()?;
    medians.store.push(seconds_said(&store)?);
    remove(&bare)?;
    remove(&file)
}

fn import(capture: &Capture, file: &Path) -> Result<Used, Failure> {
    let used = measured(
        Command::new(reprise())
            .arg("--file")
            .arg(file)
            .args(["import", "--name", "bench", "--json"])
            .arg(&capture.path),
    )?;
    let kept = reprise_store::Store::open(file)?
        .recordings()?
        .iter()
        .map(|recording| recording.exchanges.http + recording.exchanges.mysql)
        .sum::<u64>();
    if kept != capture.exchanges {
        return Err(format!("{kept} of {} exchanges were kept", capture.exchanges).into());
    }
    Ok(used)
}

/// A process that measures itself prints how many seconds it took.
fn seconds_said(output: &std::process::Output) -> Result<f64, Failure> {
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

/// SQLite leaves two files beside the third.
fn remove(file: &Path) -> Result<(), Failure> {
    std::fs::remove_file(file)?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(suffix);
        if Path::new(&beside).exists() {
            std::fs::remove_file(beside)?;
        }
    }
    Ok(())
}

fn memory(folder: &Path, gigabytes: u64) -> Result<(), Failure> {
    for workload in [Workload::HttpBodies, Workload::MysqlText] {
        let capture = workload.write_bytes(&folder.join("large.pcap"), gigabytes << 30)?;
        let file = folder.join("large.reprise");
        let used = import(&capture, &file)?;
        println!(
            "{}: {:.1} GB, {} packets, {} exchanges on {} connections: {:.1} s, {:.1} s of CPU time, \
             at most {:.0} MB resident",
            workload.name(),
            capture.bytes as f64 / 1e9,
            capture.packets,
            capture.exchanges,
            capture.connections,
            used.wall_s,
            used.cpu_s,
            used.peak_bytes as f64 / 1e6,
        );
        std::fs::remove_file(&capture.path)?;
        if workload == Workload::HttpBodies {
            replay::memory::measure(folder, &file)?;
        }
        remove(&file)?;
    }
    Ok(())
}
