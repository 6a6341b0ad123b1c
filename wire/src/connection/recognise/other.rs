//! Protocols that share ports and hosts with HTTP and MySQL, told by a direction's first bytes: named so that
//! a user knows what was left out. Each is told only by what no other begins with.

use super::Verdict;
use crate::Direction;
use crate::connection::Spoken;
use crate::http::Start;

/// What a protocol is told by.
type Judge = fn(&[u8]) -> Start;

/// Judges the first bytes of a direction that are neither HTTP, MySQL nor TLS.
pub(super) fn recognise(direction: Direction, bytes: &[u8]) -> Verdict {
    let candidates: &[(Spoken, Judge)] = match direction {
        Direction::ToServer => &[
            (Spoken::Ssh, |bytes| starts_with(bytes, b"SSH-")),
            (Spoken::Postgres, postgres),
            (Spoken::Redis, redis),
            (Spoken::Mongodb, mongodb),
            (Spoken::Amqp, |bytes| starts_with(bytes, b"AMQP")),
            (Spoken::Kafka, kafka),
            (Spoken::Memcached, memcached),
            (Spoken::Smtp, |bytes| {
                command(bytes, &["EHLO", "HELO", "LHLO"])
            }),
            (Spoken::Ftp, |bytes| command(bytes, &["AUTH TLS", "FEAT"])),
        ],
        Direction::ToClient => &[
            (Spoken::Ssh, |bytes| starts_with(bytes, b"SSH-")),
            (Spoken::Smtp, |bytes| greeting(bytes, b"220", b"SMTP")),
            (Spoken::Ftp, |bytes| greeting(bytes, b"220", b"FTP")),
            (Spoken::Imap, |bytes| starts_with(bytes, b"* OK ")),
            (Spoken::Imap, |bytes| starts_with(bytes, b"* PREAUTH ")),
            (Spoken::Pop3, |bytes| starts_with(bytes, b"+OK")),
        ],
    };
    let mut verdict = Verdict::No;
    for (spoken, judge) in candidates {
        match judge(bytes) {
            Start::Yes => return Verdict::Is(*spoken),
            Start::Maybe => verdict = Verdict::Maybe,
            Start::No => {}
        }
    }
    verdict
}

/// Whether `bytes` begin with `wanted`, or may come to.
pub(super) fn starts_with(bytes: &[u8], wanted: &[u8]) -> Start {
    if bytes.starts_with(wanted) {
        Start::Yes
    } else if wanted.starts_with(bytes) {
        Start::Maybe
    } else {
        Start::No
    }
}

const fn sure(judged: bool) -> Start {
    if judged { Start::Yes } else { Start::No }
}

/// StartupMessage, SSLRequest, GSSENCRequest or CancelRequest of PostgreSQL (documentation, "Message
/// Formats"): a length, then a number nobody else uses.
fn postgres(bytes: &[u8]) -> Start {
    const NUMBERS: [u32; 4] = [3 << 16, 80_877_103, 80_877_104, 80_877_102];
    let Some([a, b, c, d, e, f, g, h]) = bytes.first_chunk() else {
        return if bytes.starts_with(&[0, 0]) {
            Start::Maybe
        } else {
            Start::No
        };
    };
    let length = u32::from_be_bytes([*a, *b, *c, *d]);
    let number = u32::from_be_bytes([*e, *f, *g, *h]);
    sure((8..=10_000).contains(&length) && NUMBERS.contains(&number))
}

/// An array of bulk strings, as clients of Redis send commands (RESP).
fn redis(bytes: &[u8]) -> Start {
    let Some(rest) = bytes.strip_prefix(b"*") else {
        return sure(false);
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (_, after) = rest.split_at_checked(digits).unwrap_or((rest, b""));
    match starts_with(after, b"\r\n$") {
        Start::Yes => sure((1..=7).contains(&digits)),
        Start::Maybe if digits <= 7 => Start::Maybe,
        _ => Start::No,
    }
}

/// A wire protocol header of MongoDB: length, request id, 0 for "answers nothing", operation.
fn mongodb(bytes: &[u8]) -> Start {
    const OPERATIONS: [u32; 3] = [2_004, 2_012, 2_013];
    const LONGEST: u32 = 48_000_000;
    let Some(header) = bytes.first_chunk::<16>() else {
        return Start::No;
    };
    let word = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|word| word.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    };
    sure((16..=LONGEST).contains(&word(0)) && word(8) == 0 && OPERATIONS.contains(&word(12)))
}

/// The request that every client of Kafka begins with since 0.10: ApiVersions (key 18), alone in its segment.
fn kafka(bytes: &[u8]) -> Start {
    let Some([a, b, c, d, 0, 18, 0, 0..=9]) = bytes.first_chunk() else {
        return Start::No;
    };
    let length = u32::from_be_bytes([*a, *b, *c, *d]);
    sure(u32::try_from(bytes.len() - 4).is_ok_and(|rest| rest == length))
}

