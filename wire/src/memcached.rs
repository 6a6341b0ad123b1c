//! memcached's text protocol: where commands and replies end, and what a command is called
//! (<https://github.com/memcached/memcached/blob/master/doc/protocol.txt>). Values are passed over, never kept.

mod command;
mod reply;

pub use command::CommandReader;
pub use reply::ReplyReader;

/// Values larger than this are none: memcached takes 1 GB at most.
const LONGEST: u64 = 1 << 30;
