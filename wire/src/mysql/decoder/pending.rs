//! A command that waits for its reply, and the exchange it becomes.

use super::statement::Statement;
use crate::exchange::shrink;
use crate::mysql::reply_steps::{ReplySteps, Step};
use crate::mysql::session::text;
use crate::mysql::sql::digest;
use crate::mysql::{
    Command, CommandCode, Dialect, Expect, HEADER_LEN, LONGEST_PACKET, Packet, Status, statement_id,
};
use crate::{Exchange, ExchangeTimes, Flags, Limits, Payload, Protocol, Timestamp};

/// Bytes of an exchange's one-line summary.
const LONGEST_SUMMARY: usize = 256;

/// How much room a reply gets at once, bytes: most have several small packets.
const SOON_REPLY: usize = 256;

/// What the server asked the client for in the middle of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Nothing,
    File,
    Authentication,
}

/// A command and what has come of its reply.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) code: Option<CommandCode>,
    pub(super) expect: Expect,
    pub(super) request: Payload,
    request_first: Timestamp,
    request_last: Timestamp,
    response: Payload,
    response_first: Option<Timestamp>,
    response_last: Option<Timestamp>,
    steps: ReplySteps,
    operation: String,
    summary: String,
    pub(super) statement_id: Option<u32>,
    /// The number the next packet of this exchange has, by either side.
    pub(super) next_sequence: u8,
    /// The number of the reply's first frame, where packets travel in frames.
    pub(super) next_frame: u8,
    pub(super) wait: Wait,
    pub(super) flags: Flags,
    /// Which of the client's chunks it came in: commands of one chunk were sent together.
    pub(super) chunk: u64,
    /// Bytes missing where the reply should begin: perhaps its front, perhaps the end of the one before.
    gap_before: u64,
    /// The first packet of the reply was lost: what begins one is another's.
    pub(super) begins_in_hole: bool,
    /// What the client sent after it was lost, perhaps another command.
    pub(super) before_hole: bool,
}

impl Pending {
    /// The command of a packet whose first byte came at `first` and whose last at `last`, kept in `bytes`.
    pub(super) fn new(
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        dialect: &Dialect,
        mut bytes: Vec<u8>,
    ) -> Self {
        let payload = packet.payload;
        let expect = Expect::reply_to(payload);
        let code = payload
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        let (operation, summary) = describe(payload, code, dialect);
        let mut flags = Flags::empty();
        flags.set(Flags::GAP_IN_REQUEST, packet.missing > 0);
        flags.set(Flags::REQUEST_OVER_CAP, packet.len > payload.len() as u64);
        flags.set(Flags::NO_ANSWER_EXPECTED, expect == Expect::Nothing);
        bytes.extend_from_slice(payload);
        shrink(&mut bytes);
        Self {
            code,
            expect,
            request: Payload {
                bytes,
                wire_len: packet.len,
            },
            request_first: first,
            request_last: last,
            response: Payload::default(),
            response_first: None,
            response_last: None,
            steps: ReplySteps::new(expect, false),
            operation,
            summary,
            statement_id: statement_id(payload),
            next_sequence: packet.last_sequence.wrapping_add(1),
            next_frame: 1,
            wait: Wait::Nothing,
            flags,
            chunk: 0,
            gap_before: 0,
            begins_in_hole: false,
            before_hole: false,
        }
    }

    /// How much of the reply is kept so far.
    pub(super) const fn reply_bytes_kept(&self) -> usize {
        self.response.bytes.len()
    }

    /// What the reply is kept in.
    pub(super) const fn reply_buffer(&mut self) -> &mut Vec<u8> {
        &mut self.response.bytes
    }

    /// Takes the next packet of the reply.
    pub(super) fn reply(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        cap: usize,
        dialect: &mut Dialect,
    ) -> Step {
        if self.wait == Wait::File {
            // it does not answer before it has all of it
            self.file_missing();
        }
        let step = self.steps.accept(packet.payload, packet.len, dialect);
        if step == Step::Garbled {
            return step;
        }
        self.keep(packet, cap);
        self.next_sequence = packet.last_sequence.wrapping_add(1);
        if step != Step::Interim {
            self.response_first.get_or_insert(first);
            self.response_last = Some(last);
        }
        self.flags.set(
            Flags::GAP_IN_RESPONSE,
            packet.missing > 0 || self.flags.contains(Flags::GAP_IN_RESPONSE),
        );
        self.wait = match step {
            Step::SendFile => Wait::File,
            Step::SendAuthentication => Wait::Authentication,
            _ => Wait::Nothing,
        };
        step
    }

