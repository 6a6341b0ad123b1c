//! Whether the system has room for all the connections of a run: file descriptors and local ports, seen
//! before the start instead of as refused connections in the middle.

use std::net::{IpAddr, SocketAddr};

use reprise_wire::Protocol;
use rustix::process::{Resource, getrlimit, setrlimit};

use super::reach::MysqlRoom;
use crate::ReplayError;
use crate::plan::Connections;
use crate::prepare::Prepared;
use crate::prepare::lane::Span;
use crate::schedule::crowd::most_open;
use crate::socket::LOOPBACK_SOURCES;

/// Files that are open besides connections: the recording, its log, timers, what the program came with.
const OTHER_FILES: u64 = 64;

/// What the kernel takes local ports from; the command that changes it is named with it.
const PORT_RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";

/// Makes room for the run's connections.
///
/// # Errors
/// There are not enough file descriptors, or not enough ports for one of the targets, which are given in
/// the order of the plan's routes.
pub(crate) fn make_room(
    prepared: &Prepared,
    http: impl Iterator<Item = SocketAddr>,
) -> Result<(), ReplayError> {
    let (plan, lanes) = (&prepared.plan, &prepared.lanes);
    // a pool has its size, whatever the lanes are
    let most_open = |of: &dyn Fn(&Span) -> bool, routes: u64| match plan.connections {
        Connections::Recorded => most_open(plan, lanes, prepared.length_us, of),
        Connections::Pool(places) => {
            let mysql = |span: &Span| span.protocol == Protocol::Mysql && of(span);
            most_open(plan, lanes, prepared.length_us, mysql) + u64::from(places) * routes
        }
    };
    let all = most_open(&|_| true, plan.http.len() as u64);
    open_files(all)?;
    let Some(range) = local_port_range() else {
        return Ok(());
    };
    for (route, target) in (0_u16..).zip(http) {
        let here = |span: &Span| span.protocol == Protocol::Http && span.route == route;
        let to_it = most_open(&here, 1);
        ports(to_it, target, range)?;
    }
    Ok(())
}

/// Whether the MySQL server lets all the run's connections in at once.
///
/// # Errors
/// It does not.
pub(crate) fn has_room(prepared: &Prepared, room: MysqlRoom) -> Result<(), ReplayError> {
    let (plan, lanes) = (&prepared.plan, &prepared.lanes);
    let connections = most_open(plan, lanes, prepared.length_us, |span| {
        span.protocol == Protocol::Mysql
    });
    if connections + room.used <= room.most {
        return Ok(());
    }
    Err(ReplayError::TooFewConnections {
        connections,
        allowed: room.most,
        used: room.used,
        needed: connections + room.used,
    })
}

/// Raises what this process may have open, as far as it may do that itself.
fn open_files(connections: u64) -> Result<(), ReplayError> {
    let needed = connections + OTHER_FILES;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|soft| soft >= needed) {
        return Ok(());
    }
    limit.current = limit.maximum;
    let allowed = limit.maximum.unwrap_or(u64::MAX);
    if setrlimit(Resource::Nofile, limit).is_ok() && allowed >= needed {
        return Ok(());
    }
    Err(ReplayError::TooFewFiles {
        connections,
        allowed,
        needed,
    })
}

fn ports(
    connections: u64,
    target: SocketAddr,
    (first, last): (u64, u64),
) -> Result<(), ReplayError> {
    let sources = match target.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => u64::from(LOOPBACK_SOURCES),
        _ => 1,
    };
    let ports = (last + 1).saturating_sub(first);
    if connections <= ports * sources {
        return Ok(());
    }
    Err(ReplayError::TooFewPorts {
        target,
        connections,
        ports: ports * sources,
    })
}

/// The first and the last local port the kernel gives out; `None` where it does not say.
#[must_use]
pub fn local_port_range() -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(PORT_RANGE).ok()?;
    let mut words = text.split_ascii_whitespace().map(str::parse);
    Some((words.next()?.ok()?, words.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_files_are_refused_with_the_command_that_raises_the_limit() {
        assert!(open_files(10).is_ok());
        let error = open_files(1 << 40).unwrap_err().to_string();
        assert!(error.contains("ulimit -n 1099511627840"), "{error}");
    }

    #[test]
    fn more_connections_than_ports_are_refused_and_loopback_has_more_of_them() {
        let there: SocketAddr = "192.0.2.1:80".parse().unwrap();
        let here: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let range = (32_768, 60_999);
        assert!(ports(28_232, there, range).is_ok());
        let error = ports(28_233, there, range).unwrap_err().to_string();
        assert!(error.contains("net.ipv4.ip_local_port_range"), "{error}");
        assert!(ports(28_233, here, range).is_ok());
        assert!(ports(28_232 * 16 + 1, here, range).is_err());
    }

    #[test]
    fn this_system_says_which_ports_it_gives_out() {
        let (first, last) = local_port_range().unwrap();
        assert!(first < last && last < 65_536);
    }
}
