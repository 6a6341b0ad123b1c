//! The decoder of HTTP connections, told what was on the wire and asked what was said.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod conversation;
mod cut;
mod decodes;
mod limits;
mod messages;
mod pairing;
mod properties;
