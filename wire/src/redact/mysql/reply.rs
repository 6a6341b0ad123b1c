//! Secrets in replies: values of rows by their column, what detectors see in any value, and what an error
//! message repeats. Packet lengths and numbers are put right.

mod rows;

use std::ops::Range;

use crate::mysql::reply_steps::{NextPacket, ReplySteps, Step};
use crate::mysql::{
    ColumnDefinition, Dialect, ErrPacket, Expect, HEADER_LEN, LONGEST_PACKET, Packet, PacketReader,
    RowFormat, write_packet,
};
use crate::redact::detect::{self, Neighbours};
use crate::redact::edits::Edits;
use crate::redact::pass::Place;
use crate::redact::{Pass, http, inside};

use super::Replaced;
use rows::{binary_row, may_have_rule, text_row};

pub(super) use rows::Column;
pub(in crate::redact) use rows::row_of_texts;

/// "You have an error in your SQL syntax near ...": repeats a part of the statement.
const SYNTAX_ERROR: u16 = 1064;
/// Shorter values are not looked for in messages: they are part of other words.
const SHORTEST_REPEATED: usize = 3;

/// What is known of a reply beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// What was replaced in the command.
    pub(super) replaced: &'a Replaced,
    /// The rule that takes the file which the client sends within the reply.
    pub(super) file: Option<usize>,
    /// No bytes of it are missing.
    pub(super) whole: bool,
    /// What was prepared was not seen, so that rows without definitions cannot be read.
    pub(super) unseen: bool,
}

/// Goes through the packets of one reply and writes them again when something in them is replaced.
struct Rewriting<'a, 'p> {
    reply: &'a [u8],
    format: RowFormat,
    /// Whether there may be something in values of any column.
    finds: bool,
    /// Definitions of the result at hand, where they stand.
    definitions: Vec<Range<usize>>,
    /// Its columns, once a row needs them.
    columns: Vec<Column>,
    known: Known<'p>,
    /// The number of the next packet.
    sequence: u8,
    out: Vec<u8>,
    /// Up to where `reply` has been taken over.
    done: usize,
    /// How far packet numbers have moved, because a payload takes more packets or fewer.
    shift: u8,
}

/// Replaces the secrets of the reply to `command`. `columns`: those of the statement that is executed, to
/// be used when the reply leaves them out; it is given those that the reply tells. Whether something was
/// cut off because it could not be read.
pub(super) fn redact(
    command: &[u8],
    reply: &mut Vec<u8>,
    dialect: &mut Dialect,
    columns: &mut Vec<Column>,
    known: Known<'_>,
    pass: &mut Pass,
) -> bool {
    let finds = pass.detectors.may_find(reply) || inside::may_stand_in(reply);
    let expect = Expect::reply_to(command);
    let mut rewriting = Rewriting {
        reply,
        format: match expect {
            Expect::Results(format) => format,
            _ => RowFormat::Binary,
        },
        finds,
        definitions: Vec::new(),
        columns: columns.clone(),
        known,
        sequence: 1,
        out: Vec::new(),
        done: 0,
        shift: 0,
    };
    let cut = rewriting.go_through(expect, dialect, pass);
    if !rewriting.columns.is_empty() {
        columns.clone_from(&rewriting.columns);
    }
    let rest = rewriting.reply.get(rewriting.done..).unwrap_or_default();
    if rewriting.done > 0 {
        let mut out = rewriting.out;
        if !cut {
            out.extend_from_slice(rest);
        }
        *reply = out;
    }
    cut
}

impl Rewriting<'_, '_> {
    /// Whether the end was left out.
    fn go_through(&mut self, expect: Expect, dialect: &mut Dialect, pass: &mut Pass) -> bool {
        let mut reader = PacketReader::new(usize::MAX);
        let mut steps = ReplySteps::new(expect, false);
        let mut input = self.reply;
        let mut before = 0;
        loop {
            let start = self.reply.len() - input.len();
            let next = steps.next_packet();
            let rows = steps.summary().rows;
            let Some(packet) = reader.next(&mut input) else {
                if self.known.whole {
                    return self.end(start, next, pass);
                }
                return self.unreadable(before.max(self.done), pass);
            };
            // Behind a hole nothing says what a packet is, unless they go on counting.
            let lost = !self.known.whole && packet.sequence != self.sequence;
            self.sequence = packet.last_sequence.wrapping_add(1);
            let results = steps.summary().results;
            let step = if lost {
                Step::Garbled
            } else {
                steps.accept(packet.payload, packet.len, dialect)
            };
            if lost {
                // The packet before may have taken some of what comes after the hole for its own.
                return self.unreadable(before.max(self.done), pass);
            }
            if step == Step::Garbled {
                return self.unreadable(start, pass);
            }
            before = start;
            let end = self.reply.len() - input.len();
            if steps.summary().results > results {
                self.begin_result(expect);
            }
            if steps.summary().rows > rows {
                if !self.known.whole && self.may_hold_secrets(pass) {
                    return self.leave_out(start);
                }
                self.row(&packet, start..end, pass);
            } else if next == NextPacket::Definition {
                self.definitions.push(start + HEADER_LEN..end);
            } else {
                self.other(&packet, start..end, pass);
            }
            if step == Step::SendFile && !self.sent_file(&mut input, pass) {
                let left = self.reply.len() - input.len();
                return self.end(left, NextPacket::Other, pass);
            }
            if step == Step::Done {
                if let Some(prepared) = steps.summary().prepared {
                    // PREPARE tells its parameters before its columns.
                    let parameters = usize::from(prepared.parameters).min(self.definitions.len());
                    self.definitions.drain(..parameters);
                }
                self.learn_columns(pass);
                let left = self.reply.len() - input.len();
                return self.unreadable(left, pass);
            }
        }
    }

