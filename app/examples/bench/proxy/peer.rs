//! One way to the server, through a proxy on the second core or past all of them.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::process::{is_installed, program, reprise};

/// How long a proxy may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Direct,
    Haproxy,
    Toxiproxy,
    Reprise,
    /// With everything that passes recorded.
    Recording,
}

/// A way that is open; its proxy is ended when this is dropped.
pub(super) struct Peer {
    way: Way,
    process: Option<Child>,
    port: u16,
    /// What the proxy prints.
    log: PathBuf,
}

impl Way {
    pub(super) const ALL: [Self; 5] = [
        Self::Direct,
        Self::Haproxy,
        Self::Toxiproxy,
        Self::Reprise,
        Self::Recording,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Direct => "no proxy",
            Self::Haproxy => "haproxy",
            Self::Toxiproxy => "Toxiproxy",
            Self::Reprise => "reprise",
            Self::Recording => "recording",
        }
    }

    pub(super) fn is_installed(self) -> bool {
        match self {
            Self::Haproxy => is_installed("haproxy"),
            Self::Toxiproxy => is_installed("toxiproxy-server"),
            Self::Direct | Self::Reprise | Self::Recording => true,
        }
    }

    /// The proxy from `port` to `server`.
    fn command(
        self,
        folder: &Path,
        port: u16,
        control: u16,
        server: u16,
    ) -> Result<Option<Command>, Failure> {
        let mut command = Command::new("taskset");
        command.args(["-c", "1"]);
        match self {
            Self::Direct => return Ok(None),
            Self::Haproxy => {
                let config = folder.join("haproxy.cfg");
                let text = format!(
                    "global\n nbthread 1\n maxconn 4096\ndefaults\n mode tcp\n timeout connect 5s\n \
                     timeout client 1h\n timeout server 1h\nlisten bench\n bind 127.0.0.1:{port}\n \
                     server nginx 127.0.0.1:{server}\n"
                );
                std::fs::write(&config, text)?;
                command.args(["haproxy", "-db", "-f"]).arg(config);
            }
            Self::Toxiproxy => {
                let server = program("toxiproxy-server").ok_or("Toxiproxy is not installed")?;
                command.arg(server).args(["-port", &control.to_string()]);
            }
            Self::Reprise | Self::Recording => {
                command.arg(reprise());
                command.arg("--file").arg(folder.join("proxy.reprise"));
                command.args(["proxy", "--listen", &port.to_string()]);
                command.args(["--to", &format!("127.0.0.1:{server}")]);
                if self == Self::Recording {
                    let name = format!("bench {port}");
                    command.args(["--record", &name]);
                }
            }
        }
        Ok(Some(command))
    }
}

impl Peer {
    pub(super) fn start(way: Way, folder: &Path, server: u16) -> Result<Self, Failure> {
        let [port, control] = free_ports()?;
        let log = folder.join("peer.log");
        let Some(mut command) = way.command(folder, port, control, server)? else {
            return Ok(Self {
                way,
                process: None,
                port: server,
                log,
            });
        };
        let child = command
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .spawn()?;
        let mut peer = Self {
            way,
            process: Some(child),
            port,
            log,
        };
        if way == Way::Toxiproxy {
            peer.reachable(control)?;
            create(control, port, server)?;
        }
        peer.reachable(port)?;
        Ok(peer)
    }

    /// Where wrk connects to.
    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// The proxy's process.
    pub(super) const fn process(&self) -> Option<&Child> {
        self.process.as_ref()
    }

    fn reachable(&mut self, port: u16) -> Result<(), Failure> {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = match &mut self.process {
                Some(process) => process.try_wait()?,
                None => None,
            };
            if ended.is_some() || began.elapsed() > PATIENCE {
                let said = std::fs::read_to_string(&self.log).unwrap_or_default();
                let how = ended.map_or_else(|| "runs".to_owned(), |status| status.to_string());
                let name = self.way.name();
                return Err(format!("reach {name} on port {port} ({how}): {said}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // it keeps nothing, so it may be ended at once; that it has ended already is fine
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Two ports that nobody has, for programs that cannot choose one themselves. What connects somewhere gets its own
/// from the same range, so that they are soon to be used.
fn free_ports() -> Result<[u16; 2], Failure> {
    let both = [
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    ];
    let [one, other] = &both;
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
}

/// Has a Toxiproxy listen.
fn create(control: u16, port: u16, server: u16) -> Result<(), Failure> {
    let body = format!(
        "{{\"name\": \"bench\", \"listen\": \"127.0.0.1:{port}\", \"upstream\": \"127.0.0.1:{server}\"}}"
    );
    let mut stream = TcpStream::connect(("127.0.0.1", control))?;
    write!(
        stream,
        "POST /proxies HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.starts_with("HTTP/1.1 201 ") {
        true => Ok(()),
        false => Err(format!("Toxiproxy refused: {answer}").into()),
    }
}
