//! The entries of an HTTP Archive, one after another, without the rest of the file in memory: finds
//! `log.entries` and cuts it at its commas. What is between the braces is not understood here.

use std::io::{BufRead, ErrorKind};

/// The longest entry that is kept, in bytes of JSON.
const LONGEST_ENTRY: usize = 256 << 20;
/// The longest key that is compared.
const LONGEST_KEY: usize = 64;

/// Cuts an archive into entries.
pub(super) struct Entries<'a> {
    json: Json<'a>,
    entry: Copied,
    begun: bool,
}

/// The next entry.
pub(super) struct Entry<'a> {
    /// Its JSON; `None` when it is too long.
    pub(super) json: Option<&'a [u8]>,
    /// The line it begins on.
    pub(super) line: u64,
}

/// Why there is no further entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The list is closed.
    Done,
    /// The file ends within it.
    Cut,
    /// It is not JSON from here on.
    Damaged,
    /// It is JSON, but has no `log.entries`.
    NoEntries,
}

impl<'a> Entries<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            json: Json { inner, line: 1 },
            entry: Copied::up_to(LONGEST_ENTRY),
            begun: false,
        }
    }

    /// The next entry, or why there is none.
    pub(super) fn next(&mut self) -> Result<Entry<'_>, Stop> {
        if !self.begun {
            self.json.skip_byte_order_mark()?;
            self.json.enter("log")?;
            self.json.enter("entries")?;
            self.begun = true;
        }
        let mut first = self.json.token()?;
        while first == b',' {
            self.json.consume(1);
            first = self.json.token()?;
        }
        if first == b']' {
            return Err(Stop::Done);
        }
        let line = self.json.line;
        self.entry.clear();
        self.json.value(&mut self.entry)?;
        let json = (!self.entry.over).then_some(self.entry.bytes.as_slice());
        Ok(Entry { json, line })
    }
}

/// JSON text, read as far as its structure.
struct Json<'a> {
    inner: &'a mut dyn BufRead,
    line: u64,
}

