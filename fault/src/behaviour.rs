//! What a fault does once it strikes. Units: milliseconds in what people write.

use std::fmt;

use crate::sqlstate;

/// A behaviour and its options; the names are Vaurien's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Holds the request back before it is sent.
    Delay {
        /// How long, on average; milliseconds.
        ms: u32,
        /// How far a single delay may lie from that, either way, evenly spread; milliseconds.
        jitter_ms: u32,
    },
    /// Answers in the server's place; the request is never sent.
    Error(Injected),
}

/// The answer a fault gives instead of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injected {
    /// An HTTP answer with this status (400 to 599).
    HttpStatus(u16),
    /// A MySQL ERR packet.
    Mysql {
        /// The error number, 1 to 65535.
        code: u16,
        /// The five-character SQLSTATE.
        sqlstate: [u8; 5],
        /// The message text.
        message: String,
    },
}

impl Injected {
    /// The status a sample keeps: the HTTP status or the MySQL error number.
    pub const fn status(&self) -> u16 {
        match self {
            Self::HttpStatus(status) => *status,
            Self::Mysql { code, .. } => *code,
        }
    }
}

impl Behaviour {
    /// The name it is written and counted by: `delay`, `error`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Error(_) => "error",
        }
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay { ms, jitter_ms: 0 } => write!(f, "delay(ms={ms})"),
            Self::Delay { ms, jitter_ms } => write!(f, "delay(ms={ms},jitter={jitter_ms})"),
            Self::Error(Injected::HttpStatus(status)) => write!(f, "error(status={status})"),
            Self::Error(Injected::Mysql {
                code,
                sqlstate,
                message,
            }) => {
                let (usual_state, usual_message) = sqlstate::of(*code);
                write!(f, "error(code={code}")?;
                if sqlstate != usual_state {
                    write!(f, ",sqlstate={}", String::from_utf8_lossy(sqlstate))?;
                }
                if message != usual_message {
                    write!(f, ",message={}", Quoted(message))?;
                }
                f.write_str(")")
            }
        }
    }
}

/// Text in double quotes, with `\` before each quote and backslash.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}
