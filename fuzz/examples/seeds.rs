//! Writes the first inputs of fuzz targets, made of the shop's captures and of synthetic packets, into
//! `corpus/TARGET`. Usage: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_capture::file::CaptureFile;
use reprise_capture::link::{self, Decoded};
use reprise_capture::packet_builder::{
    Conversation, Frame, Framing, PcapOptions, write_pcap, write_pcapng,
};
use reprise_capture::reassembly::{ConnectionEvent, Reassembler, ReassemblyLimits, Slot};
use reprise_wire::{Close, Direction, Piece, Timestamp};

/// A seed is no longer than this, bytes; so many are taken of a capture.
const LONGEST: usize = 1_500;
const OF_A_CAPTURE: usize = 12;

/// One small file of each format of other tools.
const FORMATS: [(&str, &str); 6] = [
    (
        "har",
        r#"{"log":{"version":"1.2","entries":[{"startedDateTime":"2023-11-14T22:13:20.5Z","time":1,
        "request":{"method":"POST","url":"http://a/b?c","headers":[{"name":":x","value":"y"}],
        "postData":{"params":[{"name":"a","value":"b"}]}},"connection":"1","serverIPAddress":"[::1]",
        "response":{"status":200,"headers":[{"name":"Set-Cookie","value":"a\nb"}],
        "content":{"size":1,"text":"eA==","encoding":"base64"}},"timings":{"send":1,"wait":-1},
        "_reprise":{"client":"1.2.3.4:5","request":"R0VU","requestMissing":3,"flags":3}}]}}"#,
    ),
    (
        "gor",
        "1 d1a40050c0a8010700000001 1700000000000000000 1\nGET / HTTP/1.1\r\n\r\n\n🐵🙈🙉\n\
         2 d1a40050c0a8010700000001 1700000000500000000\nHTTP/1.1 204 x\r\n\r\n\n🐵🙈🙉\n3 aaaaaaaa 5\n",
    ),
    (
        "mysql_log",
        "0# Time: 2023-11-14T22:13:21.0Z\n# User@Host: a[a] @ b [10.0.0.5]  Id:  8\n\
         # Query_time: 0.25 Schema:  Errno: 7\nuse a;\nSET timestamp=1700000000;\nSELECT\n1;\n\
         # User@Host: a[a] @ b []\n# administrator command: Quit;\nx, Version: 8 started with:\n",
    ),
    (
        "mysql_log",
        "1231114 22:13:20\t  4 Connect\ta@b on c using TCP/IP\n\t\t  4 Query\tSELECT\n1\n\
         \t\t  4 Field List\ta b\n2023-11-14T22:13:20Z\t  4 Execute\t[1] SELECT 2\n\t\t  4 Quit\t\n",
    ),
    (
        "access_log",
        "v 1.2.3.4 - - [14/Nov/2023:22:13:21 +0000] \"GET /a\\x22 HTTP/1.1\" 200 17 \"-\" \"b\" rt=0.2\n",
    ),
    (
        "access_log",
        "a - - [14/Nov/2023:22:13:21 +0000] \"POST / HTTP/1.0\" 200 1 \"-\" \"b\" 120\n",
    ),
];

