//! SMTP (RFC 5321): where commands, messages and replies end, and what a command is called. Nothing of a message
//! or a password is kept.

mod command;
mod reply;

pub use command::{CommandReader, Kind};
pub use reply::ReplyReader;