/// A whole command line of memcached's text protocol, or a header of its binary one.
fn memcached(bytes: &[u8]) -> Start {
    const COMMANDS: [&str; 19] = [
        "get",
        "gets",
        "gat",
        "gats",
        "set",
        "add",
        "replace",
        "append",
        "prepend",
        "cas",
        "delete",
        "incr",
        "decr",
        "touch",
        "mg",
        "ms",
        "version",
        "stats",
        "flush_all",
    ];
    if let Some([0x80, 0..=0x48, high, low, extras, 0, ..]) = bytes.first_chunk::<24>() {
        let key = usize::from(u16::from_be_bytes([*high, *low]));
        let body = bytes.get(8..12).and_then(|word| word.first_chunk());
        let body = body.map_or(0, |word| u32::from_be_bytes(*word) as usize);
        return sure(body >= key + usize::from(*extras));
    }
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") else {
        return Start::No;
    };
    let line = bytes.get(..end).unwrap_or_default();
    let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    sure(COMMANDS.iter().any(|command| command.as_bytes() == word))
}

/// A command of a text protocol, in any case, before a blank or the line's end.
fn command(bytes: &[u8], commands: &[&str]) -> Start {
    let is = |command: &&str| {
        let head = bytes.get(..command.len()).unwrap_or_default();
        let after = bytes.get(command.len());
        head.eq_ignore_ascii_case(command.as_bytes()) && matches!(after, Some(b' ' | b'\r' | b'\n'))
    };
    sure(commands.iter().any(is))
}

/// A server's greeting: a code, and the name of its protocol in the first line.
fn greeting(bytes: &[u8], code: &[u8], name: &[u8]) -> Start {
    match bytes.get(..4) {
        None => starts_with(bytes, code),
        Some([.., b' ' | b'-']) if bytes.starts_with(code) => {
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
            let mut places = line.windows(name.len());
            if places.any(|place| place.eq_ignore_ascii_case(name)) {
                Start::Yes
            } else {
                // Its client says what it is.
                Start::Maybe
            }
        }
        Some(_) => Start::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(bytes: &[u8]) -> Verdict {
        recognise(Direction::ToServer, bytes)
    }

    fn server(bytes: &[u8]) -> Verdict {
        recognise(Direction::ToClient, bytes)
    }

    #[test]
    fn clients_are_told_by_what_they_begin_with() {
        let cases: [(&[u8], Spoken); 14] = [
            (b"SSH-2.0-OpenSSH_9.2\r\n", Spoken::Ssh),
            (b"\0\0\0\x08\x04\xd2\x16\x2f", Spoken::Postgres),
            (b"\0\0\0\x25\0\x03\0\0user\0alice\0", Spoken::Postgres),
            (b"*1\r\n$4\r\nPING\r\n", Spoken::Redis),
            (b"*12\r\n$3\r\nSET\r\n", Spoken::Redis),
            (
                b"\x10\x01\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0",
                Spoken::Mongodb,
            ),
            (b"AMQP\0\0\x09\x01", Spoken::Amqp),
            (b"\0\0\0\x0e\0\x12\0\x03\0\0\0\x01\0\x04name", Spoken::Kafka),
            (b"get session:7\r\n", Spoken::Memcached),
            (b"set k 0 60 2\r\nab\r\n", Spoken::Memcached),
            (
                b"\x80\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0k",
                Spoken::Memcached,
            ),
            (b"EHLO mail.example.org\r\n", Spoken::Smtp),
            (b"helo there\r\n", Spoken::Smtp),
            (b"AUTH TLS\r\n", Spoken::Ftp),
        ];
        for (bytes, spoken) in cases {
            assert_eq!(
                client(bytes),
                Verdict::Is(spoken),
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn servers_that_speak_first_are_told_by_their_greeting() {
        assert_eq!(
            server(b"220 mx ESMTP Postfix\r\n"),
            Verdict::Is(Spoken::Smtp)
        );
        assert_eq!(server(b"220-FTP server\r\n"), Verdict::Is(Spoken::Ftp));
        assert_eq!(
            server(b"* OK [CAPABILITY IMAP4]\r\n"),
            Verdict::Is(Spoken::Imap)
        );
        assert_eq!(server(b"+OK ready\r\n"), Verdict::Is(Spoken::Pop3));
        assert_eq!(server(b"SSH-2.0-x\r\n"), Verdict::Is(Spoken::Ssh));
        assert_eq!(server(b"220 welcome\r\n"), Verdict::Maybe);
        assert_eq!(server(b"2200 no\r\n"), Verdict::No);
    }

    #[test]
    fn what_only_resembles_them_is_none_of_them() {
        for bytes in [
            &b"*x\r\n$"[..],
            b"*12345678\r\n$3\r\n",
            b"\0\0\0\x08\0\x02\0\0",
            b"\x10\x01\0\0\x01\0\0\0\x01\0\0\0\xdd\x07\0\0",
            b"\0\0\0\xff\0\x12\0\x03\0\0\0\x01",
            b"getting on\r\n",
            b"EHLOX\r\n",
            b"anything",
        ] {
            assert_eq!(client(bytes), Verdict::No, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_beginning_cut_short_waits_for_more() {
        for bytes in [&b"SS"[..], b"AM", b"*1", b"*1\r\n", b"\0\0\0\x08"] {
            assert_eq!(client(bytes), Verdict::Maybe, "{}", bytes.escape_ascii());
        }
    }
}
