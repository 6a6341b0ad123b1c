//! How much one connection may keep in memory. Units: bytes, unless a field says otherwise.

/// Caps of decoding, of one connection where nothing else is said. Beyond a cap bytes are counted, not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes kept of one message after its head (MySQL: of one command or reply).
    pub body_cap: usize,
    /// Bytes of one HTTP head, start line to blank line; a longer one is cut off there.
    pub head_cap: usize,
    /// How many messages wait for their counterpart; the oldest are given up unpaired.
    pub pipeline_cap: usize,
    /// Bytes of messages that wait for their counterpart.
    pub waiting_cap: usize,
    /// Bytes of zeros put in place of one gap; what follows a longer one is not kept.
    pub gap_fill_cap: usize,
    /// Bytes looked at before a connection counts as speaking something else.
    pub opening_cap: usize,
    /// Bytes that all connections of a recording together may keep of unfinished messages; for whoever has
    /// them all.
    pub unfinished_cap: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_cap: 10 << 20,
            head_cap: 256 << 10,
            pipeline_cap: 256,
            waiting_cap: 32 << 20,
            gap_fill_cap: 1 << 20,
            opening_cap: 64 << 10,
            unfinished_cap: 128 << 20,
        }
    }
}
