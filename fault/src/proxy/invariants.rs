//! What must hold of a proxy for any input whatever: what clients and servers say, what whoever controls it says.

pub use super::control::invariants::control_body;

use std::collections::VecDeque;

use super::ProxyProtocol;
use super::speech::{Altered, Answering, Heard, Requests, Said, Verdict};
use super::tls::Upgrade;
use crate::turn::{AnswerChanges, Cut};

/// A conversation: a byte that says what it is taken for and what faults make of answers, then pieces, of each a
/// byte that says whose it is (even: the client's), a byte that says how long, and bytes. What the client says
/// arrives as it is, and what the server says too unless a fault changes it.
pub fn conversation(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let protocol = match first % 3 {
        0 => ProxyProtocol::Http,
        1 => ProxyProtocol::Mysql,
        _ => ProxyProtocol::Tcp,
    };
    let mut talk = Talk {
        requests: Requests::new(protocol),
        said: Said::new(Upgrade::Never),
        due: VecDeque::new(),
        changes: changes(first / 3),
        to_server: Vec::new(),
        to_client: Vec::new(),
        cut: false,
    };
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    let mut rest = rest;
    while let [whose, length, after @ ..] = rest {
        let length = usize::from(*length).min(after.len());
        let (bytes, after) = after.split_at(length);
        rest = after;
        if bytes.is_empty() || talk.cut {
            continue;
        }
        if whose % 2 == 0 {
            asked.extend_from_slice(bytes);
            talk.client(bytes);
        } else {
            answered.extend_from_slice(bytes);
            talk.server(bytes);
        }
    }
    talk.to_server.extend(talk.requests.end());
    assert!(talk.to_server == asked, "what the client said has changed");
    assert!(
        !talk.changes.is_nothing() || talk.to_client == answered,
        "what the server said has changed"
    );
}

fn changes(kind: u8) -> AnswerChanges {
    let nothing = AnswerChanges::default();
    match kind % 6 {
        1 => AnswerChanges {
            cut: Some(Cut::Bytes(7)),
            ..nothing
        },
        2 => AnswerChanges {
            cut: Some(Cut::Rows {
                rows: 1,
                inside: true,
            }),
            ..nothing
        },
        3 => AnswerChanges {
            corrupt_bytes: 3,
            ..nothing
        },
        4 => AnswerChanges {
            dropped_headers: vec!["Content-Length".to_owned()],
            ..nothing
        },
        5 => AnswerChanges {
            length_off_by: -5,
            ..nothing
        },
        _ => nothing,
    }
}

/// Both directions of a connection, without sockets.
struct Talk {
    requests: Requests,
    said: Said,
    due: VecDeque<Answering>,
    changes: AnswerChanges,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
    cut: bool,
}

impl Talk {
    fn client(&mut self, bytes: &[u8]) {
        let mut heard = Vec::new();
        self.requests.hear(bytes.to_vec(), &self.said, &mut heard);
        for heard in heard {
            match heard {
                Heard::Begin(asked) if asked.answer.is_burst() => {
                    self.due.pop_front();
                    self.due.push_back(asked.answer);
                }
                Heard::Begin(asked) if asked.reply_to.is_none() => {}
                Heard::Begin(asked) => self.due.push_back(asked.answer),
                Heard::Bytes(bytes) => self.to_server.extend(bytes),
                // not to be had here: what the client said before it would be gone
                Heard::Tls { .. } | Heard::TlsBehind => self.to_server.clear(),
            }
        }
    }

    fn server(&mut self, bytes: &[u8]) {
        self.said.note_server();
        let mut input = bytes;
        while !input.is_empty() {
            let Some(first) = self.due.front_mut() else {
                self.to_client.extend(self.said.server_spoke(input));
                return;
            };
            let mut altered = Altered::new(1, 1);
            let verdict = first.take(&mut input, &self.changes, &self.said, &mut altered);
            let pieces = altered.pieces.into_iter();
            self.to_client.extend(pieces.flat_map(|(_, bytes)| bytes));
            match verdict {
                Verdict::More => {}
                Verdict::Done => drop(self.due.pop_front()),
                Verdict::DoneAndOpaque | Verdict::Foreign => {
                    self.said.opaque();
                    self.due.clear();
                }
                Verdict::Cut => {
                    self.cut = true;
                    return;
                }
            }
        }
    }
}
