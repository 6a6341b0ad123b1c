//! The answer to one HTTP request: found by its framing, its head rewritten where faults want it.

use reprise_wire::http::{ReadCaps, ResponseReader};

use super::alter::{Altered, Body, Verdict};
use crate::turn::AnswerChanges;

/// Reads one answer.
#[derive(Debug)]
pub(in crate::proxy) struct HttpAnswer {
    reader: ResponseReader,
    /// The head, and interim ones before it, while it is not complete and is to be changed.
    held: Vec<u8>,
    head_passed: bool,
    body: Body,
}

impl HttpAnswer {
    pub(super) fn new(method: &[u8]) -> Self {
        let caps = ReadCaps {
            body: 0,
            ..ReadCaps::default()
        };
        Self {
            reader: ResponseReader::new(method, caps),
            held: Vec::new(),
            head_passed: false,
            body: Body::default(),
        }
    }

    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        out: &mut Altered,
    ) -> Verdict {
        let Ok(progress) = self.reader.feed(input) else {
            out.put(std::mem::take(&mut self.held));
            return Verdict::Foreign;
        };
        let (taken, rest) = input.split_at(progress.consumed.min(input.len()));
        *input = rest;
        let passed = if changes.is_nothing() {
            out.put(taken.to_vec());
            Verdict::More
        } else {
            self.change(taken, progress.head_done, changes, out)
        };
        match passed {
            Verdict::Cut => Verdict::Cut,
            _ if progress.done && self.reader.is_tunnel() => Verdict::DoneAndOpaque,
            _ if progress.done => Verdict::Done,
            more => more,
        }
    }

    fn change(
        &mut self,
        taken: &[u8],
        head_done: bool,
        changes: &AnswerChanges,
        out: &mut Altered,
    ) -> Verdict {
        if self.head_passed {
            return self.body.pass(taken.to_vec(), changes, out);
        }
        self.held.extend_from_slice(taken);
        if !head_done {
            return Verdict::More;
        }
        self.head_passed = true;
        let held = std::mem::take(&mut self.held);
        let head = self.reader.head();
        let begins = held
            .windows(head.len().max(1))
            .position(|part| part == head);
        let (interim, rest) = held.split_at(begins.unwrap_or(held.len()));
        let (head, body) = rest.split_at(head.len().min(rest.len()));
        out.put(interim.to_vec());
        out.put(rewritten(head, changes));
        self.body.pass(body.to_vec(), changes, out)
    }
}

/// The head without the fields that are left out, and with another length.
fn rewritten(head: &[u8], changes: &AnswerChanges) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len());
    let mut drops = false;
    for (number, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        let colon = line.iter().position(|byte| *byte == b':');
        let name = line.get(..colon.unwrap_or(0)).unwrap_or_default();
        // a line that goes on with the one before shares its fate
        if number > 0 && !is_folded {
            let dropped = &changes.dropped_headers;
            drops = dropped
                .iter()
                .any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
        }
        if drops {
            continue;
        }
        if changes.length_off_by != 0 && name.eq_ignore_ascii_case(b"Content-Length") {
            out.extend_from_slice(&other_length(line, name, changes.length_off_by));
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}

/// A Content-Length field that is off.
fn other_length(line: &[u8], name: &[u8], by: i32) -> Vec<u8> {
    let value = line.get(name.len() + 1..).unwrap_or_default();
    let value = std::str::from_utf8(value).ok();
    let Some(length) = value.and_then(|value| value.trim().parse::<u64>().ok()) else {
        return line.to_vec();
    };
    let other = length.saturating_add_signed(i64::from(by));
    [name, format!(": {other}\r\n").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\
        Content-Type: text/html\r\nSet-Cookie: a=1\r\n b=2\r\nContent-Length: 5\r\n\r\nhello";

    /// What becomes of the answer when it comes in pieces of this size.
    fn altered(changes: &AnswerChanges, size: usize) -> (String, Verdict) {
        let mut answer = HttpAnswer::new(b"GET");
        let mut out = Altered::new(1, 1);
        let mut verdict = Verdict::More;
        for piece in ANSWER.chunks(size) {
            let mut input = piece;
            verdict = answer.take(&mut input, changes, &mut out);
            if verdict != Verdict::More {
                break;
            }
        }
        let bytes: Vec<u8> = out
            .pieces
            .into_iter()
            .flat_map(|(_, bytes)| bytes)
            .collect();
        (String::from_utf8_lossy(&bytes).into_owned(), verdict)
    }

    #[test]
    fn an_answer_without_changes_passes_in_any_pieces() {
        for size in [1, 7, 1000] {
            let (bytes, verdict) = altered(&AnswerChanges::default(), size);
            assert_eq!((bytes.as_bytes(), verdict), (ANSWER, Verdict::Done));
        }
    }

    #[test]
    fn a_field_is_left_out_with_its_folded_lines_and_the_length_is_off() {
        let changes = AnswerChanges {
            dropped_headers: vec!["set-cookie".to_owned()],
            length_off_by: 3,
            ..AnswerChanges::default()
        };
        for size in [1, 7, 1000] {
            let (bytes, verdict) = altered(&changes, size);
            assert!(
                !bytes.contains("Set-Cookie") && !bytes.contains("b=2"),
                "{bytes}"
            );
            assert!(bytes.contains("Content-Length: 8\r\n\r\nhello"), "{bytes}");
            assert!(bytes.starts_with("HTTP/1.1 103"), "{bytes}");
            assert_eq!(verdict, Verdict::Done);
        }
    }

    #[test]
    fn a_body_ends_where_it_is_cut() {
        let changes = AnswerChanges {
            cut: Some(crate::Cut::Bytes(2)),
            ..AnswerChanges::default()
        };
        for size in [1, 7, 1000] {
            let (bytes, verdict) = altered(&changes, size);
            assert!(bytes.ends_with("\r\n\r\nhe"), "{bytes}");
            assert_eq!(verdict, Verdict::Cut);
        }
    }

    #[test]
    fn a_body_is_damaged_in_as_many_bytes_as_asked() {
        let changes = AnswerChanges {
            corrupt_bytes: 2,
            ..AnswerChanges::default()
        };
        let mut answer = HttpAnswer::new(b"GET");
        let mut out = Altered::new(1, 1);
        answer.take(&mut &ANSWER[..], &changes, &mut out);
        let bytes: Vec<u8> = out
            .pieces
            .into_iter()
            .flat_map(|(_, bytes)| bytes)
            .collect();
        let differ: Vec<usize> = (0..ANSWER.len())
            .filter(|at| bytes[*at] != ANSWER[*at])
            .collect();
        assert_eq!(differ.len(), 2);
        assert!(
            differ.iter().all(|at| *at >= ANSWER.len() - 5),
            "{differ:?}"
        );
    }
}
