//! Secrets in bodies that are coded in a way that no field tells, or not in the way that one does.

use super::{http, redacted};

/// What every case hides.
const SECRET: &str = "h1dden-s3cret";

/// What is stored of an answer with this head and body, its body.
fn stored(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = [head.as_bytes(), body].concat();
    let (_, _, exchange) = redacted(http("GET / HTTP/1.1\r\n\r\n", &answer));
    let bytes = exchange.response.unwrap().bytes;
    let message = crate::http::Message::parse(&bytes).unwrap();
    let length = message.header("Content-Length").unwrap();
    assert_eq!(length, message.body.len().to_string().as_bytes());
    message.body.into_owned()
}

#[test]
fn a_coding_that_no_field_tells_hides_nothing() {
    let document = format!("{{\"a\":\"{}\",\"password\":\"{SECRET}\"}}", "-".repeat(99));
    for coding in ["gzip", "deflate", "zstd"] {
        let coded = crate::http::encode(document.as_bytes(), coding.as_bytes());
        let coded = coded.unwrap().unwrap();
        for fields in [
            "",
            "Content-Type: application/json\r\n",
            "Content-Type: application/gzip\r\n",
        ] {
            let body = stored(fields, &coded);
            let decoded = crate::http::decode_content(coding.as_bytes(), &body, 1_000).unwrap();
            let text = String::from_utf8_lossy(&decoded.bytes);
            assert!(
                text.contains("\"password\":\"rp_") && decoded.complete,
                "{text}"
            );
        }
        // twice, one of which is told
        let twice = crate::http::encode(&coded, b"gzip").unwrap().unwrap();
        let body = stored("Content-Encoding: gzip\r\n", &twice);
        let once = crate::http::decode_content(b"gzip", &body, 1_000).unwrap();
        let decoded = crate::http::decode_content(coding.as_bytes(), &once.bytes, 1_000).unwrap();
        assert!(String::from_utf8_lossy(&decoded.bytes).contains("\"password\":\"rp_"));
    }
}

#[test]
fn a_coding_that_content_does_not_have_hides_nothing() {
    let document = format!("{{\"password\":\"{SECRET}\"}}");
    for coding in [
        "gzip",
        "deflate",
        "br",
        "zstd",
        "utf-8",
        "aws-chunked",
        "none",
        "a,b,c,d,e",
    ] {
        let body = stored(
            &format!("Content-Encoding: {coding}\r\n"),
            document.as_bytes(),
        );
        assert!(body.starts_with(b"{\"password\":\"rp_"), "{coding}");
    }
}

#[test]
fn text_in_utf_16_is_read() {
    let document =
        format!("<?xml version=\"1.0\" encoding=\"utf-16\"?><a><password>{SECRET}</password></a>");
    for (mark, little) in [
        ("\u{FEFF}", true),
        ("\u{FEFF}", false),
        ("", true),
        ("", false),
    ] {
        let bytes = |text: &str| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| {
                    if little {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    }
                })
                .collect()
        };
        let body = stored(
            "Content-Type: text/xml\r\n",
            &bytes(&format!("{mark}{document}")),
        );
        let units: Vec<u16> = body
            .chunks(2)
            .map(|pair| {
                let pair = [pair[0], pair[1]];
                if little {
                    u16::from_le_bytes(pair)
                } else {
                    u16::from_be_bytes(pair)
                }
            })
            .collect();
        let text = String::from_utf16(&units).unwrap();
        assert!(
            text.starts_with(mark) && text.contains("<password>rp_"),
            "{text}"
        );
    }
}

#[test]
fn a_body_coded_for_its_transfer_alone_is_looked_at_decoded() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write!(gzip, "{{\"password\":\"{SECRET}\"}}").unwrap();
    let coded = gzip.finish().unwrap();
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".to_vec();
    answer.extend_from_slice(format!("{:x}\r\n", coded.len()).as_bytes());
    answer.extend_from_slice(&coded);
    answer.extend_from_slice(b"\r\n0\r\n\r\n");
    let (_, answer, _) = redacted(http("GET / HTTP/1.1\r\n\r\n", &answer));
    assert!(
        answer.contains("Transfer-Encoding: chunked\r\n"),
        "{answer}"
    );
    assert!(answer.contains("{\"password\":\"rp_"), "{answer}");
}
