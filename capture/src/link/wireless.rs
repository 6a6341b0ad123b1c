//! IEEE 802.11 data frames, as far as they carry 802.2 in the clear.

use super::{Decoded, Layers, ethernet};

/// A frame from its frame control on (IEEE 802.11 section 9.2.3).
pub(super) fn frame<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const DATA: u8 = 2;
    const PROTECTED: u8 = 0x40;
    const ORDER: u8 = 0x80;
    const BOTH_SYSTEMS: u8 = 0x03;
    layers.enter()?;
    let [kind, flags] = *data.first_chunk::<2>()?;
    let (frame_type, subtype) = ((kind >> 2) & 3, kind >> 4);
    let without_payload = subtype & 4 != 0;
    if frame_type != DATA || without_payload || flags & PROTECTED != 0 {
        return Some(Decoded::NotTcp);
    }
    let quality_of_service = subtype & 8 != 0;
    let mut header = 24;
    header += if flags & BOTH_SYSTEMS == BOTH_SYSTEMS {
        6
    } else {
        0
    };
    if quality_of_service {
        let aggregated = data.get(header)? & 0x80 != 0;
        header += 2;
        header += if flags & ORDER == 0 { 0 } else { 4 };
        if aggregated {
            return aggregate(layers, data.get(header..)?);
        }
    }
    ethernet::logical_link(layers, data.get(header..)?)
}

/// Of several frames sent as one (A-MSDU) only the first is read: addresses, length, 802.2.
fn aggregate<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    ethernet::logical_link(layers, data.get(14..)?)
}
