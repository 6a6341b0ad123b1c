//! The connection phase with a MySQL target: greeting, TLS, login, and the rounds of its authentication;
//! the same rounds again when the user changes.

use std::io;

use reprise_wire::mysql::auth::{CachingSha2, RsaPublicKey, SEED_LEN, mixed};
use reprise_wire::mysql::{
    AuthRequest, Capabilities, ChangeUser, CommandCode, Dialect, ErrPacket, Greeting, PacketReader,
    Session,
};
use rustix::rand::{GetRandomFlags, getrandom};

use super::connection::{End, MysqlConnection, Reply};
use super::login::{answer, login};
use super::packing::Packing;
use crate::http::stream::Stream;
use crate::run::mysql_target::MysqlTarget;
use crate::run::origin::Origin;
use crate::socket;

/// Packets of the connection phase are short.
const LOGIN_PACKET: usize = 64 << 10;

/// A round of the authentication exchange takes a packet or two; a server that goes on is no MySQL server.
const MOST_ROUNDS: usize = 8;

/// Asks a `caching_sha2_password` server for its RSA key.
const ASK_FOR_KEY: u8 = 2;

/// Who logs in, and as what the recorded client had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) database: Option<&'a str>,
    pub(crate) recorded: Option<&'a Session>,
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
    /// TLS is asked for, and the server has none.
    #[error("it does not speak TLS: leave `?tls=` out, or turn TLS on there")]
    NoTls,
    /// The server wants a plugin that is not known here.
    #[error(
        "the server wants the plugin `{0}`: give the user mysql_native_password, \
         caching_sha2_password or ed25519"
    )]
    Plugin(String),
    /// The server wants the password in clear.
    #[error(
        "the server wants the password in clear, which is only given over TLS: add `?tls=required`"
    )]
    Clear,
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

/// How an authentication ended.
#[derive(Debug)]
enum Admitted {
    Yes,
    No(ErrPacket),
}

/// An authentication while it goes on.
struct Exchange<'a> {
    plugin: Vec<u8>,
    /// What the plugin's answer is scrambled with.
    scramble: Vec<u8>,
    password: &'a str,
    over_tls: bool,
}

