//! The desktop.
fn main() {}
