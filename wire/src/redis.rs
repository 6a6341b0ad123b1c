//! Redis: where commands and replies end, and what a command is called (RESP2 and RESP3,
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/>). Values are passed over, never kept.

mod command;
mod reply;

pub use command::CommandReader;
pub use reply::ReplyReader;
