//! The decoder of HTTP connections, told what was on the wire and asked what was said.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod amid;
mod conversation;
mod cut;
mod decodes;
mod ending;
mod lead;
mod limits;
mod lost;
mod messages;
mod other;
mod pairing;
mod properties;
