//! What docs/proxy.md shows for tests in Rust, letter for letter from the next line but one on.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

pub(crate) struct Fault {
    control: String,
    proxy: String,
    id: Value,
}

impl Fault {
    pub(crate) fn new(control: &str, proxy: &str, text: &str) -> Result<Self, Box<dyn Error>> {
        let path = format!("{proxy}/faults");
        let mut added = ask(control, "POST", &path, &json!({ "fault": text }))?;
        Ok(Self {
            control: control.to_owned(),
            proxy: proxy.to_owned(),
            id: added["id"].take(),
        })
    }

    pub(crate) fn injected(&self) -> Result<u64, Box<dyn Error>> {
        let proxy = ask(&self.control, "GET", &self.proxy, &Value::Null)?;
        let mut faults = proxy["faults"].as_array().into_iter().flatten();
        let own = faults.find(|fault| fault["id"] == self.id);
        own.and_then(|fault| fault["injected"].as_u64())
            .ok_or_else(|| "the fault is gone".into())
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        let path = format!("{}/faults/{}", self.proxy, self.id);
        let _ = ask(&self.control, "DELETE", &path, &Value::Null);
    }
}

fn ask(control: &str, method: &str, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
    let mut stream = TcpStream::connect(control)?;
    let body = body.to_string();
    write!(
        stream,
        "{method} /api/proxies/{path} HTTP/1.1\r\nHost: {control}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 2") => Ok(serde_json::from_str(body)?),
        _ => Err(answer.into()),
    }
}
