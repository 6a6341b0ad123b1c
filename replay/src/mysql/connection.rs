//! One connection to a MySQL target: logged in, then command by command. Times in microseconds since the
//! run's start.

mod ask;

use std::io;
use std::net::SocketAddr;

use reprise_wire::mysql::auth::CachingSha2;
use reprise_wire::mysql::{
    AuthRequest, ChangeUser, CommandCode, Dialect, ErrPacket, Greeting, PacketReader, ReplyReader,
    ReplyState, ReplySummary, Session, write_packet,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::login::{answer, login};
use crate::run::origin::Origin;
use crate::socket;

/// Packets of the connection phase are short.
const LOGIN_PACKET: usize = 64 << 10;

/// Bytes of a file sent in one packet: far from the length at which a packet has to be continued.
const FILE_PIECE: usize = 1 << 20;

/// A round of the authentication exchange takes a packet or two; a server that goes on is no MySQL server.
const MOST_ROUNDS: usize = 8;

/// A connection to a MySQL target.
#[derive(Debug)]
pub(crate) struct MysqlConnection {
    stream: TcpStream,
    /// What both ends agreed on.
    pub(crate) dialect: Dialect,
    /// The connection's id on the server, as KILL names it.
    pub(crate) thread_id: u32,
    /// What the server's greeting asked the login to be scrambled with.
    scramble: Vec<u8>,
    out: Vec<u8>,
}

/// Who logs in, and as what the recorded client had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) database: Option<&'a str>,
    pub(crate) recorded: Option<&'a Session>,
}

/// How an authentication ended.
#[derive(Debug)]
enum Admitted {
    Yes,
    No(ErrPacket),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// The system could not connect, or the connection ended.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The server said no.
    #[error("MySQL error {}: {}", .0.code, String::from_utf8_lossy(&.0.message))]
    Denied(ErrPacket),
    /// The plan is read-only, and the server does not make the session so.
    #[error("it does not make sessions read-only, MySQL error {}: {}", .0.code, String::from_utf8_lossy(&.0.message))]
    NotReadOnly(ErrPacket),
    /// The server wants the password itself, which is only given over TLS.
    #[error(
        "the server wants the full caching_sha2_password exchange, which needs TLS: \
         log in once with another client, or give the user mysql_native_password"
    )]
    FullExchange,
    /// The server wants a plugin that is not known here.
    #[error("the server wants the plugin `{0}`: give the user mysql_native_password")]
    Plugin(String),
    /// What came is not MySQL.
    #[error("what answers there does not speak MySQL")]
    NotMysql,
}

