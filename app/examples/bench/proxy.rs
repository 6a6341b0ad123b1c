//! What a proxy between a client and a server costs while no fault is on: `reprise proxy`, haproxy in TCP mode
//! and Toxiproxy beside no proxy at all, in turns, with wrk and nginx on one core and the proxy on the other.

mod load;
mod peer;

use std::path::Path;

use load::{Load, Loaded};
use peer::{Peer, Way};

use crate::Failure;
use crate::process::is_installed;
use crate::replay::pinning_works;
use crate::replay::target::Nginx;
use crate::table::median;

/// How often everything is measured, in turns.
const ROUNDS: usize = 3;

/// What was measured of one way to the server.
struct Row {
    way: Way,
    loaded: Vec<[Loaded; Load::ALL.len()]>,
}

/// Measures all ways and prints them.
pub(crate) fn bench(folder: &Path) -> Result<(), Failure> {
    if !pinning_works() || !is_installed("wrk") {
        println!("proxying: skipped, it wants two cores, taskset and wrk");
        return Ok(());
    }
    let Some(nginx) = Nginx::start(folder, 0, 64)? else {
        println!("proxying: skipped, nginx is not installed");
        return Ok(());
    };
    let mut rows: Vec<Row> = Vec::new();
    for way in Way::ALL {
        if way.is_installed() {
            let loaded = Vec::new();
            rows.push(Row { way, loaded });
        } else {
            println!("proxying: without {}, which is not installed", way.name());
        }
    }
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let peer = Peer::start(row.way, folder, nginx.port())?;
            row.loaded.push(load::all(&peer)?);
        }
    }
    print(&rows);
    Ok(())
}

/// The median of one number of a way.
fn of(row: &Row, load: usize, number: fn(&Loaded) -> f64) -> f64 {
    median(row.loaded.iter().map(|loaded| number(&loaded[load])))
}

fn print(rows: &[Row]) {
    println!(
        "{:<12} | {:>8} {:>8} {:>8} | {:>10} {:>8} {:>8} | {:>8} {:>8} {:>8}",
        "proxying",
        "p50 us",
        "p99 us",
        "added",
        "requests/s",
        "/haproxy",
        "CPU us",
        "MB/s",
        "/haproxy",
        "CPU us/MB"
    );
    let named = |way: Way| rows.iter().find(|row| row.way == way);
    let beside = |way: Way, load: usize, number: fn(&Loaded) -> f64| {
        named(way).map_or(f64::NAN, |row| of(row, load, number))
    };
    for row in rows {
        let p50 = of(row, 0, |loaded| loaded.p50_us);
        println!(
            "{:<12} | {:>8.0} {:>8.0} {:>8.1} | {:>10.0} {:>8.2} {:>8.1} | {:>8.0} {:>8.2} {:>8.0}",
            row.way.name(),
            p50,
            of(row, 0, |loaded| loaded.p99_us),
            p50 - beside(Way::Direct, 0, |loaded| loaded.p50_us),
            of(row, 1, |loaded| loaded.per_s),
            of(row, 1, |loaded| loaded.per_s) / beside(Way::Haproxy, 1, |loaded| loaded.per_s),
            of(row, 1, |loaded| loaded.cpu_us),
            of(row, 2, |loaded| loaded.per_s),
            of(row, 2, |loaded| loaded.per_s) / beside(Way::Haproxy, 2, |loaded| loaded.per_s),
            of(row, 2, |loaded| loaded.cpu_us),
        );
    }
    println!(
        "p50, p99, added: one connection, small answers, and how much more than without a proxy. requests/s: 50\n\
         connections, small answers. MB/s: 8 connections, answers of 1 MB. CPU: of the proxy, user and system."
    );
}
