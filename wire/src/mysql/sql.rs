//! SQL as bytes: tokens with their places, and digests. Total: any bytes give tokens, in one pass.
//! Double quotes are read as strings and backslashes as escapes, as in MySQL's default modes.

mod digest;
mod keyword;
mod reads;
mod statements;
mod token;

pub(crate) use keyword::keyword;

pub use digest::{LONGEST_DIGEST, digest};
pub use reads::only_reads;
pub use statements::{Statements, first_word, statements};
pub use token::{Token, TokenKind, Tokens, tokens};
