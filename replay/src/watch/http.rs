//! One GET on a connection of its own: what is exposed as metrics is asked for so rarely that servers close
//! connections between two questions anyway.

use std::io;

use reprise_wire::http::{ReadCaps, ResponseReader, decode_content};

use super::error::WatchError;
use crate::http::stream::Stream;
use crate::run::http_target::HttpTarget;

/// Longer answers are cut there; metrics of a large Kubernetes node have some 10 MB.
const LONGEST: usize = 32 << 20;

/// The content of the answer to `request`, which asks for the connection to be closed after it.
///
/// # Errors
/// The connection broke, the answer is no HTTP, or it is not 200.
pub(super) async fn get(target: &HttpTarget, request: &[u8]) -> Result<Vec<u8>, WatchError> {
    let foreign = |_| WatchError::Unreadable("the answer".to_owned(), "it is no HTTP");
    let mut stream = Stream::open(target).await?;
    stream.write_all(request).await?;
    let caps = ReadCaps {
        body: LONGEST,
        ..ReadCaps::default()
    };
    let mut reader = ResponseReader::new(b"GET", caps);
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            reader
                .close()
                .map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            break;
        }
        let came = buffer.get(..read).unwrap_or_default();
        if reader.feed(came).map_err(foreign)?.done {
            break;
        }
    }
    match reader.status() {
        Some(200) => {}
        Some(status) => return Err(WatchError::Status(status)),
        None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    }
    let coding = reader.header("Content-Encoding").unwrap_or_default();
    let undone = decode_content(coding, reader.body(), LONGEST);
    let undone = undone.map_err(|_| {
        WatchError::Unreadable("the answer".to_owned(), "its Content-Encoding is not known")
    })?;
    Ok(undone.bytes.into_owned())
}
