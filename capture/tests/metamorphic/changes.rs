//! Changes to how something is sent that change nothing of what is said: other segments, other numbers, another
//! order. Each takes the packets of all connections in the order of their times.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use reprise_capture::packet_builder::Header;

use super::choices::Choices;
use super::packets::{Segment, each_connection};

/// The most that fits into a datagram.
const MOST_JOINED: usize = 65_475;

/// A change, and how it is called when it makes a difference.
pub(crate) type Change = fn(&[Segment], &mut Choices) -> Vec<Segment>;

/// All changes; any of them can be made one after another in this order. Probes come last: they follow what was
/// received, so that none is swapped with it.
pub(crate) const ALL: [(&str, Change); 11] = [
    ("segments split at random places", split),
    ("neighbouring segments joined", joined),
    ("segments sent again", sent_again),
    ("neighbours of one direction swapped", swapped),
    ("no acknowledgement without bytes", without_acknowledgements),
    ("sequence numbers that wrap", wrapping),
    ("connections later by a while", later),
    ("one connection after the other", one_by_one),
    ("everything at one moment", at_once),
    ("IPv6", in_ipv6),
    ("probes of a quiet connection", with_probes),
];

/// Cuts segments, also to single bytes; a FIN goes with the last part.
pub(crate) fn split(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    let mut parts = Vec::new();
    for segment in segments {
        let mut rest = segment.clone();
        while rest.payload.len() > 1 && !rest.header.syn && !choices.once_in(3) {
            let most = rest.payload.len() - 1;
            let most = if choices.once_in(2) {
                most.min(3)
            } else {
                most
            };
            let part = rest.cut_off(1 + choices.place(most));
            parts.push(part);
        }
        parts.push(rest);
    }
    parts
}

/// Joins what one side says without being interrupted to segments of up to 64 KiB, as offloading does; a FIN
/// goes with the last bytes.
pub(crate) fn joined(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    each_connection(segments, choices, |connection, choices| {
        let mut joined: Vec<Segment> = Vec::new();
        // The last that carried something, as long as only acknowledgements have followed it.
        let mut last: Option<usize> = None;
        for segment in connection {
            let carries = segment.length() > 0 || segment.header.rst;
            let before = last.and_then(|place| joined.get_mut(place));
            if let Some(before) = before
                && before.is_from(&segment)
                && before.end() == segment.header.sequence
                && !(before.header.syn || before.header.fin || before.header.rst)
                && !(segment.header.syn || segment.header.rst)
                && before.payload.len() + segment.payload.len() <= MOST_JOINED
                && !choices.once_in(5)
            {
                before.payload.extend_from_slice(&segment.payload);
                before.header.fin |= segment.header.fin;
                continue;
            }
            if carries {
                last = Some(joined.len());
            }
            joined.push(segment);
        }
        joined
    })
}

/// Sends some segments again, soon after or a few packets later.
pub(crate) fn sent_again(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    each_connection(segments, choices, |mut connection, choices| {
        let nth = 2 + choices.below(4);
        let mut place = 0;
        while place < connection.len() {
            if choices.once_in(nth) && !connection[place].header.rst {
                let behind = connection.len().min(place + 1 + choices.place(4));
                let mut again = connection[place].clone();
                again.header.at = connection[behind - 1].header.at;
                connection.insert(behind, again);
            }
            place += 1;
        }
        connection
    })
}

/// Puts keep-alive probes in: nothing, or a byte of no meaning, from before the next, with an answer.
pub(crate) fn with_probes(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    each_connection(segments, choices, |connection, choices| {
        let mut probed: Vec<Segment> = Vec::new();
        let mut ends: [Option<Header>; 2] = [None, None];
        let mut is_over = false;
        for segment in connection {
            let header = Header {
                sequence: segment.end(),
                syn: false,
                ..segment.header
            };
            is_over |= segment.header.fin || segment.header.rst;
            let is_low = header.source < header.destination;
            let end = &mut ends[usize::from(is_low)];
            let goes_on =
                end.is_none_or(|end| header.sequence.wrapping_sub(end.sequence) < 1 << 31);
            if goes_on || segment.header.syn {
                *end = Some(header);
            }
            let at = header.at;
            probed.push(segment);
            if let [Some(one), Some(other)] = ends
                && !is_over
                && choices.once_in(3)
            {
                let (from, to) = if choices.once_in(2) {
                    (one, other)
                } else {
                    (other, one)
                };
                let probe = Header {
                    at,
                    sequence: from.sequence.wrapping_sub(1),
                    ..from
                };
                let payload = vec![0; choices.place(2)];
                probed.push(Segment {
                    header: probe,
                    payload,
                });
                let header = Header { at, ..to };
                let payload = Vec::new();
                probed.push(Segment { header, payload });
            }
        }
        probed
    })
}

