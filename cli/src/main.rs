//! `reprise`, the command: parses flags, runs a job of `app`, prints what it answers.

fn main() {}
