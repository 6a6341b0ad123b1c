//! A stored payload as text for reading: HTTP with its content decoded, MySQL as the statement it is.
//! For people only; replay and comparison work on the bytes.

use std::fmt::Write as _;

use reprise_wire::Protocol;
use reprise_wire::http::{self, Message};

/// Content beyond this is not shown.
const SHOWN: usize = 64 * 1024;

/// A request or an answer as text.
pub(crate) fn transcript(protocol: Protocol, request: bool, bytes: &[u8]) -> String {
    match (protocol, request) {
        (Protocol::Http, _) => http_text(bytes),
        (Protocol::Mysql, true) => command_text(bytes),
        (Protocol::Mysql, false) => reply_text(bytes),
    }
}

fn http_text(bytes: &[u8]) -> String {
    let Ok(message) = Message::parse(bytes) else {
        return String::from_utf8_lossy(bytes.get(..SHOWN).unwrap_or(bytes)).into_owned();
    };
    let head = &bytes[..head_len(bytes)];
    let mut text = String::from_utf8_lossy(head).replace("\r\n", "\n");
    let coding = message.header("content-encoding").unwrap_or_default();
    let kind = message.header("content-type").unwrap_or_default();
    match http::decode_content(coding, &message.body, SHOWN) {
        Ok(decoded) if is_text(kind, &decoded.bytes) => {
            text.push_str(&String::from_utf8_lossy(&decoded.bytes));
            if !decoded.complete {
                text.push_str("\n(the rest is not shown)");
            }
        }
        Ok(_) | Err(_) if message.body.is_empty() => {}
        Ok(_) | Err(_) => {
            let kind = String::from_utf8_lossy(kind);
            // Writing to a String cannot fail.
            let _ = write!(text, "({} bytes of {kind})", message.body.len());
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn head_len(bytes: &[u8]) -> usize {
    let crlf = bytes
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .map(|at| at + 4);
    let bare = bytes
        .windows(2)
        .position(|end| end == b"\n\n")
        .map(|at| at + 2);
    crlf.into_iter().chain(bare).min().unwrap_or(bytes.len())
}

/// Whether content of this media type is shown as text.
pub(crate) fn is_text(kind: &[u8], content: &[u8]) -> bool {
    let kind = kind.to_ascii_lowercase();
    let named = [
        &b"text/"[..],
        b"application/json",
        b"application/x-www-form-urlencoded",
    ];
    named.iter().any(|prefix| kind.starts_with(prefix))
        || (!content.contains(&0) && std::str::from_utf8(content).is_ok())
}

/// The command's payload: its byte, then what follows.
fn command_text(bytes: &[u8]) -> String {
    let Some((command, rest)) = bytes.split_first() else {
        return String::new();
    };
    let name = match command {
        0x01 => "QUIT",
        0x02 => "INIT_DB",
        0x03 => "QUERY",
        0x04 => "FIELD_LIST",
        0x09 => "STATISTICS",
        0x0e => "PING",
        0x11 => "CHANGE_USER",
        0x16 => "STMT_PREPARE",
        0x17 => "STMT_EXECUTE",
        0x18 => "STMT_SEND_LONG_DATA",
        0x19 => "STMT_CLOSE",
        0x1a => "STMT_RESET",
        0x1b => "SET_OPTION",
        0x1c => "STMT_FETCH",
        0x1f => "RESET_CONNECTION",
        0xfa => "STMT_BULK_EXECUTE",
        _ => "command",
    };
    let rest = rest.get(..SHOWN).unwrap_or(rest);
    match std::str::from_utf8(rest) {
        Ok(sql) if !sql.contains('\0') => format!("COM_{name} {sql}\n"),
        _ => format!("COM_{name}\n{}", hex(rest)),
    }
}

/// A reply's packets, each as what can be read of it.
fn reply_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes.get(..SHOWN).unwrap_or(bytes);
    while let Some((header, after)) = rest.split_first_chunk::<4>() {
        let length =
            usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
        let packet = after.get(..length).unwrap_or(after);
        let printable: String = String::from_utf8_lossy(packet)
            .chars()
            .map(|c| if c.is_control() { '·' } else { c })
            .collect();
        let _ = writeln!(text, "{:>3}  {printable}", header[3]);
        rest = after.get(length..).unwrap_or_default();
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(16).take(64) {
        for byte in line {
            let _ = write!(text, "{byte:02x} ");
        }
        for byte in line {
            text.push(if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '.'
            });
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_answer_is_shown_with_its_chunks_joined() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
            5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
        let text = transcript(Protocol::Http, false, bytes);
        assert!(text.ends_with("\n\nhello world\n"), "{text}");
    }

    #[test]
    fn binary_content_is_named_and_not_shown() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n\x89P\0G";
        assert!(transcript(Protocol::Http, false, bytes).ends_with("(4 bytes of image/png)\n"));
    }

    #[test]
    fn a_query_is_its_sql() {
        assert_eq!(
            transcript(Protocol::Mysql, true, b"\x03SELECT 1"),
            "COM_QUERY SELECT 1\n"
        );
    }

    #[test]
    fn nothing_readable_is_still_text() {
        for bytes in [&b""[..], b"\xff\xfe", b"\x05\0\0"] {
            for (protocol, request) in [
                (Protocol::Http, true),
                (Protocol::Mysql, true),
                (Protocol::Mysql, false),
            ] {
                let _ = transcript(protocol, request, bytes);
            }
        }
    }
}
