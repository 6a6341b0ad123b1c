//! The fields MySQL payloads are made of: little-endian integers, length-encoded integers and strings.
//! Reading never panics: a short payload gives `Malformed`.
//! Source: the "Protocol basics" pages of the MySQL and MariaDB protocol documentation.

use super::Malformed;

/// Reads fields from the front of a payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// Starts at the front of `bytes`; `what` names the packet in errors.
    pub(crate) const fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The error for this packet.
    pub(crate) const fn malformed(&self) -> Malformed {
        Malformed { what: self.what }
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes as an array.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Everything that is left.
    pub(crate) fn remainder(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// One byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes, little-endian.
    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// Three bytes, little-endian.
    pub(crate) fn u24(&mut self) -> Result<u32, Malformed> {
        self.array::<3>()
            .map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    /// Four bytes, little-endian.
    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes, little-endian.
    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length-encoded integer; `None` for the NULL marker 0xFB. 0xFF is an error.
    pub(crate) fn lenenc_or_null(&mut self) -> Result<Option<u64>, Malformed> {
        match self.u8()? {
            literal @ 0..0xFB => Ok(Some(u64::from(literal))),
            0xFB => Ok(None),
            0xFC => self.u16().map(|value| Some(u64::from(value))),
            0xFD => self.u24().map(|value| Some(u64::from(value))),
            0xFE => self.u64().map(Some),
            0xFF => Err(self.malformed()),
        }
    }

    /// A length-encoded integer; NULL is an error.
    pub(crate) fn lenenc(&mut self) -> Result<u64, Malformed> {
        self.lenenc_or_null()?.ok_or_else(|| self.malformed())
    }

    /// A length-encoded string; `None` for NULL.
    pub(crate) fn string_or_null(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.lenenc_or_null()? {
            None => Ok(None),
            Some(len) => {
                let len = usize::try_from(len).map_err(|_| self.malformed())?;
                self.take(len).map(Some)
            }
        }
    }

    /// A length-encoded string; NULL is an error.
    pub(crate) fn string(&mut self) -> Result<&'a [u8], Malformed> {
        self.string_or_null()?.ok_or_else(|| self.malformed())
    }

    /// A string that ends with a zero byte, which is consumed and left out.
    pub(crate) fn zero_terminated(&mut self) -> Result<&'a [u8], Malformed> {
        let end = memchr::memchr(0, self.rest).ok_or_else(|| self.malformed())?;
        let text = self.take(end)?;
        self.take(1)?;
        Ok(text)
    }

    /// A string that ends with a zero byte or with the payload.
    pub(crate) fn zero_terminated_or_rest(&mut self) -> &'a [u8] {
        self.zero_terminated().unwrap_or_else(|_| self.remainder())
    }
}

/// Writes the low three bytes of `value`, little-endian.
pub(crate) fn put_u24(out: &mut Vec<u8>, value: u32) {
    let [a, b, c, _] = value.to_le_bytes();
    out.extend_from_slice(&[a, b, c]);
}

/// Writes a length-encoded integer in its shortest form.
pub(crate) fn put_lenenc(out: &mut Vec<u8>, value: u64) {
    match value {
        0..0xFB => out.push(value.to_le_bytes()[0]),
        0xFB..0x1_0000 => {
            out.push(0xFC);
            let [a, b, ..] = value.to_le_bytes();
            out.extend_from_slice(&[a, b]);
        }
        0x1_0000..0x100_0000 => {
            out.push(0xFD);
            let [a, b, c, ..] = value.to_le_bytes();
            out.extend_from_slice(&[a, b, c]);
        }
        _ => {
            out.push(0xFE);
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}

/// Writes a length-encoded string.
pub(crate) fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    put_lenenc(out, text.len() as u64);
    out.extend_from_slice(text);
}

/// Writes a string and the zero byte that ends it.
pub(crate) fn put_zero_terminated(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(text);
    out.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_length_encoded_integer_takes_the_shortest_form_at_every_border() {
        for (value, bytes) in [
            (0xFA, vec![0xFA]),
            (0xFB, vec![0xFC, 0xFB, 0]),
            (0xFFFF, vec![0xFC, 0xFF, 0xFF]),
            (0x1_0000, vec![0xFD, 0, 0, 1]),
            (0x100_0000, vec![0xFE, 0, 0, 0, 1, 0, 0, 0, 0]),
        ] {
            let mut out = Vec::new();
            put_lenenc(&mut out, value);
            assert_eq!(out, bytes);
        }
    }

    proptest! {
        #[test]
        fn a_length_encoded_integer_reads_back(value in any::<u64>()) {
            let mut out = Vec::new();
            put_lenenc(&mut out, value);
            let mut fields = Fields::new(&out, "test");
            prop_assert_eq!(fields.lenenc().unwrap(), value);
            prop_assert!(fields.rest().is_empty());
        }

        #[test]
        fn a_string_reads_back_and_a_short_one_is_refused(text in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut out = Vec::new();
            put_string(&mut out, &text);
            prop_assert_eq!(Fields::new(&out, "test").string().unwrap(), &text[..]);
            out.pop();
            prop_assert!(Fields::new(&out, "test").string().is_err());
        }
    }
}