/// Swaps neighbours of one direction between which the other said nothing.
pub(crate) fn swapped(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    let stays = |one: &Segment| one.header.syn || one.header.rst;
    each_connection(segments, choices, |mut connection, choices| {
        let mut place = 1;
        while place < connection.len() {
            let (one, next) = (&connection[place - 1], &connection[place]);
            if one.is_from(next) && !stays(one) && !stays(next) && choices.once_in(2) {
                let (first, second) = (one.header.at, next.header.at);
                connection.swap(place - 1, place);
                connection[place - 1].header.at = first;
                connection[place].header.at = second;
                place += 1;
            }
            place += 1;
        }
        connection
    })
}

/// Leaves out what neither opens, carries nor closes.
pub(crate) fn without_acknowledgements(segments: &[Segment], _: &mut Choices) -> Vec<Segment> {
    let mut segments = segments.to_vec();
    segments.retain(|segment| segment.length() > 0 || segment.header.rst);
    segments
}

/// Moves the sequence numbers of both sides so that they wrap within or near what is said.
pub(crate) fn wrapping(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    each_connection(segments, choices, |mut connection, choices| {
        let client = connection[0].header.source;
        let first = |is_client: bool| {
            let mut of_side = connection.iter();
            of_side
                .find(|one| (one.header.source == client) == is_client)
                .map(|one| one.header.sequence)
        };
        let firsts = [first(false), first(true)];
        let shifts = firsts.map(|first| {
            let said: usize = connection.iter().map(|one| one.payload.len()).sum();
            let before = u32::try_from(choices.place(said + 8)).unwrap();
            u32::MAX
                .wrapping_sub(before)
                .wrapping_sub(first.unwrap_or_default())
        });
        for segment in &mut connection {
            let side = usize::from(segment.header.source == client);
            let header = &mut segment.header;
            header.sequence = header.sequence.wrapping_add(shifts[side]);
            let acknowledged = |number: u32| number.wrapping_add(shifts[1 - side]);
            header.acknowledgement = header.acknowledgement.map(acknowledged);
        }
        connection
    })
}

/// Delays each connection by up to two seconds.
pub(crate) fn later(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    each_connection(segments, choices, |mut connection, choices| {
        let by = i64::try_from(choices.below(2_000_000_000)).unwrap();
        for segment in &mut connection {
            segment.header.at = segment.header.at.plus_nanos(by);
        }
        connection
    })
}

/// Begins each pair of ends when the one before has ended.
pub(crate) fn one_by_one(segments: &[Segment], choices: &mut Choices) -> Vec<Segment> {
    let now = std::cell::Cell::new(segments[0].header.at);
    each_connection(segments, choices, |mut connection, _| {
        let by = now.get().nanos() - connection[0].header.at.nanos();
        for segment in &mut connection {
            segment.header.at = segment.header.at.plus_nanos(by);
            now.set(segment.header.at.plus_nanos(1_000));
        }
        connection
    })
}

/// Gives every packet the same time, as a clock that does not advance.
pub(crate) fn at_once(segments: &[Segment], _: &mut Choices) -> Vec<Segment> {
    let mut segments = segments.to_vec();
    let at = segments[0].header.at;
    for segment in &mut segments {
        segment.header.at = at;
    }
    segments
}

/// Gives the ends addresses of IPv6.
pub(crate) fn in_ipv6(segments: &[Segment], _: &mut Choices) -> Vec<Segment> {
    let moved = |address: SocketAddr| {
        let ip = match address.ip() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                let pair = |high, low| u16::from_be_bytes([high, low]);
                Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, pair(a, b), pair(c, d))
            }
            IpAddr::V6(v6) => v6,
        };
        SocketAddr::new(ip.into(), address.port())
    };
    let mut segments = segments.to_vec();
    for segment in &mut segments {
        segment.header.source = moved(segment.header.source);
        segment.header.destination = moved(segment.header.destination);
    }
    segments
}
