//! What must hold of the protocols of lines for any input whatever: readers take no more than there is, end once,
//! and find the same end however the bytes come.

use crate::passing::{Foreign, Passed};
use crate::smtp::Kind;
use crate::{memcached, redis, smtp};

/// The first byte says what is read; the second in how large pieces it comes the second time.
pub fn read(data: &[u8]) {
    let [what, size, bytes @ ..] = data else {
        return;
    };
    let size = usize::from(*size).max(1);
    match what % 7 {
        0 => alike(
            bytes,
            size,
            redis::CommandReader::default,
            redis::CommandReader::feed,
        ),
        1 => alike(
            bytes,
            size,
            redis::ReplyReader::default,
            redis::ReplyReader::feed,
        ),
        2 => alike(
            bytes,
            size,
            memcached::CommandReader::default,
            memcached::CommandReader::feed,
        ),
        3 => alike(
            bytes,
            size,
            memcached::ReplyReader::default,
            memcached::ReplyReader::feed,
        ),
        4 => alike(
            bytes,
            size,
            smtp::ReplyReader::default,
            smtp::ReplyReader::feed,
        ),
        5 => alike(
            bytes,
            size,
            || smtp::CommandReader::new(Kind::Message),
            smtp::CommandReader::feed,
        ),
        _ => alike(
            bytes,
            size,
            || smtp::CommandReader::new(Kind::Command),
            smtp::CommandReader::feed,
        ),
    }
}

fn alike<R>(
    bytes: &[u8],
    size: usize,
    new: impl Fn() -> R,
    feed: fn(&mut R, &[u8]) -> Result<Passed, Foreign>,
) {
    let at_once = in_pieces(bytes, bytes.len().max(1), &new, feed);
    let in_pieces = in_pieces(bytes, size, &new, feed);
    // what turns out to be foreign may do so later in one go
    if let (Ok(at_once), Ok(in_pieces)) = (at_once, in_pieces) {
        assert_eq!(at_once, in_pieces, "it ends elsewhere in pieces of {size}");
    }
}

/// How many bytes are of it, and whether it ends.
fn in_pieces<R>(
    bytes: &[u8],
    size: usize,
    new: &impl Fn() -> R,
    feed: fn(&mut R, &[u8]) -> Result<Passed, Foreign>,
) -> Result<(usize, bool), Foreign> {
    let mut reader = new();
    let mut consumed = 0;
    for piece in bytes.chunks(size) {
        let passed = feed(&mut reader, piece)?;
        assert!(passed.consumed <= piece.len(), "more taken than there is");
        consumed += passed.consumed;
        if passed.ends {
            return Ok((consumed, true));
        }
        assert_eq!(passed.consumed, piece.len(), "it stopped without an end");
    }
    Ok((consumed, false))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_end_where_they_end(what in 0_u8..7, size in 1_u8..9, text in "[*$+VALUESTm set0-9a.\r\n-]{0,80}") {
            let data = [&[what, size], text.as_bytes()].concat();
            super::read(&data);
        }
    }
}