    /// Takes a packet of the file that the server asked for. It is kept in the reply: there it was sent.
    pub(super) fn file(&mut self, packet: &Packet<'_>, cap: usize) {
        self.keep(packet, cap);
        self.next_sequence = packet.last_sequence.wrapping_add(1);
        if packet.missing > 0 {
            self.flags |= Flags::GAP_IN_RESPONSE | Flags::RESPONSE_TRUNCATED;
        }
        if packet.len == 0 {
            self.wait = Wait::Nothing;
        }
    }

    /// A part of the file was lost, perhaps its end: what comes next may be a command.
    pub(super) fn file_missing(&mut self) {
        self.flags |= Flags::GAP_IN_RESPONSE | Flags::RESPONSE_TRUNCATED;
        self.wait = Wait::Nothing;
    }

    /// Whether something is missing where the reply should begin.
    pub(super) const fn reply_is_missed(&self) -> bool {
        self.gap_before > 0
    }

    /// Whether only a part of the command was seen.
    pub(super) fn is_part(&self) -> bool {
        let part = Flags::GAP_IN_REQUEST | Flags::REQUEST_TRUNCATED;
        self.flags.intersects(part)
    }

    /// Takes bytes of the reply that cannot be read as packets: a gap came before them.
    pub(super) fn reply_bytes(&mut self, bytes: &[u8], at: Timestamp, limits: &Limits) {
        if self.gap_before > 0 {
            let len = std::mem::take(&mut self.gap_before);
            self.fill(len, limits);
        }
        self.keep_bytes(bytes, limits.body_cap);
        self.response.wire_len += bytes.len() as u64;
        self.response_first.get_or_insert(at);
        self.response_last = Some(at);
        self.flags |= Flags::GAP_IN_RESPONSE;
    }

    /// Keeps nothing of what the reply says.
    pub(super) fn leave_out_reply(&mut self) {
        self.response.bytes.clear();
    }

    /// Notes a hole where the reply is or should begin.
    pub(super) fn reply_gap(&mut self, len: u64, limits: &Limits) {
        if self.is_answered() {
            self.fill(len, limits);
        } else {
            self.gap_before += len;
        }
    }

    /// Puts zeros in place of missing bytes.
    fn fill(&mut self, len: u64, limits: &Limits) {
        self.flags |= Flags::GAP_IN_RESPONSE;
        let room = limits.body_cap.saturating_sub(self.response.bytes.len());
        let zeros = usize::try_from(len)
            .unwrap_or(usize::MAX)
            .min(room)
            .min(limits.gap_fill_cap);
        self.response
            .bytes
            .resize(self.response.bytes.len() + zeros, 0);
        self.response.wire_len += len;
    }

    /// Whether anything of the reply was seen.
    pub(super) const fn is_answered(&self) -> bool {
        self.response_last.is_some()
    }

    /// The reply so far, as its packets tell it.
    pub(super) const fn so_far(&self) -> &crate::mysql::ReplySummary {
        self.steps.summary()
    }

    /// What follows the command byte, if all of it was seen.
    fn whole_request(&self) -> Option<&[u8]> {
        let cut = Flags::GAP_IN_REQUEST | Flags::REQUEST_TRUNCATED | Flags::REQUEST_OVER_CAP;
        let whole = !self.flags.intersects(cut);
        whole.then(|| self.request.bytes.get(1..))?
    }

    /// The packets of the reply so far.
    pub(super) fn reply_so_far(&self) -> &[u8] {
        &self.response.bytes
    }

    /// What the statement it prepares is remembered by.
    pub(super) fn as_statement(&self) -> Statement {
        let strip = |text: &str| text.strip_prefix(PREPARE).unwrap_or(text).to_owned();
        Statement {
            operation: strip(&self.operation),
            summary: strip(&self.summary),
            sql: self.whole_request().unwrap_or_default().to_vec(),
        }
    }