    /// What is left of the reply is no packet of it. It may be rows: it is left out when rules take any.
    fn unreadable(&mut self, start: usize, pass: &mut Pass) -> bool {
        let is_over = start >= self.reply.len();
        if is_over || pass.table.rows.rules().next().is_none() {
            return self.end(start, NextPacket::Other, pass);
        }
        self.leave_out(start)
    }

    /// Leaves out everything from `start` on.
    fn leave_out(&mut self, start: usize) -> bool {
        self.take_over(start);
        self.done = self.reply.len();
        true
    }

    /// Whether rows between which bytes are missing may hold secrets: where the hole was in the definitions nobody
    /// can say which columns they have.
    fn may_hold_secrets(&mut self, pass: &mut Pass) -> bool {
        let takes = self.learn_columns(pass);
        let any = pass.table.rows.rules().next().is_some();
        takes || any && (self.columns.is_empty() || self.columns.iter().any(Column::is_damaged))
    }

    /// The packets of a file that the client sends, up to an empty one: left out when it goes into a column
    /// that a rule takes, else looked at by the detectors. Whether it was read: not where the cap cut it.
    fn sent_file(&mut self, input: &mut &[u8], pass: &mut Pass) -> bool {
        let start = self.reply.len() - input.len();
        let mut reader = PacketReader::new(usize::MAX);
        let mut sequence = None;
        let mut file = Vec::new();
        let mut count = 0_u8;
        let mut ended = false;
        let whole = *input;
        while let Some(packet) = reader.next(input) {
            ended = packet.payload.is_empty();
            if ended {
                break;
            }
            sequence.get_or_insert(packet.sequence);
            count = count.wrapping_add(packets(packet.payload.len()));
            file.extend_from_slice(packet.payload);
        }
        self.sequence = self.sequence.wrapping_add(count).wrapping_add(1);
        let Some(sequence) = sequence.filter(|_| ended) else {
            // The cap cut the file; detectors look at what there is as it stands.
            if !ended && self.known.file.is_some() {
                self.take_over(start);
                self.done = self.reply.len();
                *input = &[];
            } else if !ended {
                *input = whole;
                return false;
            }
            return true;
        };
        // The empty packet that ends the file stays, with its number.
        let end = (self.reply.len() - input.len())
            .saturating_sub(HEADER_LEN)
            .max(start);
        let mut number = sequence.wrapping_add(self.shift);
        if let Some(rule) = self.known.file {
            self.take_over(start);
            pass.hit(rule, &file, Vec::new(), Place::File);
            self.shift = self.shift.wrapping_sub(count);
        } else if redact_file(&mut file, pass) {
            self.take_over(start);
            write_packet(&mut self.out, &mut number, &file);
            self.shift = self
                .shift
                .wrapping_add(packets(file.len()))
                .wrapping_sub(count);
        } else {
            return true;
        }
        self.done = end;
        if self.shift != 0 && end < self.reply.len() {
            let last = sequence.wrapping_add(count).wrapping_add(self.shift);
            self.out.extend_from_slice(&[0, 0, 0, last]);
            self.done = end + HEADER_LEN;
        }
        true
    }

    /// What is left of the reply: a packet that is cut off, or what is no reply. Detectors look at it; a
    /// row that is cut off is left out when its columns hold secrets.
    fn end(&mut self, start: usize, next: NextPacket, pass: &mut Pass) -> bool {
        let Some(rest) = self.reply.get(start..).filter(|rest| !rest.is_empty()) else {
            return false;
        };
        if next == NextPacket::RowOrEnd && self.learn_columns(pass) {
            return self.leave_out(start);
        }
        if self.finds {
            let mut bytes = rest.to_vec();
            if detect::redact(&mut bytes, Neighbours::Binary, pass) {
                self.take_over(start);
                self.out.extend_from_slice(&bytes);
                self.done = self.reply.len();
            }
        }
        false
    }

    /// A result begins. Executions may leave out its columns: those known stay until others are told.
    fn begin_result(&mut self, expect: Expect) {
        self.definitions.clear();
        if expect != Expect::Results(RowFormat::Binary) {
            self.columns.clear();
        }
    }

