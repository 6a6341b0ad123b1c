//! Content put into a message in place of what it has: under the same content coding, its length right.

use std::borrow::Cow;
use std::io::{self, Write as _};

use flate2::Compression;

use super::message::Message;

impl Message<'_> {
    /// Puts `content` under the coding the message has; one that cannot be written here is taken off. Whether
    /// it is coded. `whole`: all of the content is there; else the announced length stays as it was.
    pub fn put_content(&mut self, content: Vec<u8>, whole: bool) -> bool {
        let coding = self
            .header("Content-Encoding")
            .unwrap_or_default()
            .trim_ascii();
        let coding = coding.to_ascii_lowercase();
        if coding.is_empty() || coding == b"identity" {
            self.put_body(content, whole);
            return false;
        }
        if let Some(Ok(coded)) = encode(&content, &coding) {
            self.put_body(coded, whole);
            return true;
        }
        self.headers.retain(|field| !field.is("Content-Encoding"));
        self.put_body(content, whole);
        false
    }

    /// Puts `body`, coded as the message says. A body whose end is not kept leaves the announced length as
    /// it was.
    pub(crate) fn put_body(&mut self, body: Vec<u8>, whole: bool) {
        if whole {
            self.set_body(body);
        } else {
            self.body = Cow::Owned(body);
        }
    }
}

/// `content` under one coding; `None` for one that cannot be written here.
pub(crate) fn encode(content: &[u8], coding: &[u8]) -> Option<io::Result<Vec<u8>>> {
    let level = Compression::fast();
    match coding {
        b"gzip" | b"x-gzip" => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
            Some(gzip.write_all(content).and_then(|()| gzip.finish()))
        }
        b"deflate" => {
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
            Some(zlib.write_all(content).and_then(|()| zlib.finish()))
        }
        b"zstd" => Some(zstd::encode_all(content, 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::http::decode_content;

    use super::*;

    fn recoded(coding: &str) -> (String, Vec<u8>, bool) {
        let request = format!(
            "POST / HTTP/1.1\r\nContent-Encoding: {coding}\r\nContent-Length: 3\r\n\r\nold"
        );
        let mut message = Message::parse(request.as_bytes()).unwrap();
        let coded = message.put_content(b"new content".to_vec(), true);
        let length = message.header("Content-Length").unwrap().to_vec();
        assert_eq!(length, message.body.len().to_string().into_bytes());
        let coding = message
            .header("Content-Encoding")
            .unwrap_or_default()
            .to_vec();
        let decoded = decode_content(&coding, &message.body, 100).unwrap();
        (
            String::from_utf8(coding).unwrap(),
            decoded.bytes.into_owned(),
            coded,
        )
    }

    #[test]
    fn content_keeps_the_coding_it_has_and_loses_one_that_cannot_be_written() {
        for coding in ["gzip", "Deflate", "zstd"] {
            assert_eq!(
                recoded(coding),
                (coding.to_owned(), b"new content".to_vec(), true)
            );
        }
        assert_eq!(
            recoded("br"),
            (String::new(), b"new content".to_vec(), false)
        );
        assert!(!recoded("identity").2);
    }
}