impl LoginError {
    /// The error number, when the server gave one.
    pub(crate) const fn code(&self) -> u16 {
        match self {
            Self::Denied(denied) | Self::NotReadOnly(denied) => denied.code,
            _ => 0,
        }
    }
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
    fn new() -> Self {
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
    /// Connects and logs in.
    pub(crate) async fn open(
        address: SocketAddr,
        credentials: Credentials<'_>,
    ) -> Result<Self, LoginError> {
        let stream = socket::connect(address).await?;
        let mut connection = Self {
            stream,
            dialect: Dialect::UNKNOWN,
            thread_id: 0,
            scramble: Vec::new(),
            out: Vec::new(),
        };
        let mut packets = Packets::default();
        let (_, first) = packets.next(&mut connection.stream).await?;
        if first.first() == Some(&0xFF) {
            let denied = ErrPacket::decode(&first).map_err(|_| LoginError::NotMysql)?;
            return Err(LoginError::Denied(denied));
        }
        let greeting = Greeting::decode(&first).map_err(|_| LoginError::NotMysql)?;
        let login = login(&greeting, credentials);
        connection.dialect = Dialect::agreed(&greeting, &login);
        connection.thread_id = greeting.thread_id;
        connection.scramble = greeting.scramble;
        connection.send(1, &login.encode()).await?;
        let plugin = login.plugin;
        match connection
            .authenticate(&mut packets, plugin, credentials.password)
            .await?
        {
            Admitted::Yes => Ok(connection),
            Admitted::No(denied) => Err(LoginError::Denied(denied)),
        }
    }

    /// Goes through the rounds of an authentication that has begun.
    async fn authenticate(
        &mut self,
        packets: &mut Packets,
        plugin: Option<Vec<u8>>,
        password: &str,
    ) -> Result<Admitted, LoginError> {
        let mut plugin = plugin.unwrap_or_else(|| b"mysql_native_password".to_vec());
        for _ in 0..MOST_ROUNDS {
            let (sequence, payload) = packets.next(&mut self.stream).await?;
            let reply = match payload.first() {
                Some(0x00) => return Ok(Admitted::Yes),
                Some(0xFF) => {
                    let denied = ErrPacket::decode(&payload).map_err(|_| LoginError::NotMysql)?;
                    return Ok(Admitted::No(denied));
                }
                _ => round(&payload, &mut plugin, password)?,
            };
            if let Some(reply) = reply {
                self.send(sequence.wrapping_add(1), &reply).await?;
            }
        }
        Err(LoginError::NotMysql)
    }

    /// Sends COM_CHANGE_USER with credentials of the target's instead of the recorded ones, and goes through
    /// its authentication. The recorded user's scramble would be of no use.
    pub(crate) async fn change_user(
        &mut self,
        recorded: &ChangeUser,
        credentials: Credentials<'_>,
        origin: Origin,
    ) -> Reply {
        let plugin = b"mysql_native_password".to_vec();
        let answer = answer(&plugin, credentials.password, &self.scramble);
        let change = ChangeUser {
            user: credentials.user.as_bytes().to_vec(),
            auth_response: answer.unwrap_or_default(),
            plugin: Some(plugin.clone()),
            tail: Vec::new(),
            ..recorded.clone()
        };
        let payload = [&[CommandCode::ChangeUser as u8][..], &change.encode()].concat();
        let mut reply = Reply::new();
        let mut packets = Packets::default();
        let went = match self.send(0, &payload).await {
            Ok(()) => {
                reply.sent = self.out.len();
                self.authenticate(&mut packets, Some(plugin), credentials.password)
                    .await
            }
            Err(error) => Err(error.into()),
        };
        reply.done_us = origin.now_us();
        reply.received = packets.received;
        reply.first_byte_us = (packets.received > 0).then_some(reply.done_us);
        reply.end = match went {
            Ok(Admitted::Yes) => End::Complete,
            Ok(Admitted::No(denied)) => {
                reply.summary.error = Some(denied);
                End::Complete
            }
            Err(LoginError::Io(_)) if packets.received == 0 => End::NoAnswer,
            Err(LoginError::Io(_)) => End::CutShort,
            Err(_) => End::Garbage,
        };
        reply
    }

    /// Sends a command's payload and reads its reply; `buffer` is the caller's for reading. Where the server
    /// asks for files it gets `files`, in order, and then empty ones: nothing of this machine's is ever read.
    pub(crate) async fn command(
        &mut self,
        payload: &[u8],
        files: &[Vec<u8>],
        buffer: &mut [u8],
        origin: Origin,
    ) -> Reply {
        let mut reader = ReplyReader::new(payload, &self.dialect);
        let mut files = files.iter();
        let mut reply = Reply::new();
        let written = self.send(0, payload).await;
        reply.sent = self.out.len();
        if written.is_ok() && reader.is_done() {
            reply.end = End::Complete;
            reply.done_us = origin.now_us();
            return reply;
        }
        // even after a failed write the server's reason may be there to read
        while !reader.is_done() {
            let read = self.stream.read(buffer).await.unwrap_or(0);
            reply.done_us = origin.now_us();
            let mut input = buffer.get(..read).unwrap_or_default();
            if input.is_empty() {
                reply.end = if reply.first_byte_us.is_some() {
                    End::CutShort
                } else {
                    End::NoAnswer
                };
                return self.ended(reply, &reader);
            }
            reply.first_byte_us.get_or_insert(reply.done_us);
            reply.received += read;
            match reader.push(&mut input) {
                Ok(ReplyState::NeedMore | ReplyState::Done) => {}
                Ok(ReplyState::SendFile) => {
                    let file = files.next().map_or(&[][..], Vec::as_slice);
                    match self.send_file(reader.next_sequence(), file).await {
                        Ok(sent) => reply.sent += sent,
                        Err(_) => {
                            reply.end = End::CutShort;
                            return self.ended(reply, &reader);
                        }
                    }
                }
                Ok(ReplyState::SendAuthentication) | Err(_) => {
                    reply.end = End::Garbage;
                    return self.ended(reply, &reader);
                }
            }
        }
        reply.end = End::Complete;
        self.ended(reply, &reader)
    }

    /// Whether the server has kept the connection open. Costs no system call unless something happened.
    pub(crate) fn is_open(&self) -> bool {
        let mut byte = [0];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Waits until the server has closed the connection, on which nothing is said any more.
    pub(crate) async fn closed(mut self) {
        let mut buffer = [0; 64];
        while let Ok(1..) = self.stream.read(&mut buffer).await {}
    }

    /// Says good-bye, as clients do; without it the server counts an aborted connection.
    pub(crate) fn quit(self) {
        // the socket closes right after: nothing is lost if this does not fit
        let _ = self.stream.try_write(&[1, 0, 0, 0, 1]);
    }

    fn ended(&self, mut reply: Reply, reader: &ReplyReader) -> Reply {
        reply.summary = reader.summary().clone();
        reply
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

    async fn send(&mut self, sequence: u8, payload: &[u8]) -> io::Result<()> {
        self.out.clear();
        let mut sequence = sequence;
        write_packet(&mut self.out, &mut sequence, payload);
        self.stream.write_all(&self.out).await
    }
}

/// Answers one packet of the authentication exchange; `None` when the server goes on by itself.
fn round(
    payload: &[u8],
    plugin: &mut Vec<u8>,
    password: &str,
) -> Result<Option<Vec<u8>>, LoginError> {
    match AuthRequest::decode(payload).map_err(|_| LoginError::NotMysql)? {
        AuthRequest::Switch {
            plugin: wanted,
            data,
        } => {
            let reply = answer(&wanted, password, &data)
                .ok_or_else(|| LoginError::Plugin(String::from_utf8_lossy(&wanted).into_owned()))?;
            *plugin = wanted;
            Ok(Some(reply))
        }
        AuthRequest::More(data) => match CachingSha2::decode(&data) {
            Some(CachingSha2::FastPathDone) => Ok(None),
            Some(CachingSha2::FullExchange) => Err(LoginError::FullExchange),
            None => Err(LoginError::Plugin(
                String::from_utf8_lossy(plugin).into_owned(),
            )),
        },
    }
}

/// Reads the packets of the connection phase one by one.
#[derive(Debug)]
struct Packets {
    reader: PacketReader,
    unread: Vec<u8>,
    /// Bytes that came.
    received: usize,
}

impl Default for Packets {
    fn default() -> Self {
        Self {
            reader: PacketReader::new(LOGIN_PACKET),
            unread: Vec::new(),
            received: 0,
        }
    }
}

impl Packets {
    /// The next packet: its sequence number and payload.
    async fn next(&mut self, stream: &mut TcpStream) -> Result<(u8, Vec<u8>), LoginError> {
        let mut buffer = [0; 4_096];
        loop {
            let unread = std::mem::take(&mut self.unread);
            let mut input = unread.as_slice();
            if let Some(packet) = self.reader.next(&mut input) {
                let found = (packet.last_sequence, packet.payload.to_vec());
                self.unread = input.to_vec();
                return Ok(found);
            }
            let read = stream.read(&mut buffer).await?;
            self.received += read;
            if read == 0 {
                return Err(LoginError::Io(io::ErrorKind::UnexpectedEof.into()));
            }
            if self.received > MOST_ROUNDS * LOGIN_PACKET {
                return Err(LoginError::NotMysql);
            }
            self.unread = buffer.get(..read).unwrap_or_default().to_vec();
        }
    }
}