/// Faults, and what is sent to who controls them.
const FAULTS: [(&str, &str); 23] = [
    ("fault", "20:delay(ms=250,jitter=50,distribution=pareto)@30s..60s every 10s for 2s"),
    ("fault", "0.0001:error(code=1213,sqlstate=40001,message=\"a, b\") after 3 first 2 of all for mysql table:item UPDATE"),
    ("fault", "100:truncate(rows=2,inside=true) for connection:3 SELECT * FROM item"),
    ("fault", "5:packet_loss(percent=1.5,ms=50,stream=both)"),
    ("fault", "5:delay(recorded=1.5,ms=3)"),
    ("fault", "5:wrong_sequence(by=3) for mysql SELECT"),
    ("fault", "5:slicer(bytes=64,variation=32,delay_us=10,stream=both) for http"),
    ("fault", "10:drop(stream=both,quiet_ms=5) for connection:2"),
    ("fault", "10:repeat(times=3) via db"),
    ("fault", "10:delay(ms=5,stream=upstream) every 5s for 1s"),
    ("proxies_file", "control = \"127.0.0.1:8474\"\n[[proxy]]\nname = \"db\"\nlisten = \"127.0.0.1:3307\"\nto = \"mysql://127.0.0.1:3306\"\nfaults = [\"5:error(code=1213) for mysql UPDATE\"]\nseed = 7\n"),
    ("proxies_file", "[[proxy]]\nname = 'mail'\nlisten = '2525'\nto = '[::1]:25'\nprotocol = 'smtp'\nrecord = 'a'\nallow_recorded_server = true\n[[proxy]]\nname='b'\nlisten='[::1]:0'\nto='https://b'\ntls_cert='a'\ntls_key='b'\ninsecure=true\n"),
    ("line_protocols", "\0\u{7}*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING\r\n*1\r\n$4\r\nEXEC\r\n"),
    ("line_protocols", "\u{1}\u{7}$5\r\nvalue\r\n-ERR x\r\n:1\r\n*2\r\n+OK\r\n%1\r\n+b\r\n_\r\n#t\r\n>1\r\n=5\r\ntxt:a\r\n"),
    ("line_protocols", "\u{2}\u{7}get a b\r\nset a 0 0 1 noreply\r\nx\r\nmg a v\r\nms a 1\r\nx\r\n"),
    ("line_protocols", "\u{3}\u{7}VALUE a 0 1\r\nx\r\nEND\r\nSTORED\r\nVA 1 v\r\nx\r\nSERVER_ERROR x\r\n"),
    ("line_protocols", "\u{4}\u{7}EHLO a\r\nMAIL FROM:<a>\r\nBDAT 2 LAST\r\nhiDATA\r\nhi\r\n.\r\n"),
    ("line_protocols", "\u{5}\u{7}hi\r\n..\r\n.\r\nQUIT\r\n"),
    ("line_protocols", "\u{6}\u{7}250-a\r\n250 b\r\n354 c\r\n421 d\r\n"),
    ("control_body", r#"{"lease_ms": 5000, "on": true}"#),
    ("control_body", r#"{"enabled": false}"#),
    ("control_body", r#"{"fault": "5:error(status=503) for http /api/*", "on": false}"#),
    ("control_body", r#"{"name": "delay", "sleep": 0.5, "before": false, "warmup": 2, "agitate": 3}"#),
    ("control_body", r#"{"name": "a", "type": "latency", "stream": "upstream", "toxicity": 0.5, "attributes": {"latency": 5, "jitter": 1}}"#),
    ("control_body", r#"{"type": "slicer", "attributes": {"average_size": 64, "size_variation": 32, "delay": 10}}"#),
    ("control_body", r#"{"name": "a", "listen": "localhost:0", "upstream": "localhost:1", "enabled": true}"#),
];

/// Metrics, and choices among them.
const METRICS: [(&str, &str); 2] = [
    ("exposition", "# TYPE a_total counter\na_total{b=\"c\\\"\",d=\"\\n\",} 1.5e3 17\na_bucket{le=\"+Inf\"} +Inf\n# EOF\n"),
    ("exposition", "a,b{c=\"d\",e!=\"f,}\\\"\"} , g_bytes"),
];

/// Something of each protocol said through a proxy that takes it for what the first byte says.
fn conversation(taken_for: u8) -> Vec<u8> {
    let pieces: [(u8, &[u8]); 8] = [
        (1, b"\x4a\0\0\0\x0a5.5\0\x01\0\0\0abcdefgh\0\xff\xf7\x08\x02\0\x0f\x80\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0"),
        (0, b"\x23\0\0\x01\x85\xa6\x03\0\0\0\0\x01\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a\0\0"),
        (1, b"\x07\0\0\x02\0\0\0\x02\0\0\0"),
        (0, b"\x09\0\0\0\x03SELECT 1"),
        (1, b"\x01\0\0\x01\x01\x17\0\0\x02\x03def\0\0\0\x011\0\x0c?\0\x01\0\0\0\x08\x81\0\0\0\0\x05\0\0\x03\xfe\0\0\x02\0\x02\0\0\x04\x011\x05\0\0\x05\xfe\0\0\x02\0"),
        (0, b"GET /a HTTP/1.1\r\nHost: b\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"),
        (1, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        (1, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: y\r\n\r\nsomething"),
    ];
    let mut bytes = vec![taken_for];
    for (whose, said) in pieces {
        bytes.extend([whose, said.len() as u8]);
        bytes.extend_from_slice(said);
    }
    bytes
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds = Seeds {
        corpus: here.join("corpus"),
        written: 0,
    };
    for capture in ["shop.pcap.gz", "shop-mariadb.pcap.gz"] {
        seeds.of_capture(&here.join("../fixtures/captures").join(capture))?;
    }
    seeds.of_packets()?;
    for text in [
        "method:POST status:5xx -status:404 took:>100ms",
        "protocol:mysql /re.*x/i operation:\"SELECT 1\"",
    ] {
        seeds.write("filter", text.as_bytes())?;
    }
    for (target, text) in FORMATS.into_iter().chain(FAULTS).chain(METRICS) {
        seeds.write(target, text.as_bytes())?;
    }
    for taken_for in 0..18 {
        seeds.write("proxy_conversation", &conversation(taken_for))?;
    }
    eprintln!("{} seeds in {}", seeds.written, seeds.corpus.display());
    Ok(())
}

struct Seeds {
    corpus: PathBuf,
    written: usize,
}

/// One connection as the invariants read it, and what each side said.
#[derive(Default)]
struct Said {
    pieces: Vec<u8>,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
}

impl Seeds {
    fn write(&mut self, target: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        let folder = self.corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{:03}", self.written)), bytes)?;
        self.written += 1;
        Ok(())
    }

    fn of_capture(&mut self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut http = 0;
        let mut mysql = 0;
        for said in connections(path)? {
            if said.to_client.starts_with(b"HTTP/") && http < OF_A_CAPTURE {
                http += 1;
                self.write("http_connection", &said.pieces)?;
                self.write(
                    "http_response",
                    &cut(&[b"\x20", &said.to_client[..]].concat()),
                )?;
                self.write("http_message", &cut(&said.to_client))?;
                self.write("http_message", &cut(&said.to_server))?;
            } else if said.to_client.get(4) == Some(&10) && mysql < OF_A_CAPTURE {
                mysql += 1;
                self.write("mysql_connection", &said.pieces)?;
                self.of_mysql(&said)?;
            }
        }
        Ok(())
    }

    /// Commands, their text and replies: packets have three bytes of length and one of sequence.
    fn of_mysql(&mut self, said: &Said) -> Result<(), Box<dyn Error>> {
        for packet in packets_of(&said.to_server).into_iter().skip(1).take(4) {
            self.write("mysql_command", &cut(packet))?;
            if let Some((3 | 0x16, text)) = packet.split_first() {
                self.write("mysql_sql", &cut(text))?;
            }
        }
        for seed in said.to_client.chunks(400).take(2) {
            self.write("mysql_reply", seed)?;
        }
        Ok(())
    }

    fn of_packets(&mut self) -> Result<(), Box<dyn Error>> {
        let framings = [
            (1, Framing::ETHERNET),
            (1, Framing::Ethernet { vlans: vec![1, 2] }),
            (6, Framing::Raw),
            (0, Framing::Null),
            (11, Framing::LinuxCooked),
            (19, Framing::LinuxCooked2 { interface: 2 }),
        ];
        for (link, framing) in framings {
            for ends in [
                ["10.0.0.1:40000", "10.0.0.2:80"],
                ["[fd00::1]:40000", "[fd00::2]:3306"],
            ] {
                let frames = conversation(&framing, ends)?;
                let mut seed = vec![link];
                for frame in &frames {
                    seed.extend_from_slice(&u16::try_from(frame.data.len())?.to_be_bytes());
                    seed.extend_from_slice(&frame.data);
                }
                self.write("packets", &seed)?;
                let mut file = Vec::new();
                write_pcapng(&mut file, &frames)?;
                self.write("capture_file", &file)?;
                let (mut file, options) = (Vec::new(), PcapOptions::default());
                write_pcap(&mut file, framing.link(), options, &frames)?;
                self.write("capture_file", &file)?;
            }
        }
        // In order, out of order with a hole, acknowledged too far, late, ended.
        self.write(
            "reassembly",
            b"\xfe\xff\xff\xff\0\0\x28\0\x0a\x28\0\x1e\x14\0\x14\x0a\x05\x28\0\x06\0\x80\x07\x40\0",
        )?;
        Ok(())
    }
}

fn conversation(framing: &Framing, ends: [&str; 2]) -> Result<Vec<Frame>, Box<dyn Error>> {
    let [client, server] = ends;
    let (client, server): (SocketAddr, SocketAddr) = (client.parse()?, server.parse()?);
    let mut script =
        Conversation::new(client, server, Timestamp::from_micros(1)).framing(framing.clone());
    script
        .handshake()
        .client("GET / HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 204 No Content\r\n\r\n")
        .close();
    Ok(script.into_frames())
}

fn connections(path: &Path) -> Result<Vec<Said>, Box<dyn Error>> {
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    let mut open: BTreeMap<Slot, Said> = BTreeMap::new();
    let mut closed = Vec::new();
    let mut event = |event: ConnectionEvent<'_>| match event {
        ConnectionEvent::Opened { slot, .. } => {
            open.insert(
                slot,
                Said {
                    pieces: vec![0],
                    ..Said::default()
                },
            );
        }
        ConnectionEvent::Piece {
            slot,
            direction,
            piece,
        } => {
            if let Some(said) = open.get_mut(&slot) {
                said.add(direction, piece);
            }
        }
        ConnectionEvent::Closed { slot, .. } => closed.extend(open.remove(&slot)),
    };
    let mut last = Timestamp::default();
    CaptureFile::open(path)?.read(&mut |packet| {
        last = packet.at;
        if let Decoded::Segment(segment) = link::decode(packet) {
            reassembler.push(&segment, &mut event);
        }
        ControlFlow::Continue(())
    });
    reassembler.finish(last, &mut event);
    Ok(closed)
}

impl Said {
    /// A byte that says direction and kind, one that says how long, and the bytes.
    fn add(&mut self, direction: Direction, piece: Piece<'_>) {
        let (way, said) = match direction {
            Direction::ToServer => (0, &mut self.to_server),
            Direction::ToClient => (1, &mut self.to_client),
        };
        match piece {
            Piece::Chunk { bytes, .. } => {
                said.extend_from_slice(bytes);
                for bytes in bytes.chunks(255) {
                    if self.pieces.len() + bytes.len() < LONGEST {
                        self.pieces.extend_from_slice(&[
                            way | 6,
                            u8::try_from(bytes.len()).unwrap_or(255),
                        ]);
                        self.pieces.extend_from_slice(bytes);
                    }
                }
            }
            Piece::Gap { .. } => self.pieces.extend_from_slice(&[way, 0]),
            Piece::Cut { .. } => self.pieces.extend_from_slice(&[way | 6, 0]),
            Piece::End { close, .. } => {
                let kind = if close == Close::Fin { 2 } else { 4 };
                self.pieces.extend_from_slice(&[way | kind, 0]);
            }
        }
    }
}

fn packets_of(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    while let [a, b, c, _, rest @ ..] = bytes {
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, 0])).unwrap_or(usize::MAX);
        let Some((packet, rest)) = rest.split_at_checked(length) else {
            break;
        };
        packets.push(packet);
        bytes = rest;
    }
    packets
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().take(LONGEST).copied().collect()
}
