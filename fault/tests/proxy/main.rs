//! The standing proxy as clients and servers see it: real sockets, real servers. One binary for all topics.

#[cfg(test)]
mod support;

#[cfg(test)]
mod passing;
