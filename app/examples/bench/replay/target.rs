//! nginx with one worker on a core of its own, answering every request with the same small body, and `/large`
//! with a megabyte. `/status` tells how many it has answered.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::recording::BODY;
use crate::Failure;

/// A running nginx; ended when dropped.
pub(crate) struct Nginx {
    process: Child,
    port: u16,
    /// How often it was asked for its status.
    asked: u64,
}

impl Nginx {
    /// Starts it with all its files in `folder`; `None` when it is not installed.
    pub(crate) fn start(
        folder: &Path,
        core: u32,
        connections: u32,
    ) -> Result<Option<Self>, Failure> {
        // nginx cannot choose a port itself; between this and its start nobody else takes it
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let files = folder.join("nginx");
        std::fs::create_dir_all(&files)?;
        std::fs::write(files.join("large"), vec![b'x'; 1 << 20])?;
        let config = files.join("nginx.conf");
        let connections = connections + 64;
        let at = files.display();
        let text = format!(
            "worker_processes 1; daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;\n\
             events {{ worker_connections {connections}; }}\n\
             http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;\n\
             client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;\n\
             uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;\n\
             server {{ listen 127.0.0.1:{port} backlog=16384; location = /large {{ root {at}; }} location = /status {{ stub_status; }}\n\
             location / {{\n\
             default_type application/json; return 200 '{BODY}'; }} }} }}\n"
        );
        std::fs::write(&config, text)?;
        let log = files.join("error.log");
        let spawned = Command::new("taskset")
            .args(["-c", &core.to_string(), "nginx", "-e"])
            .arg(log)
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut nginx = Self {
            process: spawned,
            port,
            asked: 0,
        };
        Ok(nginx.answers()?.then_some(nginx))
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests it has answered, those that ask this not counted.
    pub(super) fn answered(&mut self) -> Result<u64, Failure> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.write_all(b"GET /status HTTP/1.0\r\n\r\n")?;
        self.asked += 1;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        // "server accepts handled requests" and, on the next line, a number for each of the three
        let (_, numbers) = answer
            .split_once("requests")
            .ok_or("nginx tells no status")?;
        let all: u64 = numbers
            .split_ascii_whitespace()
            .nth(2)
            .ok_or("nginx tells no number of requests")?
            .parse()?;
        Ok(all - self.asked)
    }

    /// Waits until it takes connections; false when it has ended instead.
    fn answers(&mut self) -> Result<bool, Failure> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(true);
            }
            if self.process.try_wait()?.is_some() {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(false)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // it keeps nothing, so it may be ended at once; that it has ended already is fine
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