impl MysqlConnection {
    /// Connects and logs in.
    pub(crate) async fn open(
        target: &MysqlTarget,
        credentials: Credentials<'_>,
    ) -> Result<Self, LoginError> {
        let tcp = socket::connect(target.address).await?;
        let mut packets = Packets::default();
        let mut connection = Self::new(Stream::Plain(tcp));
        let (_, first) = packets.next(&mut connection).await?;
        if first.first() == Some(&0xFF) {
            let denied = ErrPacket::decode(&first).map_err(|_| LoginError::NotMysql)?;
            return Err(LoginError::Denied(denied));
        }
        let greeting = Greeting::decode(&first).map_err(|_| LoginError::NotMysql)?;
        let mut login = login(&greeting, credentials);
        let mut sequence = 1;
        if let Some(tls) = &target.tls {
            if !greeting.capabilities.contains(Capabilities::SSL) {
                return Err(LoginError::NoTls);
            }
            login.capabilities |= Capabilities::SSL;
            connection
                .send(sequence, &login.encode_tls_request())
                .await?;
            sequence += 1;
            let Stream::Plain(tcp) = connection.stream else {
                return Err(LoginError::NotMysql);
            };
            connection = Self::new(Stream::Tls(Box::new(tls.open(tcp).await?)));
        }
        connection.dialect = Dialect::agreed(&greeting, &login);
        connection.thread_id = greeting.thread_id;
        connection.scramble = greeting.scramble;
        connection.send(sequence, &login.encode()).await?;
        let plugin = login.plugin;
        match connection
            .authenticate(&mut packets, plugin, credentials.password)
            .await?
        {
            Admitted::Yes => {
                connection.packing = Packing::of(connection.dialect.compression);
                Ok(connection)
            }
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
        let mut exchange = Exchange {
            plugin: plugin.unwrap_or_else(|| b"mysql_native_password".to_vec()),
            scramble: self.scramble.clone(),
            password,
            over_tls: matches!(self.stream, Stream::Tls(_)),
        };
        for _ in 0..MOST_ROUNDS {
            let (sequence, payload) = packets.next(self).await?;
            let reply = match payload.first() {
                Some(0x00) => return Ok(Admitted::Yes),
                Some(0xFF) => {
                    let denied = ErrPacket::decode(&payload).map_err(|_| LoginError::NotMysql)?;
                    return Ok(Admitted::No(denied));
                }
                _ => exchange.round(&payload)?,
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
        self.packing.begin();
        let went = match self.send(0, &payload).await {
            Ok(sent) => {
                reply.sent = sent;
                self.authenticate(&mut packets, Some(plugin), credentials.password)
                    .await
            }
            Err(error) => Err(error.into()),
        };
        reply.done_us = self.arrived_us(origin);
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
}

impl Exchange<'_> {
    /// Answers one packet; `None` when the server goes on by itself.
    fn round(&mut self, payload: &[u8]) -> Result<Option<Vec<u8>>, LoginError> {
        match AuthRequest::decode(payload).map_err(|_| LoginError::NotMysql)? {
            AuthRequest::Switch { plugin, data } => {
                self.plugin = plugin;
                self.scramble = data;
                if self.plugin == b"mysql_clear_password" {
                    return self.clear().map(Some);
                }
                let reply = answer(&self.plugin, self.password, &self.scramble);
                Ok(Some(reply.ok_or_else(|| self.unknown())?))
            }
            AuthRequest::More(data) if self.plugin == b"caching_sha2_password" => {
                match CachingSha2::decode(&data) {
                    Some(CachingSha2::FastPathDone) => Ok(None),
                    Some(CachingSha2::FullExchange) if self.over_tls => self.clear().map(Some),
                    Some(CachingSha2::FullExchange) => Ok(Some(vec![ASK_FOR_KEY])),
                    // the key that was asked for
                    None => self.encrypted(&data).map(Some),
                }
            }
            AuthRequest::More(_) => Err(self.unknown()),
        }
    }

    fn unknown(&self) -> LoginError {
        LoginError::Plugin(String::from_utf8_lossy(&self.plugin).into_owned())
    }

    /// The password as it is.
    fn clear(&self) -> Result<Vec<u8>, LoginError> {
        if !self.over_tls {
            return Err(LoginError::Clear);
        }
        Ok([self.password.as_bytes(), &[0]].concat())
    }

    /// The password, readable by the server only.
    fn encrypted(&self, pem: &[u8]) -> Result<Vec<u8>, LoginError> {
        let key = RsaPublicKey::from_pem(pem).map_err(|_| LoginError::NotMysql)?;
        let mut seed = [0; SEED_LEN];
        let filled = getrandom(&mut seed, GetRandomFlags::empty()).map_err(io::Error::from)?;
        if filled != SEED_LEN {
            return Err(LoginError::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        let message = mixed(self.password.as_bytes(), &self.scramble);
        key.encrypt(&message, seed).ok_or(LoginError::NotMysql)
    }
}

/// Reads packets of an authentication one by one.
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
    async fn next(
        &mut self,
        connection: &mut MysqlConnection,
    ) -> Result<(u8, Vec<u8>), LoginError> {
        let mut buffer = [0; 4_096];
        loop {
            let unread = std::mem::take(&mut self.unread);
            let mut input = unread.as_slice();
            if let Some(packet) = self.reader.next(&mut input) {
                let found = (packet.last_sequence, packet.payload.to_vec());
                self.unread = input.to_vec();
                return Ok(found);
            }
            let read = connection.stream.read(&mut buffer).await?;
            self.received += read;
            if read == 0 {
                return Err(LoginError::Io(io::ErrorKind::UnexpectedEof.into()));
            }
            if self.received > MOST_ROUNDS * LOGIN_PACKET {
                return Err(LoginError::NotMysql);
            }
            let came = buffer.get(..read).unwrap_or_default();
            let unpacked = connection.packing.unpack(came);
            self.unread = unpacked.map_err(|_| LoginError::NotMysql)?.into_owned();
        }
    }
}