    /// The exchange. `statement` is what the statement id it names was prepared from.
    pub(super) fn into_exchange(mut self, statement: Option<&Statement>) -> Exchange {
        let summary = self.steps.summary();
        let in_transaction = summary.status.contains(Status::IN_TRANSACTION);
        self.flags.set(Flags::IN_TRANSACTION, in_transaction);
        let status = match &summary.error {
            Some(error) => Some(error.code),
            None => self.is_answered().then_some(0),
        };
        if let Some(id) = self.statement_id {
            match statement {
                Some(statement) if self.code == Some(CommandCode::StmtExecute) => {
                    self.operation.clone_from(&statement.operation);
                    self.summary.clone_from(&statement.summary);
                }
                Some(statement) => {
                    self.summary =
                        one_line(format!("{} {}", self.summary, statement.summary).as_bytes());
                }
                None => {
                    self.flags |= Flags::STATEMENT_UNKNOWN;
                    self.summary = format!("{} {id} (its PREPARE was not seen)", self.summary);
                }
            }
        }
        let statement_id = self.steps.summary().statement_id().or(self.statement_id);
        let answered = self.is_answered();
        Exchange {
            protocol: Protocol::Mysql,
            request: Some(self.request),
            response: answered.then_some(self.response),
            times: ExchangeTimes {
                request_first: self.request_first,
                request_last: self.request_last,
                response_first: self.response_first,
                response_last: self.response_last,
            },
            operation: self.operation,
            summary: self.summary,
            status,
            flags: self.flags,
            statement_id,
        }
    }

    fn keep(&mut self, packet: &Packet<'_>, cap: usize) {
        self.response.wire_len += packet.wire_len();
        if packet.len == packet.payload.len() as u64 {
            if self.response.bytes.len() < cap {
                if self.response.bytes.is_empty() {
                    self.response.bytes.reserve(SOON_REPLY);
                }
                packet.write_to(&mut self.response.bytes);
                self.cut(cap);
            }
            return;
        }
        let announced = packet.len.min(LONGEST_PACKET as u64).to_le_bytes();
        let mut header = [0; HEADER_LEN];
        for (place, byte) in header
            .iter_mut()
            .zip(announced.iter().take(3).chain([&packet.sequence]))
        {
            *place = *byte;
        }
        self.keep_bytes(&header, cap);
        self.keep_bytes(packet.payload, cap);
        self.flags |= Flags::RESPONSE_OVER_CAP;
    }

    fn keep_bytes(&mut self, bytes: &[u8], cap: usize) {
        let room = cap
            .saturating_sub(self.response.bytes.len())
            .min(bytes.len());
        self.response.bytes.extend(bytes.iter().take(room));
        self.flags.set(
            Flags::RESPONSE_OVER_CAP,
            room < bytes.len() || self.flags.contains(Flags::RESPONSE_OVER_CAP),
        );
    }

    fn cut(&mut self, cap: usize) {
        if self.response.bytes.len() > cap {
            self.response.bytes.truncate(cap);
            self.flags |= Flags::RESPONSE_OVER_CAP;
        }
    }
}

/// What a PREPARE's operation and summary begin with, so that it is told from its executions.
const PREPARE: &str = "PREPARE ";

/// Operation and summary of a command.
fn describe(payload: &[u8], code: Option<CommandCode>, dialect: &Dialect) -> (String, String) {
    let name = code.map_or("COM_UNKNOWN", CommandCode::name).to_owned();
    match Command::decode(payload, dialect) {
        Ok(Command::Query(query)) => (digest(query.sql), one_line(query.sql)),
        Ok(Command::StmtPrepare(sql)) => {
            let line = one_line(&[PREPARE.as_bytes(), sql].concat());
            (format!("{PREPARE}{}", digest(sql)), line)
        }
        Ok(Command::InitDb(database)) => {
            let summary = one_line(format!("{name} {}", text(database)).as_bytes());
            (name, summary)
        }
        Ok(Command::FieldList { table, .. }) => {
            let summary = one_line(format!("{name} {}", text(table)).as_bytes());
            (name, summary)
        }
        _ => (name.clone(), name),
    }
}

/// Text in one line of at most 256 bytes.
fn one_line(bytes: &[u8]) -> String {
    if bytes.len() <= LONGEST_SUMMARY && bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return String::from_utf8_lossy(bytes.trim_ascii()).into_owned();
    }
    let start = bytes.get(..LONGEST_SUMMARY + 4).unwrap_or(bytes);
    let mut line = String::with_capacity(start.len());
    for character in String::from_utf8_lossy(start).chars() {
        let shown = if character.is_control() {
            ' '
        } else {
            character
        };
        if line.len() + shown.len_utf8() > LONGEST_SUMMARY {
            break;
        }
        line.push(shown);
    }
    line.trim().to_owned()
}
