//! Planted secrets: traffic that is full of them, and how each may be spelled where it must not be.

pub(crate) mod http;
pub(crate) mod mysql;
pub(crate) mod search;

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reprise_capture::LinkType;
use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap};
use reprise_wire::Timestamp;
use reprise_wire::http::{Message, decode_content};

/// Packets, and the secrets that they say.
#[derive(Default)]
pub(crate) struct Traffic {
    frames: Vec<Frame>,
    pub(crate) secrets: Vec<String>,
    connections: u16,
}

impl Traffic {
    /// A secret that nothing else resembles.
    pub(crate) fn secret(&mut self) -> String {
        let secret = format!("planted{:03}zq7vhidden", self.secrets.len());
        self.secrets.push(secret.clone());
        secret
    }

    /// A secret of a shape.
    pub(crate) fn shaped(&mut self, secret: &str) -> String {
        self.secrets.push(secret.to_owned());
        secret.to_owned()
    }

    /// A connection's conversation, its segments of at most so many bytes.
    pub(crate) fn connection(
        &mut self,
        port: u16,
        segment: usize,
        says: impl FnOnce(&mut Conversation),
    ) {
        self.connections += 1;
        let client = SocketAddr::from(([10, 0, 0, 1], 40_000 + self.connections));
        let server = SocketAddr::from(([10, 0, 0, 2], port));
        let start =
            Timestamp::from_micros(1_700_000_000_000_000 + i64::from(self.connections) * 1_000_000);
        let mut conversation = Conversation::new(client, server, start).segment_bytes(segment);
        conversation.handshake();
        says(&mut conversation);
        conversation.close();
        self.frames.extend(conversation.into_frames());
    }

    /// The packets as a capture file.
    pub(crate) fn pcap(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_pcap(
            &mut bytes,
            LinkType::ETHERNET,
            PcapOptions::default(),
            &self.frames,
        )
        .unwrap();
        bytes
    }
}

/// The ways to write a secret, each by name.
pub(crate) fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut all = vec![
        ("text", bytes.to_vec()),
        ("hex", hex.clone().into_bytes()),
        ("capital hex", hex.to_uppercase().into_bytes()),
        ("percent", percent.into_bytes()),
        ("percent where needed", form_encoded(secret).into_bytes()),
    ];
    // Base64 reads otherwise at each of three offsets; the ends depend on the neighbours.
    for offset in 0..3_usize {
        let shifted = [&vec![0; offset][..], bytes].concat();
        let text = STANDARD.encode(shifted);
        let inner = text.get(4..text.len() - 4).unwrap().as_bytes().to_vec();
        all.push(("base64", inner));
    }
    all
}

/// As a form has it.
pub(crate) fn form_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The content of an HTTP message, every coding undone that it has; empty for anything else.
pub(crate) fn decoded_body(payload: &[u8]) -> Vec<u8> {
    let Ok(message) = Message::parse(payload) else {
        return Vec::new();
    };
    let coding = message.header("Content-Encoding").unwrap_or_default();
    let decoded = decode_content(coding, &message.body, 1 << 20);
    let once = decoded.map_or_else(
        |_| message.body.to_vec(),
        |decoded| decoded.bytes.into_owned(),
    );
    if once.starts_with(b"\x1F\x8B") {
        return decode_content(b"gzip", &once, 1 << 20)
            .map_or_else(|_| Vec::new(), |decoded| decoded.bytes.into_owned());
    }
    // a text in UTF-16 without its zeros
    if once.get(1) == Some(&0) {
        return once.into_iter().filter(|byte| *byte != 0).collect();
    }
    once
}
