//! The standing proxy as clients and servers see it: real sockets, real servers. One binary for all topics.

#[cfg(test)]
mod shelf;
#[cfg(test)]
mod support;

#[cfg(test)]
mod bursts;
#[cfg(test)]
mod byte_faults;
#[cfg(test)]
mod controlling;
#[cfg(test)]
mod http_faults;
#[cfg(test)]
mod line_faults;
#[cfg(test)]
mod long_lived;
#[cfg(test)]
mod mysql_faults;
#[cfg(test)]
mod passing;
