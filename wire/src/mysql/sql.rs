//! SQL as bytes: tokens with their places, and digests. Total: any bytes give tokens, in one pass.
//! Double quotes are read as strings and backslashes as escapes, as in MySQL's default modes.

mod digest;
mod keyword;
mod token;

pub(crate) use keyword::keyword;

pub use digest::{LONGEST_DIGEST, digest};
pub use token::{Token, TokenKind, Tokens, tokens};
