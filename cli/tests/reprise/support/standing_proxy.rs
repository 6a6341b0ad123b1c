//! A `reprise proxy` that runs beside the test: where it listens, and where it is controlled.

use super::Desk;
use super::running::Running;

/// Where the proxy of this name listens, once it does.
pub(crate) fn listens(running: &mut Running, name: &str) -> String {
    let line = running.until(&format!("reprise: {name} listens on "));
    line.split(' ').nth(4).unwrap().to_owned()
}

/// The URL at which it is controlled.
pub(crate) fn control_url(running: &mut Running) -> String {
    let line = running.until("reprise: control at http://");
    line.rsplit(' ').next().unwrap().to_owned()
}

/// The host and port at which it is controlled.
pub(crate) fn control_address(running: &mut Running) -> String {
    let url = control_url(running);
    url.split('/').nth(2).unwrap().to_owned()
}

/// One before this server that can be controlled; where it listens, and the host and port of its control.
pub(crate) fn controlled(desk: &Desk, to: &str) -> (Running, String, String) {
    let flags = ["proxy", "--listen", "0", "--to", to, "--control", "0"];
    let mut running = Running::start(desk, &flags);
    let listens = listens(&mut running, "proxy");
    let control = control_address(&mut running);
    (running, listens, control)
}

/// One that a file describes, by this name; where it listens, and the URL of its control.
pub(crate) fn of_file(desk: &Desk, name: &str, to: &str) -> (Running, String, String) {
    let file = format!(
        "control = '127.0.0.1:0'\n[[proxy]]\nname = '{name}'\nlisten = '0'\nto = '{to}'\nseed = 5\n"
    );
    desk.write("proxies.toml", file.as_bytes());
    let by_file = ["proxy", "--config", "proxies.toml"];
    let flags = ["--json", "--for", "10m"];
    let mut running = Running::start(desk, &[&by_file[..], &flags].concat());
    let listens = listens(&mut running, name);
    let control = control_url(&mut running);
    (running, listens, control)
}
