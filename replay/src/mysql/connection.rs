//! One connection to a MySQL target, command by command. Times in microseconds since the run's start.

mod ask;

use std::io;

use reprise_wire::mysql::{Dialect, ReplyReader, ReplyState, ReplySummary, write_packet};

pub(crate) use ask::Rows;

use super::packing::Packing;
use super::verify::COMPARED;
use crate::desk::{Desk, Seat};
use crate::http::stream::Stream;
use crate::run::origin::Origin;

/// Bytes of a file sent in one packet: far from the length at which a packet has to be continued.
const FILE_PIECE: usize = 1 << 20;

/// A connection to a MySQL target.
#[derive(Debug)]
pub(crate) struct MysqlConnection {
    pub(super) stream: Stream,
    /// What both ends agreed on.
    pub(crate) dialect: Dialect,
    /// The connection's id on the server, as KILL names it.
    pub(crate) thread_id: u32,
    /// What the server's greeting asked the login to be scrambled with.
    pub(super) scramble: Vec<u8>,
    /// How packets travel; as they are until the login is done.
    pub(super) packing: Packing,
    out: Vec<u8>,
}

/// What became of a command.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) end: End,
    pub(crate) first_byte_us: Option<u64>,
    pub(crate) done_us: u64,
    pub(crate) sent: usize,
    pub(crate) received: usize,
    pub(crate) summary: ReplySummary,
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All of it came, or none was to come.
    Complete,
    /// The connection ended before a byte of it came.
    NoAnswer,
    /// The connection ended in its middle.
    CutShort,
    /// What came does not follow the protocol.
    Garbage,
}

impl Reply {
    /// Nothing has come.
    pub(crate) fn new() -> Self {
        Self {
            end: End::NoAnswer,
            first_byte_us: None,
            done_us: 0,
            sent: 0,
            received: 0,
            summary: ReplySummary::default(),
        }
    }
}

impl MysqlConnection {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            dialect: Dialect::UNKNOWN,
            thread_id: 0,
            scramble: Vec::new(),
            packing: Packing::Plain,
            out: Vec::new(),
        }
    }

    /// Sends a command's payload and reads its reply at the caller's seat, where its beginning stays. Where the
    /// server asks for files it gets `files`, in order, and then empty ones: nothing of this machine's is ever
    /// read.
    pub(crate) async fn command(
        &mut self,
        payload: &[u8],
        files: &[Vec<u8>],
        seat: &mut Seat<'_>,
        origin: Origin,
    ) -> Reply {
        let mut reply = Reply::new();
        self.command_into(payload, files, seat, origin, &mut reply)
            .await;
        reply
    }

    /// The same, with a `reply` that says at any time how far it is: whoever stops waiting knows what had come.
    pub(crate) async fn command_into(
        &mut self,
        payload: &[u8],
        files: &[Vec<u8>],
        seat: &mut Seat<'_>,
        origin: Origin,
        reply: &mut Reply,
    ) {
        let mut reader = ReplyReader::new(payload, &self.dialect);
        *reply = Reply::new();
        self.packing.begin();
        let written = self.send(0, payload).await;
        reply.sent = self.out.len();
        if written.is_ok() && reader.is_done() {
            reply.end = End::Complete;
            reply.done_us = origin.now_us();
            return;
        }
        reply.end = self
            .read_reply(&mut reader, files, seat, origin, reply)
            .await;
        reply.summary = reader.summary().clone();
    }

    async fn read_reply(
        &mut self,
        reader: &mut ReplyReader,
        files: &[Vec<u8>],
        seat: &mut Seat<'_>,
        origin: Origin,
        reply: &mut Reply,
    ) -> End {
        let mut files = files.iter();
        seat.leave();
        // an error shows when it is read
        let _ = self.stream.readable().await;
        let Desk {
            buffer,
            reply: kept,
            ..
        } = seat.desk(|desk| desk.reply.clear());
        // even after a failed write the server's reason may be there to read
        while !reader.is_done() {
            let read = self.stream.read(buffer).await.unwrap_or(0);
            reply.done_us = self.arrived_us(origin);
            let came = buffer.get(..read).unwrap_or_default();
            if came.is_empty() {
                return match reply.first_byte_us {
                    Some(_) => End::CutShort,
                    None => End::NoAnswer,
                };
            }
            reply.first_byte_us.get_or_insert(reply.done_us);
            reply.received += read;
            let Ok(unpacked) = self.packing.unpack(came) else {
                return End::Garbage;
            };
            let room = COMPARED - kept.len().min(COMPARED);
            kept.extend_from_slice(unpacked.get(..room).unwrap_or(&unpacked));
            match reader.push(&mut unpacked.as_ref()) {
                Ok(ReplyState::NeedMore | ReplyState::Done) => {}
                Ok(ReplyState::SendFile) => {
                    let file = files.next().map_or(&[][..], Vec::as_slice);
                    match self.send_file(reader.next_sequence(), file).await {
                        Ok(sent) => reply.sent += sent,
                        Err(_) => return End::CutShort,
                    }
                }
                Ok(ReplyState::SendAuthentication) | Err(_) => return End::Garbage,
            }
        }
        End::Complete
    }

    /// Asks the kernel when replies arrive, however late they are read.
    pub(crate) fn stamp(&mut self) {
        self.stream.stamp();
    }

    /// When what was read last had arrived.
    pub(crate) fn arrived_us(&self, origin: Origin) -> u64 {
        self.stream.tcp().arrived_us(origin)
    }

    /// Whether the kernel said when that was.
    pub(crate) fn is_stamped(&self) -> bool {
        self.stream.tcp().is_stamped()
    }

    /// Whether the server has kept the connection open. Costs no system call unless something happened.
    pub(crate) fn is_open(&mut self) -> bool {
        let mut byte = [0];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Waits until the server has closed the connection, on which nothing is said any more.
    pub(crate) async fn closed(mut self) {
        let mut buffer = [0; 64];
        while let Ok(1..) = self.stream.read(&mut buffer).await {}
    }

    /// Says good-bye, as clients do; without it the server counts an aborted connection.
    pub(crate) fn quit(mut self) {
        self.packing.begin();
        let mut out = Vec::new();
        self.packing.pack(&[1, 0, 0, 0, 1], &mut out);
        // the socket closes right after: nothing is lost if this does not fit
        let _ = self.stream.try_write(&out);
        let _ = self.stream.try_flush();
    }

    /// Sends a file in packets, and the empty one that ends it. Returns how many bytes that took.
    async fn send_file(&mut self, sequence: u8, file: &[u8]) -> io::Result<usize> {
        let (mut sequence, mut sent) = (sequence, 0);
        for piece in file.chunks(FILE_PIECE).chain([&[][..]]) {
            self.send(sequence, piece).await?;
            sequence = sequence.wrapping_add(1);
            sent += self.out.len();
        }
        Ok(sent)
    }

    /// Sends a packet; returns how many bytes that took.
    pub(super) async fn send(&mut self, sequence: u8, payload: &[u8]) -> io::Result<usize> {
        self.out.clear();
        let mut sequence = sequence;
        if self.packing.is_plain() {
            write_packet(&mut self.out, &mut sequence, payload);
        } else {
            let mut packets = Vec::new();
            write_packet(&mut packets, &mut sequence, payload);
            self.packing.pack(&packets, &mut self.out);
        }
        self.stream.write_all(&self.out).await?;
        Ok(self.out.len())
    }
}