impl Json<'_> {
    /// What is in the buffer; never empty.
    fn buffer(&mut self) -> Result<&[u8], Stop> {
        loop {
            // Asked twice, because the borrow of a first answer would outlive the loop.
            match self.inner.fill_buf() {
                Ok([]) => return Err(Stop::Cut),
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(Stop::Cut),
                Err(_) => return Err(Stop::Damaged),
            }
        }
        self.inner.fill_buf().map_err(|_| Stop::Damaged)
    }

    fn consume(&mut self, bytes: usize) {
        self.inner.consume(bytes);
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), Stop> {
        if self.buffer()?.starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        Ok(())
    }

    /// The next byte that is not blank; not consumed.
    fn token(&mut self) -> Result<u8, Stop> {
        loop {
            let buffer = self.buffer()?;
            let blanks = buffer.iter().take_while(|byte| byte.is_ascii_whitespace());
            let (mut count, mut lines) = (0, 0);
            for byte in blanks {
                count += 1;
                lines += u64::from(*byte == b'\n');
            }
            let found = buffer.get(count).copied();
            self.line += lines;
            self.consume(count);
            if let Some(byte) = found {
                return Ok(byte);
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.token()? != byte {
            return Err(Stop::Damaged);
        }
        self.consume(1);
        Ok(())
    }

    /// Goes into the value that an object has under `wanted`, up to its opening bracket.
    fn enter(&mut self, wanted: &str) -> Result<(), Stop> {
        if self.token()? == b'[' {
            return Err(Stop::NoEntries);
        }
        self.expect(b'{')?;
        let mut key = Copied::up_to(LONGEST_KEY);
        loop {
            match self.token()? {
                b',' => self.consume(1),
                b'}' => return Err(Stop::NoEntries),
                _ => {
                    self.expect(b'"')?;
                    key.clear();
                    self.string(&mut key)?;
                    self.expect(b':')?;
                    if key.bytes == [wanted.as_bytes(), b"\""].concat() {
                        break;
                    }
                    self.value(&mut Copied::up_to(0))?;
                }
            }
        }
        if wanted == "entries" {
            if self.token()? != b'[' {
                return Err(Stop::NoEntries);
            }
            self.consume(1);
        }
        Ok(())
    }

    /// Copies one value.
    fn value(&mut self, copied: &mut Copied) -> Result<(), Stop> {
        let mut depth = 0_u64;
        loop {
            let byte = self.token()?;
            match byte {
                b'"' => {
                    self.consume(1);
                    copied.push(b"\"");
                    self.string(copied)?;
                }
                b'{' | b'[' | b'}' | b']' | b',' | b':' => {
                    match byte {
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.checked_sub(1).ok_or(Stop::Damaged)?,
                        _ if depth == 0 => return Err(Stop::Damaged),
                        _ => {}
                    }
                    self.consume(1);
                    copied.push(&[byte]);
                }
                _ => self.literal(copied)?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Copies the rest of a string, its closing quote included.
    fn string(&mut self, copied: &mut Copied) -> Result<(), Stop> {
        loop {
            let buffer = self.buffer()?;
            let found = memchr::memchr2(b'"', b'\\', buffer);
            let plain = found.unwrap_or(buffer.len());
            let special = found.and_then(|at| buffer.get(at).copied());
            let part = buffer.get(..plain).unwrap_or_default();
            let lines = memchr::memchr_iter(b'\n', part).count() as u64;
            copied.push(part);
            self.line += lines;
            self.consume(plain);
            match special {
                None => {}
                Some(b'"') => {
                    self.consume(1);
                    copied.push(b"\"");
                    return Ok(());
                }
                Some(_) => {
                    self.consume(1);
                    let escaped = *self.buffer()?.first().ok_or(Stop::Cut)?;
                    self.consume(1);
                    copied.push(&[b'\\', escaped]);
                }
            }
        }
    }

    /// Copies a number or a word.
    fn literal(&mut self, copied: &mut Copied) -> Result<(), Stop> {
        let mut length = 0;
        loop {
            let is_literal =
                |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
            let buffer = match self.buffer() {
                Ok(buffer) => buffer,
                Err(Stop::Cut) if length > 0 => return Ok(()),
                Err(stop) => return Err(stop),
            };
            let part = buffer.iter().take_while(is_literal).count();
            copied.push(buffer.get(..part).unwrap_or_default());
            length += part;
            let whole = part < buffer.len();
            self.consume(part);
            if whole {
                // A byte that begins nothing would be met for ever.
                return if length == 0 {
                    Err(Stop::Damaged)
                } else {
                    Ok(())
                };
            }
        }
    }
}

/// What was copied, up to a cap.
struct Copied {
    bytes: Vec<u8>,
    cap: usize,
    over: bool,
}

impl Copied {
    const fn up_to(cap: usize) -> Self {
        Self {
            bytes: Vec::new(),
            cap,
            over: false,
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.over = false;
        // One huge entry does not keep its memory for the rest of the file.
        self.bytes.shrink_to(1 << 20);
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.cap {
            self.over = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The entries of an archive, and how they ended; read a few bytes at a time.
    fn split(json: &[u8]) -> (Vec<(String, u64)>, Stop) {
        let mut reader = BufReader::with_capacity(3, json);
        let mut entries = Entries::new(&mut reader);
        let mut found = Vec::new();
        loop {
            match entries.next() {
                Ok(entry) => {
                    let text = String::from_utf8(entry.json.unwrap().to_vec()).unwrap();
                    found.push((text, entry.line));
                }
                Err(stop) => return (found, stop),
            }
        }
    }

    #[test]
    fn entries_are_found_wherever_they_stand_and_know_their_line() {
        let json = b"\xef\xbb\xbf{\"x\":[{\"log\":1}],\"log\":{\"pages\":[{}],\n\"entries\" : [\n \
            {\"a\": \"}],\\\"\"} ,\n{\"b\":[1, -2.5e3,true]}\n],\"z\":1}}";
        let (found, stop) = split(json);
        let expected = [
            (r#"{"a":"}],\""}"#.to_owned(), 3),
            (r#"{"b":[1,-2.5e3,true]}"#.to_owned(), 4),
        ];
        assert_eq!((found.as_slice(), stop), (&expected[..], Stop::Done));
    }

    #[test]
    fn a_cut_archive_gives_what_came_before_at_every_length() {
        let json = br#"{"log":{"entries":[{"a":1},{"b":"x"}]}}"#;
        for length in 0..json.len() - 2 {
            let (found, stop) = split(&json[..length]);
            let expected = usize::from(length >= 26) + usize::from(length >= 36);
            assert_eq!(found.len(), expected, "{length}");
            assert_eq!(stop == Stop::Done, length == 37, "{length}");
        }
    }

    #[test]
    fn what_is_no_archive_is_said_to_be_none() {
        assert_eq!(split(br#"{"a":{"entries":[]}}"#).1, Stop::NoEntries);
        assert_eq!(split(br#"{"log":{"a":1}}"#).1, Stop::NoEntries);
        assert_eq!(split(br#"{"log":{"entries":{}}}"#).1, Stop::NoEntries);
        assert_eq!(split(br#"{"log":{"entries":[}]}}"#).1, Stop::Damaged);
        assert_eq!(split(br#"{"log":{"entries":[;]}}"#).1, Stop::Damaged);
    }
}