    /// Reads the definitions told since the last row; whether any column has a rule.
    fn learn_columns(&mut self, pass: &mut Pass) -> bool {
        if !self.definitions.is_empty() {
            let definitions = std::mem::take(&mut self.definitions);
            let payloads = definitions
                .iter()
                .map(|range| self.reply.get(range.clone()).unwrap_or_default());
            self.columns.clear();
            // What nobody looks at is not read whole.
            if self.finds
                || !self.known.whole
                || payloads.clone().any(|payload| may_have_rule(payload, pass))
            {
                let read: Option<Vec<ColumnDefinition>> = payloads
                    .map(|payload| ColumnDefinition::decode(payload).ok())
                    .collect();
                self.columns = Column::all(read.unwrap_or_default(), pass);
            }
        }
        self.columns.iter().any(Column::is_taken)
    }

    fn row(&mut self, packet: &Packet<'_>, range: Range<usize>, pass: &mut Pass) {
        let told = !self.definitions.is_empty() || !self.columns.is_empty();
        let takes = self.learn_columns(pass);
        if self.known.unseen && !told && pass.table.rows.rules().next().is_some() {
            // Nobody can say what its values are; how many rows there are stays known.
            pass.changed = true;
            self.put(packet, range, Some(vec![0; packet.payload.len()]));
            return;
        }
        if !takes && !self.finds {
            self.keep(packet, range);
            return;
        }
        let new = match self.format {
            RowFormat::Text => text_row(packet.payload, &self.columns, pass),
            RowFormat::Binary => binary_row(packet.payload, &self.columns, pass),
        };
        self.put(packet, range, new);
    }

    /// An OK, an ERR, an EOF, a column count.
    fn other(&mut self, packet: &Packet<'_>, range: Range<usize>, pass: &mut Pass) {
        let mut new = None;
        if packet.payload.first() == Some(&0xFF) {
            new = error_message(packet.payload, self.known.replaced, pass);
        }
        if self.finds {
            let mut payload = new.unwrap_or_else(|| packet.payload.to_vec());
            detect::redact(&mut payload, Neighbours::Binary, pass);
            new = (payload != packet.payload).then_some(payload);
        }
        self.put(packet, range, new);
    }

    fn put(&mut self, packet: &Packet<'_>, range: Range<usize>, new: Option<Vec<u8>>) {
        let Some(new) = new else {
            self.keep(packet, range);
            return;
        };
        self.take_over(range.start);
        let mut sequence = packet.sequence.wrapping_add(self.shift);
        write_packet(&mut self.out, &mut sequence, &new);
        self.done = range.end;
        let took = packets(packet.payload.len());
        self.shift = self
            .shift
            .wrapping_add(packets(new.len()))
            .wrapping_sub(took);
    }

    /// A packet that stays as it is, but perhaps for its number.
    fn keep(&mut self, packet: &Packet<'_>, range: Range<usize>) {
        if self.shift != 0 {
            self.take_over(range.start);
            let mut sequence = packet.sequence.wrapping_add(self.shift);
            write_packet(&mut self.out, &mut sequence, packet.payload);
            self.done = range.end;
        }
    }

    fn take_over(&mut self, up_to: usize) {
        let kept = self.reply.get(self.done..up_to).unwrap_or_default();
        self.out.extend_from_slice(kept);
        self.done = up_to;
    }
}

/// Replaces the secrets in a file that is loaded: a table with a line of names, documents in its columns. Whether there
/// are any.
fn redact_file(file: &mut Vec<u8>, pass: &mut Pass) -> bool {
    let mut named = pass.inside(|pass| http::redact_part(file, b"text/csv", pass));
    if named.is_none() {
        named = pass.inside(|pass| http::redact_part(file, b"", pass));
    }
    let changed = named.is_some();
    if let Some(named) = named {
        *file = named;
    }
    detect::redact(file, Neighbours::Text, pass) || changed
}

/// How many packets a payload takes; the number is used modulo 256.
fn packets(len: usize) -> u8 {
    (len / LONGEST_PACKET + 1).to_le_bytes()[0]
}

/// An error whose message repeats what was replaced in the statement, or a part of it.
fn error_message(payload: &[u8], replaced: &Replaced, pass: &mut Pass) -> Option<Vec<u8>> {
    let mut error = ErrPacket::decode(payload).ok()?;
    let before = error.message.clone();
    for (old, new) in replaced
        .iter()
        .filter(|(old, _)| old.len() >= SHORTEST_REPEATED)
    {
        let mut edits = Edits::of(&error.message);
        for at in memchr::memmem::find_iter(&error.message, old) {
            edits.put(at..at + old.len(), new);
        }
        if let Some(message) = edits.finish() {
            error.message = message;
        }
    }
    if error.code == SYNTAX_ERROR
        && !replaced.is_empty()
        && let Some(near) = memchr::memmem::find(&error.message, b"near '")
    {
        error.message.truncate(near + b"near '".len());
        error.message.extend_from_slice(b"...'");
    }
    if error.message == before {
        return None;
    }
    pass.changed = true;
    Some(error.encode())
}
