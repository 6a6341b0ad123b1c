//! Whole connections: what the decoder makes of them, in any chunking, with holes, and from the middle.

mod commands;
mod gaps;
mod lossy;
mod script;
mod sessions;
mod standing;
